"""A history of orders made ready to compare: their columns, what words weigh among them, and the scoring of pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wenxiao.recognition.matters.collection import Columns, Weights, columns, name_the_nameless, weights
from wenxiao.recognition.matters.facts import Facts
from wenxiao.recognition.matters.model import Model, model
from wenxiao.recognition.matters.pairs import features


@dataclass(frozen=True, slots=True)
class History:
    """Orders by row number."""

    columns: Columns
    weights: Weights
    model: Model

    @classmethod
    def of(cls, facts: list[Facts]) -> History:
        """Pack `facts`, row for row."""
        packed = columns(facts)
        weight = weights(packed)
        return cls(name_the_nameless(packed, weight), weight, model())

    def __len__(self) -> int:
        return len(self.columns)

    def score(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """The probability that the orders `left[k]` and `right[k]` are one matter."""
        return self.model.probability(features(self.columns, self.weights, left, right))
