"""The ledger of commitments by due date (承诺台账). The actor comes first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from wenxiao.library.choices import COMMITMENT_OPEN, CommitmentState, Due
from wenxiao.library.filters import LedgerFilter
from wenxiao.library.models import Commitment
from wenxiao.orders.models import OrderUnit
from wenxiao.orders.search import find
from wenxiao.orders.selectors import visible_orders
from wenxiao.units.models import Unit
from wenxiao.units.scope import Actor, scope_commitments, visible_units

#: "This week" is today and the seven days after it, as in the summary of `wenxiao scan`.
WEEK = timedelta(days=7)


def due_condition(part: str, today: date) -> Q:
    """Which commitments belong to a part of the ledger. The four parts have no overlap and leave nothing out."""
    return {
        Due.OVERDUE.value: Q(due__lt=today),
        Due.WEEK.value: Q(due__gte=today, due__lte=today + WEEK),
        Due.LATER.value: Q(due__gt=today + WEEK),
        Due.UNDATED.value: Q(due__isnull=True),
    }[part]


def due_part(commitment: Commitment, today: date) -> Due:
    """The part of the ledger in which a commitment stands."""
    if commitment.due is None:
        return Due.UNDATED
    if commitment.due < today:
        return Due.OVERDUE
    return Due.WEEK if commitment.due <= today + WEEK else Due.LATER


def ledger(actor: Actor, narrowed: LedgerFilter, today: date) -> QuerySet[Commitment]:
    """The rows of the ledger, the first due first, with `order` and its units at hand."""
    rows = _matching(actor, narrowed)
    if narrowed.due:
        rows = rows.filter(due_condition(narrowed.due, today))
    rows = rows.select_related("order__finding", "order__source", "order__matter_link__matter")
    rows = rows.defer("order__search", "order__content", "order__handling", "order__finding__evidence")
    return rows.prefetch_related("order__order_units__unit").order_by(F("due").asc(nulls_last=True), "pk")


def _matching(actor: Actor, narrowed: LedgerFilter) -> QuerySet[Commitment]:
    rows = scope_commitments(actor, Commitment.objects.all())
    rows = (
        rows.filter(state=narrowed.state)
        if narrowed.state in CommitmentState
        else rows.filter(state__in=COMMITMENT_OPEN)
    )
    if narrowed.concrete:
        rows = rows.filter(concrete=True)
    if narrowed.since is not None:
        rows = rows.filter(due__gte=narrowed.since)
    if narrowed.until is not None:
        rows = rows.filter(due__lte=narrowed.until)
    if narrowed.unit is not None:
        rows = rows.filter(order__in=_orders_of(actor, narrowed.unit))
    if narrowed.q:
        rows = rows.filter(order__in=find(visible_orders(actor), narrowed.q).values("pk"))
    return rows


def _orders_of(actor: Actor, unit_id: int) -> QuerySet[OrderUnit, Any]:
    unit = visible_units(actor).filter(pk=unit_id).first()
    if unit is None:
        return OrderUnit.objects.none().values("order")
    return OrderUnit.objects.filter(unit__in=Unit.objects.filter(path__startswith=unit.path)).values("order")


def ledger_counts(actor: Actor, narrowed: LedgerFilter, today: date) -> dict[str, int]:
    """How many rows each part of the ledger has under the filter, in one query."""
    parts = {part: Count("pk", filter=due_condition(part, today)) for part in Due.values}
    return dict(_matching(actor, narrowed).order_by().aggregate(**parts))
