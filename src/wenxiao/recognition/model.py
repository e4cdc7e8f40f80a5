"""The closure model: from an order's texts, signals and named bodies to calibrated log-odds, every part of it shown.

Two steps (`heads`, `stack`) weigh the wording; each fired signal adds its own weight to that. The parts add up to the
log-odds: a constant, what each clause adds, what each signal adds. The file (`data/model.json`) says what it was
trained on and how well it does. Nothing here depends on the size of a batch.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from math import exp
from pathlib import Path
from typing import Any

import numpy as np

from wenxiao.recognition.crossing import CrossingDetails, crossing_details, crossing_facts
from wenxiao.recognition.heads import Floats, Heads, Read
from wenxiao.recognition.schema import Commitment, Evidence, Order
from wenxiao.recognition.stack import Stack
from wenxiao.recognition.text import boilerplate
from wenxiao.recognition.wordclasses import WordClasses

#: How many clauses are shown as what the wording says.
SHOWN = 3
#: A clause that adds less than this to the log-odds is not worth showing.
LEAST = 0.15
#: A clause is taken for the reason of a kind only when it is of that kind with at least these log-odds.
LIKELY = -1.5
#: Orders read at once; bounds the memory, changes no result.
BATCH = 64
KINDS_OF_ORDER = ("unresolved", "enforcement", "crossing")


@dataclass(slots=True)
class Scores:
    """What the model says of one order. `logit` is calibrated: `unresolved` is its logistic.

    `signal_weights` is what each fired signal added to `logit`; `wording` the clauses that added most, either way;
    `how` the chance of each kind of closing (done, informed, refused …).
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
        self._heads = Heads(content["first"], WordClasses.load())
        self._facts: list[str] = content["facts"]
        self._stacks = {name: Stack(part) for name, part in content["stacks"].items()}
        self._last: dict[str, dict[str, float]] = content["last"]
        self._signals: dict[str, float] = content["signals"]
        self._thresholds: dict[str, float] = content["thresholds"]

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
        del commitments  # the clause heads were taught by labelled commitments themselves
        named = [crossing_details(order) for order in orders] if crossing is None else crossing
        out = []
        for at in range(0, len(orders), BATCH):
            part = slice(at, at + BATCH)
            out += self._batch(orders[part], signals[part], named[part])
        return out

    def _batch(
        self,
        orders: Sequence[Order],
        signals: Sequence[Sequence[Evidence]],
        named: Sequence[CrossingDetails],
    ) -> list[Scores]:
        replies = [o.reply or o.handling for o in orders]
        read = self._heads.read(replies, [f"{o.title}\n{o.content}" for o in orders])
        facts = np.array([[f in found for f in self._facts] for found in map(crossing_facts, named)], float)
        parts, constant = self._stacks["unresolved"].parts(read.features)
        parts *= self._last["unresolved"]["slope"]
        wording = parts.sum(axis=1) + constant * self._last["unresolved"]["slope"]
        chances = {
            "enforcement": self._chances("enforcement", read.features),
            "crossing": self._chances("crossing", np.concatenate((read.features, facts), axis=1)),
        }
        out = []
        for at, order in enumerate(orders):
            fired = {e.signal for e in signals[at]} & self._signals.keys()
            weights = {name: self._signals[name] for name in sorted(fired)}
            logit = float(wording[at]) + self._last["unresolved"]["constant"] + sum(weights.values())
            shown = self._evidence(read, parts[at], at, ("reply" if order.reply else "handling", replies[at]))
            enforcement, crosses = float(chances["enforcement"][at]), float(chances["crossing"][at])
            scores = Scores(
                logit,
                _logistic(logit),
                weights,
                shown,
                enforcement,
                crosses,
                enforcement >= self._thresholds["enforcement"],
                crosses >= self._thresholds["crossing"],
            )
            scores.how = {
                name: round(_logistic(float(value)), 4)
                for name, value in zip(self._heads.heads[1:9], read.texts[at, 1:9], strict=True)
            }
            out.append(scores)
        return out

    def _chances(self, name: str, features: Floats) -> Floats:
        parts, constant = self._stacks[name].parts(features)
        logit = (parts.sum(axis=1) + constant) * self._last[name]["slope"] + self._last[name]["constant"]
        return np.asarray(1 / (1 + np.exp(-logit)))

    def _evidence(self, read: Read, parts: Floats, at: int, text: tuple[str, str]) -> list[Evidence]:
        """The clauses that add most, strongest first."""
        owners = read.clauses.owners
        first, last = np.searchsorted(owners, (at, at + 1)).tolist()
        if first == last:
            return []
        weights = self._by_clause(read, parts, first, last)
        found = []
        for i in np.argsort(-abs(weights), kind="stable")[: 3 * SHOWN].tolist():
            start, end = int(read.clauses.starts[first + i]), int(read.clauses.ends[first + i])
            # A greeting or "our answer follows" weighs by the company it keeps; it convinces nobody as a reason.
            if abs(weights[i]) >= LEAST and not boilerplate(text[1][start:end]):
                piece = text[1][start:end]
                found.append(Evidence("wording", text[0], start, end, piece, round(float(weights[i]), 3)))
        return found[:SHOWN]

    def _by_clause(self, read: Read, parts: Floats, first: int, last: int) -> Floats:
        """What each clause of one reply adds.

        A kind's part goes to the clause that is most of that kind, if it is likely of it at all; the part of the text
        heads is shared out among the clauses that speak for its side, by how much they do.
        """
        heads, kinds = len(self._heads.heads), len(self._heads.kinds)
        weights = np.zeros(last - first)
        by_kind = parts[heads : heads + 3 * kinds].reshape(3, kinds).sum(axis=0)
        values = read.kinds[first:last]
        for kind, most in enumerate(values.argmax(axis=0).tolist()):
            if values[most, kind] >= LIKELY:
                weights[most] += by_kind[kind]
        whole = float(parts[:heads].sum())
        speaking = np.maximum(read.shares[first:last] * (1 if whole > 0 else -1), 0)
        if speaking.any():
            weights += whole * speaking / speaking.sum()
        return weights


def _logistic(logit: float) -> float:
    return 1 / (1 + exp(-logit)) if logit >= 0 else exp(logit) / (1 + exp(logit))
