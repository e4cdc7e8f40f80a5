"""The engine put together: reasons are named, and nothing depends on the batch."""

from dataclasses import replace
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from wenxiao.recognition.closure import probability
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


STILL_OPEN, SETTLED = "仍未解决", "已解决，满意"


@pytest.mark.parametrize("order", [PASSED_ON, DONE])
def test_what_the_caller_says_afterwards_moves_the_same_reply_far(order):
    open_, settled = (ENGINE.read(replace(order, callback=said)).unresolved for said in (STILL_OPEN, SETTLED))
    assert open_ > ENGINE.read(order).unresolved > settled
    assert open_ / (1 - open_) > 50 * settled / (1 - settled)


def test_the_share_of_the_call_back_is_told():
    with_it, without = ENGINE.read(replace(DONE, callback=STILL_OPEN)), ENGINE.read(DONE)
    (said,) = [e for e in with_it.evidence if e.field == "callback"]
    assert said.text == STILL_OPEN and said.weight == pytest.approx(with_it.logit - without.logit, abs=0.001)
    assert with_it.closure_class == "unclear", "a reply that tells of a result does not become one on paper"


def test_a_call_back_that_the_unit_wrote_of_itself_counts_less():
    said = ("", "经我局电话回访，来电人表示已解决", "中心回访，来电人表示已解决")
    without, own, centre = (ENGINE.read(replace(DONE, callback=one)).logit for one in said)
    assert without > own > centre
    again = replace(DONE, callback="经我局电话回访，来电人表示仍未解决")
    assert ENGINE.read(again).logit == ENGINE.read(replace(DONE, callback="仍未解决")).logit, (
        "against oneself"
    )


def test_one_judgement_told_three_times_is_not_three_witnesses():
    said = replace(DONE, callback=STILL_OPEN)
    rated = replace(said, resolved="未解决", satisfaction="不满意")
    weights = {e.signal: e.weight for e in ENGINE.read(rated).evidence if e.weight >= 0.5}
    assert weights["callback_not_done"] + weights["rated_dissatisfied"] + weights["said_unresolved"] < 5
    assert ENGINE.read(rated).logit > ENGINE.read(said).logit


def test_a_call_back_speaks_where_nothing_was_answered():
    silent = Order("5", 6, content="城东路路灯不亮。")
    assert ENGINE.read(replace(silent, callback=SETTLED)).unresolved < 0.5
    assert ENGINE.read(replace(silent, callback=STILL_OPEN)).unresolved > 0.9


def test_a_signal_that_an_administrator_adds_counts_what_its_file_says(tmp_path: Path):
    shipped = (files("wenxiao.recognition") / "data" / "signals.toml").read_text(encoding="utf-8")
    own = """
[[signal]]
name = "by_group_chat"
version = 1
leans = "unresolved"
prior = 1.25
fields = ["reply", "handling"]
label = "群里转了一下"
label_en = "Passed on in a chat"
explain = "只在工作群里转了一下。"
explain_en = "Passed on in a chat group, nothing more."
any = ["工作群"]
"""
    (tmp_path / "signals.toml").write_text(shipped + own, encoding="utf-8")
    engine = Engine(Settings(as_of=date(2026, 10, 31), data=tmp_path))
    order = replace(PASSED_ON, reply="您反映的情况已发工作群。", handling="已发工作群。")
    more = engine.read(order).logit - ENGINE.read(order).logit
    assert more == pytest.approx(1.25, abs=0.001)
    assert probability(engine.read(order).logit) == pytest.approx(engine.read(order).unresolved, abs=0.001)
