"""What two orders have in common, as numbers, for many pairs at once.

One function for both paths: the batch compares rows of a history with each other, a new order is one row compared
with those that may be the same.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from wenxiao.recognition.matters.columns import Columns
from wenxiao.recognition.matters.facts import MARK_KINDS
from wenxiao.recognition.matters.totals import Totals, weigh
from wenxiao.recognition.matters.vocabulary import Weights

#: Days between two orders when a source gives no time: neither near nor far.
UNKNOWN_GAP = 60.0
#: The name words that one order has and the other lacks weigh in units of this (about one rare pair of characters).
NAME_UNIT = 40.0

#: Metres: coordinates this near speak for one place, this far against it.
NEAR, FAR = 100.0, 3_000.0

Features = dict[str, np.ndarray]


class Side:
    """One end of many pairs: row k is the order at that end of pair k."""

    def __init__(self, columns: Columns, totals: Totals, rows: np.ndarray) -> None:
        self.columns = columns.take(rows)
        self.totals = totals.take(rows)


def features(w: Weights, a: Side, b: Side) -> Features:
    """Every feature of each pair (row k of `a`, row k of `b`); symmetric in the two."""
    return _words(w, a, b) | _names(w, a, b) | _problems(w, a, b) | _columns(w, a.columns, b.columns)


def _both(a: sp.csr_matrix, b: sp.csr_matrix) -> sp.csr_matrix:
    return a.multiply(b).tocsr()


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0))


def _words(w: Weights, a: Side, b: Side) -> Features:
    """Wording as a whole, and how much of one title is found in the other order."""
    x, y, s, t = a.columns, b.columns, a.totals, b.totals
    full, head = _both(x.full, y.full), _both(x.head, y.head)
    cross_a, cross_b = _both(x.head, y.full), _both(y.head, x.full)
    shared = weigh(full, w.square)
    in_a, in_b = _share(weigh(cross_a, w.square), s.head), _share(weigh(cross_b, w.square), t.head)
    return {
        "cos_full": _share(shared, np.sqrt(s.full * t.full)),
        "cos_head": _share(weigh(head, w.square), np.sqrt(s.head * t.head)),
        "cos_plain": _share(weigh(full, w.plain), np.sqrt(s.full_plain * t.full_plain)),
        "cos_head_plain": _share(weigh(head, w.plain), np.sqrt(s.head_plain * t.head_plain)),
        "head_in_min": np.minimum(in_a, in_b),
        "head_in_max": np.maximum(in_a, in_b),
        "full_in_max": _share(shared, np.minimum(s.full, t.full)),
        "rare_full": np.log1p(weigh(full, w.rare)),
        "rare_head": np.log1p(weigh(head, w.rare)),
        "rare_cross": np.log1p(np.maximum(weigh(cross_a, w.rare), weigh(cross_b, w.rare))),
    }


def _names(w: Weights, a: Side, b: Side) -> Features:
    """Places and parties: how much of the names of one is found in the other, and how much is lost."""
    x, y, size_a, size_b = a.columns, b.columns, a.totals.names, b.totals.names
    in_a = _share(weigh(_both(x.names, y.full), w.square), size_a)
    in_b = _share(weigh(_both(y.names, x.full), w.square), size_b)
    has_a, has_b = size_a > 0, size_b > 0
    lost_a, lost_b = (1 - in_a) * size_a / NAME_UNIT, (1 - in_b) * size_b / NAME_UNIT
    return {
        "names_both": (has_a & has_b).astype(float),
        "names_none": (~has_a & ~has_b).astype(float),
        "name_in_min": np.where(has_a & has_b, np.minimum(in_a, in_b), np.where(has_a, in_a, in_b)),
        "name_in_max": np.maximum(in_a, in_b),
        "name_cos": _share(weigh(_both(x.names, y.names), w.square), np.sqrt(size_a * size_b)),
        "name_rare": np.log1p(weigh(_both(x.body_names, y.body_names), w.rare)),
        "name_lost": np.log1p(np.maximum(lost_a, lost_b)),
        "name_lost_min": np.log1p(np.minimum(lost_a, lost_b)),
    }


def _problems(w: Weights, a: Side, b: Side) -> Features:
    """The kinds of problem, and what is wished for."""
    x, y, s, t = a.columns, b.columns, a.totals, b.totals
    both, heads = (
        weigh(_both(x.problems, y.problems), w.problem),
        weigh(_both(x.head_problems, y.head_problems), w.problem),
    )
    in_a = _share(weigh(_both(x.head_problems, y.problems), w.problem), s.head_problems)
    in_b = _share(weigh(_both(y.head_problems, x.problems), w.problem), t.head_problems)
    missed_a, missed_b = (s.head_problems > 0) & (in_a == 0), (t.head_problems > 0) & (in_b == 0)
    most = np.maximum(x.wishes.getnnz(1), y.wishes.getnnz(1))
    return {
        "problem": _share(both, s.problems + t.problems - both),
        "problem_sum": both,
        "head_problem": _share(heads, s.head_problems + t.head_problems - heads),
        "head_problem_sum": heads,
        "problem_cross": np.maximum(in_a, in_b),
        "problem_cross_min": np.minimum(in_a, in_b),
        "problem_missed": missed_a.astype(float) + missed_b,
        "wish": _share(_both(x.wishes, y.wishes).getnnz(1).astype(float), most),
    }


def _columns(w: Weights, x: Columns, y: Columns) -> Features:
    """Exact identifiers, areas, caller and time."""
    found: Features = {}
    for kind, a, b in zip(MARK_KINDS, x.marks, y.marks, strict=True):
        found["same_" + kind], found["other_" + kind] = _exact(a, b)
    gap = np.nan_to_num(np.abs(x.day - y.day), nan=UNKNOWN_GAP)
    metres = apart(x, y)
    return found | {
        "near": (metres < NEAR).astype(float),
        "far": (metres > FAR).astype(float),
        "area_other": _exact(x.areas, y.areas)[1],
        "area_same": weigh(_both(x.areas, y.areas), w.area) / 3,
        "same_caller": ((x.caller == y.caller) & (x.caller > 0)).astype(float),
        "gap": np.log1p(gap / 10),
        "soon": (gap < 3).astype(float),
    }


def apart(x: Columns, y: Columns) -> np.ndarray:
    """Metres between the two orders of each pair, nan where one has no coordinates."""
    north = (x.latitude - y.latitude) * 111_195
    east = (x.longitude - y.longitude) * 111_195 * np.cos(np.radians(x.latitude))
    return np.asarray(np.hypot(north, east))


def _exact(a: sp.csr_matrix, b: sp.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """How many values both have (at most 2), and whether both have some but none in common."""
    both = _both(a, b).getnnz(1)
    other = (a.getnnz(1) > 0) & (b.getnnz(1) > 0) & (both == 0)
    return np.minimum(both, 2).astype(float), other.astype(float)
