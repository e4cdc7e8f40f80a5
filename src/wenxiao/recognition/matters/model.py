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

import numpy as np

from wenxiao.recognition.matters.pairs import Features


@dataclass(frozen=True, slots=True)
class Tree:
    """Up to a few questions "is `features[k]` above `limits[k]`?"; the answers, as bits, choose a value."""

    features: tuple[str, ...]
    limits: tuple[float, ...]
    values: np.ndarray


@dataclass(frozen=True, slots=True)
class Forest:
    """Log-odds: `start` and one value a tree."""

    start: float
    trees: tuple[Tree, ...]

    def logit(self, found: Features, count: int) -> np.ndarray:
        """For each pair."""
        total = np.full(count, self.start)
        for tree in self.trees:
            answer = np.zeros(count, dtype=np.uint8)
            for bit, (name, limit) in enumerate(zip(tree.features, tree.limits, strict=True)):
                answer |= (found[name] > limit).astype(np.uint8) << bit
            total += tree.values[answer]
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
    data = json.loads(text)
    return Model(
        version=data["version"],
        one=data["one"],
        link=data["link"],
        same=_forest(data["same"]),
        tied=_forest(data["tied"]),
        fixed=data["fixed"],
        neutral=data["neutral"],
    )


def _forest(data: dict[str, object]) -> Forest:
    trees = [Tree(tuple(names), tuple(limits), np.array(values)) for names, limits, values in data["trees"]]  # type: ignore[attr-defined]
    return Forest(float(data["start"]), tuple(trees))  # type: ignore[arg-type]
