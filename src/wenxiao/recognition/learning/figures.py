"""How good a model is on cases that it was not fitted on: the figures that a person decides by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.closure import probability
from wenxiao.recognition.learning.adjustment import Adjustment
from wenxiao.recognition.learning.cases import Case

#: Equal steps of probability that calibration is shown by.
BINS = 10


@dataclass(slots=True)
class Confusion:
    """Orders by what the model said (from the threshold on: unresolved) and what was true."""

    hits: int = 0
    false_alarms: int = 0
    misses: int = 0
    true_negatives: int = 0

    def count(self, said: bool, true: bool) -> None:
        """Take one order in."""
        self.hits += said and true
        self.false_alarms += said and not true
        self.misses += true and not said
        self.true_negatives += not said and not true

    @property
    def cases(self) -> int:
        """All orders that were counted."""
        return self.hits + self.false_alarms + self.misses + self.true_negatives

    @property
    def precision(self) -> float | None:
        """Right among those that were called unresolved; None when there are none."""
        return _share(self.hits, self.hits + self.false_alarms)

    @property
    def recall(self) -> float | None:
        """Found among those that were unresolved; None when there are none."""
        return _share(self.hits, self.hits + self.misses)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None where there is nothing to find and nothing was called."""
        return _share(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)

    def content(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "hits": self.hits,
            "false_alarms": self.false_alarms,
            "misses": self.misses,
            "true_negatives": self.true_negatives,
            "precision": self.precision,
            "recall": self.recall,
        }


@dataclass(slots=True)
class Figures:
    """`auroc` is None where all cases are of one side. `calibration` has one row for each step of probability that
    has cases: how many, the mean probability, and the share that was really unresolved."""

    cases: int
    unresolved: int
    auroc: float | None
    calibration_error: float
    total: Confusion
    calibration: list[tuple[int, float, float]] = field(default_factory=list)
    by_kind: dict[str, Confusion] = field(default_factory=dict)
    by_unit: dict[str, Confusion] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "cases": self.cases,
            "unresolved": self.unresolved,
            "auroc": self.auroc,
            "calibration_error": self.calibration_error,
            "total": self.total.content(),
            "calibration": [list(row) for row in self.calibration],
            "by_kind": {name: one.content() for name, one in self.by_kind.items()},
            "by_unit": {name: one.content() for name, one in self.by_unit.items()},
        }


def figures(cases: Sequence[Case], adjustment: Adjustment | None, likely: float) -> Figures:
    """The figures of the shipped model with an adjustment (or None) at the threshold `likely`."""
    chance = np.array([probability(case.logit(adjustment)) for case in cases])
    true = np.array([case.target.unresolved for case in cases], dtype=bool)
    total, by_kind, by_unit = Confusion(), dict[str, Confusion](), dict[str, Confusion]()
    for case, said in zip(cases, chance >= likely, strict=True):
        total.count(bool(said), case.target.unresolved)
        for kind in case.target.kinds:
            by_kind.setdefault(kind, Confusion()).count(bool(said), case.target.unresolved)
        if case.target.unit:
            by_unit.setdefault(case.target.unit, Confusion()).count(bool(said), case.target.unresolved)
    calibration = _calibration(chance, true)
    error = sum(count * abs(mean - share) for count, mean, share in calibration) / max(1, len(cases))
    return Figures(
        cases=len(cases),
        unresolved=int(true.sum()),
        auroc=_auroc(chance, true),
        calibration_error=round(error, 4),
        total=total,
        calibration=calibration,
        by_kind=dict(sorted(by_kind.items())),
        by_unit=_most(by_unit.items()),
    )


def _most(units: Iterable[tuple[str, Confusion]]) -> dict[str, Confusion]:
    """Those with most cases first."""
    return dict(sorted(units, key=lambda item: (-item[1].cases, item[0])))


def _auroc(chance: npt.NDArray[np.float64], true: npt.NDArray[np.bool_]) -> float | None:
    """The probability that an unresolved order is ranked before a resolved one; ties count half."""
    up, down = int(true.sum()), int((~true).sum())
    if not up or not down:
        return None
    _, place, count = np.unique(chance, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    rank = (last - (count - 1) / 2)[place]
    return round(float((rank[true].sum() - up * (up + 1) / 2) / (up * down)), 4)


def _calibration(
    chance: npt.NDArray[np.float64], true: npt.NDArray[np.bool_]
) -> list[tuple[int, float, float]]:
    rows = []
    place = np.minimum((chance * BINS).astype(int), BINS - 1)
    for number in np.unique(place):
        at = place == number
        rows.append((int(at.sum()), round(float(chance[at].mean()), 4), round(float(true[at].mean()), 4)))
    return rows


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
