"""What a list of orders can be narrowed by, as one value that is also a query string.

Every figure of the product carries one of these, so that it can open exactly the orders that it counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Protocol, cast
from urllib.parse import urlencode

from wenxiao.library.choices import ClosureClass, Decision, Due, Grade, Kind, MatterState

_LIST_SEPARATOR = ","


class Query(Protocol):
    """What Django's QueryDict and a plain dict of lists have in common for us."""

    def getlist(self, key: str) -> list[str]: ...


SORTS = ("-probability", "probability", "-called", "called")


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """`kinds`, `classes` and `grades` mean "any of"; `unit` and what is below it; dates are of the call, both ends in;
    `least` and `most` are percent. `captured` off also shows what nobody needs to assess. `repeated`: calls about a
    matter that had been called about before. `again`: calls at most so many days after the matter's orders were closed; `back`:
    closed orders after which somebody called again within so many days. `main`: of `unit`, where it has the main part.
    `decision` "" means any."""

    q: str = ""
    kinds: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    unit: int | None = None
    source: int | None = None
    since: date | None = None
    until: date | None = None
    least: int | None = None
    most: int | None = None
    decision: str = Decision.PENDING.value
    captured: bool = True
    repeated: bool = False
    again: int | None = None
    back: int | None = None
    closed_since: date | None = None
    closed_until: date | None = None
    area: str = ""
    main: bool = False
    matter: str = ""
    run: int | None = None
    sort: str = "-probability"

    @classmethod
    def from_query(cls, query: Query) -> OrderFilter:
        """Reads a query string; what makes no sense there is left out, never an error."""
        return cast(OrderFilter, _read(cls, query, _ALLOWED_ORDER))

    def query(self, **changes: Any) -> str:
        """As a query string, with changes: what differs from the defaults only."""
        return _write(replace(self, **changes))

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the order of the rows differs from the plain list."""
        return replace(self, sort=OrderFilter.sort_default()) != OrderFilter()

    @staticmethod
    def sort_default() -> str:
        return SORTS[0]


@dataclass(frozen=True, slots=True)
class MatterFilter:
    """`q` is looked for in number and title. `state` "" means any."""

    q: str = ""
    grades: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    unit: int | None = None
    state: str = MatterState.OPEN.value
    several: bool = False
    sort: str = "grade"

    @classmethod
    def from_query(cls, query: Query) -> MatterFilter:
        """See OrderFilter.from_query."""
        return cast(MatterFilter, _read(cls, query, _ALLOWED_MATTER))

    def query(self, **changes: Any) -> str:
        """See OrderFilter.query."""
        return _write(replace(self, **changes))


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """`due` is a part of the ledger (choices.Due) or "" for all; `state` "" means those that are still open."""

    q: str = ""
    due: str = ""
    unit: int | None = None
    state: str = ""
    since: date | None = None
    until: date | None = None
    concrete: bool = True

    @classmethod
    def from_query(cls, query: Query) -> LedgerFilter:
        """See OrderFilter.from_query."""
        return cast(LedgerFilter, _read(cls, query, _ALLOWED_LEDGER))

    def query(self, **changes: Any) -> str:
        """See OrderFilter.query."""
        return _write(replace(self, **changes))


_ALLOWED_ORDER: Mapping[str, Iterable[str]] = {
    "kinds": Kind.values,
    "classes": ClosureClass.values,
    "grades": Grade.values,
    "decision": ["", *Decision.values],
    "sort": SORTS,
}
_ALLOWED_MATTER: Mapping[str, Iterable[str]] = {
    "kinds": Kind.values,
    "grades": Grade.values,
    "state": ["", *MatterState.values],
    "sort": ("grade", "-called", "-orders", "due", "age"),
}
_ALLOWED_LEDGER: Mapping[str, Iterable[str]] = {"due": ["", *Due.values]}


def _read(cls: Any, query: Query, allowed: Mapping[str, Iterable[str]]) -> object:
    values: dict[str, Any] = {}
    for field in fields(cls):
        given = query.getlist(field.name)
        if not given:
            continue
        value = _value(given, field.default, str(field.type))
        if field.name in allowed:
            value = _only(value, set(allowed[field.name]), field.default)
        if value is not None:
            values[field.name] = value
    return cls(**values)


def _value(given: list[str], default: Any, hint: str) -> Any:
    """The text of a query as the type of the field; None where it is not one."""
    last = given[-1].strip()
    if hint.startswith("tuple"):
        parts = [part.strip() for text in given for part in text.split(_LIST_SEPARATOR)]
        return tuple(dict.fromkeys(part for part in parts if part))
    if hint == "bool":
        return last.lower() in {"1", "true", "on", "yes"}
    try:
        if hint.startswith("int"):
            return int(last) if last.isascii() and 0 < len(last) <= 15 else None
        if hint.startswith("date"):
            return date.fromisoformat(last)
    except ValueError:
        return None
    return last[:200]


def _only(value: Any, allowed: set[str], default: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(part for part in value if part in allowed)
    return value if value in allowed else default


def _write(one: Any) -> str:
    pairs = []
    for field in fields(one):
        value = getattr(one, field.name)
        if value == field.default:
            continue
        if isinstance(value, tuple):
            value = _LIST_SEPARATOR.join(value)
        elif isinstance(value, bool):
            value = "1" if value else "0"
        pairs.append((field.name, "" if value is None else value))
    return urlencode(pairs, safe=_LIST_SEPARATOR)
