"""The two tables that the engine reads and writes, as Arrow schemas, and one order as a Python object.

Everything upstream (files, the database, Spark) produces `ORDERS`; everything downstream consumes `FINDINGS`.
Times are local wall-clock times of the hotline: a work order has no time zone, and China has one.
Texts stay exactly as imported, white space included, because every offset counts code points in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from itertools import accumulate
from operator import attrgetter
from typing import Any, get_type_hints

import pyarrow as pa

#: Version of the findings format (docs/findings.md); a change that could break a reader raises it.
FORMAT = "wenxiao.findings/1"

#: The text fields that evidence may point into.
TEXT_FIELDS = ("title", "content", "reply", "handling", "callback")


@dataclass(slots=True)
class Order:
    """One work order as read: what the caller said, what the unit answered, and what happened in between.

    `reply` is the answer given to the caller, `handling` the unit's internal account (办理情况) where a source
    has both, `callback` what the caller said afterwards (回访内容, 不满意原因). A missing value is "" for text
    and None for anything else; None means "the source does not say", never "no".
    """

    order: str = ""
    row: int = 0
    file: str = ""
    sheet: str = ""
    title: str = ""
    content: str = ""
    reply: str = ""
    handling: str = ""
    callback: str = ""
    called_at: datetime | None = None
    dispatched_at: datetime | None = None
    signed_at: datetime | None = None
    due_at: datetime | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    caller: str = ""
    phone: str = ""
    address: str = ""
    area: str = ""
    request_type: str = ""
    category: str = ""
    channel: str = ""
    unit: str = ""
    co_units: str = ""
    resolved: str = ""
    satisfaction: str = ""
    previous_order: str = ""
    status: str = ""
    is_repeat: bool | None = None
    is_hard: bool | None = None
    is_supervised: bool | None = None
    is_joint: bool | None = None
    is_urgent: bool | None = None
    is_confidential: bool | None = None
    is_final: bool | None = None
    planned_finish: date | None = None
    returns: int | None = None
    extensions: int | None = None
    rehandled: int | None = None
    chases: int | None = None
    callbacks: int | None = None
    longitude: float | None = None
    latitude: float | None = None


_ARROW = {
    str: pa.string(),
    bool: pa.bool_(),
    int: pa.int32(),
    float: pa.float64(),
    date: pa.date32(),
    datetime: pa.timestamp("s"),
}


def _arrow_type(hint: Any) -> pa.DataType:
    kinds = [t for t in getattr(hint, "__args__", (hint,)) if t is not type(None)]
    return _ARROW[kinds[0]]


_HINTS = get_type_hints(Order)
ORDER_FIELDS = tuple(f.name for f in fields(Order))
ORDERS = pa.schema([pa.field(name, _arrow_type(_HINTS[name])) for name in ORDER_FIELDS])


def orders_to_batch(orders: list[Order]) -> pa.RecordBatch:
    """One Arrow batch of `ORDERS` from Python objects, row for row."""
    columns = [
        pa.array([getattr(o, name) for o in orders], type=ORDERS.field(name).type) for name in ORDER_FIELDS
    ]
    return pa.RecordBatch.from_arrays(columns, schema=ORDERS)


def batch_to_orders(batch: pa.RecordBatch) -> Iterator[Order]:
    """The orders of a batch, in its order. Columns that the batch lacks keep their defaults; null text reads as ""."""
    names = [name for name in ORDER_FIELDS if name in batch.schema.names]
    columns = []
    for name in names:
        column, is_text = batch.column(name), _HINTS[name] is str
        if column.null_count == len(column):
            columns.append(["" if is_text else None] * len(column))
            continue
        values = column.to_pylist()
        columns.append(["" if v is None else v for v in values] if is_text and column.null_count else values)
    if tuple(names) == ORDER_FIELDS:
        yield from map(Order, *columns)  # by place, which is twice as fast as by name
        return
    for values in zip(*columns, strict=True):
        yield Order(**dict(zip(names, values, strict=True)))


EVIDENCE = pa.struct(
    [
        pa.field("signal", pa.string()),
        pa.field("field", pa.string()),
        pa.field("start", pa.int32()),
        pa.field("end", pa.int32()),
        pa.field("text", pa.string()),
        pa.field("weight", pa.float64()),
    ]
)
COMMITMENT = pa.struct(
    [
        pa.field("field", pa.string()),
        pa.field("start", pa.int32()),
        pa.field("end", pa.int32()),
        pa.field("text", pa.string()),
        pa.field("due", pa.date32()),
        pa.field("due_text", pa.string()),
        pa.field("basis", pa.string()),
        pa.field("certainty", pa.string()),
        pa.field("concrete", pa.bool_()),
        pa.field("promisor", pa.string()),
        pa.field("provisional", pa.bool_()),
    ]
)


@dataclass(slots=True)
class Evidence:
    """One signal that fired, and the words that made it fire.

    `field` is one of TEXT_FIELDS with `start`/`end` in code points, or the name of another column of the order
    (then the offsets are None and `text` is its value). `weight` is what it added to the log-odds of "unresolved".
    """

    signal: str
    field: str
    start: int | None
    end: int | None
    text: str
    weight: float = 0.0

    @property
    def is_of_text(self) -> bool:
        """Whether it stands in what was asked and answered, and not in a column, another order or the caller's word
        afterwards."""
        return self.start is not None and self.field != "callback"


@dataclass(slots=True)
class Commitment:
    """One separately checkable undertaking in a reply, or in a column that says the same.

    `certainty` is "stated" (a date follows), "fuzzy" (a time hint without a date) or "none"; `due` is the last day;
    `basis` explains the date to a person, in Chinese; `provisional` is true where the calendar of that year is not
    published yet.
    """

    field: str
    start: int | None
    end: int | None
    text: str
    due: date | None = None
    due_text: str = ""
    basis: str = ""
    certainty: str = "none"
    concrete: bool = True
    promisor: str = ""
    provisional: bool = False


@dataclass(slots=True)
class Demand:
    """One thing the caller asks for or asks about, and the words of the reply that deal with it.

    `answered` is "yes", "part" or "no"; `reply_start`/`reply_end` are None where nothing answers it.
    """

    field: str
    start: int
    end: int
    text: str
    answered: str = "no"
    reply_start: int | None = None
    reply_end: int | None = None
    reply_text: str = ""


@dataclass(slots=True)
class Finding:
    """What the engine recognised in one order. `closure_class` and `kinds` use the words of the findings format."""

    order: str
    row: int
    file: str = ""
    sheet: str = ""
    closure_class: str = "unclear"
    unresolved: float = 0.5
    logit: float = 0.0
    kinds: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    commitments: list[Commitment] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    demands: list[Demand] = field(default_factory=list)
    enforcement_fields: list[str] = field(default_factory=list)
    enforcement_acts: list[str] = field(default_factory=list)
    crossing_bodies: list[str] = field(default_factory=list)
    crossing_across: list[str] = field(default_factory=list)
    reference: date | None = None
    matter: str = ""
    matter_score: float | None = None
    model: str = ""


DEMAND = pa.struct(
    [
        pa.field("field", pa.string()),
        pa.field("start", pa.int32()),
        pa.field("end", pa.int32()),
        pa.field("text", pa.string()),
        pa.field("answered", pa.string()),
        pa.field("reply_start", pa.int32()),
        pa.field("reply_end", pa.int32()),
        pa.field("reply_text", pa.string()),
    ]
)
_STRINGS = pa.list_(pa.string())
FINDINGS = pa.schema(
    [
        pa.field("order", pa.string()),
        pa.field("row", pa.int32()),
        pa.field("file", pa.string()),
        pa.field("sheet", pa.string()),
        pa.field("closure_class", pa.string()),
        pa.field("unresolved", pa.float64()),
        pa.field("logit", pa.float64()),
        pa.field("kinds", _STRINGS),
        pa.field("evidence", pa.list_(EVIDENCE)),
        pa.field("commitments", pa.list_(COMMITMENT)),
        pa.field("missing", _STRINGS),
        pa.field("demands", pa.list_(DEMAND)),
        pa.field("enforcement_fields", _STRINGS),
        pa.field("enforcement_acts", _STRINGS),
        pa.field("crossing_bodies", _STRINGS),
        pa.field("crossing_across", _STRINGS),
        pa.field("reference", pa.date32()),
        pa.field("matter", pa.string()),
        pa.field("matter_score", pa.float64()),
        pa.field("model", pa.string()),
    ]
)
_NESTED: dict[str, type] = {"evidence": Evidence, "commitments": Commitment, "demands": Demand}


def findings_to_batch(findings: list[Finding]) -> pa.RecordBatch:
    """One Arrow batch of `FINDINGS` from Python objects, row for row."""
    columns = []
    for column in FINDINGS:
        values = list(map(attrgetter(column.name), findings))
        nested = column.name in _NESTED
        columns.append(_nested(values, column.type) if nested else pa.array(values, type=column.type))
    return pa.RecordBatch.from_arrays(columns, schema=FINDINGS)


def _nested(rows: list[list[Any]], kind: pa.ListType) -> pa.Array:
    """A column of lists of objects, put together from one flat column for each attribute: a third of the time of a
    dictionary for each object."""
    every = [item for row in rows for item in row]
    struct = kind.value_type
    parts = [
        pa.array(list(map(attrgetter(field.name), every)), type=field.type)
        for field in (struct.field(at) for at in range(struct.num_fields))
    ]
    ends = pa.array([0, *accumulate(map(len, rows))], type=pa.int32())
    return pa.ListArray.from_arrays(ends, pa.StructArray.from_arrays(parts, fields=list(struct)), type=kind)


def batch_to_findings(batch: pa.RecordBatch) -> list[Finding]:
    """The findings of a batch of `FINDINGS`, in its order."""
    found = []
    for row in batch.to_pylist():
        for name, kind in _NESTED.items():
            row[name] = [kind(**item) for item in row[name] or []]
        found.append(Finding(**row))
    return found
