"""What a later call about a matter is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from wenxiao.library.calls import Call, call_kinds, load, repeat_rate, standings
from wenxiao.library.rules import BadRules

START = datetime(2026, 9, 1, 9)


def call(order: int, day: int, closed: int | None = None, caller: str = "甲") -> Call:
    """A call `day` days after the first, closed `closed` days after the first."""
    ended = None if closed is None else START + timedelta(days=closed)
    return Call(order, START + timedelta(days=day), ended, caller)


def test_while_the_earlier_order_is_open_a_call_chases_it() -> None:
    assert call_kinds([call(1, 0, 9), call(2, 5)], load()) == {1: "", 2: "chasing"}
    assert call_kinds([call(1, 0, None), call(2, 400)], load()) == {1: "", 2: "chasing"}


def test_after_it_was_closed_a_call_repeats_it_within_the_window() -> None:
    rules = load()
    assert call_kinds([call(1, 0, 9), call(2, 9 + rules.repeat_days)], rules)[2] == "repeat"
    assert call_kinds([call(1, 0, 9), call(2, 10 + rules.repeat_days)], rules)[2] == ""


def test_others_join_while_it_is_open_and_repeat_it_after() -> None:
    rules = load()
    calls = [call(1, 0, 9), call(2, 5, 9, "乙"), call(3, 20, None, "丙")]
    assert call_kinds(calls, rules) == {1: "", 2: "joined", 3: "repeat"}
    assert call_kinds(calls, replace(rules, anyone=False))[3] == ""


def test_callers_that_gave_nothing_are_not_one_caller() -> None:
    assert call_kinds([call(1, 0, None, ""), call(2, 5, None, "")], load())[2] == "joined"


def test_the_order_of_the_rows_does_not_matter_and_undated_calls_are_left_out() -> None:
    calls = [call(2, 20), call(1, 0, 9), Call(3, None, None, "甲")]
    assert call_kinds(calls, load()) == {1: "", 2: "repeat"}


def test_a_call_with_new_facts_is_a_new_development() -> None:
    noise, smell = frozenset({"噪音"}), frozenset({"异味"})
    calls = [
        replace(call(1, 0, 9), told=noise, problems=noise),
        replace(call(2, 20, 25, "乙"), told=noise, problems=noise | smell),
        replace(call(3, 40, None, "丙"), told=smell, problems=smell),
        replace(call(4, 41, None, "丁"), told=frozenset({"油烟"}), problems=frozenset({"油烟"})),
    ]
    found = standings(calls, load())
    assert {order: standing.fresh for order, standing in found.items()} == {1: (), 2: (), 3: (), 4: ("油烟",)}
    assert not standings(calls, replace(load(), fresh=0))[4].fresh


def test_days_since_the_last_closing_and_to_the_next_call_make_any_window() -> None:
    found = standings([call(1, 0, 9), call(2, 21, 30, "乙"), call(3, 31), call(4, 33)], load())
    assert (found[2].after_days, found[2].own_after_days) == (12, None)
    assert (found[3].after_days, found[3].own_after_days) == (1, 22)
    assert (found[1].again_days, found[1].own_again_days) == (12, 22)
    # The third was open when the fourth came: no repeat in any window.
    assert (found[4].kind, found[4].after_days, found[4].own_after_days) == ("chasing", None, None)


def test_the_rate_counts_no_chasing() -> None:
    kinds = call_kinds([call(1, 0, 9), call(2, 5, 9), call(3, 12, 20), call(4, 30)], load())
    assert repeat_rate(kinds.values()) == (2, 4)


def test_a_centre_sets_its_own_window(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "src/wenxiao/library/data/calls.toml").read_text("utf-8")
    (tmp_path / "calls.toml").write_text(text.replace("days = 60", "days = 30"), "utf-8")
    assert load(tmp_path).repeat_days == 30
    (tmp_path / "calls.toml").write_text(text.replace("callers = 5", "callers = 0"), "utf-8")
    with pytest.raises(BadRules):
        load(tmp_path)
