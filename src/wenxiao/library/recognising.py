"""The background reading: orders through the engine, findings and commitments into the record.

Reading again replaces what the engine said and keeps what people said: verdicts stay on the finding, and a
commitment that somebody has touched stays as it is.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import pyarrow as pa
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from wenxiao.learning.in_force import adjustment_in_force, fingerprint
from wenxiao.library import rules
from wenxiao.library.choices import CommitmentState, Decision, Kind
from wenxiao.library.gists import store_gists
from wenxiao.library.kinds import said_kinds, with_said
from wenxiao.library.models import Commitment, Finding
from wenxiao.orders import bulk
from wenxiao.orders.models import WorkOrder
from wenxiao.orders.records import CONTENT
from wenxiao.recognition import schema
from wenxiao.recognition.closure import MissingEvidence, closure_class, probability, was_readable
from wenxiao.recognition.collection import Added, conclude_finding, is_untold, without_replies
from wenxiao.recognition.engines.local import read_each
from wenxiao.recognition.gist import read_with_gist
from wenxiao.recognition.headline import labels, leading, without_headline
from wenxiao.recognition.settings import Settings

#: Signals that speak of many orders (recognition.collection): they are added after reading, and taken away again.
SHARED = frozenset(
    {"called_again", "repeat_earlier", "matter_open", "copied_reply", "closed_in_flurry", "escape_label"}
)
#: What a second reading replaces; verdicts are not among it.
_REPLACED = [
    "model",
    "engine",
    "own_logit",
    "own_repeat",
    "missing",
    "demands",
    "details",
    "reference",
    "closure_class",
    "unresolved",
    "logit",
    "evidence",
    *(f"is_{kind}" for kind in Kind.values),
    "captured",
    "top_text",
    "order_version",
    "read_at",
]
#: The part of a finding that the collection may change; `_shared_columns` gives their values in this order.
_SHARED_COLUMNS = (
    "closure_class",
    "unresolved",
    "logit",
    "evidence",
    *(f"is_{kind}" for kind in Kind.values),
    "captured",
    "top_text",
)
_DETAILS = ("enforcement_fields", "enforcement_acts", "crossing_bodies", "crossing_across")
_EVIDENCE = [field.name for field in fields(schema.Evidence)]
_PROMISE = [field.name for field in fields(schema.Commitment)]
#: A row of `schema.FINDINGS`.
_Found = dict[str, Any]
#: Called after each batch, in its transaction, with the number of orders read.
Tell = Callable[[int], None]


def engine_settings(today: date) -> Settings:
    """The engine's settings of this installation."""
    return Settings(as_of=today, data=rules.rules_folder(), adjustment=adjustment_in_force())


