"""The engine put together: reasons are named, and nothing depends on the batch."""

from dataclasses import replace
from datetime import date, datetime

from wenxiao.recognition.engine import Engine
from wenxiao.recognition.schema import Order
from wenxiao.recognition.settings import Settings

ENGINE = Engine(Settings(as_of=date(2026, 10, 31)))
PASSED_ON = Order(
    "1", 2, title="路灯不亮", content="城东路路灯不亮，请尽快修复。", reply="您反映的情况已转交施工单位。"
)
DONE = Order(
    "2",
    3,
    title="路面坑塘",
    content="河西路有坑，请修补。",
    reply="经现场核查，坑塘已修复，2026年3月5日已通车。",
    replied_at=datetime(2026, 3, 6),
)


def test_a_clause_that_a_signal_names_is_shown_under_its_name():
    evidence = ENGINE.read(PASSED_ON).evidence
    named = next(e for e in evidence if e.signal == "only_forwarded")
    assert named.weight > 0
    clashing = [e for e in evidence if e.signal == "wording" and e.weight > 0 and e.start < named.end]
    assert not clashing


def test_an_order_reads_the_same_alone_and_in_company():
    assert ENGINE.read_orders([PASSED_ON, DONE]) == [ENGINE.read(PASSED_ON), ENGINE.read(DONE)]


def test_a_bare_result_is_weak_evidence_of_one_and_not_a_closing_on_paper():
    bare = ENGINE.read(Order("3", 4, content="城东路路灯不亮，请修。", reply="路灯已修复。"))
    assert "result_stated" in {e.signal for e in bare.evidence}
    assert bare.closure_class in ("substantive", "unclear")
    unhappy = ENGINE.read(
        Order(
            "3",
            4,
            content="城东路路灯不亮，请修。",
            reply="路灯已修复。",
            satisfaction="不满意",
            resolved="未解决",
        )
    )
    assert unhappy.closure_class == "unclear" and unhappy.unresolved > 0.9


def test_a_rating_raises_the_probability_and_does_not_change_what_the_reply_is():
    rated = replace(DONE, satisfaction="不满意", resolved="未解决")
    fixed = Order(
        "4",
        5,
        content="城东路路灯不亮。",
        reply="经现场核查，我局已更换灯具并恢复照明。",
        satisfaction="不满意",
    )
    assert ENGINE.read(DONE).closure_class == "substantive"
    assert ENGINE.read(rated).unresolved > 0.5
    assert [ENGINE.read(one).closure_class for one in (rated, fixed)] == ["unclear"] * 2
    unhappy = replace(PASSED_ON, satisfaction="不满意")
    assert ENGINE.read(unhappy).closure_class == ENGINE.read(PASSED_ON).closure_class == "procedural"


def test_a_unit_that_calls_its_own_result_not_final_has_closed_in_part():
    part = replace(DONE, is_final=False, resolved="未解决")
    assert ENGINE.read(part).closure_class == "staged_undated"
