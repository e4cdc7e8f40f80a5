"""How learning is done: numbers that an administrator can change (`data/learning.toml`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wenxiao.recognition.lexicon import read_data


@dataclass(frozen=True, slots=True)
class Policy:
    """`holdout` is the newest share of verdicts that is only reported on. A fit needs `least` verdicts to learn from
    and `least_each` on either side. `outcome_weight` is how much an outcome counts beside a verdict. `stiffness` are
    the penalties that are tried; `folds` by how many folds one is chosen. `quiet_days`: how long after closing nobody
    may have called again before silence counts. `reasons` says of each reason for dismissing whether it means that the
    order was resolved.

    Of kinds and commitments: `left_weight` is how much counts what a person left as it was read, beside what they said in
    so many words; a line is moved only by `least_corrected` corrections; `leaving` are the reasons for dismissing that
    leave the reading of kinds and commitments standing. A file of before there were these has the package's.
    """

    holdout: float
    least: int
    least_each: int
    outcome_weight: float
    stiffness: tuple[float, ...]
    folds: int
    quiet_days: int
    preview_days: int
    reasons: frozenset[str]
    left_weight: float
    least_corrected: int
    leaving: frozenset[str]

    @classmethod
    def load(cls, override: Path | None = None) -> Policy:
        """From the package's file, or the administrator's."""
        data = read_data("learning.toml") | read_data("learning.toml", override)
        return cls(
            holdout=float(data["holdout"]),
            least=int(data["least"]),
            least_each=int(data["least_each"]),
            outcome_weight=float(data["outcome_weight"]),
            stiffness=tuple(float(value) for value in data["stiffness"]),
            folds=int(data["folds"]),
            quiet_days=int(data["quiet_days"]),
            preview_days=int(data["preview_days"]),
            reasons=frozenset(data["reasons_that_mean_resolved"]),
            left_weight=float(data["left_weight"]),
            least_corrected=int(data["least_corrected"]),
            leaving=frozenset(data["reasons_that_leave_the_reading"]),
        )
