"""Putting a unit into the organisation tree. What people change about it is in `changing`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from wenxiao.units.choices import UnitKind
from wenxiao.units.models import Unit


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit that is to be made; `code` is unique, `aliases` are names that imports write."""

    name: str
    kind: UnitKind
    code: str
    aliases: Sequence[str] = field(default=())
    unconfirmed: bool = False


def add_unit(parent: Unit | None, new: NewUnit) -> Unit:
    """Put a unit under another, behind its last child, or at the top. Call inside a transaction: the parent stays
    locked until its end."""
    columns: dict[str, Any] = {
        "name": new.name[:100],
        "kind": new.kind,
        "code": new.code,
        "aliases": list(new.aliases),
        "unconfirmed": new.unconfirmed,
    }
    units: Any = Unit.objects
    made: Unit = units.add_root(columns) if parent is None else units.add_child(parent, columns)
    return made
