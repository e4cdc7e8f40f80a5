"""The weights of n-grams, summed over clauses and over whole texts.

A model trained elsewhere gives every n-gram a row of whole numbers, one per head (what a head stands for is the
model's business). Single floats hold whole numbers up to 16 million exactly, and sums of whole numbers do not depend
on their order, so a text weighs the same alone, in a batch or in another process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from wenxiao.recognition.wordclasses import CLASS_SYMBOLS, WordClasses, Words, class_sorts
from wenxiao.recognition.wording import GAP, LONGEST, Clauses, Codes, Ints, Table

Weights = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hits:
    """Known n-grams found in a batch: their rows and their clauses; those of one row are in the order of clauses."""

    rows: Ints
    clauses: Ints

    def within(self, kept: npt.NDArray[np.bool_]) -> Hits:
        """Only the hits in the clauses that are kept."""
        at = kept.take(self.clauses)
        return Hits(self.rows[at], self.clauses[at])

    def sums(self, weights: Weights, owner: Ints, count: int) -> Weights:
        """For each of `count` owners the sum of the weights of its n-grams."""
        # As a list of cells, which need not be in order: sorting them first cost a third of the time.
        cells = owner.astype(np.int32), self.rows.astype(np.int32)
        ones = np.ones(len(self.rows), dtype=np.float32)
        return np.asarray(sp.coo_array((ones, cells), shape=(count, len(weights))) @ weights)


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
        known = [grams[at] for at in order.tolist()]
        self._classes = classes
        words = classes.words if classes else {}
        silent = {word[:n] for word in words for n in range(1, LONGEST + 1)} - set(known)
        rows = {gram: row for row, gram in enumerate([*known, *sorted(silent)], 1)}
        self._single = np.zeros(0x10000, dtype=np.int64)
        for gram, row in rows.items():
            if len(gram) == 1 and ord(gram) > GAP:
                self._single[ord(gram)] = row
        # A table for each length, and one for classes: the smaller, the sooner it answers.
        self._longer = [_Part(rows, [gram for gram in rows if len(gram) == n]) for n in range(2, LONGEST + 1)]
        self._by_class = _Part(rows, [gram for gram in rows if gram[0] in CLASS_SYMBOLS])
        self._word = np.array([(0, 0), *(words.get(gram, (0, 0)) for gram in rows)], dtype=np.int64)
        self._is_word = self._word[:, 1] > 0

    def hits(self, clauses: Clauses) -> Hits:
        """The known n-grams of a batch."""
        last = len(self._by_text) - 1
        rows, places = (np.concatenate(part) for part in zip(*self._cascade(clauses), strict=True))
        known = np.flatnonzero(rows <= last)
        found, at = rows.take(known), clauses.clause_at.take(places.take(known))
        if self._classes is None:
            return Hits(found, at)
        by_class = self._class_hits(self._words(self._classes, clauses, rows, places))
        return Hits(np.concatenate((found, by_class.rows)), np.concatenate((at, by_class.clauses)))

    def _class_hits(self, words: Words) -> Hits:
        """The known n-grams of classes. One of them may come in several sorts, which are brought into one order."""
        rows, clauses = [], []
        for key, clause in class_sorts(words):
            at, row = self._by_class.find(key)
            rows.append(row)
            clauses.append(clause.take(at))
        return _in_order(np.concatenate(rows), np.concatenate(clauses))

    def _words(self, classes: WordClasses, clauses: Clauses, rows: Ints, places: Ints) -> Words:
        """The words among what the cascade found; the longest at a place comes last and stays."""
        is_word = self._is_word.take(rows)
        row_at = np.zeros(len(clauses.codes), dtype=np.int64)
        row_at[places[is_word]] = rows[is_word]
        at = np.flatnonzero(row_at)
        return classes.settle(clauses, at, self._word.take(row_at.take(at), axis=0))

    def _cascade(self, clauses: Clauses) -> list[tuple[Ints, Ints]]:
        """For each length the rows and places of what the table holds. No n-gram holds a mark, so none crosses one."""
        codes = clauses.codes
        rows = self._single.take(codes.view(np.int64))
        places = np.flatnonzero(rows)
        keys = codes.take(places)
        out = [(rows.take(places), places)]
        for n, part in enumerate(self._longer, 1):
            keys |= codes.take(places + n, mode="clip") << np.uint64(16 * n)
            at, found = part.find(keys)
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

    def shared_sums(self, hits: Hits, owners: Ints, count: int) -> tuple[Weights, Ints, Weights]:
        """`text_sums`, and the first column of them laid out over the clauses that its n-grams stand in."""
        by_clause = hits.sums(self._by_text, hits.clauses, len(owners))
        out = np.zeros((count, self._by_text.shape[1]), dtype=np.float32)
        if len(owners):
            starts = np.flatnonzero(np.concatenate(([True], owners[1:] != owners[:-1])))
            out[owners[starts]] = np.add.reduceat(by_clause, starts, axis=0)
        return out, np.bincount(owners.take(hits.clauses), minlength=count), by_clause[:, 0]

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


class _Part:
    """Some of the rows as a table of their own."""

    def __init__(self, rows: Mapping[str, int], grams: Sequence[str]) -> None:
        self._table = Table(grams)
        self._rows = np.array([0, *(rows[gram] for gram in grams)], dtype=np.int64)

    def find(self, wanted: Codes) -> tuple[Ints, Ints]:
        """Which of the wanted keys are there, in order, and the row of each."""
        at, found = self._table.find(wanted)
        return at, self._rows.take(found)


def _in_order(rows: Ints, clauses: Ints) -> Hits:
    """The hits by clause. Numbers of 16 bits sort in linear time, and a batch seldom has more clauses."""
    small = not len(clauses) or clauses.max() <= np.iinfo(np.uint16).max
    order = np.argsort(clauses.astype(np.uint16) if small else clauses, kind="stable")
    return Hits(rows.take(order), clauses.take(order))


def _with_nothing(weights: npt.NDArray[Any]) -> Weights:
    """The weights with a row of zeros before them: rows count from 1."""
    return np.concatenate((np.zeros((1, weights.shape[1]), np.float32), weights.astype(np.float32)))
