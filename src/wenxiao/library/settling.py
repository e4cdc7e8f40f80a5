"""What people do to matters: merge, split, move an order, say that two orders are not one matter, answer what the
grouping proposes, close. Each act is idempotent, happens whole or not at all, is kept, and can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from wenxiao.library import acts
from wenxiao.library.acts import Change, found, may_settle, orders_in_scope
from wenxiao.library.choices import ActKind, MatterState, ProposalState
from wenxiao.library.models import Matter, MatterAct, MatterLink, NotSame, Proposal
from wenxiao.orders.choices import EventKind
from wenxiao.units.models import User

_NOTE = 500


@dataclass(frozen=True, slots=True)
class Settled:
    """The matter that the act left, and the act; None when everything was so already."""

    matter: Matter
    act: MatterAct | None


@transaction.atomic
def merge_matters(*, actor: User, into: str, other: str, note: str = "") -> Settled:
    """All orders of `other` go to `into`, which keeps its number; `other` stays as a pointer. Both are numbers."""
    may_settle(actor)
    acts.lock()
    target, source = found(actor, into), found(actor, other)
    if target == source:
        if into.strip().upper() == other.strip().upper():
            raise ValidationError(_("不能把事项并入它自己"))
        return Settled(target, None)
    return Settled(target, _merge(Change(actor, ActKind.MERGED, target, source, note.strip()[:_NOTE])))


def _merge(change: Change) -> MatterAct:
    source = change.other
    assert source is not None
    orders = list(MatterLink.objects.filter(matter=source).order_by("order").values_list("order", flat=True))
    act = acts.move(change, orders, mark=False)
    Matter.objects.filter(pk=source.pk).update(merged_into=change.matter, worked_on=True)
    both = Proposal.objects.filter(matter__in=[change.matter, source], other__in=[change.matter, source])
    both.filter(state=ProposalState.PENDING).delete()
    # What was proposed for the one that is now a pointer is for a new grouping to say again.
    Proposal.objects.filter(matter=source, state=ProposalState.PENDING).delete()
    return act


@transaction.atomic
def split_matter(*, actor: User, matter: str, orders: Sequence[int], note: str = "") -> Settled:
    """Some orders of a matter become a matter of their own, with a new number."""
    may_settle(actor)
    counter = acts.lock()
    source, chosen = found(actor, matter), orders_in_scope(actor, orders)
    if not chosen:
        raise ValidationError(_("请先勾选要拆出的工单"))
    inside = set(MatterLink.objects.filter(matter=source).values_list("order", flat=True))
    if inside.isdisjoint(chosen):
        return _already_apart(source, chosen)
    if not inside.issuperset(chosen):
        raise ValidationError(_("有的工单已经不在这个事项里，请刷新后再试"))
    if len(chosen) == len(inside):
        raise ValidationError(_("不能把全部工单都拆出去"))
    target = acts.new_matter(counter, chosen)
    return Settled(
        target, acts.move(Change(actor, ActKind.SPLIT, target, source, note.strip()[:_NOTE]), chosen)
    )


def _already_apart(source: Matter, chosen: Sequence[int]) -> Settled:
    """A second click: the orders left together before."""
    links = MatterLink.objects.filter(order__in=chosen).select_related("matter")
    homes = {link.matter for link in links}
    came = MatterAct.objects.filter(matter__in=homes, other=source, undone_at__isnull=True)
    if len(homes) != 1 or not came.exists():
        raise ValidationError(_("这些工单不在这个事项里，请刷新后再试"))
    return Settled(homes.pop(), None)


@transaction.atomic
def move_orders(*, actor: User, orders: Sequence[int], to: str, note: str = "") -> Settled:
    """Put orders into another matter, found by its number."""
    may_settle(actor)
    acts.lock()
    target, chosen = found(actor, to), orders_in_scope(actor, orders)
    if not chosen:
        raise ValidationError(_("请先勾选要移动的工单"))
    homes = dict(MatterLink.objects.filter(order__in=chosen).values_list("order", "matter"))
    moving = [pk for pk in chosen if homes.get(pk) != target.pk]
    if not moving:
        return Settled(target, None)
    home = homes.get(moving[0])
    source = Matter.objects.get(pk=home) if home is not None else None
    act = acts.move(Change(actor, ActKind.MOVED, target, source, note.strip()[:_NOTE]), moving)
    _forward_emptied({pk for pk in homes.values() if pk != target.pk}, target)
    return Settled(target, act)


def _forward_emptied(matters: set[int], target: Matter) -> None:
    """A matter that has lost its last order points to where it went, so that its number still leads somewhere."""
    Matter.objects.filter(pk__in=matters, links__isnull=True).update(merged_into=target, worked_on=True)


@transaction.atomic
def keep_apart(*, actor: User, one: int, other: int, note: str = "") -> Settled:
    """Two orders are not one matter: remembered, never grouped or proposed again. If they are in one matter, `other`
    leaves it for one of its own."""
    may_settle(actor)
    counter = acts.lock()
    low, high = _pair(actor, one, other)
    homes = {link.order_id: link.matter for link in MatterLink.objects.filter(order__in=(low, high))}
    _row, is_new = NotSame.objects.get_or_create(low_id=low, high_id=high, defaults={"by": actor})
    together = len(homes) == 2 and homes[low] == homes[high]
    source = homes.get(one) or homes.get(other)
    if source is None:
        raise ValidationError(_("这两件工单都还没有归入事项"))
    if not is_new and not together:
        return Settled(source, None)
    data = {"pair": [low, high]} if is_new else {}
    if not together:
        change = Change(actor, ActKind.APART, source, note=note.strip()[:_NOTE], data=data)
        return Settled(source, acts.conclude(change, [low, high]))
    target = acts.new_matter(counter, [other])
    change = Change(actor, ActKind.APART, target, source, note.strip()[:_NOTE], data=data)
    return Settled(target, acts.move(change, [other]))


def _pair(actor: User, one: int, other: int) -> tuple[int, int]:
    if one == other:
        raise ValidationError(_("请选两件不同的工单"))
    low, high = orders_in_scope(actor, [one, other])
    return low, high


@transaction.atomic
def answer_proposal(*, actor: User, proposal: int, accept: bool, note: str = "") -> Settled:
    """Do what the grouping proposed, or never hear of it again. An answer that stands already changes nothing."""
    may_settle(actor)
    acts.lock()
    rows = Proposal.objects.select_related("matter", "other", "order").select_for_update(of=("self",))
    row = rows.filter(pk=proposal).first()
    if row is None:
        raise Http404(_("没有这条建议"))
    wanted = ProposalState.ACCEPTED if accept else ProposalState.REFUSED
    if row.state == wanted:
        return Settled(acts.followed(row.matter), None)
    if row.state != ProposalState.PENDING:
        raise ValidationError(_("这条建议已经有人处理过了"))
    row.state, row.by, row.decided_at = wanted, actor, timezone.now()
    row.save(update_fields=["state", "by", "decided_at"])
    kind = ActKind.ACCEPTED if accept else ActKind.REFUSED
    change = Change(actor, kind, row.matter, row.other, note.strip()[:_NOTE], data={"proposal": row.pk})
    orders = [row.order_id] if row.order_id else []
    if not accept:
        return Settled(row.matter, acts.conclude(change, orders))
    return Settled(row.matter, _merge(change) if row.other else acts.move(change, orders))


@transaction.atomic
def close_matter(*, actor: User, matter: str, note: str) -> Settled:
    """Take a matter off the list (销号); `note` says what shows that it is settled. A later call opens it again."""
    may_settle(actor)
    acts.lock()
    row = found(actor, matter)
    if row.state == MatterState.CLOSED:
        return Settled(row, None)
    if not note.strip():
        raise ValidationError(_("销号要写明依据"))
    row.state, row.closed_at, row.worked_on = MatterState.CLOSED, timezone.now(), True
    row.save(update_fields=["state", "closed_at", "worked_on"])
    change = Change(actor, ActKind.CLOSED, row, note=note.strip()[:_NOTE])
    act = MatterAct.objects.create(kind=change.kind, matter=row, by=actor, note=change.note)
    return Settled(row, act)


@transaction.atomic
def undo_act(*, actor: User, act: int) -> Settled:
    """Take an act back. Raises ValidationError when its orders have been moved again since: undo that one first."""
    may_settle(actor)
    acts.lock()
    row = MatterAct.objects.select_for_update().filter(pk=act).first()
    if row is None:
        raise Http404(_("没有这次变更"))
    if row.undone_at is not None:
        return Settled(acts.followed(row.matter), None)
    if row.by_id is None:
        raise ValidationError(_("这是来电引起的，不能撤销"))
    orders = {int(pk): link for pk, link in row.data.get("orders", {}).items()}
    _check_untouched(row, list(orders))
    row.undone_at, row.undone_by = timezone.now(), actor
    row.save(update_fields=["undone_at", "undone_by"])
    _put_back(orders)
    _take_back(row)
    acts.tell(EventKind.UNDONE, actor, orders, str(ActKind(row.kind).label), {"act": row.pk})
    acts.update({row.matter_id, *_homes(row)})
    return Settled(_home(row), row)


def _check_untouched(row: MatterAct, orders: Sequence[int]) -> None:
    there = MatterLink.objects.filter(order__in=orders, matter=row.matter_id).count()
    if there != len(orders) or row.matter.merged_into_id is not None:
        raise ValidationError(_("这些工单后来又有变更，请先撤销后来的那次"))


def _put_back(orders: dict[int, Any]) -> None:
    MatterLink.objects.filter(order__in=[pk for pk, link in orders.items() if link is None]).delete()
    for link in MatterLink.objects.filter(order__in=[pk for pk, was in orders.items() if was]):
        was = orders[link.order_id]
        link.matter_id, link.score, link.by_id = was["matter"], was["score"], was["by"]
        link.at = datetime.fromisoformat(was["at"])
        link.save()


def _take_back(row: MatterAct) -> None:
    """What an act did beside moving orders."""
    kind, data = row.kind, row.data
    if kind == ActKind.CLOSED:
        Matter.objects.filter(pk=row.matter_id).update(state=MatterState.OPEN, closed_at=None)
    if "pair" in data:
        low, high = data["pair"]
        NotSame.objects.filter(low=low, high=high).delete()
    if "proposal" in data:
        again = {"state": ProposalState.PENDING, "by": None, "decided_at": None}
        Proposal.objects.filter(pk=data["proposal"]).update(**again)
    if kind in (ActKind.SPLIT, ActKind.APART):
        if row.other_id is not None:  # the number that the split gave is not given again; it leads back
            Matter.objects.filter(pk=row.matter_id).update(merged_into=row.other_id)
    elif kind != ActKind.REFUSED:
        Matter.objects.filter(pk__in=_homes(row), merged_into=row.matter_id).update(merged_into=None)


def _homes(row: MatterAct) -> set[int]:
    """The matters that the orders of an act came from."""
    links = row.data.get("orders", {}).values()
    return {link["matter"] for link in links if link} | set(filter(None, [row.other_id]))


def _home(row: MatterAct) -> Matter:
    is_split = row.kind in (ActKind.SPLIT, ActKind.APART) and row.other is not None
    other = row.other
    return other if is_split and other is not None else row.matter
