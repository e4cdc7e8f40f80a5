"""A history of orders made ready to compare: their columns, what words weigh among them, and the scoring of pairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from wenxiao.recognition.matters import bare
from wenxiao.recognition.matters.columns import Columns, columns
from wenxiao.recognition.matters.facts import Facts
from wenxiao.recognition.matters.link import Link, bare_reasons, contributions, reasons, verdict
from wenxiao.recognition.matters.model import Model, model
from wenxiao.recognition.matters.pairs import Features, Side, apart, features
from wenxiao.recognition.matters.threads import in_threads
from wenxiao.recognition.matters.totals import Totals, name_the_nameless
from wenxiao.recognition.matters.vocabulary import Seen, Weights, weights

#: Pairs compared in one piece: bounds memory, changes nothing.
CHUNK = 16_384

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class History:
    """Orders by row number."""

    columns: Columns
    weights: Weights
    totals: Totals
    model: Model

    @classmethod
    def of(cls, facts: list[Facts]) -> History:
        """Pack `facts`, row for row."""
        return cls.join([columns(facts)])

    @classmethod
    def join(cls, parts: list[Columns]) -> History:
        """The orders of the parts, one after the other."""
        seen = Seen.nothing()
        for part in parts:
            for piece in part.pieces():
                seen.add(piece)
        weight = weights(seen)
        packed = name_the_nameless(Columns.join(parts), weight)
        return cls(packed, weight, Totals.of(packed, weight), model())

    def __len__(self) -> int:
        return len(self.columns)

    def features(self, left: np.ndarray, right: np.ndarray) -> Features:
        """What the orders `left[k]` and `right[k]` have in common."""
        parts = _in_pieces(left, right, self._compare)
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def score(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """The probability that the orders `left[k]` and `right[k]` are one matter."""
        return np.concatenate(_in_pieces(left, right, self._score))

    def tie(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """The probability that the orders `left[k]` and `right[k]` are one matter or related."""
        return np.concatenate(
            _in_pieces(left, right, lambda i, j: tie(self.model, self.weights, *self._sides(i, j)))
        )

    def _score(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        a, b = self._sides(left, right)
        return probability(self.model, self.weights, a, b)

    def _compare(self, left: np.ndarray, right: np.ndarray) -> Features:
        return features(self.weights, *self._sides(left, right))

    def _sides(self, left: np.ndarray, right: np.ndarray) -> tuple[Side, Side]:
        return Side(self.columns, self.totals, left), Side(self.columns, self.totals, right)


def probability(judge: Model, w: Weights, a: Side, b: Side) -> np.ndarray:
    """The one scoring function: that the orders of each pair are one matter. Text and no text never meet."""
    return _probability(judge, features(w, a, b), a, b)


def tie(judge: Model, w: Weights, a: Side, b: Side) -> np.ndarray:
    """That the orders of each pair are one matter or related; orders without text are never merely related."""
    return _tie(judge, features(w, a, b), a, b)


def probability_and_tie(judge: Model, w: Weights, a: Side, b: Side) -> tuple[np.ndarray, np.ndarray]:
    """Both of each pair, for the price of one look at it."""
    found = features(w, a, b)
    return _probability(judge, found, a, b), _tie(judge, found, a, b)


def _probability(judge: Model, found: Features, a: Side, b: Side) -> np.ndarray:
    p = judge.probability(found)
    x, y = a.columns, b.columns
    if not x.bare.any() and not y.bare.any():
        return p
    return np.where(x.bare & y.bare, bare.probability(x, y), np.where(x.bare | y.bare, 0.0, p))


def _tie(judge: Model, found: Features, a: Side, b: Side) -> np.ndarray:
    return np.where(a.columns.bare | b.columns.bare, 0.0, judge.tie(found))


def compare(one: Facts, others: list[Facts], w: Weights | None = None) -> list[Link]:
    """The links of one order with others, with their reasons."""
    w = w or weights(Seen.nothing())
    packed = name_the_nameless(columns([one, *others]), w)
    totals = Totals.of(packed, w)
    rows = np.arange(1, len(others) + 1)
    a, b = Side(packed, totals, np.zeros_like(rows)), Side(packed, totals, rows)
    return links(one, others, w, a, b)


def links(one: Facts, others: list[Facts], w: Weights, a: Side, b: Side) -> list[Link]:
    """The link of each pair (`one` is the order at side `a`), told in words."""
    judge = model()
    found = features(w, a, b)
    p, ties, metres = probability(judge, w, a, b), tie(judge, w, a, b), apart(a.columns, b.columns)
    added = contributions(judge, found)
    made = []
    for k, other in enumerate(others):
        if one.bare or other.bare:
            why = bare_reasons(one, other, float(p[k]), float(metres[k]))
        else:
            why = reasons(
                one,
                other,
                {n: float(v[k]) for n, v in added.items()},
                {n: float(v[k]) for n, v in found.items()},
            )
        likely, tied = round(float(p[k]), 4), round(max(float(ties[k]), float(p[k])), 4)
        made.append(Link(one.order, other.order, likely, tied, verdict(judge, likely, tied), why))
    return made


def _in_pieces(left: np.ndarray, right: np.ndarray, work: Callable[[np.ndarray, np.ndarray], T]) -> list[T]:
    starts = range(0, max(len(left), 1), CHUNK)
    return in_threads(lambda at: work(left[at : at + CHUNK], right[at : at + CHUNK]), starts)
