"""What the words of each order weigh together, worked out once an order and not once a pair."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import scipy.sparse as sp

from wenxiao.recognition.matters.columns import Columns
from wenxiao.recognition.matters.vocabulary import RARE, Weights


def name_the_nameless(c: Columns, w: Weights) -> Columns:
    """Where no name was found by its ending, the rare words of the title stand for one (余易贷, 一米阳光)."""
    nameless = np.diff(c.names.indptr) == 0
    rare = c.head.multiply(nameless[:, None].astype(np.float32)).tocsr()
    rare.data = np.where(w.word[rare.indices] >= RARE, rare.data, 0)
    rare.eliminate_zeros()
    return replace(c, names=(c.names + rare).tocsr())


@dataclass(frozen=True, slots=True)
class Totals:
    """What the words of each order weigh together: worked out once an order, not once a pair."""

    full: np.ndarray
    full_plain: np.ndarray
    head: np.ndarray
    head_plain: np.ndarray
    names: np.ndarray
    problems: np.ndarray
    head_problems: np.ndarray

    @classmethod
    def of(cls, c: Columns, w: Weights) -> Totals:
        """One value an order."""
        return cls(
            full=weigh(c.full, w.square),
            full_plain=weigh(c.full, w.plain),
            head=weigh(c.head, w.square),
            head_plain=weigh(c.head, w.plain),
            names=weigh(c.names, w.square),
            problems=weigh(c.problems, w.problem),
            head_problems=weigh(c.head_problems, w.problem),
        )

    def take(self, rows: np.ndarray) -> Totals:
        """Those of some orders, in that order."""
        return Totals(*(getattr(self, f.name)[rows] for f in fields(self)))


def weigh(m: sp.csr_matrix, w: np.ndarray) -> np.ndarray:
    """The sum of the weights of each row's columns."""
    total = np.zeros(len(m.indices) + 1)
    np.cumsum(w[m.indices], out=total[1:], dtype=np.float64)
    return np.asarray(total[m.indptr[1:]] - total[m.indptr[:-1]])
