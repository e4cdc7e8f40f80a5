"""What every act on matters shares: who may, locks, moving orders with their history, opening again what was closed.

One act at a time, and none while a grouping writes: both lock the counter of matters. The states of links before an
act are kept in it (`MatterAct.data`), so that undoing puts back exactly what was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from wenxiao.library import rules as grade_rules
from wenxiao.library.choices import ActKind, MatterState, ProposalState
from wenxiao.library.days import today
from wenxiao.library.facts import gather, matter_columns, refresh
from wenxiao.library.models import Counter, Matter, MatterAct, MatterLink, NotSame, Proposal
from wenxiao.orders.choices import EventKind
from wenxiao.orders.models import Event
from wenxiao.orders.selectors import visible_orders
from wenxiao.units.models import User
from wenxiao.units.scope import scope_matters

COUNTER = "matter"


@dataclass(slots=True)
class Change:
    """Orders on their way: `before` is the link that each had (None: it had none)."""

    actor: User
    kind: ActKind
    matter: Matter
    other: Matter | None = None
    note: str = ""
    before: dict[int, dict[str, Any] | None] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)


def may_settle(actor: User) -> None:
    """Raises PermissionDenied for who may look but not act."""
    if not actor.may_assess:
        raise PermissionDenied(_("只有研判员和管理员可以调整事项"))


def lock() -> Counter:
    """The counter of matters, locked until the end of the transaction."""
    counter, _created = Counter.objects.select_for_update().get_or_create(name=COUNTER)
    return counter


def found(actor: User, number: str) -> Matter:
    """A matter of the actor's scope by its number, a pointer followed to its end; Http404 when there is none."""
    row = Matter.objects.filter(number__iexact=number.strip()).first()
    row = followed(row) if row else None
    if row is None or not scope_matters(actor, Matter.objects.filter(pk=row.pk)).exists():
        raise Http404(_("没有这个事项"))
    return row


def followed(matter: Matter) -> Matter:
    """Where a merged matter's orders are now."""
    seen: set[int] = set()
    while matter.merged_into is not None and matter.pk not in seen:
        seen.add(matter.pk)
        matter = matter.merged_into
    return matter


def orders_in_scope(actor: User, orders: Iterable[int]) -> list[int]:
    """The ids, sorted, each once; Http404 when one of them is not there for the actor."""
    wanted = sorted(set(orders))
    if visible_orders(actor).filter(pk__in=wanted).count() != len(wanted):
        raise Http404(_("没有这件工单"))
    return wanted


def new_matter(counter: Counter, orders: Sequence[int]) -> Matter:
    """A matter with the next number and the columns of its orders, not yet linked to them."""
    counter.value += 1
    counter.save(update_fields=["value"])
    rules = grade_rules.load(grade_rules.rules_folder())
    columns = matter_columns(gather({0: orders})[0], rules, today())
    return Matter.objects.create(number=f"M{counter.value:06d}", worked_on=True, **columns)


def move(change: Change, orders: Sequence[int], *, mark: bool = True) -> MatterAct:
    """Put the orders into `change.matter` (`mark`: as put there by the actor), and keep the act.

    Raises ValidationError when somebody has said that two of the orders that would meet are not one matter.
    """
    links = {link.order_id: link for link in MatterLink.objects.select_for_update().filter(order__in=orders)}
    _never_together(change.matter, orders)
    for pk in orders:
        change.before[pk] = _kept(links[pk]) if pk in links else None
    marks: dict[str, Any] = {"by": change.actor, "at": timezone.now()} if mark else {}
    MatterLink.objects.filter(pk__in=[link.pk for link in links.values()]).update(
        matter=change.matter, **marks
    )
    fresh = [MatterLink(order_id=pk, matter=change.matter, **marks) for pk in orders if pk not in links]
    MatterLink.objects.bulk_create(fresh)
    Proposal.objects.filter(order__in=orders, state=ProposalState.PENDING).delete()
    return conclude(change, orders)


def conclude(change: Change, orders: Sequence[int]) -> MatterAct:
    """Keep the act, tell it on the orders, and bring the matters up to date."""
    act = MatterAct.objects.create(
        kind=change.kind,
        matter=change.matter,
        other=change.other,
        by=change.actor,
        note=change.note,
        data={**change.data, "orders": {str(pk): link for pk, link in change.before.items()}},
    )
    tell(EventKind.LINKED, change.actor, orders, told(change), {"act": act.pk})
    mine = [change.matter, *filter(None, [change.other])]
    touched = {link["matter"] for link in change.before.values() if link} | {m.pk for m in mine}
    Matter.objects.filter(pk__in=touched, worked_on=False).update(worked_on=True)
    update(touched)
    return act


def told(change: Change) -> str:
    """The act in a line of an order's history. It names the matter that the order is in now, which its readers see."""
    return "：".join(filter(None, [f"{change.kind.label}（{change.matter.number}）", change.note]))


def tell(kind: EventKind, actor: User | None, orders: Iterable[int], text: str, data: dict[str, Any]) -> None:
    """An event on each of the orders."""
    now = timezone.now()
    rows = [Event(order_id=pk, kind=kind, at=now, actor=actor, text=text, data=data) for pk in orders]
    Event.objects.bulk_create(rows)


def update(matters: Iterable[int]) -> None:
    """Bring the columns of matters up to date, after opening those that were called about since they were closed."""
    rows = list(Matter.objects.select_for_update().filter(pk__in=matters).order_by("pk"))
    reopen_called(rows)
    rules = grade_rules.load(grade_rules.rules_folder())
    for matter in refresh(rows, rules, today()):
        matter.save()


def reopen_called(matters: Iterable[Matter]) -> list[Matter]:
    """Open every closed matter that has a call after its closing; each is told on the order that did it."""
    opened = []
    for matter in matters:
        if matter.state != MatterState.CLOSED or matter.merged_into_id is not None:
            continue
        since = matter.closed_at or matter.last_called
        calls = MatterLink.objects.filter(matter=matter, order__called_at__gt=since) if since else None
        order = calls.order_by("order__called_at").values_list("order", flat=True).first() if calls else None
        if order is None:
            continue
        matter.state, matter.closed_at, matter.reopened = MatterState.OPEN, None, matter.reopened + 1
        matter.save(update_fields=["state", "closed_at", "reopened"])
        act = MatterAct.objects.create(kind=ActKind.REOPENED, matter=matter, data={"order": order})
        tell(EventKind.REOPENED, None, [order], "", {"act": act.pk})
        opened.append(matter)
    return opened


def _kept(link: MatterLink) -> dict[str, Any]:
    return {"matter": link.matter_id, "score": link.score, "by": link.by_id, "at": link.at.isoformat()}


def _never_together(matter: Matter, orders: Sequence[int]) -> None:
    inside = set(MatterLink.objects.filter(matter=matter).values_list("order", flat=True)) | set(orders)
    moving = set(orders)
    pairs = NotSame.objects.filter(low__in=inside, high__in=inside).values_list("low", "high")
    if any(low in moving or high in moving for low, high in pairs):
        raise ValidationError(
            _("其中有两件工单已标明“不是同一事项”。要放在一起，请先在事项变更里撤销那次标明。")
        )
