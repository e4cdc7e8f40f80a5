"""Bodies that have to act, and what is crossed, by the shipped names."""

from wenxiao.recognition.crossing import crossing_details
from wenxiao.recognition.schema import Order


def test_two_departments_that_act_together() -> None:
    details = crossing_details(Order(reply="市城管局会同县生态环境局到现场检查，责令停工。"))
    assert details.bodies == ["市城管局", "县生态环境局"]
    assert details.across == ["departments", "levels"]
    assert details.joint


def test_two_towns_are_two_areas() -> None:
    details = crossing_details(Order(reply="白沙镇、青石街道各派人清理河段。"))
    assert "areas" in details.across


def test_a_contact_line_names_nobody_who_must_act() -> None:
    assert crossing_details(Order(reply="详情请咨询市教育局、市人社局。")).bodies == []


def test_mere_forwarding_names_nobody_who_must_act() -> None:
    assert crossing_details(Order(reply="您反映的问题已转交县住建局。")).bodies == []


def test_columns_win_over_the_text() -> None:
    details = crossing_details(Order(reply="已修好。", co_units="水务集团、城管局"))
    assert details.bodies == ["水务集团", "城管局"]
    assert details.stated is True
    assert crossing_details(Order(reply="已修好。", co_units="城管局", is_joint=False)).stated is False


def test_a_source_without_such_columns_states_nothing() -> None:
    assert crossing_details(Order(reply="已修好。")).stated is None


def test_evidence_points_at_the_names() -> None:
    reply = "由县水利局和供电公司负责恢复。"
    for found in crossing_details(Order(reply=reply)).evidence:
        assert reply[found.start : found.end] == found.text
