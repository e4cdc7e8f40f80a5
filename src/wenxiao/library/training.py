"""From verdicts and outcomes to a new version of the model, and the report that a person decides by.

What is learned is in `recognition.learning`. Here: which orders have an answer, the newest verdicts kept apart to report
on, and the engine's reading of all of them without any adjustment, so that learning starts from the same place each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from math import ceil
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from wenxiao.learning.in_force import adjustment_in_force
from wenxiao.learning.models import ModelVersion
from wenxiao.library import rules
from wenxiao.library.choices import Decision
from wenxiao.library.lines import dates_report, move_lines
from wenxiao.library.models import Finding, Verdict
from wenxiao.library.recognising import SHARED, to_batch
from wenxiao.library.teaching import Lessons, order_rows, read_taught, spoken, taught
from wenxiao.orders.models import WorkOrder
from wenxiao.recognition.columns import ColumnSignals
from wenxiao.recognition.engine import Engine
from wenxiao.recognition.engines.local import read_batches
from wenxiao.recognition.learning import (
    Adjustment,
    Case,
    Figures,
    Policy,
    Target,
    TooFewCases,
    case_of,
    figures,
    fit,
)
from wenxiao.recognition.schema import Evidence, batch_to_findings
from wenxiao.recognition.settings import Settings

#: The most outcomes that are learned from, the newest first; verdicts are never left out.
MOST_OUTCOMES = 20_000
_CHUNK = 1000
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Answered:
    """An order with an answer: `pk` in the record, `version` that the answer speaks of."""

    pk: int
    version: int
    target: Target


@dataclass(frozen=True, slots=True)
class Readiness:
    """How many verdicts there are to learn from, and how many it takes, on either side and in all. `parts`: answers about kinds
    and commitments that people gave in so many words, and how many of them are corrections."""

    unresolved: int
    resolved: int
    unusable: int
    policy: Policy
    parts: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def verdicts(self) -> int:
        """All that say resolved or not."""
        return self.unresolved + self.resolved

    @property
    def needed(self) -> int:
        """Verdicts that it takes, so that enough remain when the newest are kept apart."""
        return round(self.policy.least / (1 - self.policy.holdout))

    @property
    def is_enough(self) -> bool:
        """Whether training can begin; the split by time may still leave too few on one side."""
        each = min(self.unresolved, self.resolved)
        return (self.verdicts >= self.needed and each >= self.policy.least_each) or any(
            corrected >= self.corrections_needed for _, corrected in self.parts.values()
        )

    @property
    def corrections_needed(self) -> int:
        """Corrections of one sort that it takes, so that enough remain when the newest are kept apart."""
        return ceil(self.policy.least_corrected / (1 - self.policy.holdout))


def readiness() -> Readiness:
    """What there is to learn from now."""
    policy = Policy.load(rules.rules_folder())
    standing = Verdict.objects.filter(undone_at__isnull=True)
    said = list(standing.values_list("decision", "reason"))
    unresolved = sum(decision == Decision.CONFIRMED for decision, _ in said)
    resolved = sum(decision == Decision.DISMISSED and reason in policy.reasons for decision, reason in said)
    return Readiness(unresolved, resolved, len(said) - unresolved - resolved, policy, spoken())


def answered(today: date, policy: Policy) -> list[Answered]:
    """Orders whose answer is known: from verdicts on the present version, else from what happened afterwards."""
    by_verdict = list(_verdicts(policy))
    known = {one.pk for one in by_verdict}
    return by_verdict + [one for one in _outcomes(today, policy) if one.pk not in known]


def _verdicts(policy: Policy) -> Iterator[Answered]:
    rows = Verdict.objects.filter(undone_at__isnull=True).select_related("order__finding")
    for verdict in rows.order_by("at", "pk").iterator():
        order = verdict.order
        unresolved = verdict.decision == Decision.CONFIRMED
        if not unresolved and verdict.reason not in policy.reasons:
            continue  # "not ours" says nothing about whether it was done
        if verdict.snapshot.get("version", order.version) != order.version:
            continue  # the order changed: the verdict speaks of another text
        target = Target(order.number, unresolved, 1.0, verdict.at, False, order.unit.strip(), _kinds(order))
        yield Answered(order.pk, order.version, target)


def _outcomes(today: date, policy: Policy) -> Iterator[Answered]:
    """Free labels: rated, called again or handled again means unresolved; rated well and quiet since, resolved."""
    values = ColumnSignals(rules.rules_folder())
    told = ~Q(resolved="") | ~Q(satisfaction="") | Q(rehandled__gt=0) | Q(finding__is_repeat=True)
    orders = WorkOrder.objects.filter(told, closed_at__isnull=False, finding__isnull=False)
    orders = orders.select_related("finding").defer(
        "content", "reply", "handling", "callback", "search", "finding__demands", "finding__details"
    )
    quiet = datetime.combine(today, time()) - timedelta(days=policy.quiet_days)
    for row in orders.order_by("-closed_at", "-pk")[:MOST_OUTCOMES].iterator(_CHUNK):
        assert row.closed_at is not None
        fired = {item["signal"] for item in row.finding.evidence}
        bad = bool(fired & {"said_unresolved", "rated_dissatisfied", "called_again", "rehandled"})
        good = values.evaluation.resolved(row.resolved) == "yes" and row.closed_at < quiet
        if bad or good:
            at = row.closed_at if bad else row.closed_at + timedelta(days=policy.quiet_days)
            yield Answered(
                row.pk, row.version, Target(row.number, bad, policy.outcome_weight, at, is_outcome=True)
            )


def _kinds(order: WorkOrder) -> tuple[str, ...]:
    finding = getattr(order, "finding", None)
    return tuple(finding.kinds) if finding else ()


def split(found: Sequence[Answered], policy: Policy) -> tuple[list[Answered], list[Answered]]:
    """What to learn from and what to report on: the newest verdicts, and nothing that was known only after the first
    of them, stay out of learning.
    """
    verdicts = sorted(
        (one for one in found if not one.target.is_outcome), key=lambda one: (one.target.at, one.target.order)
    )
    kept = verdicts[len(verdicts) - round(len(verdicts) * policy.holdout) :]
    if not kept:
        return list(found), []
    first, apart = kept[0].target.at, {one.pk for one in kept}
    learn = [
        one for one in found if one.pk not in apart and (not one.target.is_outcome or one.target.at < first)
    ]
    return learn, kept


def read_cases(found: Sequence[Answered], today: date, tell: Tell) -> list[Case]:
    """The cases of the orders, as the shipped model reads them; `tell` hears of every chunk."""
    folder = rules.rules_folder()
    shared = _Shared(ColumnSignals(folder))
    by_pk = {one.pk: one for one in found}
    cases = []
    batches = (to_batch(rows) for rows in order_rows(sorted(by_pk)))
    shipped = Settings(as_of=today, data=folder)
    for orders, read in read_batches(batches, shipped, settings.RECOGNITION_PROCESSES or None):
        keys = orders.column("row").to_pylist()
        added = shared.of(keys)
        for pk, finding in zip(keys, batch_to_findings(read), strict=True):
            for evidence in added.get(pk, ()):
                finding.evidence.append(evidence)
                finding.logit += evidence.weight
            cases.append(case_of(by_pk[pk].target, finding))
        tell(len(keys))
    return cases


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the collection had said about orders, with the weights set by hand."""

    rules: ColumnSignals

    def of(self, pks: Sequence[int]) -> dict[int, list[Evidence]]:
        rows = Finding.objects.filter(order__in=pks).values_list("order", "evidence")
        return {
            pk: [
                Evidence(
                    item["signal"], item["field"], None, None, item["text"], self._weight(item["signal"])
                )
                for item in evidence
                if item["signal"] in SHARED
            ]
            for pk, evidence in rows
        }

    def _weight(self, signal: str) -> float:
        return self.rules.signals[signal].prior


