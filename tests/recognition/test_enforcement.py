"""Fields and acts of enforcement, by the shipped lists."""

from wenxiao.recognition.enforcement import enforcement_details
from wenxiao.recognition.schema import Order


def test_field_and_acts_of_a_polluter() -> None:
    details = enforcement_details(
        Order(
            content="村口的厂夜里偷排废水，臭气熏人",
            reply="3月6日执法人员到场检测，废水超标，已下达责令改正通知书，并罚款2万元。",
        )
    )
    assert details.fields[0] == "环保"
    assert {"责令改正", "处罚"} <= set(details.acts)


def test_an_act_comes_with_its_sentence() -> None:
    reply = "您好。该处棚子已拆除，路面已恢复。谢谢。"
    (act,) = enforcement_details(Order(reply=reply)).evidence
    assert (act.signal, act.text) == ("enforcement/拆除", "该处棚子已拆除，路面已恢复。")
    assert reply[act.start : act.end] == act.text


def test_a_threat_is_not_an_act() -> None:
    assert enforcement_details(Order(reply="一经查实，将依法立案并罚款。")).acts == []


def test_the_callers_wishes_are_not_acts() -> None:
    assert enforcement_details(Order(content="请立案并罚款", reply="您好。")).acts == []


def test_nothing_is_found_in_an_empty_order() -> None:
    details = enforcement_details(Order())
    assert (details.fields, details.acts, details.evidence) == ([], [], [])
