"""Which clause is a commitment, and can it be checked: a small linear model, read from data/commitment_model.npz.

tools/fit_commitments.py fits it and writes beside its weights what it was fitted on (`Model.about`); what it
reaches is printed by bench/commitments.py. Weights are whole numbers: sums do not depend on what else is in a batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.commitments.features import Clauses
from wenxiao.recognition.commitments.words import Ints

#: A clause of so many features, squared, counts as it is; a longer one less, a shorter one more.
USUAL = 8.0
Floats = npt.NDArray[np.float64]
DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Model:
    """Weights.

    `concrete`, `vague` are tables of weights against "no commitment", `unit` log-odds each; `both` are the two side by side;
    `bias` their constants.
    `look`: a clause whose larger sum, its times left out, is below this is let go.
    """

    concrete: Ints
    vague: Ints
    both: npt.NDArray[np.int16]
    bias: tuple[int, int]
    unit: float
    look: int
    about: dict[str, Any]

    @property
    def version(self) -> str:
        """Name for findings: version and the fingerprint of the data it was fitted on."""
        return f"commitments-{self.about['version']}-{self.about['fingerprint'][:8]}"

    def sums(self, clauses: Clauses) -> tuple[Ints, Ints, Floats]:
        """For each clause its sums for concrete and for vague and their scale."""
        sums, number = clauses.sums(self.both)
        return sums[:, 0], sums[:, 1], scales(number)

    def larger(self, concrete: Ints, vague: Ints, scale: Floats) -> Floats:
        """The larger sum of each clause, by which it is looked at closely (from `look` on) or not."""
        return np.maximum(concrete * scale + self.bias[0], vague * scale + self.bias[1])

    def chances(self, concrete: int, vague: int, scale: float, slots: Iterable[int]) -> tuple[float, float]:
        """Probabilities of a concrete and of a vague commitment, from the sums so far and the slots still to add."""
        for slot in slots:
            concrete += int(self.concrete[slot])
            vague += int(self.vague[slot])
        a = exp(min((concrete * scale + self.bias[0]) * self.unit, 50.0))
        b = exp(min((vague * scale + self.bias[1]) * self.unit, 50.0))
        return a / (1 + a + b), b / (1 + a + b)

    @classmethod
    def load(cls, path: Path | None = None) -> Model:
        """The model at `path`, or the shipped one. Raises OSError or KeyError when it is not one."""
        with np.load(path or DATA / "commitment_model.npz", allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            weights = stored["weights"].astype(np.int64)
        return cls(
            concrete=np.ascontiguousarray(weights[0]),
            vague=np.ascontiguousarray(weights[1]),
            both=_narrow(weights.T),
            bias=(about["bias"][0], about["bias"][1]),
            unit=about["unit"],
            look=about["look"],
            about=about,
        )


def _narrow(weights: Ints) -> npt.NDArray[np.int16]:
    """As short numbers: a table that fits the cache is read in half the time. Raises OverflowError for what does not fit."""
    if np.abs(weights).max(initial=0) > np.iinfo(np.int16).max:
        raise OverflowError("weights of commitments are numbers of two bytes")
    return np.ascontiguousarray(weights, dtype=np.int16)


def scales(number: Ints) -> Floats:
    """What each clause's sums are multiplied with, given how many features it has, so that a long clause is not surer of
    itself for being long."""
    return USUAL / np.sqrt(np.maximum(1, number))


@cache
def default_model() -> Model:
    """The shipped model, read once per process."""
    return Model.load()
