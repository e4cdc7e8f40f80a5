"""The weights of n-grams, summed over clauses and over whole texts.

A model trained elsewhere gives every n-gram a row of whole numbers, one per head (what a head stands for is the
model's business). Single floats hold whole numbers up to 16 million exactly, and sums of whole numbers do not depend
on their order, so a text weighs the same alone, in a batch or in another process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from wenxiao.recognition.wordclasses import CLASS_SYMBOLS, WordClasses, Words, class_sorts
from wenxiao.recognition.wording import GAP, LONGEST, Clauses, Ints, Table

Weights = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hits:
    """Known n-grams found in a batch, in the order of their clauses: their rows and their clauses."""

    rows: Ints
    clauses: Ints

    def within(self, kept: npt.NDArray[np.bool_]) -> Hits:
        """Only the hits in the clauses that are kept."""
        at = kept.take(self.clauses)
        return Hits(self.rows[at], self.clauses[at])

    def sums(self, weights: Weights, owner: Ints, count: int) -> Weights:
        """For each of `count` owners (in order) the sum of the weights of its n-grams."""
        starts = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=count))))
        ones = np.ones(len(self.rows), dtype=np.float32)
        table = sp.csr_matrix((ones, self.rows, starts), shape=(count, len(weights)))
        return np.asarray(table @ weights)


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
        self._first = self._by_text[:, :1].copy()
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
        self._is_word = self._word[:, 1] > 0

    def hits(self, clauses: Clauses) -> Hits:
        """The known n-grams of a batch."""
        last = len(self._by_text) - 1
        clause_at = clauses.clause_at
        rows, places = (np.concatenate(part) for part in zip(*self._cascade(clauses), strict=True))
        known = rows <= last
        found, at = [rows[known]], [clause_at.take(places[known])]
        if self._classes is not None:
            words = self._words(self._classes, clauses, rows, places)
            for key, clause in class_sorts(words):
                hit, row = self._table.find(key)
                found.append(row)
                at.append(clause.take(hit))
        return _in_order(np.concatenate(found), np.concatenate(at))

    def _words(self, classes: WordClasses, clauses: Clauses, rows: Ints, places: Ints) -> Words:
        """The words among what the cascade found; the longest at a place comes last and stays."""
        is_word = self._is_word.take(rows)
        row_at = np.zeros(len(clauses.codes), dtype=np.int64)
        row_at[places[is_word]] = rows[is_word]
        at = np.flatnonzero(row_at)
        return classes.settle(clauses, at, self._word.take(row_at.take(at), axis=0))

    def _cascade(self, clauses: Clauses) -> list[tuple[Ints, Ints]]:
        """For each length the rows and places of what the table holds."""
        codes = clauses.codes
        rows = self._single.take(codes.astype(np.int64))
        places = np.flatnonzero((rows > 0) & (codes > GAP))
        keys = codes[places]
        out = [(rows.take(places), places)]
        for n in range(1, LONGEST):
            following = codes.take(places + n, mode="clip")
            inside = np.flatnonzero(following > GAP)
            places = places.take(inside)
            keys = keys.take(inside) | (following.take(inside) << np.uint64(16 * n))
            at, found = self._table.find(keys)
            places, keys = places.take(at), keys.take(at)
            out.append((found, places))
        return out

    def clause_sums(self, hits: Hits, count: int) -> tuple[Weights, Ints]:
        """For each of `count` clauses the sum of its n-grams' weights and their number."""
        return hits.sums(self._by_clause, hits.clauses, count), np.bincount(hits.clauses, minlength=count)

    def text_sums(self, hits: Hits, owners: Ints, count: int) -> tuple[Weights, Ints]:
        """For each of `count` texts the sum of its n-grams' weights and their number."""
        texts = owners.take(hits.clauses)
        return hits.sums(self._by_text, texts, count), np.bincount(texts, minlength=count)

    def shares(self, hits: Hits, count: int) -> Weights:
        """The first column of the text sums laid out over the clauses that its n-grams stand in."""
        return hits.sums(self._first, hits.clauses, count)[:, 0]

    def once(self, hits: Hits, owners: Ints, count: int) -> Hits:
        """Each n-gram only in its first clause in each text.

        Saying a thing twice does not make it truer, and a reply that was pasted twice reads like one.
        """
        cell = owners.take(hits.clauses) * len(self._by_text) + hits.rows
        at = np.arange(len(cell), dtype=np.int32)
        first = np.empty(count * len(self._by_text), dtype=np.int32)
        first[cell[::-1]] = at[::-1]
        kept = first.take(cell) == at
        return Hits(hits.rows[kept], hits.clauses[kept])


def _in_order(rows: Ints, clauses: Ints) -> Hits:
    """The hits by clause. Numbers of 16 bits sort in linear time, and a batch seldom has more clauses."""
    small = not len(clauses) or clauses.max() <= np.iinfo(np.uint16).max
    order = np.argsort(clauses.astype(np.uint16) if small else clauses, kind="stable")
    return Hits(rows.take(order), clauses.take(order))


def _with_nothing(weights: npt.NDArray[Any]) -> Weights:
    """The weights with a row of zeros before them: rows count from 1."""
    return np.concatenate((np.zeros((1, weights.shape[1]), np.float32), weights.astype(np.float32)))
