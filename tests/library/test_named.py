"""The earlier order that an order names is shown beside it where the engine sees two matters, and puts nothing together."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.conftest import TODAY, Cast, Importer, row

from wenxiao.library.comparing import Related, related_orders
from wenxiao.library.grouping import group_all
from wenxiao.library.models import MatterLink
from wenxiao.orders.models import WorkOrder


def calls() -> list[dict[str, str]]:
    """Two troubles of which no words tell that they are one, and one more."""
    return [
        row(order="A1", title="宏达机械厂拖欠工人工资", content="厂里三个月没有发工资，工人没有饭吃。"),
        row(order="B1", title="康宁家园北门半夜打桩", content="北门外半夜还在施工，噪声吵得睡不着。"),
    ]


def naming(number: str) -> dict[str, str]:
    return row(
        order="N1",
        title="润泽食品厂污水直排沟渠",
        content="食品厂把污水直接排进沟渠，臭得不敢开窗。",
        previous_order=number,
        called_at="2026-10-01 09:00:00",
    )


def beside(actor: Any, number: str) -> list[tuple[str, bool]]:
    found: list[Related] = related_orders(actor, [WorkOrder.objects.get(number=number)])
    return [(one.order.number, one.named) for one in found]


@pytest.mark.parametrize("below", [0, 5000])
def test_a_named_order_stands_beside_its_successor(
    cast: Cast, importer: Importer, settings: Any, client: Client, below: int
) -> None:
    settings.GROUP_ALL_BELOW = below
    importer(calls())
    importer([naming("A1")])
    homes = dict(MatterLink.objects.values_list("order__number", "matter__number"))
    assert homes["N1"] != homes["A1"]
    assert beside(cast.analyst, "N1")[0] == ("A1", True)
    assert beside(cast.analyst, "A1")[0] == ("N1", True)
    client.force_login(cast.analyst)
    assert "前次工单" in client.get(f"/library/{homes['N1']}/").content.decode()
    group_all(TODAY)
    assert beside(cast.analyst, "N1")[0] == ("A1", True)


@pytest.mark.parametrize("number", ["N1", "无", "Z9"])
def test_what_names_no_other_order_says_nothing(cast: Cast, importer: Importer, number: str) -> None:
    importer([*calls(), naming(number)])
    assert not any(named for _, named in beside(cast.analyst, "N1"))


def test_only_an_order_of_the_same_source_is_meant(cast: Cast, importer: Importer) -> None:
    importer(calls(), source="一个平台")
    importer([naming("A1")], source="另一个平台")
    assert not any(named for _, named in beside(cast.analyst, "N1"))
