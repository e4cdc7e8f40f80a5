"""The rate of repeat calls: its figures, how they are counted, and the orders that they open."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import Cast, Importer, row
from tests.web.conftest import SignIn

from wenxiao.library.calls import load
from wenxiao.library.choices import RateVariant
from wenxiao.library.models import MatterLink
from wenxiao.library.repeats import Asked, Rates, repeat_rates
from wenxiao.orders.models import WorkOrder
from wenxiao.web.people import today

SEWAGE = {
    "title": "河口镇润泽食品厂污水直排沟渠",
    "content": "润泽食品厂在厂门外修了排污口，污水直接排进旁边的沟渠，臭得不敢开窗。",
}


@pytest.fixture
def called(cast: Cast, importer: Importer, settings: Any) -> Cast:
    """One matter: closed, called about 12 days later, closed, called about 40 days later; and two others of one call."""
    settings.TODAY = date(2026, 8, 31)
    importer(
        [
            row(order="A1", called_at="2026-06-01 09:00:00", closed_at="2026-06-08 09:00:00", **SEWAGE),
            row(
                order="A2",
                called_at="2026-06-20 09:00:00",
                closed_at="2026-06-25 09:00:00",
                phone="13911110000",
                **SEWAGE,
            ),
            row(order="A3", called_at="2026-08-04 09:00:00", closed_at="", phone="13922220000", **SEWAGE),
            row(
                order="B1",
                title="建设路18号工地夜间打桩",
                content="工地半夜还在打桩，吵得睡不着。",
                called_at="2026-08-05 09:00:00",
            ),
            row(order="C1", called_at="2025-08-05 09:00:00", closed_at="2025-08-09 09:00:00"),
        ]
    )
    assert (
        len(set(MatterLink.objects.filter(order__number__startswith="A").values_list("matter", flat=True)))
        == 1
    )
    return cast


def rates(actor: Any, variant: RateVariant, days: int) -> Rates:
    return repeat_rates(actor, today(), Asked(variant, days))


def test_each_variant_counts_its_own(called: Cast) -> None:
    def total(variant: RateVariant, days: int) -> tuple[int, int]:
        now = rates(called.analyst, variant, days).total.now
        return now.value, now.of

    assert total(RateVariant.CALLS, 30) == (1, 4)
    assert total(RateVariant.CALLS, 60) == (2, 4)
    assert total(RateVariant.MATTERS, 60) == (1, 2)
    assert total(RateVariant.CLOSED, 30) == (1, 2)
    assert total(RateVariant.CLOSED, 60) == (2, 2)


def test_a_month_stands_beside_that_of_the_year_before(called: Cast) -> None:
    months = {month.key: month for month in rates(called.analyst, RateVariant.CALLS, 60).months}
    assert len(months) == 12 and list(months)[-1] == "2026-08"
    august = months["2026-08"]
    assert (august.now.value, august.now.of, august.before.value, august.before.of) == (1, 2, 0, 1)
    assert august.points == 50 and august.percent is None
    assert months["2026-06"].points is None


def test_a_handler_counts_what_is_theirs(called: Cast) -> None:
    of = {
        who: rates(getattr(called, who), RateVariant.CALLS, 60).total.now.of
        for who in ("analyst", "handler", "clerk")
    }
    assert of == {"analyst": 4, "handler": 4, "clerk": 0}


def test_a_matter_of_a_town_and_its_village_is_one(cast: Cast, importer: Importer, settings: Any) -> None:
    settings.TODAY = date(2026, 8, 31)
    days = {"called_at": "2026-06-01 09:00:00", "closed_at": "2026-06-08 09:00:00"}
    later = {"called_at": "2026-06-20 09:00:00", "closed_at": "2026-06-25 09:00:00"}
    importer(
        [row(order="A1", unit="河口镇", **days, **SEWAGE), row(order="A2", unit="柳岸村", **later, **SEWAGE)]
    )

    def town(variant: RateVariant) -> list[tuple[str, int, int]]:
        return [(one.label, one.now.value, one.now.of) for one in rates(cast.analyst, variant, 60).units]

    assert town(RateVariant.CALLS) == [("河口镇", 1, 2)]
    assert town(RateVariant.MATTERS) == [("河口镇", 1, 1)]


def test_every_figure_opens_as_many_orders_as_it_counted(called: Cast, sign_in: SignIn) -> None:
    browser = sign_in(called.analyst)
    for variant in RateVariant.values:
        text = browser.get(f"/overview/repeats/?variant={variant}&days=60").text
        links = re.findall(r'data-main href="([^"]+)">([\d,]+)</a>', text)
        assert len(links) > 12
        for href, count in links:
            if variant != RateVariant.MATTERS and int(count):
                listed = browser.get(unescape(href)).text
                assert len(set(re.findall(r'href="/orders/(\d+)/', listed))) == int(count), href


def test_the_page_says_how_it_counts_in_both_languages(called: Cast, sign_in: SignIn) -> None:
    browser = sign_in(called.leader)
    text = browser.get("/overview/repeats/?days=30").text
    assert "30 天以内" in text and "无同期数据" in text and "data-print" in text
    browser.post("/language", {"language": "en", "next": "/"})
    english = browser.get("/overview/repeats/?variant=closed").text
    assert "Of: all closed orders" in english


def test_nonsense_is_counted_as_the_rules_say() -> None:
    rules = load()
    for days in ("", "0", "-3", "many", "99999999"):
        assert Asked.of("nothing", days, rules) == Asked(RateVariant(rules.variant), rules.repeat_days)


def test_the_questions_do_not_grow_with_the_orders(cast: Cast, importer: Importer, sign_in: SignIn) -> None:
    browser = sign_in(cast.clerk)

    def questions() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get("/overview/repeats/").status_code == 200
        return len(captured)

    importer([row(unit="河口镇") for _ in range(5)])
    questions()
    few = questions()
    importer([row(unit="柳岸村") for _ in range(15)])
    assert WorkOrder.objects.count() == 20
    assert questions() <= few <= 25
