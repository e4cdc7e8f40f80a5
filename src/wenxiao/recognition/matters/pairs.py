"""What two orders have in common, as numbers, for many pairs at once."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from wenxiao.recognition.matters.collection import Columns, Weights
from wenxiao.recognition.matters.facts import MARK_KINDS

#: Pairs compared in one piece: bounds memory, changes nothing.
CHUNK = 20_000
#: Days between two orders when a source gives no time: neither near nor far.
UNKNOWN_GAP = 60.0

Features = dict[str, np.ndarray]


def features(c: Columns, w: Weights, left: np.ndarray, right: np.ndarray) -> Features:
    """Every feature of the pairs (left[k], right[k]); symmetric in the two."""
    parts: list[Features] = []
    for at in range(0, max(len(left), 1), CHUNK):
        i, j = left[at : at + CHUNK], right[at : at + CHUNK]
        parts.append(_words(c, w, i, j) | _names(c, w, i, j) | _problems(c, w, i, j) | _columns(c, w, i, j))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _sum(m: sp.csr_matrix, w: np.ndarray) -> np.ndarray:
    """Sum of the weights of each row's columns."""
    total = np.concatenate([[0.0], np.cumsum(w[m.indices], dtype=np.float64)])
    return np.asarray(total[m.indptr[1:]] - total[m.indptr[:-1]])


def _both(a: sp.csr_matrix, b: sp.csr_matrix) -> sp.csr_matrix:
    return a.multiply(b).tocsr()


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0))


def _cosine(both: sp.csr_matrix, a: sp.csr_matrix, b: sp.csr_matrix, w: np.ndarray) -> np.ndarray:
    return _share(_sum(both, w), np.sqrt(_sum(a, w) * _sum(b, w)))


def _words(c: Columns, w: Weights, i: np.ndarray, j: np.ndarray) -> Features:
    """Wording as a whole, and how much of one title is found in the other order."""
    fi, fj, ti, tj = c.full[i], c.full[j], c.head[i], c.head[j]
    full, head, cross_i, cross_j = _both(fi, fj), _both(ti, tj), _both(ti, fj), _both(tj, fi)
    in_i = _share(_sum(cross_i, w.square), _sum(ti, w.square))
    in_j = _share(_sum(cross_j, w.square), _sum(tj, w.square))
    shared = _sum(full, w.square)
    return {
        "cos_full": _cosine(full, fi, fj, w.square),
        "cos_head": _cosine(head, ti, tj, w.square),
        "cos_plain": _cosine(full, fi, fj, w.plain),
        "cos_head_plain": _cosine(head, ti, tj, w.plain),
        "head_in_min": np.minimum(in_i, in_j),
        "head_in_max": np.maximum(in_i, in_j),
        "full_in_max": _share(shared, np.minimum(_sum(fi, w.square), _sum(fj, w.square))),
        "rare_full": np.log1p(_sum(full, w.rare)),
        "rare_head": np.log1p(_sum(head, w.rare)),
        "rare_cross": np.log1p(np.maximum(_sum(cross_i, w.rare), _sum(cross_j, w.rare))),
    }


def _names(c: Columns, w: Weights, i: np.ndarray, j: np.ndarray) -> Features:
    """Places and parties: how much of the names of one is found in the other, and how much is lost."""
    ni, nj = c.names[i], c.names[j]
    size_i, size_j = _sum(ni, w.square), _sum(nj, w.square)
    in_i = _share(_sum(_both(ni, c.full[j]), w.square), size_i)
    in_j = _share(_sum(_both(nj, c.full[i]), w.square), size_j)
    has_i, has_j = size_i > 0, size_j > 0
    lost_i, lost_j = (1 - in_i) * size_i / 40, (1 - in_j) * size_j / 40
    return {
        "names_both": (has_i & has_j).astype(float),
        "names_none": (~has_i & ~has_j).astype(float),
        "name_in_min": np.where(has_i & has_j, np.minimum(in_i, in_j), np.where(has_i, in_i, in_j)),
        "name_in_max": np.maximum(in_i, in_j),
        "name_cos": _share(_sum(_both(ni, nj), w.square), np.sqrt(size_i * size_j)),
        "name_rare": np.log1p(_sum(_both(c.body_names[i], c.body_names[j]), w.rare)),
        "name_lost": np.log1p(np.maximum(lost_i, lost_j)),
        "name_lost_min": np.log1p(np.minimum(lost_i, lost_j)),
    }


def _problems(c: Columns, w: Weights, i: np.ndarray, j: np.ndarray) -> Features:
    """The kinds of problem, and what is wished for."""
    found: Features = {}
    for name, kinds in (("problem", c.problems), ("head_problem", c.head_problems)):
        a, b = kinds[i], kinds[j]
        both = _sum(_both(a, b), w.problem)
        found[name] = _share(both, _sum(a, w.problem) + _sum(b, w.problem) - both)
        found[name + "_sum"] = both
    a, b = c.head_problems[i], c.head_problems[j]
    in_i = _share(_sum(_both(a, c.problems[j]), w.problem), _sum(a, w.problem))
    in_j = _share(_sum(_both(b, c.problems[i]), w.problem), _sum(b, w.problem))
    missed = ((a.getnnz(1) > 0) & (in_i == 0)).astype(float) + ((b.getnnz(1) > 0) & (in_j == 0))
    wished, wanted = c.wishes[i], c.wishes[j]
    most = np.maximum(wished.getnnz(1), wanted.getnnz(1))
    return found | {
        "problem_cross": np.maximum(in_i, in_j),
        "problem_cross_min": np.minimum(in_i, in_j),
        "problem_missed": missed,
        "wish": _share(_both(wished, wanted).getnnz(1).astype(float), most),
    }


def _columns(c: Columns, w: Weights, i: np.ndarray, j: np.ndarray) -> Features:
    """Exact identifiers, areas, caller and time."""
    found: Features = {}
    for kind, marks in zip(MARK_KINDS, c.marks, strict=True):
        found["same_" + kind], found["other_" + kind] = _exact(marks[i], marks[j])
    shared = _sum(_both(c.areas[i], c.areas[j]), w.area)
    gap = np.nan_to_num(np.abs(c.day[i] - c.day[j]), nan=UNKNOWN_GAP)
    return found | {
        "area_other": _exact(c.areas[i], c.areas[j])[1],
        "area_same": shared / 3,
        "same_caller": ((c.caller[i] == c.caller[j]) & (c.caller[i] > 0)).astype(float),
        "gap": np.log1p(gap / 10),
        "soon": (gap < 3).astype(float),
    }


def _exact(a: sp.csr_matrix, b: sp.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """How many values both have (at most 2), and whether both have some but none in common."""
    both = _both(a, b).getnnz(1)
    other = (a.getnnz(1) > 0) & (b.getnnz(1) > 0) & (both == 0)
    return np.minimum(both, 2).astype(float), other.astype(float)
