"""Reading wording by its character n-grams: clauses of many texts scored at once by one table of weights.

A model trained elsewhere gives every n-gram (1 to 4 characters) a row of whole numbers, one per head (what the head
stands for is the model's business). Here each clause gets the sum of its rows. Sums of whole numbers do not depend on
their order, so a text scores the same alone, in a batch or in another process.

Texts are looked up in numpy: four characters fit one 64-bit key, and all keys of a batch go through one hash table
in a few passes. n-grams never cross a mark or white space, so that each belongs to exactly one clause.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.text import normalise

#: The longest n-gram: four 16-bit characters make one 64-bit key.
LONGEST = 4
#: Characters that end a clause. Half-width comma and colon do too, except between digits.
MARKS = "，。！？；：!?;,:\n\r…"
_MARK, _GAP, _OTHER = 1, 2, 0xFFFF
_DIGIT, _LETTER = ord("0"), ord("a")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]


@cache
def _folding() -> npt.NDArray[np.uint16]:
    """One code for each character: marks 1, white space and other marks 2, digits 0, letters a, the rest simplified."""
    table = np.arange(0x10000, dtype=np.uint16)
    for code in range(0x10000):
        table[code] = _folded(chr(code))
    return table


def _folded(char: str) -> int:
    if char in MARKS:
        return _MARK
    kind = unicodedata.category(char)
    if kind[0] in "ZCPS" and char not in "《》%％":
        return _GAP
    if kind[0] == "N" and unicodedata.decimal(char, None) is not None:
        return _DIGIT
    form = normalise(char).text[:1] if kind[0] == "L" else char
    if form.isascii() and form.isalpha():
        return _LETTER
    return ord(form) if ord(form) < _OTHER else _OTHER


@dataclass(frozen=True, slots=True)
class Clauses:
    """The clauses of a batch of texts: clause i is [starts[i], ends[i]) of text owners[i], in order.

    `codes` are the folded characters of all texts, one mark after each; `firsts[i]` is where clause i starts there.
    """

    codes: Codes
    owners: Ints
    starts: Ints
    ends: Ints
    firsts: Ints

    @property
    def lengths(self) -> Ints:
        return self.ends - self.starts


def split(texts: Sequence[str]) -> Clauses:
    """Every clause of every text. Empty clauses are left out; offsets are code points of the text as given."""
    joined = "\n".join(texts) + "\n"
    points = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32)
    codes = _folding()[np.minimum(points, _OTHER)]
    digit = codes == _DIGIT
    marks = codes == _MARK
    inner = np.flatnonzero(marks[1:-1] & digit[:-2] & digit[2:]) + 1
    inner = inner[(points[inner] == ord(",")) | (points[inner] == ord(":"))]
    codes[inner] = _GAP
    ends = np.flatnonzero(codes == _MARK)
    starts = np.concatenate(([0], ends[:-1] + 1))
    kept = ends > starts
    firsts, ends = starts[kept], ends[kept]
    bases = np.concatenate(([0], np.cumsum([len(text) + 1 for text in texts])))
    owners = np.searchsorted(bases, firsts, side="right") - 1
    return Clauses(codes.astype(np.uint64), owners, firsts - bases[owners], ends - bases[owners], firsts)


def keys(codes: Codes) -> list[tuple[Codes, Ints]]:
    """For n = 1 to LONGEST: the key of every n-gram that crosses no mark, and the place where it starts."""
    places = np.flatnonzero(codes > _GAP)
    found = codes[places]
    out = [(found, places)]
    for n in range(1, LONGEST):
        inside = np.flatnonzero(places + n < len(codes))
        places, found = places[inside], found[inside]
        following = codes[places + n]
        inside = np.flatnonzero(following > _GAP)
        places, found = places[inside], found[inside] | (following[inside] << np.uint64(16 * n))
        out.append((found, places))
    return out


def key_of(gram: str) -> int:
    """The key of one n-gram, its characters folded already."""
    return sum(ord(char) << (16 * at) for at, char in enumerate(gram))


def gram_of(key: int) -> str:
    """The n-gram of a key."""
    return "".join(chr(key >> shift & 0xFFFF) for shift in range(0, 64, 16) if key >> shift & 0xFFFF)


class Table:
    """A hash table from keys to rows that is asked for a whole batch at once; row 0 stands for "not there"."""

    def __init__(self, grams: Sequence[str]) -> None:
        bits = max(4, (4 * len(grams)).bit_length())
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._keys = np.zeros(self._mask + 1, dtype=np.uint64)
        self._rows = np.zeros(self._mask + 1, dtype=np.int64)
        for row, gram in enumerate(grams, 1):
            key = key_of(gram)
            slot = key * int(_MULTIPLIER) % 2**64 >> int(self._shift)
            while self._keys[slot]:
                slot = (slot + 1) & self._mask
            self._keys[slot], self._rows[slot] = key, row

    def rows(self, wanted: Codes) -> Ints:
        """The row of each key, 0 where the table lacks it."""
        slots = ((wanted * _MULTIPLIER) >> self._shift).astype(np.int64)
        there = self._keys[slots]
        rows = np.where(there == wanted, self._rows[slots], 0)
        open_ = np.flatnonzero((there != wanted) & (there != 0))
        while len(open_):
            slots[open_] = (slots[open_] + 1) & self._mask
            there = self._keys[slots[open_]]
            rows[open_] = np.where(there == wanted[open_], self._rows[slots[open_]], 0)
            open_ = open_[(there != wanted[open_]) & (there != 0)]
        return rows


@dataclass(frozen=True, slots=True)
class Weighed:
    """What each clause of a batch weighs: `sums[i, head]`; and `distinct[t]`, the known n-grams of text t."""

    sums: Ints
    distinct: Ints


class Wording:
    """A table of n-grams and their weights: whole numbers, one column per head, one row per n-gram.

    An n-gram counts once in a text, where it first stands: saying a thing twice does not make it truer, and a reply
    that was pasted twice reads like one.
    """

    def __init__(self, grams: Sequence[str], weights: npt.NDArray[Any]) -> None:
        self._table = Table(grams)
        empty = np.zeros((1, weights.shape[1]), dtype=np.int64)
        self._weights = np.concatenate((empty, weights.astype(np.int64)))

    def weigh(self, clauses: Clauses, texts: int) -> Weighed:
        """The weight of every clause of a batch of so many texts."""
        sums = np.zeros((len(clauses.starts), self._weights.shape[1]), dtype=np.int64)
        rows, places = self.hits(clauses)
        if not len(rows):
            return Weighed(sums, np.zeros(texts, dtype=np.int64))
        owner = np.searchsorted(clauses.firsts, places, side="right") - 1
        order = np.argsort(owner, kind="stable")
        owner, values = owner[order], self._weights[rows[order]]
        heads = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
        sums[owner[heads]] = np.add.reduceat(values, heads, axis=0)
        return Weighed(sums, np.bincount(clauses.owners[owner], minlength=texts))

    def hits(self, clauses: Clauses) -> tuple[Ints, Ints]:
        """Row and place of every known n-gram, each once a text, at its first place."""
        rows, places = [], []
        for found, at in keys(clauses.codes):
            row = self._table.rows(found)
            hit = np.flatnonzero(row)
            hit = hit[np.argsort(at[hit], kind="stable")]
            rows.append(row[hit])
            places.append(at[hit])
        row, place = np.concatenate(rows), np.concatenate(places)
        owner = clauses.owners[np.searchsorted(clauses.firsts, place, side="right") - 1]
        _, first = np.unique(owner * len(self._weights) + row, return_index=True)
        return row[first], place[first]
