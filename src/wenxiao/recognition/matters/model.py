"""From what two orders share to the probability that they are one matter: a weighted sum, so that it can be shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from wenxiao.recognition.lexicon import read_data


@dataclass(frozen=True, slots=True)
class Model:
    """Weights by feature (log-odds), and the probabilities from which two orders are one matter, or related."""

    version: str
    intercept: float
    weights: dict[str, float]
    same: float
    related: float

    def probability(self, features: dict[str, np.ndarray]) -> np.ndarray:
        """For each pair, that both are one matter."""
        logit = self.intercept + sum(w * features[name] for name, w in self.weights.items())
        return np.asarray(1 / (1 + np.exp(-logit)))


@cache
def model() -> Model:
    """The model as shipped."""
    data = read_data("matters_model.toml")
    return Model(data["version"], data["intercept"], data["weights"], data["same"], data["related"])
