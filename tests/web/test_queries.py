"""No list costs a query a row: the same number of queries for ten rows and for twenty."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.conftest import Cast, Importer, row
from tests.web.conftest import SignIn

from wenxiao.library.models import MatterLink
from wenxiao.orders.models import WorkOrder


def _rows(count: int) -> list[dict[str, str]]:
    promises = ["我局将于2026年12月{}日前完成维修。", "已转交河口镇处理，下一步将于2026年10月{}日前修好。"]
    return [
        row(reply=promises[n % 2].format(n % 28 + 1), unit="县住建局", co_units="柳岸村")
        for n in range(count)
    ]


def _count(browser: object, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = browser.get(address)  # type: ignore[attr-defined]
    assert answer.status_code == 200
    return len(queries)


@pytest.mark.parametrize("who", ["analyst", "clerk"])
@pytest.mark.parametrize(
    "address", ["/assess/?decision=&captured=0", "/library/?state=", "/commitments/", "/overview/"]
)
def test_lists(cast: Cast, importer: Importer, sign_in: SignIn, who: str, address: str) -> None:
    browser = sign_in(getattr(cast, who))
    importer(_rows(10))
    _count(browser, address)  # what is loaded once
    ten = _count(browser, address)
    importer(_rows(10))
    assert _count(browser, address) <= ten
    assert ten <= 25


def test_the_list_of_imports(cast: Cast, importer: Importer, sign_in: SignIn) -> None:
    browser = sign_in(cast.analyst)
    importer([row()], actor=cast.analyst)
    ten = _count(browser, "/import/")
    for _ in range(5):
        importer([row()], actor=cast.analyst)
    assert _count(browser, "/import/") <= ten


def test_an_order_and_its_matter_with_many_siblings(cast: Cast, importer: Importer, sign_in: SignIn) -> None:
    browser = sign_in(cast.analyst)

    def pages() -> tuple[int, int]:
        first = WorkOrder.objects.order_by("pk").first()
        assert first is not None
        matter = first.matter_link.matter
        MatterLink.objects.update(matter=matter)
        addresses = (reverse("order", args=[first.pk]), reverse("matter", args=[matter.number]))
        return _count(browser, addresses[0]), _count(browser, addresses[1])

    importer(_rows(5))
    pages()
    few = pages()
    importer(_rows(10))
    assert pages() <= few