def train(
    today: date, tell: Tell = lambda count: None, total: Tell = lambda count: None
) -> tuple[Adjustment, dict[str, Any]]:
    """The adjustment that the answers ask for, and its report. Raises recognition.learning.TooFewCases.

    The report: `cases` (verdicts and outcomes learned from, verdicts kept apart), `from`/`to` of the days kept apart,
    `likely` (the threshold), figures of the model as `shipped`, as `present`ly used and as `trained`, what each
    number `learned` became; for kinds and commitments `parts` and `dates` (library.lines). `too_few`: the verdicts were
    too few for the probability, and only lines were moved.
    """
    folder = rules.rules_folder()
    policy, likely = Policy.load(folder), rules.load(folder).likely
    learn, apart = split(answered(today, policy), policy)
    people = taught(policy)
    total(len(learn) + len(apart) + len(people))
    cases = read_cases([*learn, *apart], today, tell)
    kept = {one.target for one in apart}
    held = [case for case in cases if case.target in kept]
    engine = Engine(Settings(as_of=today, data=folder))
    lessons = read_taught(people, today, policy, tell)
    shifts, parts = move_lines(lessons, adjustment_in_force(), policy)
    fitted, too_few = _fit([case for case in cases if case.target not in kept], engine, policy, bool(shifts))
    fitted = replace(fitted, parts=shifts)
    report = {
        "cases": {
            "verdicts": sum(not one.target.is_outcome for one in learn),
            "outcomes": sum(one.target.is_outcome for one in learn),
            "apart": len(apart),
        },
        "too_few": too_few,
        "from": min(one.target.at for one in apart).date().isoformat() if apart else None,
        "to": max(one.target.at for one in apart).date().isoformat() if apart else None,
        "likely": likely,
        "shipped": _content(figures(held, None, likely)),
        "present": _content(figures(held, adjustment_in_force(), likely)),
        "trained": _content(figures(held, fitted, likely)),
        "learned": _learned(fitted, engine),
        "parts": parts,
        "dates": dates_report(lessons),
        "policy": {**asdict(policy), "reasons": sorted(policy.reasons), "leaving": sorted(policy.leaving)},
        "fingerprint": _fingerprint([*learn, *apart], lessons),
    }
    return fitted, report


