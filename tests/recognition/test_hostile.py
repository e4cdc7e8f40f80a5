"""Text made to be slow: the work of reading an order grows in line with its length."""

from __future__ import annotations

import sys
from datetime import date, datetime
from inspect import CO_GENERATOR
from operator import length_hint
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wenxiao.recognition.commitments import commitments_of
from wenxiao.recognition.engine import Engine
from wenxiao.recognition.schema import Order
from wenxiao.recognition.settings import Settings

ENGINE = Engine(Settings(as_of=date(2026, 7, 1)))
PIECES = st.sampled_from(
    [
        "我局将于6月底前完成整改，",
        "已转交住建部门处理。",
        "下一步将加强巡查、",
        "正在推进中",
        "如未解决请来电，",
        "2026年3月5日",
        "“我们已经整改到位了”",
        "责令限期整改；",
        "\n",
        "《",
    ]
)


def work(text: str) -> int:
    """What reading the text costs, counted and not timed: calls, the items that a comprehension goes through, and the
    characters handed to functions that are not told which stretch of them to look at."""
    spent = 0

    def count(frame: FrameType, event: str, _: Any) -> None:
        nonlocal spent
        if event == "call" and "wenxiao" in frame.f_code.co_filename:
            spent += 1
            if frame.f_code.co_flags & CO_GENERATOR:
                return  # called anew for every item
            given = frame.f_locals
            spent += length_hint(given.get(".0"), 0)
            if not given.keys() & {"start", "end", "at", "i", "left", "hit"}:
                spent += sum(len(value) for value in given.values() if isinstance(value, str))

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        ENGINE.read(Order(title="环境", content=text, reply=text, replied_at=datetime(2026, 5, 11)))
    finally:
        sys.setprofile(before)
    return spent


work("。")  # what is read once per process is not counted


@settings(max_examples=8, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=6).map("".join))
@example("下一步将加强巡查、责令限期整改；")
def test_work_grows_in_line_with_the_length_of_a_text(piece: str) -> None:
    half, whole = (piece * (size // len(piece)) for size in (3_000, 6_000))
    # In line is 2; 4 is what a quadratic part would show.
    assert work(whole) <= 2.5 * work(half)


@pytest.mark.parametrize("piece", ["已责令整改，将于2026年6月底前完成。", "将尽快处理，已转办，"])
def test_a_cell_of_two_hundred_thousand_characters_is_bounded_work(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    assert work(text) <= 250 * len(text)


def test_the_same_words_with_the_same_day_are_one_commitment() -> None:
    reply = "我局将于6月底前完成路灯维修。我局将于6月底前完成路灯维修。我局将于7月底前完成路灯维修。"
    found = commitments_of(Order(reply=reply, replied_at=datetime(2026, 5, 11)))
    assert [(one.start, one.due) for one in found] == [(0, date(2026, 6, 30)), (30, date(2026, 7, 31))]


def test_an_order_lists_so_many_commitments_and_says_how_many_more() -> None:
    reply = "".join(f"我局将于6月底前完成第{n}号路灯维修。" for n in range(260))
    found = commitments_of(Order(reply=reply, replied_at=datetime(2026, 5, 11)))
    assert len(found) == 200
    assert "本工单另有 60 项承诺未列出" in found[-1].basis and "未列出" not in found[-2].basis
