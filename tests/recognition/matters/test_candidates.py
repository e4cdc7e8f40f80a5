"""Which pairs are compared, and that bounds of memory change nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.recognition.matters.county import ALL, SEWAGE, order

from wenxiao.recognition.matters import Grouper, candidates, columns, history, model
from wenxiao.recognition.matters.candidates import PARTNERS
from wenxiao.recognition.matters.facts import read_facts
from wenxiao.recognition.matters.history import History
from wenxiao.recognition.schema import Order, orders_to_batch


def compared(orders: list[Order]) -> list[tuple[int, int]]:
    known = History.of([read_facts(one) for one in orders])
    left, right = candidates.candidates(known.columns, known.weights)
    return list(zip(left.tolist(), right.tolist(), strict=True))


def test_of_partners_that_are_equally_likely_the_earliest_are_compared() -> None:
    count = 3 * PARTNERS
    found = compared([replace(SEWAGE, order=str(number)) for number in range(count)])
    expected = {
        (min(one, other), max(one, other))
        for one in range(count)
        for other in [other for other in range(count) if other != one][:PARTNERS]
    }
    assert found == sorted(expected)


def test_each_pair_is_compared_once_however_many_words_it_shares() -> None:
    found = compared(ALL)
    assert len(set(found)) == len(found)
    assert all(left < right for left, right in found)
    assert (ALL.index(SEWAGE), 3) in found


def test_what_bounds_memory_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shops = ["老灶火锅店", "金帆宾馆", "清风茶楼", "百味烧烤店", "福满楼酒店"]
    told = [
        order(f"文昌路{shop}油烟扰民", f"{shop}的油烟直排，第{n}次反映。", n)
        for n, shop in enumerate(shops * 9)
    ]
    orders = [*ALL, *told]
    whole = _grouped(orders)
    for where, name, value in (
        (columns, "PIECE", 3),
        (candidates, "PIECE", 4),
        (candidates, "WORK", 40),
        (history, "CHUNK", 5),
        (model, "PIECE", 2),
    ):
        monkeypatch.setattr(where, name, value)
    assert _grouped(orders) == whole
    assert len({matter for matter, _, _ in whole}) < len(orders)


def _grouped(orders: list[Order]) -> list[tuple[str, float | None, int | None]]:
    grouper = Grouper()
    for at in range(0, len(orders), 7):
        grouper.add(orders_to_batch(orders[at : at + 7]))
    return [(one.matter, one.score, one.partner) for one in grouper.group()]


def test_every_stage_is_told_as_it_begins() -> None:
    grouper, told = Grouper(), list[str]()
    grouper.add(orders_to_batch(ALL))
    grouper.group(told.append)
    assert told == ["weigh", "candidates", "compare", "join"]
    assert np.unique([one.matter for one in grouper.group()]).size == 6
