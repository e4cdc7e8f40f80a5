"""Demands: what is asked, what answers it, and that every span is what it says."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.recognition.demands import DemandReader, find_demands, unanswered
from wenxiao.recognition.demands.reader import LONGEST, MOST
from wenxiao.recognition.schema import Demand, Order
from wenxiao.recognition.text import clauses

TWO = Order(
    title="咨询新区小学招生和校车问题",
    content="您好，我家住在河东新区。请问新区小学今年什么时候开始报名？另外希望学校能开通校车接送学生。谢谢！",
    reply="您好，您反映的问题已收悉。现回复如下：一、新区小学报名时间为今年7月5日至7月8日。二、校车需由学校另行招标，"
    "暂不具备开通条件。感谢您的关注。",
)


def holds(order: Order, demands: list[Demand]) -> None:
    """Every span slices to its text, in order, and the reply's half is there exactly when something answers."""
    assert [d.start for d in demands] == sorted(d.start for d in demands)
    for demand in demands:
        assert demand.field in ("title", "content")
        assert demand.text == getattr(order, demand.field)[demand.start : demand.end] != ""
        assert demand.answered in ("yes", "part", "no")
        assert (demand.reply_start is None) == (demand.reply_end is None) == (demand.answered == "no")
        if demand.reply_start is not None:
            answer = order.reply or order.handling
            assert demand.reply_text == answer[demand.reply_start : demand.reply_end] != ""


def test_two_demands_are_found_with_their_answers() -> None:
    demands = find_demands(TWO)
    assert [d.text for d in demands] == ["请问新区小学今年什么时候开始报名", "另外希望学校能开通校车接送学生"]
    assert "7月5日" in demands[0].reply_text
    holds(TWO, demands)


def test_the_handling_is_read_where_there_is_no_reply() -> None:
    order = Order(title=TWO.title, content=TWO.content, handling=TWO.reply)
    assert [d.reply_text for d in find_demands(order)] == [d.reply_text for d in find_demands(TWO)]


def test_nothing_answers_without_a_reply() -> None:
    demands = find_demands(Order(content=TWO.content))
    assert {d.answered for d in demands} == {"no"}
    assert {d.reply_start for d in demands} == {None}


def test_a_title_speaks_where_there_is_no_content() -> None:
    demands = find_demands(Order(title="请求维修西街路灯", reply="西街路灯已于3月2日修复。"))
    assert [(d.field, d.text) for d in demands] == [("title", "请求维修西街路灯")]


@pytest.mark.parametrize("content", ["", " \n\t", "。！？", "，，\n"])
def test_an_order_that_says_nothing_asks_for_nothing(content: str) -> None:
    assert find_demands(Order(content=content, reply="已处理。")) == []


def test_white_space_stays_outside_the_spans() -> None:
    order = Order(
        content="\t\n　　Ａ小区的路灯坏了，\n\n　请问什么时候能修好　？　\n", reply="\t路灯已修复　。"
    )
    demands = find_demands(order)
    assert "请问什么时候能修好" in [d.text for d in demands]
    assert {d.reply_text for d in demands} <= {"路灯已修复", ""}
    holds(order, demands)


def test_a_message_without_marks_is_cut_to_what_it_asks() -> None:
    order = Order(content="我们小区门口的路坑坑洼洼" * 20 + "请问什么时候能修好" + "谢谢" * 30)
    demands = find_demands(order)
    assert [len(d.text) <= LONGEST for d in demands] == [True]
    holds(order, demands)


def test_one_demand_alone_is_never_called_left_unanswered() -> None:
    alone = Demand("content", 0, 2, "修路", "no")
    assert unanswered([alone]) == []
    assert unanswered([alone, Demand("content", 3, 5, "种树", "yes", 0, 2, "已种")]) == [alone]


PIECES = st.sampled_from(
    [
        *"请问希望吗？?。，,：:；\n\t 　…1.一、二(２)㎡⑩ǅ請問",
        "什么时候",
        "能否",
        "谢谢",
        "建议",
        "8:30",
        "1,500",
        "已转交",
        "修路",
        "\ud800",
    ]
)
TEXTS = st.lists(PIECES | st.characters(), max_size=60).map("".join)


@given(TEXTS, TEXTS, TEXTS)
def test_every_span_slices_to_its_text(title: str, content: str, reply: str) -> None:
    order = Order(title=title, content=content, reply=reply)
    holds(order, find_demands(order))


@given(TEXTS)
def test_clauses_are_those_of_the_text_module(text: str) -> None:
    cut = READER.message_words.cut(text)
    assert [cut.span(at) for at in range(len(cut.ends))] == clauses(text)


READER = DemandReader()
HOSTILE = [
    "请问什么时候能修好？",
    "请",
    "？",
    "1、",
    " ",
    "，",
    "\n",
    "希望" * 50 + "。",
    "甲乙丙丁",
    "(",
    "请问吗",
]


@pytest.mark.parametrize("other", ["请问什么时候能修好？", "已处理，", "甲乙", "1、"])
@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_work_in_line_with_its_length(piece: str, other: str) -> None:
    short, long = (_seconds(piece, other, size) for size in (20_000, 200_000))
    assert long < 40 * short + 0.5


def _seconds(piece: str, other: str, size: int) -> float:
    text, reply = piece * (size // len(piece)), other * (size // len(other))
    order = Order(title=text, content=text, reply=reply)
    begun = process_time()
    demands = READER.read(order)
    assert len(demands) <= MOST
    holds(order, demands)
    return process_time() - begun
