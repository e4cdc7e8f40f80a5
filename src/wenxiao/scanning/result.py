"""What a scan found, in numbers and in its most telling orders: everything that the summary needs, and no text else."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

from wenxiao.orders.intake.problems import Problem, UnreadableFile
from wenxiao.recognition.schema import Commitment, Evidence, Finding, Order

#: Rejected rows are all counted and written; this many are kept in memory to be shown.
KEPT_PROBLEMS = 1000
TOP = 10
#: The fields in which the unit, or the caller afterwards, says how it ended.
ANSWERS = ("reply", "handling", "callback")


@dataclass(slots=True)
class SourceNote:
    """One file as it was understood: how many rows came out of it, and what a person should know about it."""

    name: str
    form: str
    rows: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, order=True)
class TopOrder:
    """One of the orders most likely not resolved; sorted by probability, earlier rows first among equals."""

    unresolved: float
    place: int
    order: str = field(compare=False)
    title: str = field(compare=False)
    closure_class: str = field(compare=False)
    kinds: tuple[str, ...] = field(compare=False)
    unit: str = field(compare=False)
    signal: str = field(compare=False)
    sentence: str = field(compare=False)


@dataclass(slots=True)
class ScanResult:
    """Counts over all files. `rejected` and `warned` count rows and warnings by code."""

    as_of: date
    sources: list[SourceNote] = field(default_factory=list)
    refused: list[UnreadableFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    warned: Counter[str] = field(default_factory=Counter)
    warning_examples: dict[str, Problem] = field(default_factory=dict)
    orders: int = 0
    unresolved: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)
    commitments: Counter[str] = field(default_factory=Counter)
    matters: Counter[str] = field(default_factory=Counter)
    top: list[TopOrder] = field(default_factory=list)
    model: str = ""
    seconds: float = 0.0

    def reject(self, problem: Problem) -> None:
        """Count a row that did not get in, and keep it to be shown."""
        self.rejected[problem.code] += 1
        if len(self.problems) < KEPT_PROBLEMS:
            self.problems.append(problem)

    def warn(self, problem: Problem) -> None:
        """Count a warning about a row that did get in, and keep the first of its sort."""
        self.warned[problem.code] += 1
        self.warning_examples.setdefault(problem.code, problem)

    def count(self, order: Order, finding: Finding) -> None:
        """Take one finished finding into the figures."""
        self.orders += 1
        self.unresolved += finding.unresolved >= 0.5
        self.classes[finding.closure_class] += 1
        self.kinds.update(finding.kinds)
        self.signals.update({e.signal for e in finding.evidence})
        self.model = finding.model
        if finding.matter:
            self.matters[finding.matter] += 1
        for commitment in finding.commitments:
            self.commitments[due_bucket(commitment, self.as_of)] += 1
        self._consider(order, finding)

    def _consider(self, order: Order, finding: Finding) -> None:
        place = -self.orders
        if len(self.top) == TOP and (finding.unresolved, place) < (self.top[0].unresolved, self.top[0].place):
            return
        best = telling(finding.evidence)
        one = TopOrder(
            finding.unresolved,
            place,
            finding.order,
            order.title or order.content,
            finding.closure_class,
            tuple(finding.kinds),
            order.unit,
            best.signal if best else "",
            best.text if best else "",
        )
        if len(self.top) < TOP:
            heapq.heappush(self.top, one)
        else:
            heapq.heappushpop(self.top, one)

    def ranked(self) -> list[TopOrder]:
        """The top orders, most likely first."""
        return sorted(self.top, reverse=True)


class Writer(Protocol):
    """Something that takes every finding once, in input order, and is finished once."""

    def add(self, order: Order, finding: Finding) -> None: ...
    def finish(self, result: ScanResult) -> None: ...


def telling(evidence: list[Evidence]) -> Evidence | None:
    """The words of the reply or call-back that speak most for "not resolved", a named signal before mere wording."""
    said = [e for e in evidence if e.field in ANSWERS and e.text.strip()]
    named = [e for e in said if e.signal != "wording" and e.weight > 0]
    return max(named or said or evidence, key=lambda e: e.weight, default=None)


def due_bucket(commitment: Commitment, as_of: date) -> str:
    """Where a commitment stands on the ledger: vague, undated, overdue, week (the next seven days) or later."""
    if not commitment.concrete:
        return "vague"
    if commitment.due is None:
        return "undated"
    if commitment.due < as_of:
        return "overdue"
    return "week" if commitment.due <= as_of + timedelta(days=7) else "later"
