"""Replies that say nothing: a word for an empty cell, and the caller's own words."""

from datetime import date, datetime

import pytest

from wenxiao.recognition.engine import Engine
from wenxiao.recognition.schema import Finding, Order
from wenxiao.recognition.settings import Settings

ENGINE = Engine(Settings(as_of=date(2026, 5, 31)))
SAID = "南苑路口的信号灯坏了五天，请尽快修理。"


def read(reply: str, handling: str = "") -> Finding:
    return ENGINE.read(
        Order(
            order="1",
            title="信号灯",
            content=SAID,
            reply=reply,
            handling=handling,
            replied_at=datetime(2026, 5, 11, 9),
        )
    )


def fired(finding: Finding) -> set[str]:
    return {e.signal for e in finding.evidence}


@pytest.mark.parametrize("reply", ["无", "无。", " 已阅\n", "（略）", "N/A", "——", "null"])
def test_a_word_for_nothing_is_read_as_an_empty_cell(reply):
    empty, found = read(""), read(reply)
    assert "no_reply" in fired(found)
    assert (found.closure_class, found.unresolved, found.missing, found.evidence) == (
        empty.closure_class,
        empty.unresolved,
        empty.missing,
        empty.evidence,
    )


def test_what_was_done_is_read_where_the_reply_is_a_word_for_nothing():
    assert read("无", "信号灯已更换控制器。").evidence == read("", "信号灯已更换控制器。").evidence


@pytest.mark.parametrize("reply", ["无异议，信号灯已修好。", "已阅，信号灯转交警大队处理。", "无法联系。"])
def test_a_reply_that_only_begins_with_such_a_word_is_a_reply(reply):
    assert "no_reply" not in fired(read(reply))


@pytest.mark.parametrize(
    "reply",
    [SAID, "来电人反映南苑路口的信号灯坏了五天。", "您好！南苑路口的信号灯坏了五天，请尽快修理，特此回复。"],
)
def test_a_reply_that_only_copies_the_message_shows_no_result(reply):
    found = read(reply)
    assert "only_repeats" in fired(found)
    assert found.closure_class == "procedural" and found.unresolved > 0.5


@pytest.mark.parametrize(
    "reply", [SAID + "信号灯已更换。", "已修理。", "信号灯", "南苑路口的信号灯已于5月8日修好。"]
)
def test_a_reply_with_a_word_of_its_own_is_no_copy(reply):
    assert "only_repeats" not in fired(read(reply))


@pytest.mark.parametrize(
    "reply",
    [
        "已修理？没有，信号灯没有修好。",
        "来电人表示满意，信号灯未维修。",
        "控制器缺货，修不了。",
        "信号灯尚未修复。",
    ],
)
def test_a_plain_denial_is_no_result(reply):
    found = read(reply)
    assert found.unresolved > 0.5 and found.closure_class in ("procedural", "staged_undated")


def test_a_short_reply_with_a_dated_promise_is_staged():
    found = read("计划下周三前修好。")
    assert found.closure_class == "staged_dated"
    assert [c.due for c in found.commitments] == [date(2026, 5, 20)]
