"""People's answers about kinds and commitments, laid beside what the shipped engine sees: what its lines learn by.

A person says in so many words that an order is of a kind or is not (`KindVerdict`), that a commitment is none (不成立),
or adds one, or corrects whether it can be checked. What they leave on an order that they judge counts less
(`Policy.left_weight`): it repeats what they were shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q

from wenxiao.library import rules
from wenxiao.library.choices import CommitmentState, Decision
from wenxiao.library.kinds import SAID
from wenxiao.library.models import Commitment, KindVerdict, Verdict
from wenxiao.library.recognising import to_batch
from wenxiao.orders.models import WorkOrder
from wenxiao.orders.records import CONTENT
from wenxiao.recognition.commitments import Clause
from wenxiao.recognition.engines.local import read_each
from wenxiao.recognition.learning import PARTS, Example, Policy
from wenxiao.recognition.learning.lessons import Lesson, Question, read_lessons
from wenxiao.recognition.settings import Settings

_CHUNK = 500
#: A clause is of a commitment when they share so many characters, or half of the shorter one.
SHARED_CHARACTERS = 4


@dataclass(frozen=True, slots=True)
class Taught:
    """An order that people have spoken of: `kinds` what they said and had been read, `left` the kinds that they were shown
    and left (None: not judged), `promises` its commitments; `left_at` when it was judged, `at` when last spoken of."""

    pk: int
    version: int
    unit: str
    kinds: dict[str, KindVerdict]
    left: frozenset[str] | None
    left_at: datetime | None
    promises: tuple[Commitment, ...]

    @property
    def judged(self) -> bool:
        """Whether a verdict stands that leaves kinds and commitments as they were read."""
        return self.left is not None


@dataclass(slots=True)
class Lessons:
    """The examples for each of `PARTS`. `dates`: of commitments that people confirmed or corrected, when, and whether the
    day had been read right."""

    examples: dict[str, list[Example]] = field(default_factory=lambda: {part: [] for part in PARTS})
    dates: list[tuple[datetime, bool]] = field(default_factory=list)


def taught(policy: Policy) -> list[Taught]:
    """The orders that people have spoken of in their present version, by key."""
    standing = Verdict.objects.filter(undone_at__isnull=True)
    kinds = KindVerdict.objects.filter(replaced_at__isnull=True)
    touched = Commitment.objects.exclude(state=CommitmentState.PENDING)
    orders = WorkOrder.objects.filter(
        Q(pk__in=standing.values("order"))
        | Q(pk__in=kinds.values("order"))
        | Q(pk__in=touched.values("order"))
    )
    rows = (
        orders.filter(finding__isnull=False)
        .order_by("pk")
        .only("version", "unit", "number", "reply")
        .prefetch_related(
            Prefetch("verdicts", standing),
            Prefetch("kind_verdicts", kinds),
            Prefetch("commitments", Commitment.objects.order_by("pk")),
        )
    )
    return [_taught(order, policy) for order in rows.iterator(chunk_size=_CHUNK)]


def _taught(order: WorkOrder, policy: Policy) -> Taught:
    verdict = next((v for v in order.verdicts.all() if _leaves(v, order, policy)), None)
    return Taught(
        order.pk,
        order.version,
        order.unit.strip(),
        {one.kind: one for one in order.kind_verdicts.all() if one.order_version == order.version},
        frozenset(verdict.snapshot.get("kinds", ())) if verdict else None,
        verdict.at if verdict else None,
        tuple(one for one in order.commitments.all() if _still_stands(one, order)),
    )


def _still_stands(promise: Commitment, order: WorkOrder) -> bool:
    """Whether its words are where they were: an order often changes (it is called back, rated) and its reply does not."""
    if promise.order_version == order.version:
        return True
    return promise.field == "reply" and order.reply[promise.start or 0 : promise.end or 0] == promise.text


def _leaves(verdict: Verdict, order: WorkOrder, policy: Policy) -> bool:
    """Whether the verdict is on this version and not for a reason that may speak of kinds and commitments."""
    if verdict.snapshot.get("version", order.version) != order.version:
        return False
    return verdict.decision == Decision.CONFIRMED or verdict.reason in policy.leaving


def read_taught(found: Sequence[Taught], today: date, policy: Policy, tell: Any) -> Lessons:
    """The examples of these orders, as the shipped engine sees them; `tell` hears of every chunk."""
    by_pk = {one.pk: one for one in found}
    lessons = Lessons()
    shipped = Settings(as_of=today, data=rules.rules_folder())
    batches = (to_batch(rows) for rows in order_rows(sorted(by_pk)))
    for orders, read in read_each(batches, shipped, read_lessons, settings.RECOGNITION_PROCESSES or None):
        keys = orders.column("row").to_pylist()
        for pk, number, lesson in zip(keys, orders.column("order").to_pylist(), read, strict=True):
            _learn(lessons, by_pk[pk], str(number), lesson, policy)
        tell(len(keys))
    return lessons


def order_rows(pks: Sequence[int]) -> Iterator[list[tuple[Any, ...]]]:
    """(number, key, *CONTENT) of the orders, in parts."""
    for start in range(0, len(pks), _CHUNK):
        part = WorkOrder.objects.filter(pk__in=pks[start : start + _CHUNK]).order_by("pk")
        yield list(part.values_list("number", "pk", *CONTENT))


def _learn(lessons: Lessons, one: Taught, number: str, lesson: Lesson, policy: Policy) -> None:
    for kind in SAID:
        found = _of_kind(one, kind.value, number, lesson.kinds[kind.value], policy)
        lessons.examples[kind.value] += [found] if found else []
    listed, checkable = _of_clauses(one, number, lesson.clauses, policy)
    lessons.examples["commitment"] += listed
    lessons.examples["concrete"] += checkable
    lessons.dates += [
        (promise.changed_at, (promise.read or {}).get("due", _day(promise)) == _day(promise))
        for promise in one.promises
        if _speaks(promise) and promise.changed_at and "added" not in (promise.read or {})
    ]


def _day(promise: Commitment) -> str | None:
    return promise.due.isoformat() if promise.due else None


def _of_kind(one: Taught, kind: str, number: str, asked: Question, policy: Policy) -> Example | None:
    said = one.kinds.get(kind)
    if said is None and (one.left is None or one.left_at is None):
        return None
    if asked.stated is not None:
        return None  # a column decides, and is not learned from
    yes = said.holds if said else kind in (one.left or ())
    return Example(
        number,
        yes,
        said.at if said else _when(one),
        asked.above,
        asked.traits,
        weight=1.0 if said else policy.left_weight,
        corrected=said is not None and said.read != said.holds,
        decided=asked.nothing,
        unit=one.unit,
    )


def _when(one: Taught) -> datetime:
    assert one.left_at is not None
    return one.left_at


def _of_clauses(
    one: Taught, number: str, clauses: Sequence[Clause], policy: Policy
) -> tuple[list[Example], list[Example]]:
    """Examples for what is listed, and for what of it is checkable. A commitment speaks of the likeliest clause that it
    covers; the others of its clauses are part of one, and teach nothing."""
    listed, checkable = [], []
    rest = dict.fromkeys(range(len(clauses)))
    for promise in one.promises:
        if promise.field != "reply" or promise.start is None or not (_touched(promise) or one.judged):
            continue
        covered = [at for at in range(len(clauses)) if _covers(promise, clauses[at])]
        for at in covered:
            rest.pop(at, None)
        best = max(covered, key=lambda at: clauses[at].listed, default=None)
        example = _of_promise(one, number, promise, clauses[best] if best is not None else None, policy)
        listed.append(example)
        if example.yes and best is not None:
            checkable.append(_of_checkable(example, promise, clauses[best]))
    if one.judged:
        left = policy.left_weight
        listed += [
            Example(number, False, _when(one), c.listed, c.traits, left, decided=c.ruled_out, unit=one.unit)
            for c in (clauses[at] for at in rest)
        ]
    return listed, checkable


def _of_promise(
    one: Taught, number: str, promise: Commitment, clause: Clause | None, policy: Policy
) -> Example:
    """Without a clause: nothing near the line is there, and no line finds it."""
    touched = _touched(promise)
    yes = promise.state != CommitmentState.CANCELLED
    added = "added" in (promise.read or {})
    return Example(
        number,
        yes,
        promise.changed_at if touched and promise.changed_at else _when_said(one, promise),
        clause.listed if clause else 0.0,
        clause.traits if clause else (),
        weight=1.0 if touched else policy.left_weight,
        corrected=added or not yes,
        decided=clause is None or clause.ruled_out,
        unit=one.unit,
    )


def _of_checkable(listed: Example, promise: Commitment, clause: Clause) -> Example:
    had = (promise.read or {}).get("concrete")
    return replace(
        listed,
        yes=promise.concrete,
        above=clause.checkable,
        corrected=had is not None and had != promise.concrete,
        decided=False,
    )


def _when_said(one: Taught, promise: Commitment) -> datetime:
    return one.left_at or promise.changed_at or promise.created_at


def _touched(promise: Commitment) -> bool:
    return promise.state != CommitmentState.PENDING


def _speaks(promise: Commitment) -> bool:
    """Whether a person has said that it is one."""
    return promise.state not in (CommitmentState.PENDING, CommitmentState.CANCELLED)


def _covers(promise: Commitment, clause: Clause) -> bool:
    start, end = promise.start or 0, promise.end or 0
    shared = min(end, clause.end) - max(start, clause.start)
    return shared > 0 and shared >= min(SHARED_CHARACTERS, (end - start) / 2, (clause.end - clause.start) / 2)


def spoken() -> Mapping[str, tuple[int, int]]:
    """For each of `PARTS`: how many answers people have given in so many words, and how many of them are corrections."""
    kinds = list(KindVerdict.objects.filter(replaced_at__isnull=True).values_list("kind", "holds", "read"))
    touched = Commitment.objects.filter(field="reply").exclude(state=CommitmentState.PENDING)
    promises = list(touched.values_list("state", "concrete", "read"))
    said = {kind.value: [holds != read for name, holds, read in kinds if name == kind.value] for kind in SAID}
    said["commitment"] = [
        state == CommitmentState.CANCELLED or "added" in (read or {}) for state, _, read in promises
    ]
    said["concrete"] = [
        (read or {}).get("concrete", concrete) != concrete
        for state, concrete, read in promises
        if state != CommitmentState.CANCELLED
    ]
    return {part: (len(said[part]), sum(said[part])) for part in PARTS}
