"""The engine: one order in, one finding out; the same function over Arrow batches.

Reading an order needs nothing but that order, the settings and the data files, so results do not depend on the size
of a batch or on the number of processes. What needs many orders (same matter, copied replies, a unit against its
peers) is in `collection` and is added afterwards.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from wenxiao.calendars import Calendar
from wenxiao.recognition.afterwards import CallersWord
from wenxiao.recognition.closure import KINDS, MissingEvidence, closure_class, probability, readable
from wenxiao.recognition.columns import ColumnSignals
from wenxiao.recognition.commitments import Lines, commitments_of_many
from wenxiao.recognition.crossing import CrossingDetails, CrossingWords
from wenxiao.recognition.demands import DemandReader, unanswered
from wenxiao.recognition.enforcement import EnforcementDetails, EnforcementWords
from wenxiao.recognition.learning.adjustment import Adjustment
from wenxiao.recognition.learning.shift import AS_SHIPPED, Shift, above
from wenxiao.recognition.model import Model, Scores
from wenxiao.recognition.receipts import answers_of_many
from wenxiao.recognition.reference import Reference, reference_from
from wenxiao.recognition.repeats import RepeatWords
from wenxiao.recognition.schema import (
    Commitment,
    Demand,
    Evidence,
    Finding,
    Order,
    batch_to_orders,
    findings_to_batch,
)
from wenxiao.recognition.settings import Settings
from wenxiao.recognition.signals import Signal, TextSignals
from wenxiao.recognition.text import signatures_of_many

#: Signals of one order that make it a repeat (多次来电); a third, `repeat_earlier`, needs the whole collection.
REPEAT = frozenset({"repeat_marked", "repeat_said"})


@dataclass(slots=True)
class Reading:
    """What the parts of the engine read in one order, before it is put together."""

    order: Order
    reference: Reference
    commitments: list[Commitment]
    demands: list[Demand]
    signals: list[Evidence]
    crossing: CrossingDetails
    scores: Scores
    enforcement: EnforcementDetails | None
    repeats: list[Evidence]
    shown: set[str]


class Engine:
    """All rules and the model, loaded once. Cheap to call, safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.calendar = Calendar.load()
        self.text_signals = TextSignals(settings.data)
        self.adjustment = settings.adjustment
        self.lines = _lines(settings.adjustment)
        self.column_signals = ColumnSignals(settings.data, learned(settings))
        self.missing = MissingEvidence(settings.data)
        self.enforcement = EnforcementWords(settings.data)
        self.crossing = CrossingWords(settings.data)
        self.repeats = RepeatWords(settings.data)
        self.demands = DemandReader(settings.data)
        self.model = Model.load(settings.model)
        self.by_hand = self._by_hand()
        share = self.column_signals.thresholds.further_share
        self.callers_word = CallersWord(self.by_hand, learned(settings), share)

    def _by_hand(self) -> dict[str, Signal]:
        """The signals that weigh what their data file says: of columns, and of words where the model was not fitted on them."""
        words = {n: s for n, s in self.text_signals.signals.items() if n not in self.model.fitted}
        return {**self.column_signals.by_hand, **words}

    def read_batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """`ORDERS` in, `FINDINGS` out, row for row."""
        with without_collector():
            return findings_to_batch(self.read_orders(list(batch_to_orders(batch))))

    def read(self, order: Order) -> Finding:
        """Everything that one order says by itself."""
        return self.read_orders([order])[0]

    def read_orders(self, orders: Sequence[Order]) -> list[Finding]:
        """The same for many orders, several times faster: wording is weighed for all of them together."""
        return [self._finding(one) for one in self.readings(orders)]

    def readings(self, orders: Sequence[Order]) -> list[Reading]:
        """What the parts of the engine read in each order, before it is put together."""
        orders = self.column_signals.hollow.emptied(orders)
        signed = signatures_of_many([order.reply for order in orders])
        references = list(map(reference_from, orders, signed))
        commitments = commitments_of_many(
            orders, calendar=self.calendar, references=references, lines=self.lines
        )
        demands = self.demands.read_many(orders)
        answers = answers_of_many(orders, signed)
        signals = self.text_signals.read_many(orders, references, answers)
        for found, order, asked in zip(signals, orders, demands, strict=True):
            found.extend(_unanswered(order, asked))
        for i, copied in self.column_signals.hollow.copied(orders):
            signals[i].append(copied)
        crossing = self.crossing.read_many(orders)
        scores = self.model.read_many(orders, signals, commitments, crossing, answers)
        enforced = self._enforced(orders, scores)
        repeats, shown = self.repeats.read_many(orders), self.missing.shown(orders)
        read = (orders, references, commitments, demands, signals, crossing, scores, enforced, repeats, shown)
        return list(map(Reading, *read))

    def _finding(self, read: Reading) -> Finding:
        order, commitments = read.order, read.commitments
        columns = self.column_signals.read(order, read.signals, commitments, self.settings.as_of)
        # What was found in texts has a place in one; what stands in the call-back was said afterwards.
        columns += [e for e in read.signals if e.field == "callback"]
        self.callers_word.weigh(columns)
        signals = _weighed([e for e in read.signals if e.field != "callback"], read.scores)
        logit = read.scores.logit + self._unfitted(signals)
        columns += read.repeats
        texts = signals + self._unnamed(signals, read.scores.wording)
        # Without a reply the model has nothing to weigh: the columns alone speak.
        logit = self._adjusted(texts, logit) if _answered(order) else 0.0
        evidence = texts + columns
        logit += sum(e.weight for e in columns)
        finding = Finding(
            order.order,
            order.row,
            order.file,
            order.sheet,
            unresolved=round(probability(logit), 4),
            logit=round(logit, 4),
            evidence=sorted(evidence, key=lambda e: -abs(e.weight)),
            commitments=commitments,
            demands=read.demands,
            reference=read.reference.day,
            model=self.name,
        )
        finding.closure_class = closure_class(
            readable(order, evidence, commitments), finding.logit, evidence, commitments
        )
        finding.missing = self.missing.read(read.shown, finding.closure_class, evidence, commitments)
        self._kinds(read, finding)
        return finding

    @property
    def name(self) -> str:
        """The model and, after a plus, what was learned here: every finding names both."""
        return self.model.name if self.adjustment is None else f"{self.model.name}+{self.adjustment.key}"

    def _adjusted(self, texts: list[Evidence], logit: float) -> float:
        """The log-odds of the texts with what was learned here, which goes into the weights of the evidence too."""
        if self.adjustment is None:
            return logit
        more = dict(self.adjustment.signals)
        for evidence in texts:
            weight = evidence.weight * self.adjustment.scale + more.pop(evidence.signal, 0.0)
            evidence.weight = round(weight, 3)
        return self.adjustment.text_logit(logit, (e.signal for e in texts))

    def _unfitted(self, signals: list[Evidence]) -> float:
        """What the signals add that an administrator wrote and the model was not fitted on: the weight in their file."""
        fitted = self.model.fitted
        new = {e.signal: e for e in reversed(signals) if e.signal not in fitted}
        for name, first in new.items():
            first.weight = self.by_hand[name].prior
        return sum(e.weight for e in new.values())

    def _unnamed(self, signals: list[Evidence], wording: list[Evidence]) -> list[Evidence]:
        """The clauses whose wording no signal names. What a clause adds goes to the first signal that fires in it and
        leans the same way: "only passed on" says more to a person than "wording", and the sum stays what it was. A bare
        result may weigh on either side: "done" and no detail is what speaks against it.
        """
        left = []
        for clause in wording:
            side = "unresolved" if clause.weight > 0 else "resolved"
            named = None
            for signal in signals:
                if _within(signal, clause) and side in self._sides(signal):
                    named = signal
                    break
            if named is None:
                left.append(clause)
            else:
                named.weight = round(named.weight + clause.weight, 3)
        return left

    def _sides(self, evidence: Evidence) -> tuple[str, ...]:
        if evidence.signal == "result_stated":
            return "unresolved", "resolved"
        known = self.text_signals.signals.get(evidence.signal)
        return (known.leans,) if known else ()

    def _kinds(self, read: Reading, finding: Finding) -> None:
        """Which of the six kinds apply; a column that says so wins over the text."""
        order = read.order
        kinds = set()
        if any(c.concrete for c in finding.commitments):
            kinds.add("commitment")
        if (details := read.enforcement) is not None:
            kinds.add("enforcement")
            finding.enforcement_fields, finding.enforcement_acts = details.fields, details.acts
            finding.evidence += details.evidence
        if self._crosses(read, finding):
            kinds.add("crossing")
        if any(e.signal in REPEAT for e in finding.evidence):
            kinds.add("repeat")
        if order.is_hard:
            kinds.add("flagged")
        if self.column_signals.is_dissatisfied(order):
            kinds.add("dissatisfied")
        finding.kinds = [kind for kind in KINDS if kind in kinds]

    def _crosses(self, read: Reading, finding: Finding) -> bool:
        """Whether the order is a crossing one, by its columns or else the model; if so, with what is crossed.

        What the centre does not count as crossing makes none, unless a column says that several handle it.
        """
        stated = read.crossing.stated
        if not (stated if stated is not None else self._is_of("crossing", read.scores, read.crossing.facts)):
            return False
        details, across = self.crossed(read)
        if not across and not stated:
            return False
        finding.crossing_bodies, finding.crossing_across = details.bodies, across
        finding.evidence += details.evidence
        return True

    def crossed(self, read: Reading) -> tuple[CrossingDetails, list[str]]:
        """What a crossing order is seen by, and what of it this centre counts."""
        details = self.crossing.explain(read.order, read.crossing)
        return details, [a for a in details.across if a in self.crossing.counts]

    def _enforced(self, orders: Sequence[Order], scores: Sequence[Scores]) -> list[EnforcementDetails | None]:
        """Of each enforcement order its fields and acts; None for the others. Where verdicts have moved the line by these, they
        are read of every order."""
        seen = self.enforcement.read_many(orders) if self._shift("enforcement").signals else None
        at = [
            i
            for i, one in enumerate(scores)
            if self._is_of("enforcement", one, seen[i].traits if seen is not None else ())
        ]
        told = (
            [seen[i] for i in at] if seen is not None else self.enforcement.read_many([orders[i] for i in at])
        )
        found = dict(zip(at, told, strict=True))
        return [found.get(i) for i in range(len(orders))]

    def _is_of(self, kind: str, scores: Scores, traits: Iterable[str]) -> bool:
        """What the model says, with the line where verdicts have moved it."""
        shift = self._shift(kind)
        if shift == AS_SHIPPED:
            return scores.is_enforcement if kind == "enforcement" else scores.is_crossing
        return shift.moved(self.above(kind, scores), traits) >= 0

    def _shift(self, kind: str) -> Shift:
        return self.adjustment.part(kind) if self.adjustment else AS_SHIPPED

    def above(self, kind: str, scores: Scores) -> float:
        """How far the shipped model is above the line of "enforcement" or "crossing", in log-odds."""
        chance = scores.enforcement if kind == "enforcement" else scores.crossing
        return above(chance, self.model.thresholds[kind])


