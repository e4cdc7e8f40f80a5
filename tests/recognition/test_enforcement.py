"""Fields and acts of enforcement, by the shipped lists."""

from datetime import date

import pytest

from wenxiao.recognition.enforcement import enforcement_details
from wenxiao.recognition.engine import Engine
from wenxiao.recognition.schema import Order
from wenxiao.recognition.settings import Settings


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


def test_a_threat_after_an_act_does_not_take_it_back() -> None:
    details = enforcement_details(Order(reply="执法人员责令其停工，如再犯将罚款。"))
    assert details.acts == ["责令改正"]


def test_weak_words_name_a_field_only_where_no_other_does() -> None:
    assert enforcement_details(Order(content="学校收了空调费却不开空调")).fields[0] == "教育"
    assert enforcement_details(Order(content="学校门口有人占道摆摊")).fields == ["城管"]


def test_the_title_weighs_more_than_what_is_said_in_passing() -> None:
    order = Order(title="砖厂排污", content="砖厂夜里排污，旁边的违建和占道也没人管，还有摊点")
    assert "环保" in enforcement_details(order).fields


@pytest.mark.parametrize(
    ("reply", "act"),
    [
        ("已责成该厂限期整改。", "责令改正"),
        ("车辆已被查扣。", "查封扣押"),
        ("棚子已于昨日全部拆除。", "拆除"),
        ("开展了集中整治。", "检查"),
        ("对两名摊主进行查处。", "处罚"),
    ],
)
def test_acts_by_their_usual_words(reply: str, act: str) -> None:
    assert act in enforcement_details(Order(reply=reply)).acts


def kinds(title: str, content: str, reply: str) -> list[str]:
    return (
        Engine(Settings(as_of=date(2026, 3, 1))).read(Order(title=title, content=content, reply=reply)).kinds
    )


def test_forwarding_to_an_enforcing_office_makes_no_enforcement_order() -> None:
    asked = "楼下的路灯坏了半个月，晚上看不清路，希望尽快修好。"
    assert "enforcement" not in kinds("请求修理路灯", asked, "您反映的问题已转城管局处理。")


def test_a_call_against_an_unlawful_act_is_an_enforcement_order_whatever_the_answer() -> None:
    asked = "楼下的烧烤店没有执照，每天占道经营到凌晨，油烟熏人，请执法部门查处。"
    assert "enforcement" in kinds("举报烧烤店占道经营、油烟扰民", asked, "您反映的问题已转相关部门处理。")


@pytest.mark.parametrize(
    "reply",
    [
        "合同约定竣工后扣留5%的工程尾款。",
        "开发商扣留了业主的房产证。",
        "物业公司去年收缴水费三万元。",
        "我局已向控违拆违办核实情况。",
        "该超市已经停业装修，家属院收费已取消。",
        "晚上十点以后请店家关闭音箱。",
        "昨晚线路断电，供电所当即抢修。",
        "小区门口的减速带已全部拆除。",
        "按条例可以处两千元以下罚款。",
        "您反映的请求取缔烧烤摊的来信收悉。",
    ],
)
def test_the_words_of_an_act_in_another_sense_report_none(reply: str) -> None:
    assert enforcement_details(Order(reply=reply)).acts == []


@pytest.mark.parametrize(
    ("reply", "act"),
    [
        ("交警依法扣留其电动车两台。", "查封扣押"),
        ("执法人员收缴假烟五条。", "查封扣押"),
        ("市监局责令该店停业。", "取缔"),
        ("镇里已关闭该村采石场。", "取缔"),
        ("执法中队到场，违建棚子已拆除。", "拆除"),
        ("派出所依据治安管理处罚法，对其罚款五百元。", "处罚"),
    ],
)
def test_an_act_of_an_authority_is_one(reply: str, act: str) -> None:
    assert act in enforcement_details(Order(reply=reply)).acts


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("环保东路有人占道摆摊", "城管"),
        ("住在公安小区，楼下饭店有油烟和占道", "城管"),
        ("城管大道旁的厂偷排废水", "环保"),
    ],
)
def test_the_name_of_a_road_is_no_field(content: str, field: str) -> None:
    assert enforcement_details(Order(content=content)).fields == [field]


def test_a_name_alone_gives_no_field() -> None:
    assert enforcement_details(Order(content="林业路的树很好看")).fields == []
