"""Which clause is a commitment, and can it be checked: a small linear model, read from data/commitment_model.npz.

tools/fit_commitments.py fits it and writes beside its weights what it was fitted on and how well it did
(`Model.about`). Reading needs numpy only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path
from typing import Any

import numpy as np

from wenxiao.recognition.commitments.features import Key
from wenxiao.recognition.commitments.grams import Ints

DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Model:
    """Weights and thresholds.

    The gram tables have three columns: the first look, concrete, vague; whole numbers, `steps` of which make one in
    log-odds. `weights` maps a feature to its weights for concrete and vague, both against "no commitment". `look` is
    the first look's cut (in its steps), `listed` the probability of any commitment from which a clause is listed,
    `checkable` the probability of a concrete one from which it is called so.
    """

    single: Ints
    pair: Ints
    steps: tuple[float, float, float]
    weights: dict[Key, tuple[float, float]]
    look: int
    listed: float
    checkable: float
    about: dict[str, Any]

    @property
    def version(self) -> str:
        """Name for findings: version and the fingerprint of the data it was fitted on."""
        return f"commitments-{self.about['version']}-{self.about['fingerprint'][:8]}"

    def probabilities(self, keys: list[Key], concrete: int, vague: int) -> tuple[float, float]:
        """Chances that a clause is a concrete and a vague commitment; the grams' sums are handed in."""
        a, b = concrete / self.steps[1], vague / self.steps[2]
        get = self.weights.get
        for key in keys:
            weight = get(key)
            if weight is not None:
                a += weight[0]
                b += weight[1]
        a, b = exp(min(a, 50.0)), exp(min(b, 50.0))
        return a / (1 + a + b), b / (1 + a + b)

    @classmethod
    def load(cls, path: Path | None = None) -> Model:
        """The model at `path`, or the shipped one. Raises OSError or KeyError when it is not one."""
        with np.load(path or DATA / "commitment_model.npz", allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            keys: list[Key] = [*stored["numbers"].tolist(), *stored["strings"].tolist()]
            values = (stored["values"] * about["unit"]).tolist()
            return cls(
                single=stored["single"].astype(np.int64),
                pair=stored["pair"].astype(np.int64),
                steps=tuple(about["steps"]),
                weights={key: (a, b) for key, (a, b) in zip(keys, values, strict=True)},
                look=about["look"],
                listed=about["listed"],
                checkable=about["checkable"],
                about=about,
            )


@cache
def default_model() -> Model:
    """The shipped model, read once per process."""
    return Model.load()
