"""The grade of a matter, by rules that are data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.library.rules import MEASURES, RANKS, BadRules, grade_of, load, parse, reason_text


@pytest.mark.parametrize(
    ("measures", "grade"),
    [
        ({}, ""),
        ({"orders": 1}, ""),
        ({"orders": 1, "signals": 1}, "blue"),
        ({"orders": 2, "signals": 1}, "yellow"),
        ({"overdue_days": 10, "signals": 1}, "yellow"),
        ({"overdue_days": 11}, "orange"),
        ({"orders": 3}, "orange"),
        ({"rehandled": 2}, "orange"),
        ({"crossing": 1}, "orange"),
        ({"overdue_days": 30}, "orange"),
        ({"overdue_days": 31}, "red"),
        ({"callers": 5, "orders": 5}, "red"),
        ({"urgent": 1}, "red"),
    ],
)
def test_the_grades_of_the_reference(measures: dict[str, int], grade: str) -> None:
    assert grade_of(measures, load())[0] == grade


def test_every_reason_is_shown_in_words() -> None:
    grade, reasons = grade_of({"orders": 4, "crossing": 1, "rehandled": 3}, load())
    assert grade == "orange"
    assert [reason_text(r, load()) for r in reasons] == ["同一事项来电 4 次", "重办 3 次", "涉及三跨"]
    assert reason_text({"rule": "gone", "value": 1}, load()) == "gone"
    assert reason_text(reasons[0], load(), english=True) == "4 calls about one matter"


@given(st.fixed_dictionaries({name: st.integers(0, 60) for name in MEASURES}), st.sampled_from(MEASURES))
def test_more_of_anything_never_makes_it_milder(measures: dict[str, int], name: str) -> None:
    before, _ = grade_of(measures, load())
    after, _ = grade_of({**measures, name: measures[name] + 1}, load())
    assert RANKS.get(after, 9) <= RANKS.get(before, 9)


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "[capture]\nlikely = 0.5",
        "[capture]\nlikely=0.5\n[[rule]]\nname='a'\ngrade='pink'\nmeasure='orders'\nat_least=1\nreason=''\nreason_en=''",
        "[capture]\nlikely=0.5\n[[rule]]\nname='a'\ngrade='red'\nmeasure='sorrow'\nat_least=1\nreason=''\nreason_en=''",
    ],
)
def test_bad_rules_are_refused(text: str) -> None:
    with pytest.raises(BadRules):
        parse(text)
