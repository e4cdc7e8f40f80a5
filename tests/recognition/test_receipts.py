"""A receipt beside an answer says nothing; alone it is all there is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.recognition.engine import Engine
from wenxiao.recognition.receipts import answer
from wenxiao.recognition.schema import Order
from wenxiao.recognition.settings import Settings

RECEIPT = "网友：您好！您反映的问题已收悉，已转县水务局核实、办复。2026年3月2日"
ANSWER = (
    "尊敬的网友：您好！您反映的水压不足，原因是泵房一台水泵损坏，3月4日已更换，出水压力恢复到0.3兆帕，"
    "当日工作人员上门测过，您家水压正常。2026年3月5日"
)


@pytest.mark.parametrize("reply", [f"{RECEIPT}\n{ANSWER}", f"{ANSWER}\n{RECEIPT}", f"{ANSWER}{RECEIPT}"])
def test_a_receipt_beside_an_answer_is_not_read(reply):
    left = answer(reply)
    assert len(left) == len(reply) and left.strip() == ANSWER
    order = Order("1", 2, title="水压低", content="我家水压一直很低，请解决。", reply=reply)
    found = Engine(Settings(as_of=date(2026, 10, 31))).read(order)
    assert not {e.signal for e in found.evidence} & {"only_forwarded", "sent_elsewhere"}
    assert all(reply[e.start : e.end] == e.text for e in found.evidence if e.field == "reply")


@pytest.mark.parametrize(
    "reply",
    [
        RECEIPT,
        ANSWER,
        f"{RECEIPT}\n网友：您好！已转县住建局。2026年3月6日",
        "您反映的问题已转县水务局，经查水泵损坏，已更换。",
        "网友：您好！已转交水务局现场处理，经查水泵损坏，已更换。2026年3月2日\n" + ANSWER,
    ],
)
def test_what_is_all_there_is_or_tells_something_is_read(reply):
    assert answer(reply) == reply


@given(st.text(alphabet="网友：您好已转交2026年3月2日。“”\n尊敬的收悉办，", max_size=400))
def test_offsets_stay(reply):
    left = answer(reply)
    assert len(left) == len(reply) and answer(left) is not None
    assert all(one in (other, "\n") for one, other in zip(left, reply, strict=True))


def test_long_text_without_marks_takes_no_time_out_of_line():
    assert len(answer("尊敬的" * 60_000 + "已转交")) == 180_003
