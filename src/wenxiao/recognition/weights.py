"""The weights of n-grams, summed over clauses and over whole texts.

A model trained elsewhere gives every n-gram a row of whole numbers, one per head (what a head stands for is the
model's business). Sums of whole numbers do not depend on their order, so a text weighs the same alone, in a batch or in
another process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.kernels import grams as kernels
from wenxiao.recognition.kernels.grams import GAP, LONGEST
from wenxiao.recognition.wordclasses import CLASS_SYMBOLS, WordClasses
from wenxiao.recognition.wording import Clauses, Ints, Table

Weights = npt.NDArray[np.float32]
_Rows = npt.NDArray[np.int32]
#: Columns of weights are filled up to a multiple of so many.
VECTOR = 32


@dataclass(frozen=True, slots=True)
class Hits:
    """Known n-grams found in a batch: their rows and their clauses, in the order of clauses."""

    rows: _Rows
    clauses: _Rows

    def within(self, kept: npt.NDArray[np.bool_]) -> Hits:
        """Only the hits in the clauses that are kept."""
        at = kept.take(self.clauses)
        return Hits(self.rows[at], self.clauses[at])


class Wording:
    """A table of n-grams with whole-number weights of one byte, one row each: columns for clauses and columns for whole texts.

    The table must hold the beginnings of what it holds (with 已转交 also 已转 and 已): a longer n-gram is looked for only
    where a shorter one was found. Counting how many texts have an n-gram gives such a table by itself. Words of the
    classes, and their beginnings, are added without weight.
    """

    def __init__(
        self,
        grams: Sequence[str],
        by_clause: npt.NDArray[Any],
        by_text: npt.NDArray[Any],
        classes: WordClasses | None = None,
    ) -> None:
        self._by_clause, self._by_text = _Bytes(by_clause), _Bytes(by_text)
        self._first = _Bytes(by_text[:, :1])
        words = classes.words if classes else {}
        silent = {word[:n] for word in words for n in range(1, LONGEST + 1)} - set(grams)
        known = [*grams, *sorted(silent)]
        self._single = np.zeros(0x10000, dtype=np.int32)
        for row, gram in enumerate(known, 1):
            if len(gram) == 1 and ord(gram) > GAP and gram not in CLASS_SYMBOLS:
                self._single[ord(gram)] = row
        self._table = Table(known).parts
        self._words = np.array([(0, 0), *(words.get(gram, (0, 0)) for gram in known)], dtype=np.int32)
        self._bounds = len(grams), classes.dropped if classes else 0

    def hits(self, clauses: Clauses) -> Hits:
        """The known n-grams of a batch. No n-gram holds a mark, so none crosses one."""
        where = clauses.firsts, clauses.stops, clauses.owners
        return Hits(*kernels.find(clauses.codes, where, self._single, self._table, self._words, self._bounds))

    def clause_sums(self, hits: Hits, count: int) -> tuple[Weights, Ints]:
        """For each of `count` clauses the sum of its n-grams' weights and their number."""
        return _sums(hits.rows, hits.clauses, self._by_clause, count)

    def text_sums(self, hits: Hits, owners: Ints, count: int) -> tuple[Weights, Ints]:
        """For each of `count` texts the sum of its n-grams' weights and their number."""
        texts = owners.take(hits.clauses).astype(np.int32)
        return _sums(hits.rows, texts, self._by_text, count)

    def shared_sums(self, hits: Hits, owners: Ints, count: int) -> tuple[Weights, Ints, Weights]:
        """`text_sums`, and the first column of them laid out over the clauses that its n-grams stand in."""
        first, _ = _sums(hits.rows, hits.clauses, self._first, len(owners))
        return *self.text_sums(hits, owners, count), first[:, 0]

    def once(self, hits: Hits, owners: Ints) -> Hits:
        """Each n-gram only in its first clause in each text.

        Saying a thing twice does not make it truer, and a reply that was pasted twice reads like one.
        """
        return Hits(*kernels.first_in_text(hits.rows, hits.clauses, owners, len(self._by_text.rows)))


class _Bytes:
    """Weights of one byte, with a row of zeros before them, since rows count from 1, and zeros behind each row: a loop over whole
    vectors is four times as fast as one with a rest. Raises ValueError for what is no byte."""

    def __init__(self, weights: npt.NDArray[Any]) -> None:
        self.width = weights.shape[1]
        wide = 1 if self.width == 1 else -(-self.width // VECTOR) * VECTOR
        self.rows = np.zeros((len(weights) + 1, wide), dtype=np.int8)
        self.rows[1:, : self.width] = weights
        if not np.array_equal(self.rows[1:, : self.width], weights):
            raise ValueError("weights of n-grams are whole numbers of one byte")


def _sums(rows: _Rows, owner: _Rows, weights: _Bytes, count: int) -> tuple[Weights, Ints]:
    """For each of `count` owners the sum of the weights of its rows, and their number."""
    out, number = kernels.sums(rows, owner, weights.rows, count)
    return out[:, : weights.width].astype(np.float32), number
