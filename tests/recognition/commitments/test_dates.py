"""What each form of time expression means. The cases are our own; the conventions are those of the labels."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wenxiao.calendars import Calendar
from wenxiao.recognition.commitments.dates import find_times
from wenxiao.recognition.commitments.reading import Conventions, TimePhrase
from wenxiao.recognition.commitments.settings import default_settings

CONVENTIONS = Conventions(Calendar.load(), default_settings())
MAY = date(2026, 5, 11)  # a Monday
DECEMBER = date(2026, 12, 11)


def times(text: str, reference: date = MAY) -> list[TimePhrase]:
    return find_times(text, 0, len(text), reference=reference, conventions=CONVENTIONS)


def due(text: str, reference: date = MAY) -> date | None:
    found = times(text, reference)
    assert len(found) == 1, found
    return found[0].due


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年9月3日前", date(2026, 9, 3)),
        ("2026年9月3日", date(2026, 9, 3)),
        ("2026-09-03", date(2026, 9, 3)),
        ("7月15日前", date(2026, 7, 15)),
        ("七月十五日之前", date(2026, 7, 15)),
        ("二〇二六年十二月三十一日", date(2026, 12, 31)),
        ("6月底前", date(2026, 6, 30)),
        ("今年8月底", date(2026, 8, 31)),
        ("9月份", date(2026, 9, 30)),
        ("9月", date(2026, 9, 30)),
        ("9月前", date(2026, 8, 31)),
        ("十月份前", date(2026, 9, 30)),
        ("10月前", date(2026, 9, 30)),
        ("9月初", date(2026, 9, 10)),
        ("9月上旬", date(2026, 9, 10)),
        ("12月中旬", date(2026, 12, 20)),
        ("7月中旬前", date(2026, 7, 20)),
        ("9月下旬", date(2026, 9, 30)),
        ("9月中下旬", date(2026, 9, 30)),
        ("2027年元月10日前", date(2027, 1, 10)),
    ],
)
def test_absolute_dates(text: str, day: date) -> None:
    assert due(text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("年底前", date(2026, 12, 31)),
        ("年内", date(2026, 12, 31)),
        ("今年", date(2026, 12, 31)),
        ("今年年底", date(2026, 12, 31)),
        ("2027年底", date(2027, 12, 31)),
        ("明年", date(2027, 12, 31)),
        ("明年上半年", date(2027, 6, 30)),
        ("下半年", date(2026, 12, 31)),
        ("上半年", date(2026, 6, 30)),
        ("第三季度", date(2026, 9, 30)),
        ("三季度末", date(2026, 9, 30)),
        ("明年一季度", date(2027, 3, 31)),
        ("本季度", date(2026, 6, 30)),
        ("“十五五”期间", date(2030, 12, 31)),
    ],
)
def test_years_and_their_parts(text: str, day: date) -> None:
    assert due(text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("本周内", date(2026, 5, 17)),
        ("下周", date(2026, 5, 24)),
        ("下周一", date(2026, 5, 18)),
        ("周五前", date(2026, 5, 15)),
        ("本周末", date(2026, 5, 17)),
        ("本月内", date(2026, 5, 31)),
        ("月底前", date(2026, 5, 31)),
        ("本月20日", date(2026, 5, 20)),
        ("下个月初", date(2026, 6, 10)),
        ("下月底", date(2026, 6, 30)),
        ("20日前", date(2026, 5, 20)),
        ("明天", date(2026, 5, 12)),
        ("今晚", date(2026, 5, 11)),
    ],
)
def test_weeks_and_months_around_the_reply(text: str, day: date) -> None:
    assert due(text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("15天内", date(2026, 5, 26)),
        ("15日内", date(2026, 5, 26)),
        ("十日之内", date(2026, 5, 21)),
        ("一周内", date(2026, 5, 18)),
        ("两周内", date(2026, 5, 25)),
        ("2周内", date(2026, 5, 25)),
        ("两个星期内", date(2026, 5, 25)),
        ("一个月内", date(2026, 6, 11)),
        ("两个月内", date(2026, 7, 11)),
        ("3个月后", date(2026, 8, 11)),
        ("半个月内", date(2026, 5, 26)),
        ("半年内", date(2026, 11, 11)),
        ("一年半内", date(2027, 11, 11)),
        ("两三个月内", date(2026, 8, 11)),
        ("3至5个月内", date(2026, 10, 11)),
        ("24小时内", date(2026, 5, 12)),
        ("48小时内", date(2026, 5, 13)),
        ("一月内", date(2026, 6, 11)),
        ("三月之内", date(2026, 8, 11)),
        ("近两天", date(2026, 5, 13)),
    ],
)
def test_natural_limits(text: str, day: date) -> None:
    assert due(text) == day


@pytest.mark.parametrize(
    ("text", "reference", "day"),
    [
        ("三个工作日内", date(2026, 4, 28), date(2026, 5, 6)),
        ("15个工作日内", date(2026, 1, 28), date(2026, 2, 25)),
        ("5个工作日", MAY, date(2026, 5, 18)),
        ("5-7个工作日内", MAY, date(2026, 5, 20)),
        ("24个工作日", MAY, date(2026, 6, 12)),
    ],
)
def test_working_days_follow_the_calendar(text: str, reference: date, day: date) -> None:
    assert due(text, reference) == day


def test_working_days_into_an_unannounced_year_are_provisional() -> None:
    (phrase,) = times("20个工作日内", DECEMBER)
    assert phrase.provisional
    assert "2027年放假安排未录入" in phrase.basis


@pytest.mark.parametrize(
    ("text", "reference", "day"),
    [
        ("春节前", DECEMBER, date(2027, 2, 5)),
        ("明年春节前", DECEMBER, date(2027, 2, 5)),
        ("2027年农历春节前", DECEMBER, date(2027, 2, 5)),
        ("年前", DECEMBER, date(2027, 2, 5)),
        ("国庆节前", MAY, date(2026, 9, 30)),
        ("“十一”前", MAY, date(2026, 9, 30)),
        ("2027年元旦前", MAY, date(2026, 12, 31)),
        ("五一前", date(2026, 4, 1), date(2026, 4, 30)),
        ("开学前", MAY, date(2026, 8, 31)),
        ("今年冬天", MAY, date(2026, 12, 31)),
        ("2026年秋季", MAY, date(2026, 9, 30)),
    ],
)
def test_holidays_and_seasons(text: str, reference: date, day: date) -> None:
    assert due(text, reference) == day


@pytest.mark.parametrize(
    ("text", "reference", "day"),
    [
        ("1月底前", DECEMBER, date(2027, 1, 31)),
        ("3月底前", DECEMBER, date(2027, 3, 31)),
        ("一季度", DECEMBER, date(2027, 3, 31)),
        ("上半年", DECEMBER, date(2027, 6, 30)),
        ("12月5日", DECEMBER, date(2026, 12, 5)),  # six days ago: a late reply, not next December
        ("10月", DECEMBER, date(2027, 10, 31)),
    ],
)
def test_no_year_means_the_next_occurrence(text: str, reference: date, day: date) -> None:
    assert due(text, reference) == day


def test_a_day_that_has_just_passed_is_flagged() -> None:
    (phrase,) = times("12月5日", DECEMBER)
    assert phrase.passed and "已过" in phrase.basis


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年6月1日至2026年9月30日", date(2026, 9, 30)),
        ("6月7日至6月9日", date(2026, 6, 9)),
        ("6月7-9日", date(2026, 6, 9)),
        ("9-10月", date(2026, 10, 31)),
        ("8、9月份", date(2026, 9, 30)),
        ("2026年至2028年", date(2028, 12, 31)),
        ("2026-2028年", date(2028, 12, 31)),
    ],
)
def test_a_range_is_due_by_its_end(text: str, day: date) -> None:
    assert due(text) == day


def test_a_year_carries_on_within_a_sentence() -> None:
    text = "2027年6月底完工、9月底验收"
    assert [phrase.due for phrase in times(text)] == [date(2027, 6, 30), date(2027, 9, 30)]


@pytest.mark.parametrize("text", ["尽快", "近期", "适时", "择期", "早日", "第一时间", "条件成熟"])
def test_hints_have_no_date(text: str) -> None:
    assert due(text) is None


@pytest.mark.parametrize(
    "text", ["验收合格后两个星期内", "自受理之日起10个工作日内", "汛期结束后", "春节后", "开学后"]
)
def test_a_limit_from_an_event_waits_for_a_person(text: str) -> None:
    (phrase,) = times(text)
    assert phrase.due is None and phrase.hangs


def test_a_season_that_triggers_shows_its_day() -> None:
    (phrase,) = times("汛期结束后")
    assert "2026-09-30" in phrase.note


@pytest.mark.parametrize("text", ["今后三个月内", "即日起15天内"])
def test_from_now_on_is_no_event(text: str) -> None:
    assert due(text) is not None


@pytest.mark.parametrize(
    "text",
    ["月饼", "12月刊", "一年级", "80年代", "周边", "两个问题", "近年来", "每周一至周五", "3月32日后", "13月"],
)
def test_look_alikes_are_no_dates(text: str) -> None:
    assert all(phrase.due is None or text == "3月32日后" for phrase in times(text))


def test_the_arithmetic_is_shown() -> None:
    (phrase,) = times("今年8月底", date(2019, 5, 9))
    assert phrase.basis == "以答复日2019-05-09为基准，“今年8月底”取2019-08-31"


def test_conventions_can_be_changed() -> None:
    strict = Conventions(CONVENTIONS.calendar, replace(CONVENTIONS.settings, grace_days=0))
    (phrase,) = find_times("12月5日", 0, 5, reference=DECEMBER, conventions=strict)
    assert phrase.due == date(2027, 12, 5)


PIECES = st.sampled_from(
    [
        "2026年",
        "明年",
        "今年",
        "6月",
        "十二月",
        "底",
        "中旬",
        "15日",
        "前",
        "内",
        "后",
        "三",
        "12",
        "个",
        "工作日",
        "月",
        "周",
        "下周",
        "至",
        "-",
        "春节",
        "国庆节",
        "季度",
        "上半年",
        "尽快",
        "完成",
        " ",
        "年",
        "日",
        "起",
        "开学",
        "（",
        "）",
    ]
)
REFERENCES = st.dates(date(2004, 1, 1), date(2035, 12, 31))


@given(st.lists(PIECES, max_size=14).map("".join), REFERENCES)
@example("2月29日前", date(2027, 3, 1))
@example("9999年", date(2035, 1, 1))
def test_whatever_is_written_phrases_are_in_place_and_past_ones_flagged(text: str, reference: date) -> None:
    found = times(text, reference)
    for phrase in found:
        assert phrase.text == text[phrase.start : phrase.end]
        if phrase.due:
            assert phrase.passed == (phrase.due < reference)
            assert str(phrase.due) in phrase.basis
    assert all(a.start <= b.start for a, b in pairwise(found))


@given(st.text(max_size=60), st.dates())
def test_no_text_and_no_day_breaks_it(text: str, reference: date) -> None:
    for phrase in times(text, reference):
        assert phrase.text == text[phrase.start : phrase.end]


DAYS = st.dates(date(2010, 1, 1), date(2035, 12, 31))
SIGNS = "〇一二三四五六七八九"


def in_chinese(figure: int) -> str:
    """1 to 99 as it is spoken: 十五, 二十."""
    tens, ones = divmod(figure, 10)
    return ("" if tens < 2 else SIGNS[tens]) + ("十" if tens else "") + (SIGNS[ones] if ones else "")


def spelt(figures: int, zero: str = "〇") -> str:
    """Figure by figure: 二〇二六, 二六."""
    return "".join(SIGNS[int(figure)] for figure in f"{figures:02d}").replace("〇", zero)


WRITTEN = {
    "full": lambda d: f"{spelt(d.year)}年{in_chinese(d.month)}月{in_chinese(d.day)}日",
    "zero": lambda d: f"{spelt(d.year, '零')}年{in_chinese(d.month)}月{in_chinese(d.day)}日",
    "circle": lambda d: f"{spelt(d.year, '○')}年{in_chinese(d.month)}月{in_chinese(d.day)}日",
    "two figures": lambda d: f"{d.year % 100:02d}年{d.month}月{d.day}日",
    "marked": lambda d: f"'{d.year % 100:02d}年{d.month}月{d.day}日",
    "dots": lambda d: f"'{d.year % 100:02d}.{d.month}.{d.day}",
    "two signs": lambda d: f"{spelt(d.year % 100)}年{in_chinese(d.month)}月{in_chinese(d.day)}日",
    "mixed": lambda d: f"{d.year}年{in_chinese(d.month)}月{d.day}日",
}


@given(DAYS, st.sampled_from(sorted(WRITTEN)), st.sampled_from(["", "前", "之前"]), REFERENCES)
def test_a_day_is_read_whatever_its_figures(day: date, way: str, suffix: str, reference: date) -> None:
    if abs(day.year - reference.year) > 9 or (way == "two signs" and not 10 <= day.year % 100 < 30):
        return
    assert due(f"预计于{WRITTEN[way](day)}{suffix}完工", reference) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("26年9月底前", date(2026, 9, 30)),
        ("27年一季度", date(2027, 3, 31)),
        ("27年春节前", date(2027, 2, 5)),
        ("26年年底前", date(2026, 12, 31)),
        ("26.9.5前", date(2026, 9, 5)),
        ("98年9月", date(1998, 9, 30)),
        ("十二月卅一日前", date(2026, 12, 31)),
        ("廿七年三月前", date(2027, 2, 28)),
    ],
)
def test_years_of_two_figures(text: str, day: date) -> None:
    assert due(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "十里河路",
        "三里河社区",
        "三月三歌会",
        "九月九",
        "农历八月十五前",
        "五一路",
        "国庆新村",
        "26年",
        "26年前",
        "十多年前",
        "第26年9月",
        "共26年3月",
        "26年9个月",
        "附表26.9.5",
        "版本1.26.9.5前",
        "60年9月",
        "26.13.5前",
    ],
)
def test_what_could_be_another_day_or_none_is_not_read(text: str) -> None:
    assert times(text) == []
