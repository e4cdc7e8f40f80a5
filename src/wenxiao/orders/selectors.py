"""Reading orders, their events and versions, and imports. The actor comes first; what they may not see is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from wenxiao.orders.choices import EventKind
from wenxiao.orders.models import Event, ImportRun, OrderVersion, RejectedRow, Source, WorkOrder
from wenxiao.units.models import Unit, User
from wenxiao.units.scope import Actor, scope_orders, visible_units

#: Which column tells that a step of the order's life happened, for sources that send no events of their own.
STEPS = (
    ("called_at", EventKind.RECEIVED),
    ("dispatched_at", EventKind.DISPATCHED),
    ("signed_at", EventKind.SIGNED),
    ("replied_at", EventKind.REPLIED),
    ("closed_at", EventKind.CLOSED),
)


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of an event line. `derived`: read from a column of the order, there is no event row behind it."""

    at: datetime
    kind: str
    text: str = ""
    actor: User | None = None
    unit: Unit | None = None
    order: WorkOrder | None = None
    derived: bool = False
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The kind in words."""
        return str(EventKind(self.kind).label)


def visible_orders(actor: Actor) -> QuerySet[WorkOrder]:
    """All orders of the actor's scope."""
    return scope_orders(actor, WorkOrder.objects.all())


def get_order(actor: Actor, pk: int) -> WorkOrder:
    """One order. Http404 when it does not exist or is another unit's: the two must not be told apart."""
    order = visible_orders(actor).select_related("source").filter(pk=pk).first()
    if order is None:
        raise Http404(_("没有这件工单"))
    return order


def units_of(order: WorkOrder) -> list[Unit]:
    """The units that handle the order, the main one first."""
    links = order.order_units.select_related("unit").order_by("-role", "pk")
    return [link.unit for link in links]


def event_line(orders: Sequence[WorkOrder]) -> list[Moment]:
    """Everything that happened to orders that the actor was given, in time. Two queries for any number of orders."""
    by_id = {order.pk: order for order in orders}
    events = Event.objects.filter(order__in=by_id).select_related("actor", "unit")
    moments = [
        Moment(e.at, e.kind, e.text, e.actor, e.unit, by_id[e.order_id or 0], data=e.data) for e in events
    ]
    told = {(moment.order.pk, moment.kind) for moment in moments if moment.order}
    for order in orders:
        for column, kind in STEPS:
            at = getattr(order, column)
            if at is not None and (order.pk, kind) not in told:
                moments.append(Moment(at, kind, order=order, derived=True))
    stage = {kind: place for place, (_column, kind) in enumerate(STEPS)}
    return sorted(moments, key=lambda m: (m.at, stage.get(EventKind(m.kind), len(stage))))


def order_versions(actor: Actor, order: WorkOrder) -> list[OrderVersion]:
    """Earlier contents of an order, the oldest first; the present one is the order itself."""
    return list(get_order(actor, order.pk).versions.all())


def sources(actor: Actor) -> QuerySet[Source]:
    """The sources from which the actor sees orders."""
    found = Source.objects.order_by("name")
    if not isinstance(actor, User) or actor.is_handler:
        return found.filter(orders__in=visible_orders(actor)).distinct()
    return found


def unit_options(actor: Actor) -> list[Unit]:
    """The units that the actor may filter by, in tree order (`depth` tells the indent)."""
    return list(visible_units(actor))


def import_runs(actor: Actor) -> QuerySet[ImportRun]:
    """The imports, the newest first. Only for those who may import."""
    if not isinstance(actor, User) or not actor.may_import:
        return ImportRun.objects.none()
    return ImportRun.objects.select_related("source", "started_by")


def get_run(actor: Actor, pk: int) -> ImportRun:
    """One import; Http404 otherwise."""
    run = import_runs(actor).filter(pk=pk).first()
    if run is None:
        raise Http404(_("没有这次导入"))
    return run


def rejected_rows(run: ImportRun) -> QuerySet[RejectedRow]:
    """The rows that did not get in."""
    return run.problems.filter(is_warning=False)


def warnings(run: ImportRun) -> QuerySet[RejectedRow]:
    """What was left unread in rows that did get in, in the order of the file (`importing.WARNINGS_KEPT` of them are kept;
    the counts tell all)."""
    return run.problems.filter(is_warning=True)
