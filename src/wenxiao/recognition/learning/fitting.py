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
from wenxiao.recognition.learning.examples import Example
from wenxiao.recognition.learning.policy import Policy
from wenxiao.recognition.learning.shift import AS_SHIPPED, Shift

Floats = npt.NDArray[np.float64]

#: Cases that a signal must have fired in before its weight may move.
SEEN = 5
#: How much stiffer than the weight of a signal the scale and the constant are. Of the probability every case speaks of them;
#: a line is moved for what people correct before it is moved for everything, also for what nobody has seen yet.
EASY, HARD = 0.1, 3.0
STEPS, CLOSE = 50, 1e-8
#: How far the scale may go from 1, down and up.
LEAST_SCALE, MOST_SCALE = -0.9, 4.0


class TooFewCases(ValueError):
    """Not enough verdicts to learn from: `have` of `need`, or too few on one side."""

    def __init__(self, have: int, resolved: int, policy: Policy) -> None:
        super().__init__(
            f"{have} cases, {resolved} of them resolved; {policy.least} and {policy.least_each} needed"
        )
        self.have, self.resolved, self.policy = have, resolved, policy


class TooFewExamples(ValueError):
    """Not enough answers to move a line by: `have` answers, `least_side` of them on the smaller side, `corrected` of them
    corrections."""

    def __init__(self, have: int, least_side: int, corrected: int) -> None:
        super().__init__(f"{have} answers, {least_side} on the smaller side, {corrected} corrected")
        self.have, self.least_side, self.corrected = have, least_side, corrected


@dataclass(frozen=True, slots=True)
class _Table:
    """The cases as numbers: a column for the scale, one for the constant, one for each signal that may move. `ease` is how
    stiff the first two are beside the others."""

    names: tuple[str, ...]
    x: Floats
    offset: Floats
    truth: Floats
    weight: Floats
    least: Floats
    most: Floats
    ease: float = EASY


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


def fit_shift(examples: Sequence[Example], policy: Policy) -> Shift:
    """How far people's answers move a line. Raises TooFewExamples.

    Answers that were left as they were say what the engine said, so that corrections are what teaches: without enough of
    them nothing is fitted, the scale never grows (the engine would only grow surer of itself), and where the best stiffness
    does not do better on answers not fitted on than the line as shipped, both in likelihood and in errors, the line stays.
    """
    free = [one for one in examples if not one.decided]
    yes = sum(one.yes for one in free)
    corrected = sum(one.corrected for one in free)
    side = min(yes, len(free) - yes)
    if len(free) < policy.least or side < policy.least_each or corrected < policy.least_corrected:
        raise TooFewExamples(len(free), side, corrected)
    table = _table_of(sorted(free, key=lambda one: (one.at, one.order, one.above, one.traits, one.yes)))
    unseen = {value: _unseen(table, value, policy.folds) for value in policy.stiffness}
    best = min(unseen, key=lambda value: (_cost(table, unseen[value]), -value))
    if any(of(table, unseen[best]) >= of(table, table.offset) for of in (_cost, _errors)):
        return AS_SHIPPED
    solved = _solve(table, best)
    signals = {
        name: round(float(value), 4)
        for name, value in zip(table.names, solved[2:], strict=True)
        if abs(value) >= 0.0005
    }
    return Shift(round(1 + float(solved[0]), 4), round(float(solved[1]), 4), signals)


def _table_of(examples: Sequence[Example]) -> _Table:
    """Traits lean to no side: what people think of them is the question."""
    count: dict[str, int] = {}
    for one in examples:
        for name in set(one.traits):
            count[name] = count.get(name, 0) + 1
    names = tuple(sorted(name for name, often in count.items() if SEEN <= often < len(examples)))
    at = {name: place for place, name in enumerate(names, 2)}
    above = np.array([one.above for one in examples])
    x = np.zeros((len(examples), len(names) + 2))
    x[:, 0], x[:, 1] = above, 1.0
    for row, one in enumerate(examples):
        for name in one.traits:
            if name in at:
                x[row, at[name]] = 1.0
    bound = np.full(len(names) + 1, np.inf)
    return _Table(
        names=names,
        x=x,
        offset=above,
        truth=np.array([float(one.yes) for one in examples]),
        weight=np.array([one.weight for one in examples]),
        least=np.concatenate(([LEAST_SCALE], -bound)),
        most=np.concatenate(([0.0], bound)),
        ease=HARD,
    )


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
    free = np.array([LEAST_SCALE, -np.inf]), np.array([MOST_SCALE, np.inf])
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
    """The penalised maximum within the bounds; a number that would cross its bound is set there."""
    used = slice(None) if rows is None else rows
    width = table.x.shape[1]
    stiff = np.full(width, stiffness)
    stiff[:2] *= table.ease
    cost = _Cost(table.x[used], table.offset[used], table.truth[used], table.weight[used], stiff)
    solved, held = np.zeros(width), np.zeros(width, dtype=bool)
    while True:
        solved = cost.least(solved, ~held)
        over = ~held & ((solved < table.least) | (solved > table.most))
        if not over.any():
            return solved
        solved = np.clip(solved, table.least, table.most)
        held |= over


@dataclass(frozen=True, slots=True)
class _Cost:
    """What numbers cost: how badly they tell the truth, and how far they are from as shipped."""

    x: Floats
    offset: Floats
    truth: Floats
    weight: Floats
    stiff: Floats

    def of(self, solved: Floats) -> float:
        losses = _losses(self.offset + self.x @ solved, self.truth)
        return float(self.weight @ losses + self.stiff @ solved**2 / 2)

    def least(self, solved: Floats, free: npt.NDArray[np.bool_]) -> Floats:
        """The numbers that cost least, those that are not free as they are: Newton's steps, halved until they cost less.
        Where the model is very sure and wrong a whole step leaps over the valley, and back."""
        x, stiff = self.x[:, free], self.stiff[free]
        for _ in range(STEPS):
            chance = 1 / (1 + np.exp(-np.clip(self.offset + self.x @ solved, -30, 30)))
            slope = x.T @ (self.weight * (self.truth - chance)) - stiff * solved[free]
            bend = (x * (self.weight * chance * (1 - chance))[:, None]).T @ x
            step = np.zeros(len(solved))
            step[free] = np.linalg.solve(bend + np.diag(stiff), slope)
            before = self.of(solved)
            while self.of(solved + step) > before and np.max(np.abs(step), initial=0.0) >= CLOSE:
                step = step / 2
            solved = solved + step
            if np.max(np.abs(step), initial=0.0) < CLOSE:
                break
        return solved


def _loss_of(table: _Table, stiffness: float, folds: int) -> float:
    """What a stiffness costs on cases that were not fitted on."""
    return _cost(table, _unseen(table, stiffness, folds))


def _unseen(table: _Table, stiffness: float, folds: int) -> Floats:
    """The log-odds of each case by a fit without it, by folds of neighbouring times."""
    fold = np.arange(len(table.truth)) * folds // len(table.truth)
    logit = np.zeros(len(table.truth))
    for number in range(folds):
        out = fold == number
        solved = _solve(table, stiffness, ~out)
        logit[out] = table.offset[out] + table.x[out] @ solved
    return logit


def _cost(table: _Table, logit: Floats) -> float:
    return float(table.weight @ _losses(logit, table.truth))


def _errors(table: _Table, logit: Floats) -> float:
    """The weight of the answers that a line gets wrong."""
    return float(table.weight @ ((logit >= 0) != (table.truth > 0)))


def _losses(logit: Floats, truth: Floats) -> Floats:
    return np.asarray(np.logaddexp(0, (1 - 2 * truth) * logit))
