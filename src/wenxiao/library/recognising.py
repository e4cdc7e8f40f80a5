"""The background reading: orders through the engine, findings and commitments into the record.

Reading again replaces what the engine said and keeps what people said: verdicts stay on the finding, and a
commitment that somebody has touched stays as it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from wenxiao.library import rules
from wenxiao.library.choices import ClosureClass, CommitmentState, Kind
from wenxiao.library.models import Commitment, Finding
from wenxiao.orders.models import WorkOrder
from wenxiao.orders.records import CONTENT
from wenxiao.recognition import schema
from wenxiao.recognition.closure import closure_class, probability
from wenxiao.recognition.engines.local import read_batches
from wenxiao.recognition.settings import Settings
from wenxiao.scanning.result import telling

#: Signals that speak of many orders (recognition.collection): they are added after reading, and taken away again.
SHARED = frozenset({"called_again", "copied_reply", "escape_label"})
#: What a second reading replaces; verdicts are not among it.
_REPLACED = [
    "model",
    "closure_class",
    "unresolved",
    "logit",
    "own_logit",
    "own_repeat",
    "captured",
    *(f"is_{kind}" for kind in Kind.values),
    "evidence",
    "missing",
    "demands",
    "details",
    "reference",
    "order_version",
    "top_text",
    "read_at",
]
#: Called after each batch, in its transaction, with the number of orders read.
Tell = Callable[[int], None]


def engine_settings(today: date) -> Settings:
    """The engine's settings of this installation."""
    return Settings(as_of=today, data=rules.rules_folder())


