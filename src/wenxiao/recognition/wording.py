"""Cutting many texts into clauses and character n-grams (1 to 4 characters) at once.

Texts are looked up in numpy: four characters fit one 64-bit key, and all keys of a batch go through one hash table
in a few passes. n-grams never cross a mark or white space, so that each belongs to exactly one clause.
The weights are in `weights`, the words and their classes in `wordclasses`.
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
#: Codes up to this are no part of an n-gram: 1 ends a clause, 2 is white space or another mark within one.
GAP = 2
_MARK, _OTHER = 1, 0xFFFF
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
        return GAP
    if kind[0] == "N" and unicodedata.decimal(char, None) is not None:
        return _DIGIT
    form = normalise(char).text[:1] if kind[0] == "L" else char
    if form.isascii() and form.isalpha():
        return _LETTER
    return ord(form) if ord(form) < _OTHER else _OTHER


@dataclass(frozen=True, slots=True)
class Clauses:
    """The clauses of a batch of texts: clause i is [starts[i], ends[i]) of text owners[i], in order.

    `codes` are the folded characters of all texts, one mark after each; `firsts[i]` is where clause i starts there, and
    `clause_at` the number of the clause of each code; a mark counts to the clause before it.
    """

    codes: Codes
    owners: Ints
    starts: Ints
    ends: Ints
    firsts: Ints
    clause_at: Ints

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
    codes[inner] = GAP
    ends = np.flatnonzero(codes == _MARK)
    starts = np.concatenate(([0], ends[:-1] + 1))
    kept = ends > starts
    firsts, ends = starts[kept], ends[kept]
    bases = np.concatenate(([0], np.cumsum([len(text) + 1 for text in texts])))
    owners = np.searchsorted(bases, firsts, side="right") - 1
    begins = np.zeros(len(codes), dtype=np.int64)
    begins[firsts] = 1
    base = bases[owners]
    return Clauses(codes.astype(np.uint64), owners, firsts - base, ends - base, firsts, np.cumsum(begins) - 1)


def keys(codes: Codes) -> list[tuple[Codes, Ints]]:
    """For n = 1 to LONGEST: the key of every n-gram that crosses no mark, and the place where it starts."""
    places = np.flatnonzero(codes > GAP)
    found = codes[places]
    out = [(found, places)]
    for n in range(1, LONGEST):
        inside = np.flatnonzero(places + n < len(codes))
        places, found = places[inside], found[inside]
        following = codes[places + n]
        inside = np.flatnonzero(following > GAP)
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
        # As narrow as will do: most looks find nothing, and a table that fits the cache answers them in half the time.
        narrow = "u2" if len(grams) < 1 << 16 else "u4"
        self._rows: npt.NDArray[np.integer[Any]] = np.zeros(self._mask + 1, dtype=narrow)
        for row, gram in enumerate(grams, 1):
            slot = key_of(gram) * int(_MULTIPLIER) % 2**64 >> int(self._shift)
            while self._rows[slot]:
                slot = (slot + 1) & self._mask
            self._rows[slot] = row

    def find(self, wanted: Codes) -> tuple[Ints, Ints]:
        """Which of the wanted keys are there, in order, and the row of each."""
        hashes = wanted * _MULTIPLIER
        hashes >>= self._shift
        slots = hashes.view(np.int64)
        narrow = self._rows.take(slots)
        at = np.flatnonzero(narrow)
        rows = narrow.take(at).astype(np.int64)
        right = self._keys.take(rows) == wanted.take(at)
        found, found_rows = [at[right]], [rows[right]]
        # What fell on another's slot goes on to the next: few do, and fewer each time.
        at = at[~right]
        slots = slots.take(at)
        while len(at):
            slots = (slots + 1) & self._mask
            rows = self._rows.take(slots).astype(np.int64)
            filled = np.flatnonzero(rows)
            at, slots, rows = at.take(filled), slots.take(filled), rows.take(filled)
            right = self._keys.take(rows) == wanted.take(at)
            found.append(at[right])
            found_rows.append(rows[right])
            at, slots = at[~right], slots[~right]
        if len(found) == 1:
            return found[0], found_rows[0]
        at, rows = np.concatenate(found), np.concatenate(found_rows)
        order = np.argsort(at, kind="stable")
        return at[order], rows[order]
