"""What an administrator changes about a unit: its name, kind, place and aliases; and taking that back.

Merging and removing, which orders go along with, are in `orders.unit_changes`.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from wenxiao.units.choices import ChangeKind, UnitKind
from wenxiao.units.models import Change, Unit, User
from wenxiao.units.naming import UNSORTED_CODE, normalise
from wenxiao.units.people import may_administer
from wenxiao.units.services import NewUnit, add_unit


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an administrator says of a unit; `parent` None is the top."""

    name: str
    kind: UnitKind
    parent: Unit | None = None
    aliases: Sequence[str] = field(default=())


@transaction.atomic
def create_unit(*, actor: User, wanted: Wanted) -> Unit:
    """A new unit, by a person. Raises ValidationError, by field."""
    may_administer(actor)
    lock_tree()
    _check(wanted, None)
    code = f"unit-{secrets.token_hex(6)}"
    made = add_unit(wanted.parent, NewUnit(wanted.name, wanted.kind, code, wanted.aliases))
    Change.objects.create(actor=actor, kind=ChangeKind.UNIT_ADDED, subject=made.name, text=_said(made))
    return made


@transaction.atomic
def change_unit(*, actor: User, unit: int, wanted: Wanted) -> Unit:
    """Another name, kind, place or other aliases; a unit that waited for a place has one then. What is below it moves
    along, and so does what its people see. Raises ValidationError, by field."""
    may_administer(actor)
    lock_tree()
    found = standing(unit)
    _check(wanted, found)
    before, was = state(found), _said(found)
    _put(found, wanted.name, wanted.kind, wanted.aliases, wanted.parent)
    if state(found) != before:
        Change.objects.create(
            actor=actor,
            kind=ChangeKind.UNIT_CHANGED,
            subject=found.name,
            text=f"{was} → {_said(found)}",
            before=before,
        )
    return found


def lock_tree() -> None:
    """Let people change the tree one after the other, until the end of the transaction: places in it and names are told
    from what is there. (SQLite has one writer anyway.)"""
    list(Unit.objects.select_for_update().order_by("pk").values_list("pk", flat=True)[:1])


def standing(unit: int) -> Unit:
    """The unit, locked. Raises ValidationError where somebody took it away meanwhile."""
    found: Unit | None = Unit.objects.select_for_update().filter(pk=unit).first()
    if found is None:
        raise ValidationError(_("单位已经不在了，或者选的是同一个。"))
    return found


def state(unit: Unit) -> dict[str, Any]:
    """The columns of a unit that a person may change, for `Change.before`."""
    parent = parent_of(unit)
    return {
        "unit": unit.pk,
        "name": unit.name,
        "kind": unit.kind,
        "code": unit.code,
        "aliases": list(unit.aliases),
        "unconfirmed": unit.unconfirmed,
        "parent": parent.code if parent else None,
    }


def parent_of(unit: Unit) -> Unit | None:
    """What the unit is under now, whatever was moved since it was read."""
    units: Any = Unit.objects
    found: Unit | None = units.get_parent(unit, update=True)
    return found


def restore(before: dict[str, Any]) -> Unit:
    """Put a unit back to an earlier state. Raises ValidationError when it, or what it was under, is no longer there."""
    found: Unit | None = Unit.objects.select_for_update().filter(pk=before["unit"]).first()
    parent = Unit.objects.filter(code=before["parent"]).first()
    if found is None or (before["parent"] and parent is None):
        raise ValidationError(_("这个单位或者它原来的上级已经不在了，不能撤销。"))
    if parent is not None and parent.path.startswith(found.path):
        raise ValidationError(_("它原来的上级现在在它之下，不能撤销。"))
    _put(found, before["name"], before["kind"], before["aliases"], parent, unconfirmed=before["unconfirmed"])
    return found


def _put(
    unit: Unit,
    name: str,
    kind: str,
    aliases: Sequence[str],
    parent: Unit | None,
    *,
    unconfirmed: bool = False,
) -> None:
    unit.name, unit.kind, unit.aliases, unit.unconfirmed = name, kind, list(aliases), unconfirmed
    unit.save(update_fields=["name", "kind", "aliases", "unconfirmed"])
    here = parent_of(unit)
    if (here.pk if here else None) == (parent.pk if parent else None):
        return
    units: Any = Unit.objects
    if parent is not None:
        units.move(unit, parent, "last-child")
    else:
        units.move(unit, units.get_root_nodes().order_by("path").last(), "last-sibling")


def _check(wanted: Wanted, unit: Unit | None) -> None:
    errors: dict[str, str] = {}
    if not wanted.name or len(wanted.name) > 100:
        errors["name"] = _("写 1 到 100 个字的名称。")
    if unit is not None and unit.code == UNSORTED_CODE:
        errors["name"] = _("“未归类”是等待归类的单位待的地方，不能改。")
    if wanted.parent is not None and unit is not None and wanted.parent.path.startswith(unit.path):
        errors["parent"] = _("上级不能是它自己，也不能是它下面的单位。")
    if wanted.parent is not None and wanted.parent.unconfirmed:
        errors["parent"] = _("上级单位自己还没有归类，先把它归类。")
    taken = _names_of_others(unit)
    for box, names in (("name", [wanted.name]), ("aliases", wanted.aliases)):
        for name in names:
            if other := taken.get(normalise(name)):
                errors[box] = _("“%(name)s”已经是“%(unit)s”的名称或别名。") % {
                    "name": name,
                    "unit": other,
                }
    if errors:
        raise ValidationError(errors)


def _names_of_others(unit: Unit | None) -> dict[str, str]:
    """Names and aliases of all other units: a name that two had would lead an import to the one or the other by chance."""
    others = Unit.objects.exclude(pk=unit.pk if unit else None).exclude(code=UNSORTED_CODE)
    found: dict[str, str] = {}
    for other in others:
        found |= {normalise(str(name)): other.name for name in (other.name, *other.aliases)}
    return found


def _said(unit: Unit) -> str:
    parent = parent_of(unit)
    parts = [unit.name, str(UnitKind(unit.kind).label), str(parent) if parent else _("顶层")]
    return " · ".join([*parts, *(f"＝{alias}" for alias in unit.aliases)])
