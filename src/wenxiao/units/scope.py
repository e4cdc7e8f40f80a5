"""Who sees which orders: the one mechanism, used by every selector, count, search and export.

An analyst, a leader and an administrator see all; a unit handler sees the orders of their unit and of the units
below it; nobody else sees anything. What is outside is answered like what does not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Model, OuterRef, QuerySet

from wenxiao.units.choices import Role
from wenxiao.units.models import Unit, User

if TYPE_CHECKING:
    from wenxiao.library.models import Commitment, Matter
    from wenxiao.orders.models import WorkOrder

Actor = User | AnonymousUser
_M = TypeVar("_M", bound=Model)

_SEE_ALL = frozenset({Role.ANALYST, Role.LEADER, Role.ADMINISTRATOR})


def sees_all(actor: Actor) -> bool:
    """Whether the actor's scope is everything."""
    return isinstance(actor, User) and actor.is_active and actor.role in _SEE_ALL


def subtree(unit: Unit) -> QuerySet[Unit]:
    """The unit and all below it, by the materialised path."""
    units: QuerySet[Unit] = Unit.objects.filter(path__startswith=unit.path)
    return units


def visible_units(actor: Actor) -> QuerySet[Unit]:
    """The units whose orders the actor sees, in tree order."""
    units: QuerySet[Unit] = Unit.objects.order_by("path")
    if sees_all(actor):
        return units
    if isinstance(actor, User) and actor.is_active and actor.role == Role.HANDLER and actor.unit is not None:
        return units.filter(path__startswith=actor.unit.path)
    return units.none()


def scope_orders(actor: Actor, orders: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """Those of the orders that the actor may see."""
    return _through_order(actor, orders, "pk")


def scope_commitments(actor: Actor, commitments: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """Those of the commitments whose order the actor may see."""
    return _through_order(actor, commitments, "order_id")


def scope_matters(actor: Actor, matters: QuerySet[Matter]) -> QuerySet[Matter]:
    """Those of the matters of which the actor may see at least one order."""
    from wenxiao.library.models import MatterLink

    if sees_all(actor):
        return matters
    return matters.filter(
        Exists(_through_order(actor, MatterLink.objects.filter(matter=OuterRef("pk")), "order_id"))
    )


def _through_order(actor: Actor, rows: QuerySet[_M], order: str) -> QuerySet[_M]:
    from wenxiao.orders.models import OrderUnit

    if sees_all(actor):
        return rows
    # The ids are not read here but joined: a handler's list costs one query, and a unit that moves in the tree takes
    # its orders along at once, which a copied path would not.
    handled: QuerySet[Any] = OrderUnit.objects.filter(
        unit__in=visible_units(actor).order_by(), order=OuterRef(order)
    )
    return rows.filter(Exists(handled))
