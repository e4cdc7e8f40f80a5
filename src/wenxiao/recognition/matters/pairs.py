"""What two orders have in common, as numbers, for many pairs at once.

One function for both paths: the batch compares rows of a history with each other, a new order is one row compared
with those that may be the same.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from wenxiao.recognition.kernels.pairs import SHARED, shared
from wenxiao.recognition.matters.columns import (
    AREA,
    FIRST_MARK,
    HEAD,
    PROBLEM,
    SIGN_KINDS,
    WISH,
    Columns,
    common,
)
from wenxiao.recognition.matters.facts import MARK_KINDS
from wenxiao.recognition.matters.grams import BITS, COLUMNS
from wenxiao.recognition.matters.topics import alike
from wenxiao.recognition.matters.totals import Totals, sign_weights
from wenxiao.recognition.matters.vocabulary import RARE, Weights

#: Days between two orders when a source gives no time: neither near nor far.
UNKNOWN_GAP = 60.0
#: The name words that one order has and the other lacks weigh in units of this (about one rare pair of characters).
NAME_UNIT = 40.0
#: The same form of words filled in with other names: this much alike (text or title), and this
#: little of the names shared, this much lost.
SAME_FORM, OTHER_NAMES, LOST_NAMES = 0.4, 0.4, 0.7
#: What of the names of one order must be found in the other for them not to be apart: a share of their weight.
CORE_FOUND = 0.1
#: Metres: coordinates this near speak for one place, this far against it.
NEAR, FAR = 100.0, 3_000.0

#: How alike two orders are taken to be of which one doesn't say what it is about.
UNKNOWN_TOPIC = 0.5
#: From this likeness on two orders may be about one problem. Of the read pairs that are one matter 97 % are above it, of
#: those that are only related two in three.
SAME_TOPIC = 0.4

Features = dict[str, np.ndarray]


class Side:
    """One end of many pairs: row k of `columns` and `totals` is the order at that end of pair k. Words are most of what an
    order says, so they stay where they are: those of pair k are row `rows[k]` of `words`."""

    def __init__(self, columns: Columns, totals: Totals, rows: np.ndarray) -> None:
        self.words, self.rows = columns.words, rows
        self.columns = columns.take_wordless(rows)
        self.totals = totals.take(rows)


def features(w: Weights, a: Side, b: Side) -> Features:
    """Every feature of each pair (row k of `a`, row k of `b`); symmetric in the two."""
    return _words(w, a, b) | _signs(w, a, b) | _columns(a.columns, b.columns)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0))


def _words(w: Weights, a: Side, b: Side) -> Features:
    """Wording as a whole; how much of one title, and of one order's names, is found in the other."""
    s, t = a.totals, b.totals
    sums = shared(a.rows, b.rows, _rows(a.words), _rows(b.words), (w.square, w.rare, RARE**2))
    of = dict(zip(SHARED, sums.T.copy(), strict=True))
    full = of["full"]
    in_a, in_b = _share(of["in_a"], s.head), _share(of["in_b"], t.head)
    alike = _share(full, np.sqrt(s.full * t.full))
    names = _names(of["name_a"], of["name_b"], s.names, t.names)
    titles = _share(of["heads"], np.sqrt(s.head * t.head))
    form = (alike > SAME_FORM) | (titles > SAME_FORM)
    renamed = form & (names["names_both"] > 0) & (names["name_in_max"] < OTHER_NAMES)
    return {
        "cos_full": alike,
        "cos_head": titles,
        "cos_plain": _share(of["plain"], np.sqrt(s.full_plain * t.full_plain)),
        "cos_head_plain": _share(of["plain_heads"], np.sqrt(s.head_plain * t.head_plain)),
        "head_in_min": np.minimum(in_a, in_b),
        "head_in_max": np.maximum(in_a, in_b),
        "full_in_max": _share(full, np.minimum(s.full, t.full)),
        "rare_full": np.log1p(of["rare"]),
        "rare_head": np.log1p(of["rare_heads"]),
        "rare_cross": np.log1p(np.maximum(of["rare_a"], of["rare_b"])),
        "name_cos": _share(of["name_both"], np.sqrt(s.names * t.names)),
        "name_rare": np.log1p(of["rare_named"]),
        "renamed": (renamed & (names["name_lost_min"] > LOST_NAMES)).astype(float),
        **names,
        "core_apart": _core_apart(of["core"], s.cores, t.cores),
    }


def _rows(m: sp.csr_matrix) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return m.indptr, m.indices, m.data


def _core_apart(found: np.ndarray, of_a: np.ndarray, of_b: np.ndarray) -> np.ndarray:
    """Both orders have what tells names from others of their kind, and neither has anything of the other's."""
    smaller = np.minimum(of_a, of_b)
    return np.asarray(((smaller > 0) & (found < CORE_FOUND * smaller)).astype(float))


