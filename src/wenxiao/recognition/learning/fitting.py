"""Fitting an adjustment: logistic regression that starts from the shipped model and leaves it only for evidence.

The penalty pulls every number towards "as shipped" (scale 1, nothing added), so that ten verdicts change little and a
thousand change what they speak about. No signal may argue against its own name: a sum that would cross zero stops there.
Everything is deterministic: the same cases give the same numbers, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.learning.adjustment import Adjustment
from wenxiao.recognition.learning.cases import Case
from wenxiao.recognition.learning.policy import Policy

Floats = npt.NDArray[np.float64]

#: Cases that a signal must have fired in before its weight may move.
SEEN = 5
#: How much easier the scale and the constant move than the weight of a signal: every case speaks of them.
EASY = 0.1
STEPS, CLOSE = 50, 1e-8


class TooFewCases(ValueError):
    """Not enough verdicts to learn from: `have` of `need`, or too few on one side."""

    def __init__(self, have: int, resolved: int, policy: Policy) -> None:
        super().__init__(
            f"{have} cases, {resolved} of them resolved; {policy.least} and {policy.least_each} needed"
        )
        self.have, self.resolved, self.policy = have, resolved, policy


@dataclass(frozen=True, slots=True)
class _Table:
    """The cases as numbers: a column for the scale, one for the constant, one for each signal that may move."""

    names: tuple[str, ...]
    x: Floats
    offset: Floats
    truth: Floats
    weight: Floats
    least: Floats
    most: Floats


def fit(cases: Sequence[Case], base: str, leans: Mapping[str, str], policy: Policy) -> Adjustment:
    """The adjustment that the cases ask for. `base` names the shipped model, `leans` the side of each signal
    ("unresolved" or "resolved"). Raises TooFewCases.
    """
    verdicts = [case for case in cases if not case.target.is_outcome]
    resolved = sum(not case.target.unresolved for case in verdicts)
    if len(verdicts) < policy.least or min(resolved, len(verdicts) - resolved) < policy.least_each:
        raise TooFewCases(len(verdicts), resolved, policy)
    table = _table(sorted(cases, key=lambda case: (case.target.at, case.target.order)), leans)
    stiffness = min(policy.stiffness, key=lambda value: (_loss_of(table, value, policy.folds), -value))
    solved = _solve(table, stiffness)
    signals = {
        name: round(float(value), 4)
        for name, value in zip(table.names, solved[2:], strict=True)
        if abs(value) >= 0.0005
    }
    return Adjustment(base, round(1 + float(solved[0]), 4), round(float(solved[1]), 4), signals)


def _table(cases: Sequence[Case], leans: Mapping[str, str]) -> _Table:
    fired = [{*case.texts, *(name for name, _ in case.columns)} for case in cases]
    count: dict[str, int] = {}
    for seen in fired:
        for name in seen:
            count[name] = count.get(name, 0) + 1
    names = tuple(sorted(name for name, often in count.items() if often >= SEEN and name in leans))
    at = {name: place for place, name in enumerate(names, 2)}
    x = np.zeros((len(cases), len(names) + 2))
    shipped = np.zeros(len(names))
    for row, case in enumerate(cases):
        x[row, :2] = (case.text, 1.0) if case.answered else (0.0, 0.0)
        for name in case.texts if case.answered else ():
            if name in at:
                x[row, at[name]] = 1.0
        for name, weight in case.columns:
            if name in at:
                x[row, at[name]] += 1.0
                known = shipped[at[name] - 2]
                shipped[at[name] - 2] = weight if not known else min(known, weight, key=abs)
    up = np.array([leans[name] == "unresolved" for name in names], dtype=bool)
    free = np.array([-0.9, -np.inf]), np.array([4.0, np.inf])
    return _Table(
        names=names,
        x=x,
        offset=np.array([case.logit() for case in cases]),
        truth=np.array([float(case.target.unresolved) for case in cases]),
        weight=np.array([case.target.weight for case in cases]),
        least=np.concatenate((free[0], np.where(up, -shipped, -np.inf))),
        most=np.concatenate((free[1], np.where(up, np.inf, -shipped))),
    )


def _solve(table: _Table, stiffness: float, rows: npt.NDArray[np.bool_] | None = None) -> Floats:
    """The penalised maximum within the bounds: Newton steps; a number that would cross its bound is set there."""
    used = slice(None) if rows is None else rows
    x, offset, truth, weight = table.x[used], table.offset[used], table.truth[used], table.weight[used]
    stiff = np.full(x.shape[1], stiffness)
    stiff[:2] *= EASY
    solved, held = np.zeros(x.shape[1]), np.zeros(x.shape[1], dtype=bool)
    while True:
        free = ~held
        for _ in range(STEPS):
            chance = 1 / (1 + np.exp(-np.clip(offset + x @ solved, -30, 30)))
            slope = x[:, free].T @ (weight * (truth - chance)) - stiff[free] * solved[free]
            bend = (x[:, free] * (weight * chance * (1 - chance))[:, None]).T @ x[:, free]
            step = np.linalg.solve(bend + np.diag(stiff[free]), slope)
            solved[free] += np.clip(step, -1, 1)
            if np.max(np.abs(step), initial=0.0) < CLOSE:
                break
        over = free & ((solved < table.least) | (solved > table.most))
        if not over.any():
            return solved
        solved = np.clip(solved, table.least, table.most)
        held |= over


def _loss_of(table: _Table, stiffness: float, folds: int) -> float:
    """What a stiffness costs on cases that were not fitted on, by folds of neighbouring times."""
    fold = np.arange(len(table.truth)) * folds // len(table.truth)
    total = 0.0
    for number in range(folds):
        out = fold == number
        solved = _solve(table, stiffness, ~out)
        logit = table.offset[out] + table.x[out] @ solved
        sign = 2 * table.truth[out] - 1
        total += float(np.sum(table.weight[out] * np.logaddexp(0, -sign * logit)))
    return total