def _fit(
    cases: Sequence[Case], engine: Engine, policy: Policy, lines_moved: bool
) -> tuple[Adjustment, dict[str, int] | None]:
    """The adjustment of the probability, and what there was where that was too little; then, when no line was moved
    either, TooFewCases is raised."""
    signals = {**engine.text_signals.signals, **engine.column_signals.signals}
    leans = {name: signal.leans for name, signal in signals.items()}
    try:
        return fit(cases, engine.name, leans, policy), None
    except TooFewCases as few:
        if not lines_moved:
            raise
        return Adjustment(engine.name), {"have": few.have, "resolved": few.resolved}


def _content(said: Figures) -> dict[str, Any]:
    return said.content()


def _learned(fitted: Adjustment, engine: Engine) -> list[dict[str, Any]]:
    """Each signal whose weight moves, the largest move first; `before` where its weight was set by hand."""
    columns = {**engine.by_hand, **engine.column_signals.signals}
    rows = [
        {"signal": name, "added": value, "before": columns[name].prior if name in columns else None}
        for name, value in fitted.signals.items()
    ]
    return sorted(rows, key=lambda row: -abs(float(row["added"] or 0)))


def _fingerprint(found: Sequence[Answered], lessons: Lessons) -> str:
    """Stands for the answers that were used: number, version, answer, weight; of kinds and commitments, part, order, answer,
    weight."""
    seen = blake2b(digest_size=16)
    for one in sorted(found, key=lambda one: one.pk):
        seen.update(f"{one.pk} {one.version} {one.target.unresolved} {one.target.weight}\n".encode())
    for part, examples in sorted(lessons.examples.items()):
        said = sorted(f"{one.order} {one.yes} {one.weight} {one.above:.4f}" for one in examples)
        seen.update(f"{part} {said}\n".encode())
    return seen.hexdigest()


def keep_version(fitted: Adjustment, report: dict[str, Any], by: Any = None) -> ModelVersion:
    """Store a trained model under a name of its own; the same numbers from the same answers are stored once."""
    fingerprint = report.pop("fingerprint")
    with transaction.atomic():
        same = ModelVersion.objects.select_for_update().filter(fingerprint=fingerprint)
        for version in same:
            if version.content == fitted.content():
                return version
        number = ModelVersion.objects.count() + 1
        return ModelVersion.objects.create(
            name=f"local-{number}-{fitted.key}",
            content=fitted.content(),
            report=report,
            fingerprint=fingerprint,
            made_by=by,
        )
