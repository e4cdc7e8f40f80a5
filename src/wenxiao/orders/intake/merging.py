"""One order on several rows: a row for each unit, for each step of the handling, or for each call-back.

The rule, in short (docs/files.md has it in full): rows that follow each other with one number, and that agree in all
that is the caller's side, are one order. `[merging]` of data/values.toml says how each field of the unit's side is put
together; every field that it does not name is the caller's side and must agree, or be empty in one of the two rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from wenxiao.orders.intake.problems import Place, Problem, load_data
from wenxiao.orders.intake.seen import CALLER_BYTES, DIGEST_BYTES
from wenxiao.recognition.schema import ORDER_FIELDS, Order

_OWN = ("order", "row", "file", "sheet")
_UNITS = ("unit", "co_units")
#: Without one of these in common, two rows of one number have nothing that says they are one order.
_TELLING = ("title", "content", "called_at")
_JOIN = "\n\n"


@lru_cache(maxsize=1)
def _rules() -> dict[str, str]:
    """Field of the unit's side to the way in which two of its values become one."""
    return {name: how for how, names in load_data("values.toml")["merging"].items() for name in names}


@lru_cache(maxsize=1)
def caller_fields() -> tuple[str, ...]:
    """The fields that must agree between rows of one order."""
    ours = {*_rules(), *_UNITS, *_OWN}
    return tuple(name for name in ORDER_FIELDS if name not in ours)


def read_role(text: str) -> bool | None:
    """True for the unit in charge, False for one that helps, None where the cell says neither."""
    roles = load_data("values.toml")["roles"]
    word = "".join(text.split())
    return True if word in roles["main"] else False if word in roles["helping"] else None


def row_digest(said: str) -> bytes:
    """What stands for everything that a row says."""
    return blake2b(said.encode("utf-8"), digest_size=DIGEST_BYTES).digest()


def caller_digest(order: Order) -> bytes:
    """What stands for the caller's side of an order."""
    said = "\x1f".join([str(getattr(order, name)) for name in caller_fields()])
    return blake2b(said.encode("utf-8"), digest_size=CALLER_BYTES).digest()


def says_who_called(order: Order) -> bool:
    """Whether the row has anything of the caller's side that two rows can agree in."""
    return any(getattr(order, name) not in (None, "") for name in _TELLING)


def is_continuation(order: Order) -> bool:
    """A row with nothing of the caller's side at all: what a cell merged over several rows leaves of the lower ones."""
    return not order.order and all(_is_empty(getattr(order, name)) for name in caller_fields())


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


@dataclass(slots=True)
class OpenOrder:
    """An order whose next row may still come. `order` is None where the row was left out: then its other rows are too."""

    number: str
    place: Place
    order: Order | None = None
    role: bool | None = None
    last_row: int = 0
    rows: int = 1
    chars: int = 0
    warnings: list[Problem] = field(default_factory=list)
    _units: list[tuple[str, bool | None]] = field(default_factory=list)
    _texts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.last_row = self.place.row

    def agrees(self, other: Order) -> bool:
        """Whether the other row of the same number can be part of this order."""
        mine = self.order
        if mine is None or not says_who_called(mine):
            return False
        pairs = [(getattr(mine, name), getattr(other, name)) for name in caller_fields()]
        return all(a == b or _is_empty(a) or _is_empty(b) for a, b in pairs)

    def add(self, other: Order, role: bool | None, place: Place) -> None:
        """Take the other row in."""
        assert self.order is not None
        if self.rows == 1:
            self._remember(self.order, self.role)
        self._remember(other, role)
        for name in caller_fields():
            if _is_empty(getattr(self.order, name)):
                setattr(self.order, name, getattr(other, name))
        for name, how in _rules().items():
            if how != "texts":
                self._combine(name, how, other, place)
        self.rows += 1
        self.last_row = place.row

    def _remember(self, row: Order, role: bool | None) -> None:
        self._units.append((row.unit.strip(), role))
        self._units += [(unit, False) for unit in [row.co_units.strip()] if unit]
        for name, how in _rules().items():
            text = getattr(row, name)
            if how == "texts" and text.strip():
                said = self._texts.setdefault(name, [])
                if all(text != known for _, known in said):
                    said.append((row.unit.strip(), text))
                    self.chars += len(text)

    def _combine(self, name: str, how: str, other: Order, place: Place) -> None:
        old, new = getattr(self.order, name), getattr(other, name)
        if _is_empty(new) or old == new:
            return
        if how == "last" and not _is_empty(old):
            self.warnings.append(
                place.problem("merged_values_differ", first=self.place.row, field=_label(name))
            )
        setattr(self.order, name, new if _is_empty(old) else _CHOICES[how](old, new))

    def close(self) -> Order:
        """The order with all of its rows in it."""
        assert self.order is not None
        if self.rows > 1:
            self._put_units()
            for name, said in self._texts.items():
                setattr(self.order, name, _joined(said))
        return self.order

    def _put_units(self) -> None:
        assert self.order is not None
        named = [(unit, role) for unit, role in self._units if unit]
        in_charge = [unit for unit, role in named if role is True]
        main = (in_charge or [unit for unit, role in named if role is None] or [""])[0]
        self.order.unit = main or self.order.unit
        others = dict.fromkeys(unit for unit, _ in named if unit != self.order.unit)
        self.order.co_units = "、".join(others)


_CHOICES: Mapping[str, Any] = {
    "last": lambda _, new: new,
    "earliest": min,
    "latest": max,
    "largest": max,
    "any": lambda old, new: old or new,
    "all": lambda old, new: old and new,
}


def _label(name: str) -> str:
    return str(load_data("headers.toml")[name]["label"])


def _joined(said: list[tuple[str, str]]) -> str:
    """The texts one after the other, each under the name of its unit where several units speak."""
    if len({unit for unit, _ in said}) < 2:
        return _JOIN.join(text for _, text in said)
    return _JOIN.join(f"〔{unit}〕\n{text}" if unit else text for unit, text in said)
