"""Search finds Chinese words of two characters, and exactly what contains them, on whichever database runs."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Cast, Importer, row

from wenxiao.orders.models import WorkOrder
from wenxiao.orders.search import bigrams, find


def _found(query: str) -> set[str]:
    return set(find(WorkOrder.objects.all(), query).values_list("number", flat=True))


@pytest.fixture
def orders(cast: Cast, importer: Importer) -> None:
    importer(
        [
            row(order="A", title="化粪池冒溢", content="三号楼化粪池冒溢，臭气熏天。", reply="已转物业。"),
            row(
                order="B",
                title="充电桩坏了",
                content="ＡＢ座充电桩不能充电，Phone iPhone15。",
                reply="已修。",
            ),
            row(
                order="C",
                title="电动车",
                content="电动车充满了楼道；桩子歪了。'\"*%_ OR AND",
                reply="已清理。",
            ),
            row(order="D-2026'1", title="𠮷野家油烟", content="𠮷野家油烟扰民", reply="已查处。"),
        ]
    )


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("冒溢", {"A"}),
        ("化粪池", {"A"}),
        ("充电", {"B"}),
        ("充电桩", {"B"}),
        ("电动车 桩子", {"C"}),
        ("冒溢 充电", set()),
        ("ab座", {"B"}),
        ("ＡＢ座", {"B"}),
        ("IPHONE15", {"B"}),
        ("桩", {"B", "C"}),
        ("𠮷野", {"D-2026'1"}),
        ("D-2026'1", {"D-2026'1"}),
        ("'\"*%_", {"C"}),
        ("%", {"C"}),
        ("OR AND", {"C"}),
        ("没有这个词", set()),
        ("   ", {"A", "B", "C", "D-2026'1"}),
    ],
)
def test_it_finds(orders: None, query: str, numbers: set[str]) -> None:
    assert _found(query) == numbers


def test_names_and_telephones_are_not_searched(orders: None) -> None:
    assert _found("陈小明") == _found("13800000000") == set()


def test_a_changed_order_is_found_by_its_new_words_only(cast: Cast, importer: Importer) -> None:
    one = row(order="A", title="路面塌陷", content="路面塌陷很危险。")
    importer([one])
    importer([{**one, "title": "井盖丢失", "content": "井盖丢失很危险。"}])
    assert _found("塌陷") == set()
    assert _found("井盖") == {"A"}


@given(st.text(max_size=40))
@settings(max_examples=300)
def test_the_pieces_are_just_the_pairs_of_neighbouring_letters(text: str) -> None:
    pairs = {a + b for a, b in pairwise(text) if a.isalnum() and b.isalnum()}
    assert bigrams(text).split() == sorted(pairs)
