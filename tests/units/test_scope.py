"""Who sees what: an analyst all, a handler their unit and what is below, a stranger nothing, in every door."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from tests.conftest import TODAY, Cast, Importer, row

from wenxiao.library.counting import list_counts
from wenxiao.library.exporting import export_orders
from wenxiao.library.filters import LedgerFilter, MatterFilter, OrderFilter
from wenxiao.library.ledger import ledger, ledger_counts
from wenxiao.library.matters import matter_list, matter_story
from wenxiao.library.overview import overview
from wenxiao.library.selectors import neighbours, order_detail, work_list
from wenxiao.library.services import confirm_findings, reveal_personal_data
from wenxiao.orders.models import WorkOrder
from wenxiao.orders.selectors import get_order, import_runs, unit_options, visible_orders
from wenxiao.units.models import Unit

ALL = OrderFilter(decision="", captured=False)


@pytest.fixture
def orders(cast: Cast, importer: Importer) -> dict[str, WorkOrder]:
    """One order each of the bureau, the town, the village, and one that bureau and village share."""
    polluter = "柳岸村澄禾纺染厂往北荡沟排污水，沟水又黑又臭。"
    importer(
        [
            row(order="bureau", unit="县住建局", title="澄禾纺染厂排污", content=polluter),
            row(order="town", unit="河口镇", title="澄禾纺染厂又排污", content=polluter + "没人管。"),
            row(
                order="village",
                unit="柳岸村",
                title="小学门口井盖丢失",
                content="实验小学门口的井盖不见了，孩子会掉下去。",
                address="河口镇实验小学门口",
            ),
            row(order="both", unit="县住建局", co_units="柳岸村"),
        ]
    )
    return {order.number: order for order in WorkOrder.objects.all()}


def _numbers(actor: Any) -> set[str]:
    return set(visible_orders(actor).values_list("number", flat=True))


def test_it_works(cast: Cast, orders: dict[str, WorkOrder]) -> None:
    for actor in (cast.analyst, cast.leader, cast.administrator):
        assert _numbers(actor) == {"bureau", "town", "village", "both"}
    assert _numbers(cast.handler) == {"bureau", "both"}
    assert _numbers(cast.clerk) == {"town", "village", "both"}
    assert _numbers(cast.stranger) == _numbers(AnonymousUser()) == set()


def test_somebody_who_left_sees_nothing(cast: Cast, orders: dict[str, WorkOrder]) -> None:
    cast.analyst.is_active = cast.clerk.is_active = False
    assert _numbers(cast.analyst) == _numbers(cast.clerk) == set()


def test_another_units_order_is_answered_like_one_that_is_not_there(
    cast: Cast, orders: dict[str, WorkOrder]
) -> None:
    for door in (get_order, order_detail):
        with pytest.raises(Http404):
            door(cast.handler, orders["town"].pk)
        with pytest.raises(Http404):
            door(cast.handler, 10**9)
    with pytest.raises(Http404):
        reveal_personal_data(actor=cast.handler, order=orders["town"])
    assert neighbours(cast.handler, ALL, orders["town"].pk) == (None, None)


def test_counts_searches_and_exports_stay_inside(cast: Cast, orders: dict[str, WorkOrder]) -> None:
    assert work_list(cast.handler, ALL).count() == list_counts(cast.handler, ALL).total == 2
    assert {
        o.number for o in work_list(cast.handler, OrderFilter(q="纺染", decision="", captured=False))
    } == {"bureau"}
    assert not work_list(cast.handler, OrderFilter(unit=cast.town.pk, decision="", captured=False)).exists()
    with export_orders(cast.handler, ALL, "csv").file as file:
        text = file.read().decode("utf-8-sig")
    assert "bureau" in text and "both" in text and "town" not in text and "village" not in text
    figures = overview(cast.handler, TODAY)
    assert figures.orders.value == 2
    assert [unit.label for unit in figures.units] in ([], ["县住建局"])


def test_a_matter_shows_only_what_is_in_scope(cast: Cast, orders: dict[str, WorkOrder]) -> None:
    shared = orders["bureau"].matter_link.matter
    assert orders["town"].matter_link.matter == shared, "the fixture means two orders of one matter"
    whole = matter_list(cast.analyst, MatterFilter()).get(pk=shared.pk)
    part = matter_list(cast.handler, MatterFilter()).get(pk=shared.pk)
    assert (whole.shown_orders, part.shown_orders) == (2, 1)
    assert (whole.shown_units, part.shown_units) == (2, 1)
    story = matter_story(cast.clerk, shared.number)
    assert [order.number for order in story.orders] == ["town"]
    assert story.matter.shown_title == "澄禾纺染厂又排污"  # type: ignore[attr-defined]
    assert not any("来电" in reason for reason in story.reasons), "two calls, of which the clerk sees one"
    assert [o.number for o in order_detail(cast.handler, orders["bureau"].pk).siblings] == []
    village_only = orders["village"].matter_link.matter.number
    with pytest.raises(Http404):
        matter_story(cast.handler, village_only)


def test_the_ledger_stays_inside(cast: Cast, orders: dict[str, WorkOrder]) -> None:
    assert ledger(cast.handler, LedgerFilter(), TODAY).count() == 2
    assert sum(ledger_counts(cast.handler, LedgerFilter(), TODAY).values()) == 2
    assert sum(ledger_counts(cast.analyst, LedgerFilter(), TODAY).values()) == 4
    assert not ledger(AnonymousUser(), LedgerFilter(), TODAY).exists()


def test_units_and_imports_that_one_may_see(cast: Cast, orders: dict[str, WorkOrder]) -> None:
    assert [unit.name for unit in unit_options(cast.clerk)] == ["河口镇", "柳岸村"]
    assert not import_runs(cast.handler).exists() and import_runs(cast.analyst).exists()


def test_a_handler_does_not_judge(cast: Cast, orders: dict[str, WorkOrder]) -> None:
    with pytest.raises(PermissionDenied):
        confirm_findings(actor=cast.handler, orders=[orders["bureau"].pk])


def test_a_unit_that_moves_takes_its_orders_along(cast: Cast, orders: dict[str, WorkOrder]) -> None:
    Unit.objects.move(cast.village, cast.bureau, "last-child")
    cast.clerk.refresh_from_db()
    assert _numbers(cast.clerk) == {"town"}
    cast.handler.unit.refresh_from_db()
    assert _numbers(cast.handler) == {"bureau", "village", "both"}
