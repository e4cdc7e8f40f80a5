"""Bodies that have to act, and what is crossed, by the shipped names."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from wenxiao.recognition.crossing import CrossingDetails, CrossingWords, crossing_details
from wenxiao.recognition.engine import Engine
from wenxiao.recognition.schema import Order
from wenxiao.recognition.settings import Settings


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


def explained(**texts: str) -> CrossingDetails:
    order, words = Order(**texts), CrossingWords()
    return words.explain(order, words.read(order))


def test_a_crossing_order_shows_bodies_that_are_only_mentioned() -> None:
    details = explained(reply="您的问题已转交县住建局、县水利局。")
    assert details.bodies == ["县住建局", "县水利局"]
    assert details.across == ["departments"]


def test_a_crossing_order_shows_its_words_for_several_bodies() -> None:
    details = explained(reply="我们将协调相关部门解决。")
    assert (details.bodies, details.across) == ([], ["unnamed"])
    assert [e.signal for e in details.evidence] == ["crossing/several"]


@pytest.mark.parametrize("own", ["我局", "我市", "我街"])
def test_the_answering_unit_is_no_body_that_is_named(own: str) -> None:
    details = explained(reply=f"{own}将会同县水利局共同清淤。")
    assert (details.bodies, details.across) == (["县水利局"], ["unnamed"])
    both = explained(reply=f"{own}将会同县水利局、县财政局共同清淤。")
    assert (both.bodies, both.across) == (["县水利局", "县财政局"], ["departments"])


def test_who_is_named_in_a_document_that_the_reply_copies_has_no_part() -> None:
    document = "一、指导思想。县财政局、县农业局、县林业局、县水利局、县交通局共同落实。"
    details = explained(reply=f"县民政局会同县住建局办理。附文：{document}")
    assert (details.bodies, details.across) == (["县民政局", "县住建局"], ["departments"])
    assert explained(reply=f"请参阅：{document}").across == ["wording"]


def test_bodies_in_a_column_are_crossed_however_few() -> None:
    details = explained(reply="我局会同有关单位已修好。", co_units="水务集团")
    assert (details.bodies, details.across) == (["水务集团"], ["departments"])


def test_a_crossing_order_shows_whom_the_caller_names() -> None:
    details = explained(content="县城管局叫我找县环保局，环保局又叫我回来。", reply="正在研究。")
    assert details.bodies == ["县城管局", "县环保局"]


def test_a_crossing_order_that_names_nobody_says_that_it_was_judged_by_its_wording() -> None:
    details = explained(reply="此事情况复杂，正在研究。")
    assert (details.bodies, details.across) == ([], ["wording"])


def test_what_counts_as_crossing_is_a_setting(tmp_path: Path) -> None:
    shipped = files("wenxiao.recognition") / "data" / "crossing.toml"
    text = shipped.read_text(encoding="utf-8")
    own = text.replace('counts = ["departments", "areas", "levels"]', 'counts = ["areas"]')
    (tmp_path / "crossing.toml").write_text(own, encoding="utf-8")
    joint = Order(
        order="1", reply="县住建局、县水利局共同负责，县公安局配合，正在施工，尚未完工。", is_joint=None
    )
    day = date(2026, 3, 1)
    shipped_says = Engine(Settings(as_of=day)).read(joint)
    own_says = Engine(Settings(as_of=day, data=tmp_path)).read(joint)
    assert shipped_says.crossing_across == ["departments"]
    assert "crossing" not in own_says.kinds
