"""Names of bodies are whole names: the longest at a place, and none inside another word."""

import pytest

from wenxiao.recognition.crossing import crossing_details
from wenxiao.recognition.schema import Order


def names(reply: str) -> list[str]:
    return crossing_details(Order(reply=reply)).bodies


@pytest.mark.parametrize(
    "reply",
    [
        "白马县人民政府已经修好。",
        "市民政务大厅的空调已经修好。",
        "我局增加了财政投入。",
        "环卫工人已清理。",
        "商务楼前的路已修好。",
    ],
)
def test_a_word_that_holds_a_name_by_chance_names_nobody(reply: str) -> None:
    assert names(reply) == []


@pytest.mark.parametrize(
    "reply", ["联合村的桥由我局修好。", "联合街道的桥由我局修好。", "联合小学门口的路由我局修好。"]
)
def test_a_place_called_together_is_not_joint(reply: str) -> None:
    assert not crossing_details(Order(reply=reply)).joint


def test_a_name_begins_with_its_place_and_not_with_the_verb_before() -> None:
    assert names("近日组织云溪区住建局、白沙镇人民政府施工。") == ["云溪区住建局", "白沙镇人民政府"]
    assert names("由A7县水利局施工。") == ["A7县水利局"]


def test_names_that_touch_are_one_body() -> None:
    assert names("县公安局交警大队已到场。") == ["县公安局交警大队"]


def test_the_long_name_wins_over_the_short_one_inside_it() -> None:
    assert names("市住房和城乡建设局已到场。") == ["市住房和城乡建设局"]


def test_short_names_count_in_a_list() -> None:
    assert names("组织国土、住建等部门到场。") == ["国土", "住建"]


def test_the_same_body_named_again_without_its_level_counts_once() -> None:
    assert names("县水利局到场。水利局测量后修复。") == ["县水利局"]
    assert names("水利局到场。县水利局测量后修复。") == ["县水利局"]


def test_townships_in_general_are_no_town() -> None:
    assert names("奖励乡镇的办法已经印发。") == []


def test_the_answering_unit_counts_where_it_acts_with_another_and_is_not_named() -> None:
    details = crossing_details(Order(reply="我局联合县公安局开展整治。"))
    assert details.bodies == ["县公安局"]
    assert details.across == ["departments"]
    assert names("我局已修好。") == []
