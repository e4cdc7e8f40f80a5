"""Changes to units that orders go along with: two names turn out to be one unit, or a unit is not one at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from wenxiao.orders.choices import UnitRole
from wenxiao.orders.models import Event, OrderUnit
from wenxiao.units.changing import lock_tree, restore, standing, state
from wenxiao.units.choices import ChangeKind, UnitKind
from wenxiao.units.models import Change, Unit, User
from wenxiao.units.naming import UNSORTED_CODE, normalise
from wenxiao.units.people import may_administer
from wenxiao.units.services import NewUnit, add_unit

#: Characters that a short form has at least.
_LEAST = 3


def waiting_units() -> QuerySet[Unit]:
    """The units that imports met and nobody has placed, those with the most orders first (`handled`)."""
    waiting: QuerySet[Unit] = (
        Unit.objects.filter(unconfirmed=True)
        .exclude(code=UNSORTED_CODE)
        .annotate(handled=Count("order_units"))
        .order_by("-handled", "path")
    )
    return waiting


def likely_same(waiting: Iterable[Unit]) -> dict[int, Unit]:
    """For waiting units, the placed unit that theirs is a short (or long) form of: 住建局 and 县住房和城乡建设局. The
    characters must come in their order and the last one be the same; 杨树村 is no form of 柳树村."""
    known = [
        (normalise(str(name)), unit)
        for unit in Unit.objects.filter(unconfirmed=False)
        for name in (unit.name, *unit.aliases)
    ]
    found: dict[int, Unit] = {}
    for unit in waiting:
        name = normalise(unit.name)
        scored = [(_shortened(name, other), at) for at, (other, _unit) in enumerate(known)]
        score, at = max(scored, default=(0.0, 0))
        if score > 0:
            found[unit.pk] = known[at][1]
    return found


def _shortened(name: str, other: str) -> float:
    """How much of the longer name the shorter one is; 0 where it is no short form of it."""
    short, long = sorted((name, other), key=len)
    rest = iter(long)
    if len(short) < _LEAST or short[-1] != long[-1] or not all(sign in rest for sign in short):
        return 0.0
    return len(short) / len(long)


@transaction.atomic
def merge_units(*, actor: User, unit: int, into: int) -> Unit:
    """All orders, people and names of `unit` become `into`'s, and `unit` is gone. Raises ValidationError. Taken back
    by `undo_change`. What matters say of their units is brought up to date by `library.regrading`."""
    may_administer(actor)
    lock_tree()
    old, kept = standing(unit), standing(into)
    if old == kept:
        raise ValidationError(_("单位已经不在了，或者选的是同一个。"))
    _may_go(old)
    if kept.code == UNSORTED_CODE or kept.unconfirmed:
        raise ValidationError(_("“%(unit)s”自己还没有归类，先把它归类。") % {"unit": kept})
    rows, events = OrderUnit.objects.filter(unit=old), Event.objects.filter(unit=old)
    both = OrderUnit.objects.filter(unit=kept, order__in=rows.values("order"))
    before = state(old) | {
        "into": kept.code,
        "orders": [list(row) for row in rows.values_list("order", "role")],
        "both": [list(row) for row in both.values_list("order", "role")],
        "events": list(events.values_list("pk", flat=True)),
        "people": list(old.people.values_list("pk", flat=True)),
        "aliases_of_into": list(kept.aliases),
    }
    both.filter(order__in=rows.filter(role=UnitRole.MAIN).values("order")).update(role=UnitRole.MAIN)
    rows.filter(order__in=OrderUnit.objects.filter(unit=kept).values("order")).delete()
    rows.update(unit=kept)
    events.update(unit=kept)
    User.objects.filter(unit=old).update(unit=kept)
    kept.aliases = list(dict.fromkeys([*kept.aliases, old.name, *old.aliases]))
    kept.save(update_fields=["aliases"])
    Change.objects.create(
        actor=actor, kind=ChangeKind.UNIT_MERGED, subject=old.name, text=f"→ {kept.name}", before=before
    )
    _delete(old)
    return kept


@transaction.atomic
def remove_unit(*, actor: User, unit: int) -> None:
    """Take away a unit with no orders, people and units below it. Raises ValidationError."""
    may_administer(actor)
    lock_tree()
    found = standing(unit)
    _may_go(found)
    if OrderUnit.objects.filter(unit=found).exists() or found.people.exists():
        raise ValidationError(_("它还有工单或者人员，不能删除；可以并入另一个单位。"))
    Change.objects.create(
        actor=actor, kind=ChangeKind.UNIT_REMOVED, subject=found.name, before=state(found) | {"orders": []}
    )
    _delete(found)


@transaction.atomic
def undo_change(*, actor: User, change: int) -> Change:
    """Take back a change of a unit; a second time changes nothing. Raises ValidationError."""
    may_administer(actor)
    lock_tree()
    row = Change.objects.select_for_update().get(pk=change)
    if row.undone_at is not None:
        return row
    if row.before is None:
        raise ValidationError(_("这一步不能撤销。"))
    later = Change.objects.filter(before__unit=row.before["unit"], pk__gt=row.pk, undone_at=None)
    if later.exists():
        raise ValidationError(_("这个单位后来又改过，先撤销后来的那一步。"))
    if "orders" in row.before:
        _bring_back(row.before)
    else:
        restore(row.before)
    row.undone_at = timezone.now()
    row.save(update_fields=["undone_at"])
    return row


def _bring_back(before: dict[str, Any]) -> None:
    """Make a merged or removed unit anew, with the orders, events and people that are still where they were put."""
    parent = Unit.objects.filter(code=before["parent"]).first()
    if before["parent"] and parent is None:
        raise ValidationError(_("这个单位或者它原来的上级已经不在了，不能撤销。"))
    kept = Unit.objects.select_for_update().filter(code=before.get("into")).first()
    if before.get("into") and kept is None:
        raise ValidationError(_("它并入的单位已经不在了，不能撤销。"))
    if kept is not None:
        mine = {normalise(str(name)) for name in (before["name"], *before["aliases"])}
        former = set(before["aliases_of_into"])
        kept.aliases = [a for a in kept.aliases if a in former or normalise(str(a)) not in mine]
        kept.save(update_fields=["aliases"])
    new = NewUnit(
        before["name"], UnitKind(before["kind"]), before["code"], before["aliases"], before["unconfirmed"]
    )
    unit = add_unit(parent, new)
    if kept is None:
        return
    _give_back(before, kept, unit)


def _give_back(before: dict[str, Any], kept: Unit, unit: Unit) -> None:
    own = dict(before["both"])  # what `kept` was for the orders that both handled
    for part in _parts(before["orders"]):
        roles: dict[int, str] = dict(part)
        rows = OrderUnit.objects.filter(unit=kept, order__in=roles)
        there = list(rows.values_list("order", flat=True))
        rows.exclude(order__in=roles.keys() & own.keys()).delete()
        for role in UnitRole.values:
            rows.filter(order__in=[order for order in roles if own.get(order) == role]).update(role=role)
        OrderUnit.objects.bulk_create([OrderUnit(order_id=pk, unit=unit, role=roles[pk]) for pk in there])
    for part in _parts(before["events"]):
        Event.objects.filter(pk__in=part, unit=kept).update(unit=unit)
    User.objects.filter(pk__in=before["people"], unit=kept).update(unit=unit)


def _parts(items: list[Any]) -> Iterator[list[Any]]:
    """Some at a time: a statement takes a limited number of values."""
    for start in range(0, len(items), 500):
        yield items[start : start + 500]


def _may_go(unit: Unit) -> None:
    if unit.code == UNSORTED_CODE:
        raise ValidationError(_("“未归类”是等待归类的单位待的地方，不能改。"))
    if unit.numchild:
        raise ValidationError(_("它下面还有单位，先把它们移走。"))


def _delete(unit: Unit) -> None:
    unit.refresh_from_db()
    unit.delete()
