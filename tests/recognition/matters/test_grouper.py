"""A history of orders grouped from nothing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.recognition.matters.county import (
    ALL,
    BUS,
    NOISE,
    OTHER_BUS,
    OTHER_NOISE,
    SEWAGE,
    SEWAGE_AGAIN,
    WAGES,
    matters,
    order,
)

from wenxiao.recognition.matters import Grouper
from wenxiao.recognition.schema import Order, orders_to_batch


def test_two_callers_about_one_factory_are_one_matter() -> None:
    assert matters(SEWAGE, BUS, SEWAGE_AGAIN, NOISE) == ["M000001", "M000002", "M000001", "M000003"]


def test_another_problem_at_the_same_factory_is_another_matter_but_related() -> None:
    grouper = Grouper()
    grouper.add(orders_to_batch([SEWAGE, WAGES]))
    assert len({a.matter for a in grouper.group()}) == 2
    assert [(tie.left, tie.right) for tie in grouper.related()] == [(0, 1)]


def test_two_problems_at_one_address_by_one_caller_are_two_matters() -> None:
    place = "青禾镇锦绣花园小区3栋"
    noise = order(
        f"{place}楼上装修电钻声大", f"{place}楼上晚上还在用电钻装修，吵得老人睡不着。", 1, caller="王某"
    )
    water = order(f"{place}水龙头不出水", f"{place}从昨天早上起就没有来水，做不了饭。", 2, caller="王某")
    again = order("家里没水用", f"{place}断水两天了，希望恢复供水。", 3, caller="李某")
    assert matters(noise, water, again) == ["M000001", "M000002", "M000002"]


def test_two_shops_of_one_street_are_two_matters() -> None:
    text = "{}的油烟直接排到居民楼，开不了窗，请查处。"
    one, two = (order(f"文昌路{shop}油烟扰民", text.format(shop), 1) for shop in ("老灶火锅店", "金帆宾馆"))
    assert len(set(matters(one, two))) == 2


def test_the_same_problem_at_another_place_is_another_matter() -> None:
    assert len(set(matters(NOISE, OTHER_NOISE))) == 2


def test_bus_routes_are_never_fuzzy() -> None:
    assert len(set(matters(BUS, OTHER_BUS))) == 2


def test_number_plates_are_never_fuzzy() -> None:
    text = "车牌{}的渣土车每天深夜从柳河镇石桥村口经过，超速，轰鸣声很大，请查处。"
    one, two = (order("柳河镇石桥村口渣土车深夜扰民", text.format(p), 1) for p in ("湘A12345", "湘A54321"))
    again = order("柳河镇石桥村口渣土车深夜又在扰民", text.format("湘A12345"), 9)
    assert matters(one, two, again) == ["M000001", "M000002", "M000001"]


def test_names_written_two_ways_meet() -> None:
    one = order("洋华机电公司拖欠货款", "洋华机电公司的自动售货机拖欠商户货款快一年了。")
    two = order("华洋机电公司拖欠商户货款", "华洋机电公司一直拖欠我们的货款不还。", 12)
    assert len(set(matters(one, two))) == 1


def test_a_phone_number_and_a_caller_never_merge_alone() -> None:
    mine = {"caller": "王某", "phone": "13900000000"}
    assert len(set(matters(replace(BUS, **mine), replace(NOISE, **mine)))) == 2


def test_greetings_and_thanks_do_not_tie() -> None:
    form = "尊敬的领导您好！打扰您了，恳请有关部门重视，尽快处理为盼，谢谢！"
    one = order("青禾镇卫生院停车难", f"{form}青禾镇卫生院门口没有地方停车。{form}")
    two = order("白石小学食堂饭菜不卫生", f"{form}白石小学食堂的饭菜里吃出虫子。{form}")
    assert len(set(matters(one, two))) == 2


def test_a_chain_whose_ends_have_nothing_in_common_is_split() -> None:
    both = order(
        "青禾镇润泽食品厂污水直排，锦绣花园小区广场舞噪音也没人管",
        "润泽食品厂的污水直接排进沟渠；锦绣花园小区门口每晚跳广场舞，音响声音很大。",
        8,
    )
    found = matters(SEWAGE, both, NOISE)
    assert found[0] != found[2]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8))
@settings(max_examples=15, deadline=None)
def test_the_cut_into_batches_changes_nothing(sizes: list[int]) -> None:
    whole = Grouper()
    whole.add(orders_to_batch(ALL))
    cut, rest = Grouper(), list(ALL)
    for size in sizes:
        cut.add(orders_to_batch(rest[:size]))
        rest = rest[size:]
    cut.add(orders_to_batch(rest))
    assert cut.group() == whole.group()


def test_a_second_look_says_the_same_and_new_orders_can_follow() -> None:
    grouper = Grouper()
    grouper.add(orders_to_batch(ALL))
    first = grouper.group()
    assert grouper.group() == first
    grouper.add(orders_to_batch([replace(SEWAGE, order="later")]))
    later = grouper.group()
    assert [a.matter for a in later[:-1]] == [a.matter for a in first]
    assert later[-1].matter == first[0].matter


def test_each_order_names_its_strongest_partner() -> None:
    grouper = Grouper()
    grouper.add(orders_to_batch([SEWAGE, BUS, SEWAGE_AGAIN]))
    first, alone, third = grouper.group()
    assert (first.partner, third.partner) == (2, 0)
    assert first.score == third.score and 0.4 < (first.score or 0) <= 1
    assert (alone.score, alone.partner) == (None, None)


def test_nothing_gives_nothing_and_empty_orders_stay_apart() -> None:
    assert Grouper().group() == []
    assert matters(Order(order="1"), Order(order="2")) == ["M000001", "M000002"]


@given(st.lists(st.text(max_size=80), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_any_text_is_grouped(texts: list[str]) -> None:
    found = matters(*(Order(order=str(i), title=t, content=t * 2) for i, t in enumerate(texts)))
    assert len(found) == len(texts)
