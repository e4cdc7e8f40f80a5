"""What is asked for by key in one text is what the ORM gives."""

from __future__ import annotations

import pytest
from tests.conftest import Cast, Importer, row

from wenxiao.library.models import Finding
from wenxiao.orders import bulk
from wenxiao.orders.models import WorkOrder


def test_rows_by_key_are_those_of_the_orm(cast: Cast, importer: Importer) -> None:
    importer([row(), row(closed_at=""), row()])
    keys = list(WorkOrder.objects.values_list("pk", flat=True))[:2]
    columns = (
        "number",
        "called_at",
        "closed_at",
        "is_urgent",
        "rehandled",
        "finding__logit",
        "gist__escaped",
    )
    asked = WorkOrder.objects.filter(pk__in=keys).order_by("-number").values_list("id", *columns)
    assert sorted(asked) == bulk.select(WorkOrder, ("id", *columns), {"id": keys}, order_by=["id"])
    columns = ("order", "evidence", "reference", "captured", "order__number")
    asked = Finding.objects.filter(captured=True, order__in=keys).order_by("order").values_list(*columns)
    where = {"order": set(keys), "captured": True}
    assert list(asked) == bulk.select(Finding, columns, where, order_by=["order"], lock=False)


def test_only_the_rows_that_are_meant_change(cast: Cast, importer: Importer) -> None:
    importer([row(), row(), row()])
    first, second, third = WorkOrder.objects.order_by("pk").values_list("pk", flat=True)
    bulk.change(WorkOrder, {"rehandled": 3}, {"id": [first, second]})
    bulk.change(WorkOrder, {"rehandled": 4}, {"id": {second, third}, "rehandled": 3})
    bulk.change(WorkOrder, {"rehandled": 5}, {"id": []})
    found = bulk.select(
        WorkOrder,
        ("rehandled",),
        {"source": [*WorkOrder.objects.values_list("source", flat=True)]},
        order_by=["id"],
        limit=2,
    )
    assert found == list(WorkOrder.objects.order_by("pk").values_list("rehandled")[:2]) == [(3,), (4,)]


@pytest.mark.django_db
def test_nothing_asked_is_nothing_found() -> None:
    assert bulk.select(WorkOrder, ("id",), {"id": []}) == []
