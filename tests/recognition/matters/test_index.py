"""One new order against all history, and the same answers as from nothing."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Hashable, Sequence
from pathlib import Path

import pytest
from tests.recognition.matters.county import ALL, BUS, NOISE, SEWAGE, SEWAGE_AGAIN, SEWAGE_NEIGHBOUR, matters

from wenxiao.recognition.matters import Grouper, Index, score
from wenxiao.recognition.schema import Order, orders_to_batch

#: Of the pairs of orders in one matter, the share on which feeding one by one and grouping from nothing agree (F1).
TOLERANCE = 0.85


def filled(orders: Sequence[Order]) -> tuple[Index, list[str]]:
    index = Index()
    return index, [index.add(order) for order in orders]


def agreement(a: Sequence[Hashable], b: Sequence[Hashable]) -> float:
    """F1 of the pairs that are together in `b`, against those in `a`."""

    def pairs(labels: Sequence[Hashable]) -> int:
        return sum(n * (n - 1) // 2 for n in Counter(labels).values())

    together = pairs(a) + pairs(b)
    return 2 * pairs(list(zip(a, b, strict=True))) / together if together else 1.0


def test_a_new_order_finds_its_matter_first_and_says_why() -> None:
    index, found = filled([SEWAGE, BUS, NOISE, SEWAGE_AGAIN])
    best, *others = index.find(SEWAGE_NEIGHBOUR, k=3)
    assert best.verdict == "same" and best.matter == found[0]
    assert any("润泽食品厂" in reason.text for reason in best.reasons)
    assert all(other.probability <= best.probability for other in others)


def test_finding_changes_nothing() -> None:
    index, _ = filled([SEWAGE, BUS])
    assert index.find(SEWAGE_AGAIN) == index.find(SEWAGE_AGAIN)
    assert len(index) == 2


def test_nothing_is_found_in_nothing() -> None:
    assert Index().find(SEWAGE) == []


def test_one_by_one_and_from_nothing_agree() -> None:
    assert filled(ALL)[1] == matters(*ALL)


def test_both_paths_score_a_pair_alike() -> None:
    index, _ = filled([SEWAGE])
    assert index.find(SEWAGE_AGAIN)[0].probability == pytest.approx(
        score(SEWAGE, SEWAGE_AGAIN).probability, abs=0.02
    )


def real_messages() -> list[Order]:
    """Rows of the real messages, where they are."""
    here = Path(os.environ.get("WENXIAO_DATA") or Path(__file__).parents[4] / "shared" / "data")
    sheet = here / "tipdm" / "messages.xlsx"
    if not sheet.exists():
        pytest.skip("the real messages are not here (WENXIAO_DATA)")
    from openpyxl import load_workbook

    rows = list(load_workbook(sheet, read_only=True).active.iter_rows(min_row=2, values_only=True))
    return [Order(order=str(r[0]), caller=str(r[1]), title=str(r[2]), content=str(r[4] or "")) for r in rows]


def test_on_real_messages_both_paths_agree_within_the_tolerance() -> None:
    orders = real_messages()[:1500]
    grouper = Grouper()
    grouper.add(orders_to_batch(orders))
    assert agreement([a.matter for a in grouper.group()], filled(orders)[1]) >= TOLERANCE
