"""Cutting many texts into clauses and character n-grams (1 to 4 characters) at once.

Four characters fit one 64-bit key, and the keys of a batch go through one hash table (`kernels.grams`). n-grams never
cross a mark or white space, so that each belongs to exactly one clause. The weights are in `weights`, the words and their
classes in `wordclasses`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.kernels import grams as kernels
from wenxiao.recognition.kernels.grams import GAP, LONGEST
from wenxiao.recognition.kernels.grams import MARK as _MARK
from wenxiao.recognition.kernels.grams import OTHER as _OTHER
from wenxiao.recognition.text import normalise

#: Characters that end a clause. Half-width comma and colon do too, except between digits.
MARKS = "，。！？；：!?;,:\n\r…"
_DIGIT, _LETTER = ord("0"), ord("a")

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.unsignedinteger[Any]]


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

    @property
    def stops(self) -> Ints:
        """The place among the codes after the last of each clause."""
        return self.firsts + self.lengths

    @property
    def clause_at(self) -> Ints:
        """The number of the clause of each code; a mark counts to the clause before it."""
        begins = np.zeros(len(self.codes), dtype=np.int64)
        begins[self.firsts] = 1
        return np.cumsum(begins) - 1


def split(texts: Sequence[str]) -> Clauses:
    """Every clause of every text. Empty clauses are left out; offsets are code points of the text as given."""
    joined = "\n".join(texts) + "\n"
    points = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32)
    sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    codes, firsts, stops, owners = kernels.cut(points, sizes, _folding())
    base = (np.cumsum(sizes + 1) - sizes - 1).take(owners)
    return Clauses(codes, owners, firsts - base, stops - base, firsts)


def keys(codes: Codes) -> list[tuple[Codes, Ints]]:
    """For n = 1 to LONGEST: the key of every n-gram that crosses no mark, and the place where it starts."""
    codes = codes.astype(np.uint64)
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
    """A hash table from keys to rows, counted from 1. `parts` are its keys, slots and shift, as `kernels.grams` takes them."""

    def __init__(self, grams: Sequence[str]) -> None:
        bits = max(4, (4 * len(grams)).bit_length())
        wide = np.array([*grams, " " * LONGEST], dtype=f"U{LONGEST}")[: len(grams)].view(np.uint32)
        codes = wide.reshape(-1, LONGEST).astype(np.uint64)
        keys = np.zeros(len(grams) + 1, dtype=np.uint64)
        for at in range(LONGEST):
            keys[1:] |= codes[:, at] << np.uint64(16 * at)
        # As narrow as will do: most looks find nothing, and a table that fits the cache answers them in half the time.
        slots = np.zeros(1 << bits, dtype="u2" if len(grams) < 1 << 16 else "u4")
        kernels.fill(keys, slots, 64 - bits)
        self.parts = keys, slots, 64 - bits

    def find(self, wanted: Codes) -> tuple[Ints, Ints]:
        """Which of the wanted keys are there, in order, and the row of each."""
        rows = kernels.rows_of(wanted, *self.parts)
        at = np.flatnonzero(rows)
        return at, rows.take(at)
