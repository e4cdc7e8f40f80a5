"""The acceptance story is whole, in order, and lies in the county like any other matter."""

from __future__ import annotations

from datetime import date

from wenxiao.demo import County, build_county

STEPS = [
    "first_call",
    "closed_on_paper",
    "promised",
    "broken",
    "dissatisfied",
    "enforcement",
    "broken_again",
    "one_matter",
    "reminder",
    "joint_visit",
    "resolution",
    "outlet_sealed",
    "pumped_again",
    "works_reminder",
    "connected",
    "confirmed",
    "closed_with_proof",
]


def test_all_steps_in_order(county: County) -> None:
    story = county.story
    assert [m.key for m in story.milestones] == STEPS
    days = [m.day for m in story.milestones]
    assert days == sorted(days) and county.since < days[0] and days[-1] <= county.until
    assert 250 < (days[-1] - days[0]).days < 400
    assert {m.order for m in story.milestones} - {""} <= set(story.orders)


def test_its_orders_are_one_matter_by_several_callers(county: County) -> None:
    story = county.story
    orders = [o for o in county.orders if o.number in story.orders]
    assert tuple(o.number for o in orders) == story.orders and 15 <= len(orders) <= 25
    assert len({o.phone for o in orders}) >= 4 and len({o.unit for o in orders}) >= 2
    assert {t.order for t in county.truth.values() if t.matter == story.matter} == set(story.orders)
    assert set(story.units) <= {u.id for u in county.units}


def test_it_goes_from_paper_over_broken_promises_to_proof(county: County) -> None:
    truths = [county.truth[n] for n in county.story.orders]
    assert truths[0].closure == "procedural" and truths[-1].closure == "substantive"
    assert [t.unresolved for t in truths] == [1] * (len(truths) - 1) + [0]
    fates = [p.kept for t in truths for p in t.promises if p.due]
    assert False in fates and fates[-1] is True and fates.index(True) > fates.index(False)
    kinds = {k for t in truths for k in t.kinds}
    assert kinds == {"commitment", "enforcement", "repeat", "crossing", "flagged", "dissatisfied"}
    last = county.events_of(county.story.orders[-1])
    assert last[-1].kind == "rated" and last[-1].text == "满意"


def test_no_mark_of_the_story_file_is_left(county: County) -> None:
    for o in county.orders:
        if o.number in county.story.orders:
            assert not set("<>{}") & set(o.content + o.reply + o.title)
    assert all(not set("<>{}") & set(m.text) for m in county.story.milestones)


def test_the_promises_mean_the_days_that_they_name(county: County) -> None:
    for number in county.story.orders:
        for p in county.truth[number].promises:
            if p.due:
                assert p.due_text == f"{p.due.month}月{p.due.day}日前" and p.due_text in p.text


def test_it_keeps_its_weekdays_when_the_last_day_moves() -> None:
    moved = build_county(until=date(2026, 6, 30), orders=100).story
    visit = next(m for m in moved.milestones if m.key == "joint_visit")
    assert visit.day.weekday() == 1