def unread(orders: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """Those of the orders that nobody has read in their present version."""
    return orders.filter(Q(finding__isnull=True) | Q(finding__order_version__lt=F("version")))


def recognise(orders: QuerySet[WorkOrder], today: date, tell: Tell, feed: Iterator[int] | None = None) -> int:
    """Read the orders, each batch in a transaction of its own; returns how many. Orders that change meanwhile are
    left to the import that changed them.

    `feed` brings more of these orders with every step: workers recognise some while this process reads the next.
    """
    waiting: deque[list[tuple[int, int]]] = deque()
    done = 0
    batches = _batches(orders, waiting, feed or iter(()))
    engine = engine_settings(today)
    read_with = fingerprint(engine)
    for _orders, (found, gist) in read_each(
        batches, engine, read_with_gist, settings.RECOGNITION_PROCESSES or None
    ):
        keys = waiting.popleft()
        pks = [pk for pk, _ in keys]
        findings = dict(zip(pks, told(found, pks), strict=True))
        with transaction.atomic():
            stored = _store(findings, dict(keys), read_with)
            store_gists({pk: one for pk, one in zip(pks, gist.to_pylist(), strict=True) if pk in stored})
            tell(len(keys))
        done += len(keys)
    return done


def told(found: pa.RecordBatch, pks: Sequence[int]) -> list[_Found]:
    """The findings of these orders as rows; of an order whose file has no column for replies, that there is no reply says
    nothing."""
    silent = WorkOrder.objects.filter(pk__in=pks, last_run__layout__no_answers=True)
    unanswered = set(silent.values_list("pk", flat=True))
    if not unanswered:
        return list(found.to_pylist())
    pairs = zip(pks, schema.batch_to_findings(found), strict=True)
    findings = [without_replies(one) if pk in unanswered else one for pk, one in pairs]
    return list(schema.findings_to_batch(findings).to_pylist())


def is_captured(found: _Found, likely: float) -> bool:
    """Whether a person should look at it: of a kind, or likely not resolved, where anything can be told at all."""
    if found["kinds"]:
        return True
    evidence = (schema.Evidence(**item) for item in found["evidence"])
    return bool(found["unresolved"] >= likely) and not is_untold(evidence)


def _batches(
    orders: QuerySet[WorkOrder], waiting: deque[list[tuple[int, int]]], feed: Iterator[int]
) -> Iterator[pa.RecordBatch]:
    """Arrow batches by key; the keys and versions of each go into `waiting`. Asks for more when there are none."""
    last = 0
    columns = ("pk", "version", "number", "row", *CONTENT)
    while True:
        left = orders.filter(pk__gt=last).order_by("pk").values_list(*columns)
        rows = list(left[: settings.IMPORT_BATCH])
        if rows:
            waiting.append([(row[0], row[1]) for row in rows])
            last = rows[-1][0]
            yield to_batch([row[2:] for row in rows])
        elif next(feed, None) is None:
            return


def to_batch(rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    """Rows of (number, row, *CONTENT) as a batch of `schema.ORDERS`."""
    names = ("order", "row", *CONTENT)
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    columns["file"] = columns["sheet"] = ("",) * len(rows)
    arrays = [pa.array(columns[f.name], type=f.type) for f in schema.ORDERS]
    return pa.RecordBatch.from_arrays(arrays, schema=schema.ORDERS)


def _store(found: dict[int, _Found], versions: dict[int, int], read_with: str) -> Collection[int]:
    """Findings (as rows of `schema.FINDINGS`) of orders that still have the version that was read; returns which."""
    # The lock keeps another reading of the same orders out until this one is written.
    locked = WorkOrder.objects.select_for_update(of=("self",)).filter(pk__in=found).order_by("pk")
    current = dict(locked.values_list("pk", "version"))
    likely, now = rules.load(rules.rules_folder()).likely, timezone.now()
    still = [pk for pk in found if current.get(pk) == versions[pk]]
    known = set(Finding.objects.filter(order__in=still).values_list("order", flat=True))
    for pk, said in (said_kinds(known) if known else {}).items():  # of a new order nobody has said anything
        found[pk] = {**found[pk], "kinds": with_said(found[pk]["kinds"], said)}
    fresh = {
        pk: {**_columns(found[pk], likely, read_with), "order_version": versions[pk], "read_at": now}
        for pk in still
    }
    new = [(pk, *one.values(), Decision.PENDING.value) for pk, one in fresh.items() if pk not in known]
    bulk.insert(Finding, ("order", *_REPLACED, "decision"), new)
    _replace([Finding(order_id=pk, **one) for pk, one in fresh.items() if pk in known])
    _store_commitments({pk: found[pk]["commitments"] for pk in fresh}, versions, known)
    return fresh.keys()


def _columns(found: _Found, likely: float, read_with: str) -> dict[str, Any]:
    """The columns of a finding, in the order of _REPLACED up to those that do not come from the engine."""
    return {
        "model": found["model"],
        "engine": read_with,
        "own_logit": found["logit"],
        "own_repeat": Kind.REPEAT.value in found["kinds"],
        "missing": found["missing"],
        "demands": found["demands"],
        "details": {name: found[name] for name in _DETAILS},
        "reference": found["reference"],
        **_shared_columns(found, likely),
    }


def _shared_columns(found: _Found, likely: float) -> dict[str, Any]:
    """The values of _SHARED_COLUMNS."""
    kinds = set(found["kinds"])
    return {
        "closure_class": found["closure_class"],
        "unresolved": found["unresolved"],
        "logit": found["logit"],
        "evidence": found["evidence"],
        **{f"is_{kind}": kind in kinds for kind in Kind.values},
        "captured": is_captured(found, likely),
        "top_text": _top_text(found["evidence"], found["missing"], found["unresolved"]),
    }


def _top_text(evidence: Sequence[dict[str, Any]], missing: Sequence[str], unresolved: float) -> str:
    """The strongest reasons for "not resolved": the words of a text, the name of a signal from elsewhere; where nothing speaks
    for it though it is likely, what is missing.

    Never what was read from other orders (their days, their numbers): lists show it to people who may not see those.
    """
    found = [schema.Evidence(**item) for item in evidence]
    best = leading(found)
    if is_untold(found):
        return labels()["no_reply_column"]
    if best:
        return "；".join(e.text if e.start is not None else labels().get(e.signal, e.signal) for e in best)
    return without_headline(missing, _missing_labels()) if unresolved >= 0.5 else ""


@cache
def _missing_labels() -> dict[str, str]:
    return {name: label for name, (label, _) in MissingEvidence().labels.items()}


class _Kept(NamedTuple):
    """What of a finding its conclusion is made from: columns of `Finding`, the last of them those of _SHARED_COLUMNS."""

    order: int
    own_logit: float
    own_repeat: bool
    missing: list[str]
    closure_class: str
    unresolved: float
    logit: float
    evidence: list[dict[str, Any]]
    is_commitment: bool
    is_enforcement: bool
    is_repeat: bool
    is_crossing: bool
    is_flagged: bool
    is_dissatisfied: bool
    captured: bool
    top_text: str


def _as_read(row: _Kept, commitments: list[schema.Commitment]) -> schema.Finding:
    """The finding as the order alone gave it, without what the collection had added."""
    evidence = [schema.Evidence(**item) for item in row.evidence if item["signal"] not in SHARED]
    kinds = [kind.value for kind in Kind if getattr(row, f"is_{kind.value}")]
    found = schema.Finding(
        order="",
        row=0,
        closure_class=row.closure_class,
        unresolved=row.unresolved,
        logit=row.own_logit,
        kinds=[kind for kind in kinds if kind != Kind.REPEAT or row.own_repeat],
        evidence=evidence,
        commitments=commitments,
    )
    if len(evidence) != len(row.evidence):
        is_readable = was_readable(row.closure_class, evidence)
        found.unresolved = round(probability(found.logit), 4)
        found.closure_class = closure_class(is_readable, found.logit, evidence, found.commitments)
    return found


def conclude(
    pks: Sequence[int], added: Mapping[int, Added], likely: float, kept: frozenset[str] = frozenset()
) -> None:
    """Give the findings of the orders what the collection adds. Those for which nothing changes are not written.
    What was added before of the signals of `kept` stays, unless it is said anew."""
    of_orders = {"order": list(pks)}
    promises: dict[int, list[schema.Commitment]] = defaultdict(list)
    for pk, *promised in bulk.select(Commitment, ("order", *_PROMISE), of_orders, order_by=["id"]):
        promises[pk].append(schema.Commitment(**dict(zip(_PROMISE, promised, strict=True))))
    changed = []
    for values in bulk.select(Finding, _Kept._fields, of_orders, order_by=["order"], lock=True):
        row = _Kept(*values)
        more = _with_kept(added[row.order], row, kept)
        found = conclude_finding(_as_read(row, promises[row.order]), more)
        evidence = [{name: getattr(item, name) for name in _EVIDENCE} for item in found.evidence]
        if evidence != row.evidence or (Kind.REPEAT in found.kinds) != row.is_repeat:
            said = {name: getattr(found, name) for name in ("closure_class", "unresolved", "logit", "kinds")}
            columns = _shared_columns({**said, "evidence": evidence, "missing": row.missing}, likely)
            changed.append((*columns.values(), row.order))
    bulk.update(Finding, "order", _SHARED_COLUMNS, changed)


def _with_kept(added: Added, row: _Kept, kept: frozenset[str]) -> Added:
    still = kept - {evidence.signal for evidence in added.evidence}
    before = [schema.Evidence(**item) for item in row.evidence if item["signal"] in still]
    if "repeat_earlier" in kept:
        added = replace(added, repeat=row.is_repeat, chase=not row.is_repeat)
    return replace(added, evidence=[*added.evidence, *before]) if before else added


def _store_commitments(
    found: dict[int, list[dict[str, Any]]], versions: dict[int, int], known_orders: set[int]
) -> None:
    """Known commitments keep their row; new ones are added; those that the text no longer has go, if untouched."""
    known: dict[tuple[int, str, str], Commitment] = {}
    by_hand: dict[int, list[Commitment]] = defaultdict(list)
    gone = []
    for row in Commitment.objects.filter(order__in=known_orders).order_by("pk"):
        if row.read and row.read.get("added"):
            by_hand[row.order_id].append(row)
            continue
        # A corrected commitment is known by the words that the engine had found.
        found_as = str((row.read or {}).get("text", row.text))
        if known.setdefault((row.order_id, row.field, found_as), row) is not row:
            gone.append(row.pk)
    added = []
    now = timezone.now()
    for pk, promises in found.items():
        for promise in promises:
            there = known.pop((pk, promise["field"], promise["text"]), None)
            if there is None and any(_is_same(row, promise, versions[pk]) for row in by_hand[pk]):
                continue  # a person had added what the engine now finds too
            if there is None:
                values = [promise[name] for name in _PROMISE]
                added.append((*values, pk, versions[pk], CommitmentState.PENDING.value, now))
            elif there.state == CommitmentState.PENDING:
                _refresh(there, promise, versions[pk])
    gone += [row.pk for row in known.values() if row.state == CommitmentState.PENDING]
    if gone:
        Commitment.objects.filter(pk__in=gone).delete()
    bulk.insert(Commitment, (*_PROMISE, "order", "order_version", "state", "created_at"), added)


def _is_same(row: Commitment, promise: Mapping[str, Any], version: int) -> bool:
    """Whether a commitment that a person added is what the engine now finds: the same words, or words that it shares."""
    if (row.field, row.text) == (promise["field"], promise["text"]):
        return True
    places = row.start, row.end, promise["start"], promise["end"]
    if row.field != promise["field"] or row.order_version != version or None in places:
        return False
    return bool(max(row.start or 0, promise["start"]) < min(row.end or 0, promise["end"]))


def _refresh(row: Commitment, promise: dict[str, Any], version: int) -> None:
    """What a better reading says about a commitment that nobody has touched."""
    fresh = {**{name: promise[name] for name in _PROMISE}, "order_version": version}
    if any(getattr(row, name) != value for name, value in fresh.items()):
        for name, value in fresh.items():
            setattr(row, name, value)
        row.save()


def _replace(rows: Sequence[Finding]) -> None:
    """Write what the engine says; verdicts and their versions stay."""
    Finding.objects.bulk_create(rows, update_conflicts=True, unique_fields=["order"], update_fields=_REPLACED)
