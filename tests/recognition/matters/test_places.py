"""Places and parties compared as such: the same words about another place are another matter."""

from __future__ import annotations

import pytest
from tests.recognition.matters.county import matters, order

from wenxiao.recognition.matters.facts import find_marks, read_facts
from wenxiao.recognition.schema import Order

TEMPLATE = "来电人反映，{}的路灯坏了好几天，晚上看不见路，已经有人摔倒，请尽快派人维修并回复。"


def told(place: str, title: str = "{}路灯不亮", **more: object) -> Order:
    return order(title.format(place), TEMPLATE.format(place), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("河口镇柳岸村", "河口镇石桥村"),
        ("河口镇", "青禾镇"),
        ("柳岸村3组", "柳岸村8组"),
        ("锦绣花园12栋", "锦绣花园15栋"),
        ("锦绣花园12栋1单元", "锦绣花园12栋2单元"),
        ("安平路18号", "安平路46号"),
        ("安平路", "学府路"),
        ("云鹤理发店", "四季理发店"),
        ("霁月花园", "溪语花园"),
        ("镇村公交203线", "镇村公交207线"),
    ],
)
def test_another_place_is_another_matter(one: str, other: str) -> None:
    assert matters(told(one), told(other), told(one)) == ["M000001", "M000002", "M000001"]


def test_the_address_column_names_the_place_where_the_text_does_not() -> None:
    where = ["河口镇柳岸村", "河口镇石桥村"]
    first, second = (order("村口路灯不亮", TEMPLATE.format("村口"), address=a) for a in where)
    assert len(set(matters(first, second))) == 2


def test_a_place_inside_the_place_is_no_clash() -> None:
    """The whole village, and a group of it; the estate, and a building of it."""
    assert len(set(matters(told("河口镇柳岸村"), told("柳岸村3组")))) == 1


def test_where_the_caller_lives_is_not_where_it_happens() -> None:
    form = "我住{}栋，锦绣花园门口的夜宵摊每晚吵到两点，油烟直往楼上灌，请查处。"
    one, other = (order("锦绣花园门口夜宵摊扰民", form.format(n)) for n in (3, 11))
    assert len(set(matters(one, other))) == 1


def test_what_tells_a_name_from_others_of_its_kind() -> None:
    assert {name.core for name in read_facts(told("禾味早教中心")).names} == {"禾味"}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("汀禾县望禾街道枫桥卫生院", "town", "望禾"),
        ("双枫桥镇的集市", "town", "枫桥"),
        ("柳岸村村民反映", "village", "柳岸"),
        ("望禾社区卫生服务中心", "village", "望禾"),
        ("柳岸村十二组", "group", "12"),
        ("锦绣花园5栋2单元", "unit", "2"),
    ],
)
def test_places_are_read(text: str, kind: str, value: str) -> None:
    assert [mark.value for mark in find_marks(text) if mark.kind == kind] == [value]


@pytest.mark.parametrize(
    "text", ["农村的道路", "城乡公交", "我们村民都知道", "特色小镇", "两边街道", "专案组"]
)
def test_common_nouns_are_no_places(text: str) -> None:
    kinds = {mark.kind for mark in find_marks(text)}
    assert not kinds & {"town", "village", "group"}