def _names(found_a: np.ndarray, found_b: np.ndarray, all_a: np.ndarray, all_b: np.ndarray) -> Features:
    """Places and parties: how much of the names of one is found in the other, and how much is lost."""
    has_a, has_b = all_a > 0, all_b > 0
    in_a, in_b = _share(found_a, all_a), _share(found_b, all_b)
    lost_a, lost_b = (1 - in_a) * all_a / NAME_UNIT, (1 - in_b) * all_b / NAME_UNIT
    return {
        "names_both": (has_a & has_b).astype(float),
        "names_none": (~has_a & ~has_b).astype(float),
        "name_in_min": np.where(has_a & has_b, np.minimum(in_a, in_b), np.where(has_a, in_a, in_b)),
        "name_in_max": np.maximum(in_a, in_b),
        "name_lost": np.log1p(np.maximum(lost_a, lost_b)),
        "name_lost_min": np.log1p(np.minimum(lost_a, lost_b)),
    }


def _signs(w: Weights, a: Side, b: Side) -> Features:
    """Kinds of problem, wishes, areas, and exact identifiers."""
    x, y, s, t = a.columns, b.columns, a.totals, b.totals
    both = common(x.signs, y.signs)
    kind = both.column >> BITS
    weight = sign_weights(both.column, w) * (kind == PROBLEM)
    head_a, head_b = both.of_a & HEAD > 0, both.of_b & HEAD > 0
    problems, heads = both.total(weight), both.total(weight * (head_a & head_b))
    in_a, in_b = (
        _share(both.total(weight * head_a), s.head_problems),
        _share(both.total(weight * head_b), t.head_problems),
    )
    topic = np.nan_to_num(alike(x.topic, y.topic), nan=UNKNOWN_TOPIC)
    missed_a, missed_b = (s.head_problems > 0) & (in_a == 0), (t.head_problems > 0) & (in_b == 0)
    shared = np.bincount(both.row * SIGN_KINDS + kind, minlength=both.count * SIGN_KINDS)
    shared = shared.reshape(both.count, SIGN_KINDS)
    area = w.area[both.column & (COLUMNS - 1)] * (kind == AREA)
    return {
        "problem": _share(problems, s.problems + t.problems - problems),
        "problem_sum": problems,
        "head_problem": _share(heads, s.head_problems + t.head_problems - heads),
        "head_problem_sum": heads,
        "problem_cross": np.maximum(in_a, in_b),
        "problem_cross_min": np.minimum(in_a, in_b),
        "problem_missed": missed_a.astype(float) + missed_b,
        "problem_apart": (missed_a & missed_b & (problems == 0)).astype(float),
        "topic": topic,
        "topic_apart": np.clip(1 - topic / SAME_TOPIC, 0, 1) * (problems == 0),
        "wish": _share(shared[:, WISH].astype(float), np.maximum(s.wishes, t.wishes)),
        "area_other": _other(x, y, shared, AREA),
        "area_same": both.total(area) / 3,
        **_exact(x, y, shared),
    }


def _exact(x: Columns, y: Columns, shared: np.ndarray) -> Features:
    """Exact identifiers: how many values of a kind both have (at most 2), or both have some but none in common;
    a clash when they stand in both titles."""
    found: Features = {}
    for number, kind in enumerate(MARK_KINDS, FIRST_MARK):
        found["same_" + kind] = np.minimum(shared[:, number], 2).astype(float)
        found["other_" + kind] = _other(x, y, shared, number)
        found["clash_" + kind] = found["other_" + kind] * ((x.head_kinds & y.head_kinds) >> number & 1)
    return found


def _other(x: Columns, y: Columns, shared: np.ndarray, kind: int) -> np.ndarray:
    return np.asarray(((x.kinds & y.kinds) >> kind & 1) * (shared[:, kind] == 0), dtype=float)


def _columns(x: Columns, y: Columns) -> Features:
    """Caller, time, and coordinates."""
    gap = np.nan_to_num(np.abs(x.day - y.day), nan=UNKNOWN_GAP)
    metres = apart(x, y)
    return {
        "same_caller": ((x.caller == y.caller) & (x.caller > 0)).astype(float),
        "gap": np.log1p(gap / 10),
        "soon": (gap < 3).astype(float),
        "near": (metres < NEAR).astype(float),
        "far": (metres > FAR).astype(float),
    }


def apart(x: Columns, y: Columns) -> np.ndarray:
    """Metres between the two orders of each pair, nan where one has no coordinates."""
    north = (x.latitude - y.latitude) * 111_195
    east = (x.longitude - y.longitude) * 111_195 * np.cos(np.radians(x.latitude))
    return np.asarray(np.hypot(north, east))
