"""The closure model: from an order's texts, signals and commitments to calibrated log-odds, every part of it shown.

The log-odds are a plain sum: a constant, what the wording of each clause adds, what each signal adds. The file
(`data/model.json`) says what it was trained on, how well it does, and which version of which lists it expects.
Nothing here depends on the size of a batch: the wording is summed in whole numbers (see `wording`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from math import exp, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from wenxiao.recognition.crossing import CrossingDetails, crossing_details, crossing_facts
from wenxiao.recognition.schema import Commitment, Evidence, Order
from wenxiao.recognition.text import boilerplate
from wenxiao.recognition.wording import Clauses, Ints, Wording, split

#: How many clauses are shown as what the wording says.
SHOWN = 3
#: A clause that adds less than this to the log-odds is not worth showing.
LEAST = 0.15


@dataclass(slots=True)
class Scores:
    """What the model says of one order. `logit` is calibrated: `unresolved` is its logistic.

    `signal_weights` is what each fired signal added to `logit`; `wording` the clauses that added most, either way.
    """

    logit: float
    unresolved: float
    signal_weights: dict[str, float]
    wording: list[Evidence]
    enforcement: float
    crossing: float
    is_enforcement: bool
    is_crossing: bool
    enforcement_terms: list[Evidence] = field(default_factory=list)
    how: dict[str, float] = field(default_factory=dict)


class Model:
    """A trained model, read from its file once. Safe to share between threads."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.name: str = content["name"]
        self.info: dict[str, Any] = content["info"]
        self._bias: dict[str, float] = content["bias"]
        self._facts: dict[str, float] = content.get("crossing_facts", {})
        self._signals: dict[str, float] = content["signals"]
        self._thresholds: dict[str, float] = content["thresholds"]
        heads: list[str] = content["heads"]
        self._head = {name: at for at, name in enumerate(heads)}
        flat = np.frombuffer(base64.b64decode(content["weights"]), dtype="<i2")
        grams = content["grams"].split(" ")
        self._wording = Wording(grams, flat.reshape(len(grams), len(heads)))
        self._unit: float = content["unit"]

    @classmethod
    def load(cls, path: Path | None = None) -> Model:
        """The model in `path`, or the one that comes with the package."""
        source = path or files("wenxiao.recognition") / "data" / "model.json"
        return cls(json.loads(source.read_text(encoding="utf-8")))

    def read(self, order: Order, signals: Sequence[Evidence], commitments: Sequence[Commitment]) -> Scores:
        """What the model says of one order."""
        return self.read_many([order], [signals], [commitments])[0]

    def read_many(
        self,
        orders: Sequence[Order],
        signals: Sequence[Sequence[Evidence]],
        commitments: Sequence[Sequence[Commitment]],
        crossing: Sequence[CrossingDetails] | None = None,
    ) -> list[Scores]:
        """What the model says of each order; the same as one by one, several times faster.

        `crossing` is what `crossing` read in each order, where the caller has it already.
        """
        del commitments  # tried as features, and they added nothing to what the wording says
        if not orders:
            return []
        named = [crossing_details(order) for order in orders] if crossing is None else crossing
        replies = [o.reply or o.handling for o in orders]
        answer = _Part(self, replies)
        asked = _Part(self, [f"{o.title}\n{o.content}" for o in orders])
        out = []
        for at, order in enumerate(orders):
            fired = {e.signal for e in signals[at]} & self._signals.keys()
            weights = {name: self._signals[name] for name in sorted(fired)}
            by_head = {
                head: answer.total(at, f"{head}/reply")
                + asked.total(at, f"{head}/message")
                + self._bias[head]
                for head in ("unresolved", "enforcement", "crossing")
            }
            by_head["crossing"] += sum(self._facts.get(fact, 0.0) for fact in crossing_facts(named[at]))
            logit = by_head["unresolved"] + sum(weights.values())
            enforcement, crosses = _logistic(by_head["enforcement"]), _logistic(by_head["crossing"])
            out.append(
                Scores(
                    logit,
                    _logistic(logit),
                    weights,
                    answer.evidence(at, "reply" if order.reply else "handling", replies[at]),
                    enforcement,
                    crosses,
                    enforcement >= self._thresholds["enforcement"],
                    crosses >= self._thresholds["crossing"],
                )
            )
        return out


class _Part:
    """One text of each order of a batch, weighed."""

    def __init__(self, model: Model, texts: Sequence[str]) -> None:
        self._head = model._head
        self.clauses: Clauses = split(texts)
        weighed = model._wording.weigh(self.clauses, len(texts))
        self._sums: Ints = weighed.sums
        self._scales = [model._unit / sqrt(max(1, n)) for n in weighed.distinct.tolist()]
        self._bounds = np.searchsorted(self.clauses.owners, np.arange(len(texts) + 1))
        edges = np.concatenate((np.zeros((1, self._sums.shape[1]), np.int64), np.cumsum(self._sums, axis=0)))
        self._totals = edges[self._bounds[1:]] - edges[self._bounds[:-1]]

    def total(self, at: int, head: str) -> float:
        return float(self._totals[at, self._head[head]]) * self._scales[at]

    def evidence(self, at: int, name: str, text: str) -> list[Evidence]:
        """The clauses that weigh most, strongest first."""
        first, last = self._bounds[at], self._bounds[at + 1]
        weights = self._sums[first:last, self._head["unresolved/reply"]] * self._scales[at]
        heaviest = np.argsort(-abs(weights), kind="stable")[: 3 * SHOWN]
        found = []
        for i in heaviest.tolist():
            start, end = int(self.clauses.starts[first + i]), int(self.clauses.ends[first + i])
            # A greeting or "our answer follows" weighs by the company it keeps; it convinces nobody as a reason.
            if abs(weights[i]) >= LEAST and not boilerplate(text[start:end]):
                found.append(
                    Evidence("wording", name, start, end, text[start:end], round(float(weights[i]), 3))
                )
        return found[:SHOWN]


def _logistic(logit: float) -> float:
    return 1 / (1 + exp(-logit)) if logit >= 0 else exp(logit) / (1 + exp(logit))
