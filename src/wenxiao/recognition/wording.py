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
from typing import Any, NamedTuple

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
    """A hash table from keys to rows, counted from 1, that is asked for a whole batch at once."""

    def __init__(self, grams: Sequence[str]) -> None:
        bits = max(4, (4 * len(grams)).bit_length())
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._keys = np.array([0, *map(key_of, grams)], dtype=np.uint64)
        self._rows = np.zeros(self._mask + 1, dtype=np.int64)
        for row, gram in enumerate(grams, 1):
            slot = key_of(gram) * int(_MULTIPLIER) % 2**64 >> int(self._shift)
            while self._rows[slot]:
                slot = (slot + 1) & self._mask
            self._rows[slot] = row

    def find(self, wanted: Codes) -> tuple[Ints, Ints]:
        """Which of the wanted keys are there, in order, and the row of each."""
        slots = ((wanted * _MULTIPLIER) >> self._shift).astype(np.int64)
        rows = self._rows[slots]
        at = np.flatnonzero(rows)
        rows, slots = rows[at], slots[at]
        right = self._keys[rows] == wanted[at]
        found, found_rows = [at[right]], [rows[right]]
        while not right.all():
            at, slots = at[~right], (slots[~right] + 1) & self._mask
            rows = self._rows[slots]
            filled = rows > 0
            at, slots, rows = at[filled], slots[filled], rows[filled]
            right = self._keys[rows] == wanted[at]
            found.append(at[right])
            found_rows.append(rows[right])
        if len(found) == 1:
            return found[0], found_rows[0]
        at, rows = np.concatenate(found), np.concatenate(found_rows)
        order = np.argsort(at, kind="stable")
        return at[order], rows[order]


class Hits(NamedTuple):
    """Known n-grams of one sort found in a batch, in the order of their places: their rows and their clauses."""

    rows: Ints
    clauses: Ints


class Wording:
    """A table of n-grams with whole-number weights, one row each: columns for clauses and columns for whole texts."""

    def __init__(self, grams: Sequence[str], by_clause: npt.NDArray[Any], by_text: npt.NDArray[Any]) -> None:
        self._table = Table(grams)
        self._by_clause = _with_nothing(by_clause)
        self._by_text = _with_nothing(by_text)

    def hits(self, sorts: Sequence[tuple[Codes, Ints]]) -> list[Hits]:
        """Of each sort of n-grams (keys, clause of each) those that the table knows."""
        found = []
        for key, clause in sorts:
            at, rows = self._table.find(key)
            found.append(Hits(rows, clause[at]))
        return found

    def clause_sums(self, hits: Sequence[Hits], count: int) -> tuple[Ints, Ints]:
        """For each of `count` clauses the sum of its n-grams' weights and their number."""
        sums = np.zeros((count, self._by_clause.shape[1]), dtype=np.int64)
        number = np.zeros(count, dtype=np.int64)
        for rows, clauses in hits:
            _add(sums, self._by_clause[rows], clauses)
            number += np.bincount(clauses, minlength=count)
        return sums, number

    def text_sums(self, hits: Sequence[Hits], owners: Ints, count: int) -> tuple[Ints, Ints]:
        """For each of `count` texts the sum of its n-grams' weights and their number, each n-gram once a text.

        Saying a thing twice does not make it truer, and a reply that was pasted twice reads like one.
        """
        sums = np.zeros((count, self._by_text.shape[1]), dtype=np.int64)
        number = np.zeros(count, dtype=np.int64)
        for one in hits:
            rows, clauses = self._once(one, owners, count)
            texts = owners[clauses]
            _add(sums, self._by_text[rows], texts)
            number += np.bincount(texts, minlength=count)
        return sums, number

    def text_sums_by_clause(self, hits: Sequence[Hits], owners: Ints, count: int, column: int) -> Ints:
        """One column of `text_sums` laid out over the clauses where each n-gram first stands."""
        sums = np.zeros((len(owners), 1), dtype=np.int64)
        for one in hits:
            rows, clauses = self._once(one, owners, count)
            _add(sums, self._by_text[rows, column : column + 1], clauses)
        return sums[:, 0]

    def _once(self, hits: Hits, owners: Ints, count: int) -> Hits:
        """Each n-gram at its first place in each text."""
        rows, clauses = hits
        cell = owners[clauses] * len(self._by_text) + rows
        first = np.empty(count * len(self._by_text), dtype=np.int32)
        at = np.arange(len(cell), dtype=np.int32)
        first[cell[::-1]] = at[::-1]
        kept = first[cell] == at
        return Hits(rows[kept], clauses[kept])


def _with_nothing(weights: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """The weights with a row of zeros before them, for what the table does not know."""
    return np.concatenate((np.zeros((1, weights.shape[1]), np.int32), weights.astype(np.int32)))


def _add(sums: Ints, values: npt.NDArray[np.int32], owner: Ints) -> None:
    """Add each row of `values` to the row of `sums` that owns it; owners come in order."""
    if len(owner):
        heads = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
        sums[owner[heads]] += np.add.reduceat(values, heads, axis=0)
