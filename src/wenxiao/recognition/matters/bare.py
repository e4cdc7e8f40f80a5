"""Orders without text: one matter when category, place and time agree. A rule, not a fitted model: see matters.toml."""

from __future__ import annotations

from functools import cache

import numpy as np

from wenxiao.recognition.lexicon import read_data
from wenxiao.recognition.matters.columns import Columns
from wenxiao.recognition.matters.pairs import apart

#: The probability of two orders of one category at the same spot and time; the rest is chance.
BEST = 0.95
#: Later orders in the same cell that an order is compared with.
NEXT = 12


@cache
def _rule() -> dict[str, float]:
    rule: dict[str, float] = read_data("matters.toml")["bare"]
    return rule


def probability(x: Columns, y: Columns) -> np.ndarray:
    """That the two orders of each pair are one matter. The same address counts as the same spot."""
    metres = apart(x, y)
    metres = np.where((x.address > 0) & (x.address == y.address), 0.0, np.nan_to_num(metres, nan=np.inf))
    days = np.nan_to_num(np.abs(x.day - y.day), nan=_rule()["days"])
    p = BEST * _fade(metres / _rule()["metres"]) * _fade(days / _rule()["days"])
    return np.asarray(np.where(x.category == y.category, p, 0.0))


def _fade(distance: np.ndarray) -> np.ndarray:
    """1 at nothing, a half at 1, soon 0."""
    return np.asarray(np.exp2(-(np.minimum(distance, 1e3) ** 2)))


def candidates(c: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of bare orders worth comparing: same category, same address or neighbouring ground, next in time."""
    rows = np.flatnonzero(c.bare)
    keys = [np.where(c.address[rows] > 0, c.address[rows], -1)]
    size = 4 * _rule()["metres"] / 111_195
    for north in (0.0, 0.5):
        for east in (0.0, 0.5):
            keys.append(_cell(c.latitude[rows] / size + north, c.longitude[rows] / size + east))
    found = [_next_in_time(rows, key, c) for key in keys]
    left = np.concatenate([pair[0] for pair in found])
    right = np.concatenate([pair[1] for pair in found])
    return np.minimum(left, right), np.maximum(left, right)


def _cell(north: np.ndarray, east: np.ndarray) -> np.ndarray:
    known = ~(np.isnan(north) | np.isnan(east))
    key = np.floor(np.nan_to_num(north)) * 4_000_037 + np.floor(np.nan_to_num(east))
    return np.where(known, key, np.nan)


def _next_in_time(rows: np.ndarray, key: np.ndarray, c: Columns) -> tuple[np.ndarray, np.ndarray]:
    known = ~np.isnan(key) & (key != -1)
    rows, key = rows[known], key[known]
    day = np.nan_to_num(c.day[rows])
    order = np.lexsort((rows, day, key, c.category[rows]))
    rows, key, category, day = rows[order], key[order], c.category[rows][order], day[order]
    left, right = [], []
    for step in range(1, min(NEXT, len(rows) - 1) + 1):
        same = (key[:-step] == key[step:]) & (category[:-step] == category[step:])
        same &= day[step:] - day[:-step] <= 3 * _rule()["days"]
        left.append(rows[:-step][same])
        right.append(rows[step:][same])
    empty = np.zeros(0, dtype=np.int64)
    return np.concatenate([empty, *left]), np.concatenate([empty, *right])
