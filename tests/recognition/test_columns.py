"""Signals read from columns and from the process."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from wenxiao.recognition.columns import ColumnSignals
from wenxiao.recognition.schema import Commitment, Evidence, Order

RULES = ColumnSignals()
AS_OF = date(2026, 10, 31)
NINE = datetime(2026, 10, 12, 9, 0)

FIRES = [
    ("said_unresolved", Order(reply="好", resolved="未解决")),
    ("said_unresolved", Order(reply="好", resolved=" 部分解决 ")),
    ("said_resolved", Order(reply="好", resolved="解决")),
    ("rated_dissatisfied", Order(reply="好", satisfaction="不满意")),
    ("no_reply", Order(content="路灯不亮")),
    ("returned_often", Order(reply="好", returns=2)),
    ("extended_often", Order(reply="好", extensions=3)),
    ("rehandled", Order(reply="好", rehandled=1)),
    ("chased", Order(reply="好", chases=1)),
    ("supervised", Order(reply="好", is_supervised=True)),
    ("flagged_hard", Order(reply="好", is_hard=True)),
    ("not_final", Order(reply="好", is_final=False)),
    ("closed_in_minutes", Order(reply="好", signed_at=NINE, closed_at=NINE.replace(minute=6))),
    ("closed_at_limit", Order(reply="好", closed_at=NINE, due_at=NINE.replace(minute=20))),
    ("contradiction", Order(reply="好", satisfaction="满意", resolved="未解决")),
    ("contradiction", Order(reply="好", called_at=NINE, closed_at=datetime(2026, 10, 11))),
    ("contradiction", Order(reply="好", signed_at=NINE, closed_at=datetime(2026, 10, 12, 8))),
    ("repeat_marked", Order(reply="好", is_repeat=True)),
    ("repeat_marked", Order(reply="好", previous_order="GD-7")),
]
QUIET = [
    ("returned_often", Order(reply="好", returns=1)),
    ("closed_in_minutes", Order(reply="好", request_type="咨询", signed_at=NINE, closed_at=NINE)),
    ("closed_in_minutes", Order(reply="好", signed_at=NINE, closed_at=datetime(2026, 10, 12, 10))),
    ("not_final", Order(reply="好", is_final=True)),
    ("supervised", Order(reply="好", is_hard=True)),
    ("flagged_hard", Order(reply="好", is_supervised=True)),
    ("no_reply", Order(handling="已办")),
    ("contradiction", Order(reply="好", satisfaction="基本满意", resolved="部分解决")),
    ("contradiction", Order(reply="好", satisfaction="满意", resolved="部分解决")),
    ("contradiction", Order(reply="好", satisfaction="不满意", resolved="未解决")),
    ("contradiction", Order(reply="好", called_at=NINE, signed_at=NINE, closed_at=NINE)),
    ("repeat_marked", Order(reply="好", is_repeat=False)),
]


@pytest.mark.parametrize(("signal", "order"), FIRES)
def test_a_column_speaks(signal, order):
    assert signal in fired(order)


@pytest.mark.parametrize(("signal", "order"), QUIET)
def test_a_column_keeps_quiet(signal, order):
    assert signal not in fired(order)


def test_absent_columns_say_nothing():
    assert fired(Order(reply="好")) == []


def test_the_evidence_names_the_column_and_its_value():
    (evidence,) = RULES.read(Order(reply="好", returns=3), [], [], AS_OF)
    assert (evidence.field, evidence.text, evidence.start, evidence.end) == ("returns", "3", None, None)
    assert evidence.weight == RULES.signals["returned_often"].prior


class TestContradictionsAreSaidInPlainWords:
    def test_columns_are_named_with_what_they_say(self):
        assert self.said(Order(reply="好", satisfaction="满意", resolved="未解决")) == (
            "满意度填“满意”，是否解决填“未解决”"
        )

    def test_times_are_named(self):
        order = Order(reply="好", called_at=NINE, closed_at=datetime(2026, 10, 11))
        assert self.said(order) == "办结时间2026-10-11早于来电时间2026-10-12"

    def test_what_the_caller_said_is_quoted(self):
        text = [Evidence("callback_not_done", "callback", 0, 4, "没人来过")]
        assert self.said(Order(reply="好", satisfaction="满意"), text) == ("满意度填“满意”，回访说“没人来过”")

    def test_both_clauses_of_the_reply_are_quoted(self):
        text = [
            Evidence("result_shown", "reply", 0, 5, "路面已修复"),
            Evidence("put_off_again", "reply", 6, 13, "路面推迟至下月"),
        ]
        assert self.said(Order(reply="好"), text) == "一处说“路面已修复”，另一处说“路面推迟至下月”"

    def test_one_work_done_and_another_put_off_do_not_contradict_each_other(self):
        text = [
            Evidence("result_shown", "reply", 0, 5, "供水已恢复"),
            Evidence("put_off_again", "reply", 6, 13, "闸门维修推迟"),
        ]
        assert self.said(Order(reply="好"), text) is None

    def test_a_final_answer_that_promises_more_is_held_to_its_words(self):
        promise = Commitment("reply", 0, 4, "月底完工", due=date(2026, 10, 31))
        order = Order(reply="好", is_final=True, closed_at=NINE)
        assert self.said(order, [], [promise]) == (
            "是否最终办理结果填“是”，答复又承诺“月底完工”，期限2026-10-31"
        )
        assert self.said(order, [], [replace(promise, due=NINE.date())]) is None

    def said(self, order, text=(), commitments=()):
        found = RULES.read(order, list(text), list(commitments), AS_OF)
        return next((e.text for e in found if e.signal == "contradiction"), None)


class TestPromiseOverdue:
    late = Commitment("reply", 0, 4, "月底完工", due=date(2026, 9, 30))

    def test_a_date_that_slipped_speaks_where_proof_would_show(self):
        assert "promise_overdue" in fired(Order(reply="好", satisfaction="不满意"), [self.late])

    def test_it_is_silent_where_the_source_shows_no_evaluation_at_all(self):
        assert "promise_overdue" not in fired(Order(reply="好"), [self.late])

    def test_it_is_silent_when_the_caller_says_resolved(self):
        assert "promise_overdue" not in fired(Order(reply="好", resolved="解决"), [self.late])

    def test_the_last_day_is_not_late(self):
        today = Commitment("reply", 0, 4, "今日完工", due=AS_OF)
        assert "promise_overdue" not in fired(Order(reply="好", resolved="未解决"), [today])


def fired(order, commitments=()):
    return [e.signal for e in RULES.read(order, [], list(commitments), AS_OF)]