@contextmanager
def without_collector() -> Iterator[None]:
    """Without the collector of cycles, which reading makes none of: looking for them among all that a batch holds took a
    seventh of the time. What a batch leaves is freed when it ends, as always."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _lines(adjustment: Adjustment | None) -> Lines:
    """Where verdicts have moved the lines of commitments."""
    if adjustment is None:
        return Lines()
    return Lines(adjustment.part("commitment"), adjustment.part("concrete"))


def learned(settings: Settings) -> Mapping[str, float]:
    """What verdicts add to the weight of each signal."""
    return settings.adjustment.signals if settings.adjustment else {}


def _weighed(signals: list[Evidence], scores: Scores) -> list[Evidence]:
    """The text signals with what each added; a signal in two fields shares its weight, shown once."""
    weights = dict(scores.signal_weights)
    for signal in signals:
        signal.weight = round(weights.pop(signal.signal, 0.0), 3)
    return signals


def _within(signal: Evidence, clause: Evidence) -> bool:
    """Whether both stand in the same field and share a character."""
    if signal.field != clause.field:
        return False
    first, end = signal.start, signal.end
    start, stop = clause.start, clause.end
    if first is None or end is None or start is None or stop is None:
        return False
    return first < stop and start < end


def _unanswered(order: Order, demands: list[Demand]) -> list[Evidence]:
    """A demand that the reply passes over, where there is a reply and more than one demand; the model weighs it."""
    left = unanswered(demands) if _answered(order) else []
    return [Evidence("demands_unanswered", d.field, d.start, d.end, d.text) for d in left[:1]]


def _answered(order: Order) -> bool:
    return bool(order.reply.strip() or order.handling.strip())
