"""The weights of n-grams, summed over clauses and over whole texts.

A model trained elsewhere gives every n-gram a row of whole numbers, one per head (what a head stands for is the
model's business). Sums of whole numbers do not depend on their order, so a text weighs the same alone, in a batch or
in another process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.wordclasses import CLASS_SYMBOLS, WordClasses, class_sorts
from wenxiao.recognition.wording import GAP, LONGEST, Clauses, Ints, Table

Weights = npt.NDArray[np.int32]


class Hits(NamedTuple):
    """Known n-grams of one sort found in a batch, in the order of their places: their rows and their clauses."""

    rows: Ints
    clauses: Ints


class Wording:
    """A table of n-grams with whole-number weights, one row each: columns for clauses and columns for whole texts.

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
        symbols = np.array([gram[0] in CLASS_SYMBOLS for gram in grams], dtype=bool)
        order = np.concatenate((np.flatnonzero(~symbols), np.flatnonzero(symbols)))
        self._by_clause, self._by_text = _with_nothing(by_clause[order]), _with_nothing(by_text[order])
        self._characters = int((~symbols).sum())
        known = [grams[at] for at in order.tolist()]
        self._classes = classes
        words = classes.words if classes else {}
        silent = {word[:n] for word in words for n in range(1, LONGEST + 1)} - set(known)
        self._table = Table([*known, *sorted(silent)])
        self._single = np.zeros(0x10000, dtype=np.int64)
        for row, gram in enumerate([*known, *sorted(silent)], 1):
            if len(gram) == 1:
                self._single[ord(gram)] = row
        self._word = np.zeros((1 + len(known) + len(silent), 2), dtype=np.int64)
        for row, gram in enumerate([*known, *sorted(silent)], 1):
            self._word[row] = words.get(gram, (0, 0))

    def hits(self, clauses: Clauses) -> list[Hits]:
        """The known n-grams of a batch: characters by length, then classes by sort."""
        clause_at = clauses.clause_at
        last = len(self._by_text) - 1
        out, found_words = [], []
        for rows, places in self._cascade(clauses):
            known = rows <= last
            out.append(Hits(rows[known], clause_at[places[known]]))
            found_words.append((rows, places))
        if self._classes is None:
            return out
        row_at = np.zeros(len(clauses.codes), dtype=np.int64)
        for rows, places in found_words:
            is_word = self._word[rows, 1] > 0
            row_at[places[is_word]] = rows[is_word]
        places = np.flatnonzero(row_at)
        words = self._classes.settle(clauses, places, self._word[row_at[places]])
        for key, clause in class_sorts(words):
            at, rows = self._table.find(key)
            out.append(Hits(rows, clause[at]))
        return out

    def _cascade(self, clauses: Clauses) -> list[tuple[Ints, Ints]]:
        """For each length the rows and places of what the table holds."""
        codes = clauses.codes
        rows = self._single[codes.astype(np.int64)]
        places = np.flatnonzero((rows > 0) & (codes > GAP))
        keys = codes[places]
        out = [(rows[places], places)]
        for n in range(1, LONGEST):
            following = codes[np.minimum(places + n, len(codes) - 1)]
            inside = np.flatnonzero(following > GAP)
            places, keys = places[inside], keys[inside] | (following[inside] << np.uint64(16 * n))
            at, found = self._table.find(keys)
            places, keys = places[at], keys[at]
            out.append((found, places))
        return out

    def clause_sums(self, hits: Sequence[Hits], count: int) -> tuple[Weights, Ints]:
        """For each of `count` clauses the sum of its n-grams' weights and their number."""
        sums = np.zeros((count, self._by_clause.shape[1]), dtype=np.int32)
        number = np.zeros(count, dtype=np.int64)
        for rows, clauses in hits:
            _add(sums, self._by_clause[rows], clauses)
            number += np.bincount(clauses, minlength=count)
        return sums, number

    def text_sums(self, hits: Sequence[Hits], owners: Ints, count: int) -> tuple[Weights, Ints]:
        """For each of `count` texts the sum of its n-grams' weights and their number."""
        sums = np.zeros((count, self._by_text.shape[1]), dtype=np.int32)
        number = np.zeros(count, dtype=np.int64)
        for rows, clauses in hits:
            texts = owners[clauses]
            _add(sums, self._by_text[rows], texts)
            number += np.bincount(texts, minlength=count)
        return sums, number

    def shares(self, hits: Sequence[Hits], count: int) -> Weights:
        """The first column of the text sums laid out over the clauses that its n-grams stand in."""
        sums = np.zeros((count, 1), dtype=np.int32)
        for rows, clauses in hits:
            _add(sums, self._by_text[rows, :1], clauses)
        return sums[:, 0]

    def once(self, hits: Sequence[Hits], owners: Ints, count: int) -> list[Hits]:
        """Each n-gram only at its first place in each text.

        Saying a thing twice does not make it truer, and a reply that was pasted twice reads like one.
        """
        out = []
        first = np.empty(count * len(self._by_text), dtype=np.int32)
        for rows, clauses in hits:
            cell = owners[clauses] * len(self._by_text) + rows
            at = np.arange(len(cell), dtype=np.int32)
            first[cell[::-1]] = at[::-1]
            kept = first[cell] == at
            out.append(Hits(rows[kept], clauses[kept]))
        return out


def _with_nothing(weights: npt.NDArray[Any]) -> Weights:
    """The weights with a row of zeros before them: rows count from 1."""
    return np.concatenate((np.zeros((1, weights.shape[1]), np.int32), weights.astype(np.int32)))


def _add(sums: Weights, values: Weights, owner: Ints) -> None:
    """Add each row of `values` to the row of `sums` that owns it; owners come in order."""
    if len(owner):
        heads = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
        sums[owner[heads]] += np.add.reduceat(values, heads, axis=0, dtype=np.int32)
