"""The caller's own words that it is not the first call."""

from datetime import date

import pytest

from wenxiao.recognition.engine import Engine
from wenxiao.recognition.repeats import RepeatWords
from wenxiao.recognition.schema import Order
from wenxiao.recognition.settings import Settings

WORDS = RepeatWords()

SAID = [
    "我已多次反映，至今没有结果。",
    "再次来电，楼下还在施工。",
    "之前打过12345，说会来修。",
    "这是第三次投诉了。",
    "此事反映了好几次。",
    "上次工单说已修好，其实没有。",
    "我们多次向物业和社区反映都没人管。",
    "先后多次打电话到镇政府。",
    "曾拨打12358投诉过。",
    "小区燃气乱收费多次反映无果。",
    "多次拨打政务服务热线。",
]
NOT_SAID = [
    "执法队多次检查，店家照旧。",
    "我多次找物业反映，没人理。",
    "业主多次向开发商投诉。",
    "我已多次致电10086。",
    "昨晚我打过110。",
    "之前向派出所报警反映过。",
    "我们多次向锦绣置业反映。",
    "我向供电所客服热线反映过两次。",
    "住户曾经向电力部门投诉。",
    "这几天多次打电话。",
    "多次拨打物业服务热线。",
    "听说以前有居民反映过。",
    "我曾多次向市公安局报警投诉。",
    "我们多次到法院反映。",
    "再次感谢政府的帮助。",
    "如不处理，我将再次投诉。",
    "路面维修了多次。",
    "公交车多次晚点。",
    "第一次反映，请重视。",
]


@pytest.mark.parametrize("content", SAID)
def test_the_caller_says_so(content):
    (one,) = WORDS.read(Order(content=content))
    assert (one.signal, one.field, one.text) == ("repeat_said", "content", content[one.start : one.end])


@pytest.mark.parametrize("content", NOT_SAID)
def test_the_same_words_in_another_sense_do_not(content):
    assert WORDS.read(Order(content=content)) == []


def test_the_number_of_the_earlier_order_is_shown_where_the_caller_gives_it():
    said = WORDS.read(Order("B2", content="我再次来电，路灯还不亮。原工单编号：GD20260501-007，请查。"))
    assert [e.text for e in said] == ["我再次来电", "工单编号：GD20260501-007"]
    assert WORDS.read(Order("GD20260501-007", content="工单编号：GD20260501-007")) == []


def test_a_repeat_shows_what_makes_it_one():
    engine = Engine(Settings(as_of=date(2026, 10, 31)))
    reply = "经现场核查，路灯已于5月11日修复。"
    said = engine.read(Order("1", content="再次来电，路灯不亮。", reply=reply))
    marked = engine.read(Order("1", content="路灯不亮。", reply=reply, previous_order="GD-7"))
    plain = engine.read(Order("1", content="路灯不亮。", reply=reply))
    assert [e.text for e in said.evidence if e.signal == "repeat_said"] == ["再次来电"]
    assert [e.text for e in marked.evidence if e.signal == "repeat_marked"] == ["GD-7"]
    assert [one.kinds.count("repeat") for one in (said, marked, plain)] == [1, 1, 0]
    assert marked.unresolved == plain.unresolved
