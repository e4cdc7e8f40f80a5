"""What the words of each order weigh together, worked out once an order and not once a pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import scipy.sparse as sp

from wenxiao.recognition.matters.columns import (
    CORE,
    FULL,
    HEAD,
    NAME,
    PROBLEM,
    Columns,
    matrix,
    row_of,
    stack,
)
from wenxiao.recognition.matters.grams import BITS, COLUMNS
from wenxiao.recognition.matters.vocabulary import RARE, Weights


def name_the_nameless(c: Columns, w: Weights) -> Columns:
    """Where no name was found by its ending, the rare words of the title stand for one (余易贷, 一米阳光)."""
    m = c.words
    names, heads = (np.flatnonzero(m.data & flag) for flag in (NAME, HEAD))
    named = np.zeros(len(c), dtype=bool)
    named[_rows_at(m, names)] = True
    stand = heads[~named[_rows_at(m, heads)]]
    stand = stand[w.word[m.indices[stand]] >= RARE]
    if not len(stand):
        return c
    flags = m.data.copy()
    flags[stand] |= NAME
    return replace(c, words=matrix(flags, m.indices, m.indptr, m.shape[1]))


def _rows_at(m: sp.csr_matrix, places: np.ndarray) -> np.ndarray:
    """The row of some entries."""
    return np.searchsorted(m.indptr, places, side="right") - 1


@dataclass(frozen=True, slots=True)
class Totals:
    """One value an order."""

    full: np.ndarray
    full_plain: np.ndarray
    head: np.ndarray
    head_plain: np.ndarray
    names: np.ndarray
    cores: np.ndarray
    problems: np.ndarray
    head_problems: np.ndarray
    wishes: np.ndarray

    @classmethod
    def of(cls, c: Columns, w: Weights) -> Totals:
        """Of each order of `c`."""
        parts = [cls._of(piece, w) for piece in c.pieces()]
        return cls(*(stack([getattr(part, f.name) for part in parts]) for f in fields(cls)))

    @classmethod
    def _of(cls, c: Columns, w: Weights) -> Totals:
        row, column = row_of(c.words), c.words.indices
        square, plain = (weight[column].astype(np.float64) for weight in (w.square, w.plain))

        def total(row: np.ndarray, weight: np.ndarray) -> np.ndarray:
            return np.bincount(row, weights=weight, minlength=len(c))

        full, full_plain = total(row, square), total(row, plain)
        # Few words stand in a title or a name.
        some = np.flatnonzero(c.words.data != FULL)
        row, square, plain, flags = row[some], square[some], plain[some], c.words.data[some]
        head = flags & HEAD > 0
        sign_row, kind = row_of(c.signs), c.signs.indices >> BITS
        problem = sign_weights(c.signs.indices, w) * (kind == PROBLEM)
        in_head = c.signs.data & HEAD > 0
        return cls(
            full=full,
            full_plain=full_plain,
            head=total(row, square * head),
            head_plain=total(row, plain * head),
            names=total(row, square * (flags & NAME > 0)),
            cores=total(row, square * (flags & CORE > 0)),
            problems=np.bincount(sign_row, weights=problem, minlength=len(c)),
            head_problems=np.bincount(sign_row, weights=problem * in_head, minlength=len(c)),
            wishes=np.bincount(sign_row, weights=kind == 1, minlength=len(c)),
        )

    @staticmethod
    def join(parts: Sequence[Totals]) -> Totals:
        """Those of all orders of the parts, one after the other."""
        return Totals(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Totals)))

    def take(self, rows: np.ndarray) -> Totals:
        """Those of some orders, in that order."""
        return Totals(*(getattr(self, f.name)[rows] for f in fields(self)))


def sign_weights(columns: np.ndarray, w: Weights) -> np.ndarray:
    """What each sign weighs as a problem (by its kind); of other signs the answer means nothing."""
    return np.asarray(w.problem[np.minimum(columns & (COLUMNS - 1), len(w.problem) - 1)])