def unread(orders: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """Those of the orders that nobody has read in their present version."""
    return orders.filter(Q(finding__isnull=True) | Q(finding__order_version__lt=F("version")))


def recognise(orders: QuerySet[WorkOrder], today: date, tell: Tell) -> int:
    """Read the orders, each batch in a transaction of its own; returns how many. Orders that change meanwhile are
    left to the import that changed them."""
    waiting: deque[list[tuple[int, int]]] = deque()
    done = 0
    processes = settings.RECOGNITION_PROCESSES or None
    for _orders, found in read_batches(_batches(orders, waiting), engine_settings(today), processes):
        keys = waiting.popleft()
        findings = schema.batch_to_findings(found)
        with transaction.atomic():
            _store(dict(zip([pk for pk, _ in keys], findings, strict=True)), dict(keys))
            tell(len(keys))
        done += len(keys)
    return done


def _batches(orders: QuerySet[WorkOrder], waiting: deque[list[tuple[int, int]]]) -> Iterator[pa.RecordBatch]:
    """Arrow batches by key; the keys and versions of each go into `waiting`."""
    last = 0
    columns = ("pk", "version", "number", "row", *CONTENT)
    while True:
        rows = list(orders.filter(pk__gt=last).order_by("pk").values_list(*columns)[: settings.IMPORT_BATCH])
        if not rows:
            return
        waiting.append([(row[0], row[1]) for row in rows])
        last = rows[-1][0]
        yield to_batch([row[2:] for row in rows])


def to_batch(rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    """Rows of (number, row, *CONTENT) as a batch of `schema.ORDERS`."""
    names = ("order", "row", *CONTENT)
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    columns["file"] = ("",) * len(rows)
    arrays = [pa.array(columns[f.name], type=f.type) for f in schema.ORDERS]
    return pa.RecordBatch.from_arrays(arrays, schema=schema.ORDERS)


def _store(found: dict[int, schema.Finding], versions: dict[int, int]) -> None:
    """Findings of orders that still have the version that was read."""
    locked = WorkOrder.objects.select_for_update(of=("self",)).filter(pk__in=found).order_by("pk")
    current = dict(locked.values_list("pk", "version"))
    fresh = {pk: finding for pk, finding in found.items() if current.get(pk) == versions[pk]}
    likely = rules.load(rules.rules_folder()).likely
    now = timezone.now()
    replace([_row(pk, finding, versions[pk], likely, now) for pk, finding in fresh.items()])
    _store_commitments(fresh, versions)


def _row(pk: int, found: schema.Finding, version: int, likely: float, now: datetime) -> Finding:
    row = Finding(order_id=pk, order_version=version, read_at=now)
    row.own_logit, row.own_repeat = found.logit, Kind.REPEAT in found.kinds
    row.missing = found.missing
    row.demands = [asdict(demand) for demand in found.demands]
    row.reference, row.model = found.reference, found.model
    row.details = {
        "enforcement_fields": found.enforcement_fields,
        "enforcement_acts": found.enforcement_acts,
        "crossing_bodies": found.crossing_bodies,
        "crossing_across": found.crossing_across,
    }
    put(row, found, likely)
    return row


def put(row: Finding, found: schema.Finding, likely: float) -> None:
    """The part of a finding that the collection may change."""
    row.closure_class, row.unresolved, row.logit = found.closure_class, found.unresolved, found.logit
    row.evidence = [asdict(item) for item in found.evidence]
    for kind in Kind:
        setattr(row, f"is_{kind.value}", kind.value in found.kinds)
    row.captured = found.unresolved >= likely or bool(found.kinds)
    best = telling(found.evidence)
    row.top_text = best.text if best else ""


def _store_commitments(found: dict[int, schema.Finding], versions: dict[int, int]) -> None:
    """Known commitments keep their row; new ones are added; those that the text no longer has go, if untouched."""
    known: dict[tuple[int, str, str], Commitment] = {}
    gone = []
    for row in Commitment.objects.filter(order__in=found).order_by("pk"):
        if known.setdefault((row.order_id, row.field, row.text), row) is not row:
            gone.append(row.pk)
    added = []
    for pk, finding in found.items():
        for promise in finding.commitments:
            there = known.pop((pk, promise.field, promise.text), None)
            if there is None:
                added.append(Commitment(order_id=pk, order_version=versions[pk], **_columns(promise)))
            elif there.state == CommitmentState.PENDING:
                _refresh(there, promise, versions[pk])
    gone += [row.pk for row in known.values() if row.state == CommitmentState.PENDING]
    if gone:
        Commitment.objects.filter(pk__in=gone).delete()
    Commitment.objects.bulk_create(added)


def _columns(promise: schema.Commitment) -> dict[str, Any]:
    return {name: getattr(promise, name) for name in _PROMISE}


_PROMISE = (
    "field",
    "start",
    "end",
    "text",
    "due",
    "due_text",
    "basis",
    "certainty",
    "concrete",
    "promisor",
    "provisional",
)


def _refresh(row: Commitment, promise: schema.Commitment, version: int) -> None:
    """What a better reading says about a commitment that nobody has touched."""
    fresh = {**_columns(promise), "order_version": version}
    if any(getattr(row, name) != value for name, value in fresh.items()):
        for name, value in fresh.items():
            setattr(row, name, value)
        row.save()


def as_read(row: Finding, commitments: Sequence[Commitment]) -> schema.Finding:
    """The finding as the order alone gave it, without what the collection had added."""
    evidence = [schema.Evidence(**item) for item in row.evidence if item["signal"] not in SHARED]
    found = schema.Finding(
        order="",
        row=0,
        closure_class=row.closure_class,
        unresolved=row.unresolved,
        logit=row.own_logit,
        kinds=[kind for kind in row.kinds if kind != Kind.REPEAT or row.own_repeat],
        evidence=evidence,
        commitments=[schema.Commitment(**{n: getattr(c, n) for n in _PROMISE}) for c in commitments],
    )
    if len(evidence) != len(row.evidence):
        is_readable = row.closure_class != ClosureClass.UNCLEAR
        found.unresolved = round(probability(found.logit), 4)
        found.closure_class = closure_class(is_readable, found.unresolved, evidence, found.commitments)
    return found


def replace(rows: Sequence[Finding]) -> None:
    """Write what the engine says; verdicts and their versions stay."""
    Finding.objects.bulk_create(rows, update_conflicts=True, unique_fields=["order"], update_fields=_REPLACED)
