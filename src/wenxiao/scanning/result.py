"""What a scan found, in numbers and in its most telling orders: everything that the summary needs, and no text else."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

from wenxiao.orders.intake.problems import UnreadableFile
from wenxiao.recognition.collection import is_untold
from wenxiao.recognition.headline import leading
from wenxiao.recognition.lexicon import read_data
from wenxiao.recognition.schema import Commitment, Evidence, Finding, Order
from wenxiao.scanning.problems import ProblemLog

#: Orders on the first sheet of a workbook where an administrator's copy of report.toml is older than that sheet.
RANKED = 300


@dataclass(frozen=True, slots=True)
class Listing:
    """From which probability on an order is likely not resolved, how many of these the summary lists, and how many the
    first sheet of a workbook."""

    likely: float
    listed: int
    ranked: int = RANKED


def read_listing(override: Path | None = None) -> Listing:
    """`data/report.toml`, or the administrator's own copy of it in the folder `override`."""
    data = read_data("report.toml", override)
    return Listing(data["likely"], data["listed"], data.get("ranked", RANKED))


@dataclass(slots=True)
class SourceNote:
    """One file as it was understood: how many rows came out of it, and what a person should know about it.

    `known` is what share of the pairs of characters of its messages and of its replies the model knows, where that is so
    little that the figures are less reliable than those that were measured; None elsewhere."""

    name: str
    form: str
    rows: int = 0
    notes: list[str] = field(default_factory=list)
    known: tuple[float, float] | None = None


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
    reasons: tuple[Evidence, ...] = field(compare=False)
    missing: tuple[str, ...] = field(compare=False)


@dataclass(slots=True)
class ScanResult:
    """Counts over all files. `without_replies` are the sheets (file, sheet) that have no column for a reply, `untold` the
    orders of which therefore nothing can be said: they are counted there and not in `unresolved`. `rejected` are the rows that did not get in, `warned` what to know about those that did."""

    as_of: date
    listing: Listing = field(default_factory=read_listing)
    sources: list[SourceNote] = field(default_factory=list)
    refused: list[UnreadableFile] = field(default_factory=list)
    rejected: ProblemLog = field(default_factory=ProblemLog)
    warned: ProblemLog = field(default_factory=ProblemLog)
    without_replies: set[tuple[str, str]] = field(default_factory=set)
    orders: int = 0
    unresolved: int = 0
    untold: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)
    commitments: Counter[str] = field(default_factory=Counter)
    matters: Counter[str] = field(default_factory=Counter)
    top: list[TopOrder] = field(default_factory=list)
    highest: float = 0.0
    model: str = ""
    seconds: float = 0.0

    def count(self, order: Order, finding: Finding) -> None:
        """Take one finished finding into the figures."""
        self.orders += 1
        if is_untold(finding.evidence):
            self.untold += 1
        else:
            self.unresolved += finding.unresolved >= self.listing.likely
            self.highest = max(self.highest, finding.unresolved)
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
        if (
            finding.unresolved < self.listing.likely
            or self.listing.listed == 0
            or is_untold(finding.evidence)
        ):
            return
        if len(self.top) == self.listing.listed and (finding.unresolved, place) < (
            self.top[0].unresolved,
            self.top[0].place,
        ):
            return
        one = TopOrder(
            finding.unresolved,
            place,
            finding.order,
            order.title or order.content,
            finding.closure_class,
            tuple(finding.kinds),
            order.unit,
            tuple(leading(finding.evidence)),
            tuple(finding.missing),
        )
        if len(self.top) < self.listing.listed:
            heapq.heappush(self.top, one)
        else:
            heapq.heappushpop(self.top, one)

    def ranked(self) -> list[TopOrder]:
        """The top orders, most likely first; only those that are likely at all."""
        return sorted(self.top, reverse=True)


class Writer(Protocol):
    """Something that takes every finding once, in input order, and is finished once."""

    def add(self, order: Order, finding: Finding) -> None: ...
    def finish(self, result: ScanResult) -> None: ...


def due_bucket(commitment: Commitment, as_of: date) -> str:
    """Where a commitment stands on the ledger: vague, undated, overdue, week (the next seven days) or later."""
    if not commitment.concrete:
        return "vague"
    if commitment.due is None:
        return "undated"
    if commitment.due < as_of:
        return "overdue"
    return "week" if commitment.due <= as_of + timedelta(days=7) else "later"
