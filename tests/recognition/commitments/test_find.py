"""What counts as a commitment, and what comes with it."""

from datetime import date

from wenxiao.recognition.commitments import find_commitments

REPLIED = date(2026, 5, 9)


def test_a_dated_promise_is_found_with_its_day_and_its_arithmetic() -> None:
    text = "您好，来信收悉。经核查，该路段路灯确有损坏，计划今年8月底前完成全部路灯更换。感谢您的监督。"
    (one,) = find_commitments(text, reference=REPLIED)
    assert one.text == text[one.start : one.end]
    assert "完成全部路灯更换" in one.text
    assert (one.due, one.certainty, one.concrete) == (date(2026, 8, 31), "stated", True)
    assert one.due_text == "今年8月底前"
    assert "以答复日2026-05-09为基准" in one.basis and "2026-08-31" in one.basis
