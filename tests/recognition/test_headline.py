"""The reason that is shown first: strong, readable, and for "not resolved"."""

from datetime import date

from wenxiao.recognition.closure import MissingEvidence
from wenxiao.recognition.engine import Engine
from wenxiao.recognition.headline import headline, labels, without_headline
from wenxiao.recognition.schema import Evidence, Order
from wenxiao.recognition.settings import Settings

FAINT = Evidence("wording", "reply", 0, 14, "您的建议对我们很有帮助也很及时", 0.05)
PLAN = Evidence("plan_undated", "reply", 20, 30, "将对该路段逐步整治", 0.6)
STUB = Evidence("plan_undated", "reply", 40, 45, "4.下一步", 0.9)
AGAIN = Evidence("called_again", "matter", None, None, "2026-07-01", 2.0)
DONE = Evidence("result_shown", "reply", 50, 60, "坑塘已修复并通车", -3.0)
LABELS = {name: label for name, (label, _) in MissingEvidence().labels.items()}


def test_the_strongest_reason_comes_first_and_columns_count():
    assert headline([DONE, FAINT, PLAN, AGAIN]) is AGAIN
    assert labels()["called_again"] == "办结后又有人来电"


def test_what_cannot_be_read_as_a_reason_is_none():
    assert headline([STUB, PLAN]) is PLAN
    assert headline([FAINT, DONE, STUB]) is None


def test_where_no_sentence_stands_out_what_is_missing_is_said():
    assert without_headline(["site_check", "result"], LABELS) == "没有明显的一句话；主要因为没有看到办理结果"
    assert without_headline([], LABELS) == "没有明显的一句话"


def test_a_bare_result_is_the_reason_under_its_own_name():
    bare = Engine(Settings(as_of=date(2026, 10, 31))).read(
        Order("3", 4, content="城东路路灯不亮，请修。", reply="路灯已修复。")
    )
    assert bare.unresolved > 0.5
    first = headline(bare.evidence)
    assert first is not None and first.signal == "result_stated"
