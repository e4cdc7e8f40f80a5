"""Each order's events tell one story that agrees with its columns, and promises agree with their words."""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from datetime import date, timedelta

import pytest

from wenxiao.demo import County, DemoOrder, Event


@pytest.fixture(scope="module")
def events(county: County) -> dict[str, list[Event]]:
    by_order: dict[str, list[Event]] = defaultdict(list)
    for event in county.events:
        by_order[event.order].append(event)
    return by_order


def test_events_are_in_time_and_within_the_county(county: County) -> None:
    times = [e.at for e in county.events]
    assert times == sorted(times)
    assert times[0].date() >= county.since and times[-1].date() <= county.until
    numbers = {o.number for o in county.orders}
    assert {e.order for e in county.events} <= numbers


def test_times_of_an_order_follow_each_other(county: County) -> None:
    for o in county.orders:
        way = [t for t in (o.called_at, o.dispatched_at, o.signed_at, o.replied_at, o.closed_at) if t]
        assert way == sorted(way), o.number
        assert bool(o.reply) == bool(o.closed_at) == bool(county.truth[o.number].closure)


def test_events_of_an_order_are_its_events(county: County, events: dict[str, list[Event]]) -> None:
    for number in county.story.orders:
        assert county.events_of(number) == events[number]


def test_events_start_with_the_call_and_count_what_the_columns_count(
    county: County, events: dict[str, list[Event]]
) -> None:
    for o in county.orders:
        own = events[o.number]
        kinds = [e.kind for e in own]
        assert kinds[0] == "called"
        assert kinds.count("returned") == o.returns
        assert kinds.count("chased") == o.chases
        assert kinds.count("rehandled") == o.rehandled
        assert ("extended" in kinds) == (o.extensions > 0) or o.closed_at is None
        if o.reply:
            assert [e for e in own if e.kind == "replied"][-1].text == o.reply
            assert kinds.index("replied") < kinds.index("closed")
        if o.satisfaction:
            assert [e for e in own if e.kind == "rated"][-1].text == o.satisfaction


def test_returns_are_followed_by_a_new_unit_or_the_end(
    county: County, events: dict[str, list[Event]]
) -> None:
    for own in events.values():
        kinds = [e.kind for e in own]
        assert abs(kinds.count("returned") - kinds.count("reassigned")) <= 1


def test_relation_agrees_with_the_earlier_orders(county: County) -> None:
    seen: dict[str, DemoOrder] = {}
    for o in county.orders:
        truth = county.truth[o.number]
        last = seen.get(truth.matter)
        assert (truth.relation == "first") == (last is None)
        assert ("repeat" in truth.kinds) == (truth.relation == "repeat")
        if last and truth.relation == "repeat":
            assert last.closed_at and last.closed_at <= o.called_at
        seen[truth.matter] = o


def test_flags_are_what_the_columns_say(county: County) -> None:
    for o in county.orders:
        kinds = county.truth[o.number].kinds
        assert ("flagged" in kinds) == o.is_hard
        assert ("dissatisfied" in kinds) == (o.satisfaction == "不满意" or o.resolved == "未解决")


def _signed(reply: str, replied: date) -> date:
    """The day that relative dates count from: the signature's at the end of the reply, else that of the reply."""
    found = re.search(r"(\d{4})[年-](\d{1,2})[月-](\d{1,2})日?）?$", reply)
    return date(int(found[1]), int(found[2]), int(found[3])) if found else replied


def _expected(text: str, ref: date) -> date | None:
    """The due date of the plainest forms, worked out here again; None for a form that this test does not know."""
    month = re.fullmatch(r"(今年|明年|(\d{4})年)?(\d{1,2})月(.+)", text)
    if month:
        year = int(month[2] or ref.year + (month[1] == "明年"))
        number, tail = int(month[3]), month[4]
        last = date(year, number, calendar.monthrange(year, number)[1])
        if day := re.fullmatch(r"(\d{1,2})日(之)?前", tail):
            named = date(year, number, int(day[1]))
            return named if month[1] or named >= ref else named.replace(year=year + 1)
        fixed = {"上旬": 10, "中旬": 20}
        if tail == "前":
            return date(year, number, 1) - timedelta(days=1)
        if tail in fixed:
            return date(year, number, fixed[tail])
        return last
    if days := re.fullmatch(r"(\d+)(日|天|日之|个自然日)内", text):
        return ref + timedelta(days=int(days[1]))
    if week := re.fullmatch(r"下周([一二三四五])前?", text):
        return ref + timedelta(days=7 - ref.weekday() + "一二三四五".index(week[1]))
    simple = {
        "年底前": date(ref.year, 12, 31),
        "年内": date(ref.year, 12, 31),
        "明年上半年": date(ref.year + 1, 6, 30),
    }
    return simple.get(text)


def test_promises_are_slices_of_the_reply_and_their_dates_follow_from_their_words(county: County) -> None:
    checked = 0
    for o in county.orders:
        for p in county.truth[o.number].promises:
            assert o.reply[p.start : p.end] == p.text
            assert (p.certainty == "stated") == (p.due is not None)
            assert p.due_text in p.text or "," in o.reply
            if p.due is None or o.replied_at is None:
                assert p.kept is None
                continue
            ref = _signed(o.reply, o.replied_at.date())
            assert ref <= p.due <= ref + timedelta(days=420)
            expected = _expected(p.due_text, ref)
            if expected:
                checked += 1
                assert p.due == expected, (p.due_text, ref)
    assert checked > 150


def test_working_day_promises_follow_the_published_calendar(county: County) -> None:
    chinese_calendar = pytest.importorskip("chinese_calendar")
    numerals = "零一两三四五六七八九十"
    checked = 0
    for o in county.orders:
        for p in county.truth[o.number].promises:
            match = re.match(r"(\d+|[一两三五七十])个工作日", p.due_text)
            if not (match and p.due and o.replied_at and p.due.year < 2027):
                continue
            count = int(match[1]) if match[1].isdigit() else numerals.index(match[1])
            ref = _signed(o.reply, o.replied_at.date())
            span = [ref + timedelta(days=i) for i in range(1, (p.due - ref).days + 1)]
            assert chinese_calendar.is_workday(p.due)
            assert sum(chinese_calendar.is_workday(d) for d in span) == count
            checked += 1
    assert checked > 20


def test_kept_and_broken_promises_leave_their_events(county: County, events: dict[str, list[Event]]) -> None:
    fates = {True: 0, False: 0}
    for o in county.orders:
        promises = county.truth[o.number].promises
        kinds = [e.kind for e in events[o.number]]
        for kept, kind in ((True, "commitment_kept"), (False, "commitment_broken")):
            expected = sum(p.kept is kept for p in promises)
            assert kinds.count(kind) >= expected
            fates[kept] += expected
    assert min(fates.values()) > 80


def test_callers_remember_broken_promises(county: County) -> None:
    broken: dict[str, list[str]] = defaultdict(list)
    remembered = 0
    for o in county.orders:
        truth = county.truth[o.number]
        remembered += any(text in o.content for text in broken[truth.matter])
        broken[truth.matter] += [p.text for p in truth.promises if p.kept is False]
    assert remembered > 30
