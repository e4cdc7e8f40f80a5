"""From what two orders share to the probability that they are one matter.

Two small boosted forests over the features of `pairs`: `same` (one matter) and `tied` (one matter, or related). Every
tree may only move with a feature, never against it (more of a name shared never lowers the answer), which is what lets
a few hundred labels be enough. Exact identifiers have fixed weights beside them. Made by `python -m bench.matters.fit`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from wenxiao.recognition.matters.pairs import Features

#: Pairs judged in one piece: what a piece needs stays in the processor's cache.
PIECE = 8_192
#: Fewer pairs than this are judged by all trees at once.
FEW = 256


@dataclass(frozen=True, slots=True)
class Forest:
    """Log-odds: `start`, and one value a tree.

    A tree is up to three questions "is feature `asked[t, q]` above `limits[t, q]`?"; the answers, read as bits,
    choose its value.
    """

    start: float
    names: tuple[str, ...]
    asked: np.ndarray
    limits: np.ndarray
    values: np.ndarray

    def logit(self, found: Features, count: int) -> np.ndarray:
        """For each pair."""
        if not self.names:
            return np.full(count, self.start)
        table = np.stack([found[name] for name in self.names])
        pieces = [self._piece(table[:, at : at + PIECE]) for at in range(0, count, PIECE)]
        return np.concatenate([np.zeros(0), *pieces])

    def _piece(self, table: np.ndarray) -> np.ndarray:
        return self.start + (self._few(table) if table.shape[1] < FEW else self._many(table))

    def _few(self, table: np.ndarray) -> np.ndarray:
        """All trees at once, added in the same order: of a few pairs a step in Python for each tree would cost ten times as much."""
        answer = np.zeros((len(self.asked), table.shape[1]), dtype=np.intp)
        for question in range(self.asked.shape[1]):
            above = table[self.asked[:, question]] > self.limits[:, question, None]
            answer |= above.astype(np.intp) << question
        return np.asarray(np.take_along_axis(self.values, answer, axis=1).cumsum(axis=0)[-1])

    def _many(self, table: np.ndarray) -> np.ndarray:
        """Tree after tree: a small answer a pair, which then chooses."""
        total, answer = np.zeros(table.shape[1]), np.empty(table.shape[1], dtype=np.uint8)
        for asked, limits, values in zip(self.asked, self.limits, self.values, strict=True):
            answer.fill(0)
            for question, limit in enumerate(limits[limits < np.inf].tolist()):
                answer |= (table[asked[question]] > limit).view(np.uint8) << question
            total += values[answer]
        return total


@dataclass(frozen=True, slots=True)
class Model:
    """`one` and `link` are the probabilities from which two orders are one matter, or linked as related."""

    version: str
    one: float
    link: float
    same: Forest
    tied: Forest
    fixed: dict[str, float]
    neutral: dict[str, float]

    def logit(self, found: Features) -> np.ndarray:
        """Log-odds that each pair is one matter."""
        count = len(next(iter(found.values())))
        total = self.same.logit(found, count)
        for name, weight in self.fixed.items():
            total += weight * found[name]
        return total

    def probability(self, found: Features) -> np.ndarray:
        """That each pair is one matter."""
        return np.asarray(1 / (1 + np.exp(-self.logit(found))))

    def tie(self, found: Features) -> np.ndarray:
        """The probability that each pair is one matter or related."""
        count = len(next(iter(found.values())))
        return np.asarray(1 / (1 + np.exp(-self.tied.logit(found, count))))


@cache
def model() -> Model:
    """The model as shipped."""
    text = (files("wenxiao.recognition") / "data" / "matters_model.json").read_text(encoding="utf-8")
    return read_model(json.loads(text))


def read_model(data: dict[str, Any]) -> Model:
    """A model as its file holds it."""
    return Model(
        version=data["version"],
        one=data["one"],
        link=data["link"],
        same=_forest(data["same"]),
        tied=_forest(data["tied"]),
        fixed=data["fixed"],
        neutral=data["neutral"],
    )


def _forest(data: dict[str, Any]) -> Forest:
    trees = data["trees"]
    names = sorted({name for asked, _, _ in trees for name in asked})
    most = max((len(asked) for asked, _, _ in trees), default=0)
    asked = np.zeros((len(trees), most), dtype=np.intp)
    limits = np.full((len(trees), most), np.inf)
    values = np.zeros((len(trees), 1 << most))
    for row, (features, bounds, chosen) in enumerate(trees):
        asked[row, : len(features)] = [names.index(name) for name in features]
        limits[row, : len(bounds)] = bounds
        values[row, : len(chosen)] = chosen
    return Forest(float(data["start"]), tuple(names), asked, limits, values)
