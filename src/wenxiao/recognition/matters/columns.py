"""A collection of orders as columns: what every order says, packed so that millions of pairs can be compared at once.

Two sparse matrices hold all of it: `words`, the character pairs of an order, and `signs`, its kinds of problem,
wishes, areas and exact identifiers. Each entry is a set of flags that says where in the order it stands. Multiplying
the flags of one order with the flags of another, coded as primes, gives back both: one pass compares everything.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import scipy.sparse as sp

from wenxiao.recognition.matters.facts import MARK_KINDS, Facts, Mark
from wenxiao.recognition.matters.grams import BITS, COLUMNS, columns_of, grams
from wenxiao.recognition.matters.topics import IN_TITLE, topics
from wenxiao.recognition.matters.words import words

#: Where a word stands: anywhere, in the title, in a name (of title or address), in a name of the opening as well, in
#: what tells a name (of title or address) from others of its kind.
FULL, HEAD, NAME, NAMED, CORE = 1, 2, 4, 8, 16
FLAGS = 32
#: Kinds of sign, by number; a problem may have the flag HEAD. Exact identifiers come after.
PROBLEM, WISH, AREA = 0, 1, 2
FIRST_MARK = 3
#: Orders of a piece: bounds memory, changes nothing.
PIECE = 1 << 14
SIGN_KINDS = FIRST_MARK + len(MARK_KINDS)


@dataclass(frozen=True, slots=True)
class Columns:
    """One row an order. `nan` and 0 stand for what an order does not say; `kinds` has a bit for each kind of
    sign, `head_kinds` one for each kind of exact identifier in the title; `topic` is a vector (`topics.py`).
    """

    words: sp.csr_matrix
    signs: sp.csr_matrix
    kinds: np.ndarray
    head_kinds: np.ndarray
    caller: np.ndarray
    category: np.ndarray
    address: np.ndarray
    day: np.ndarray
    bare: np.ndarray
    longitude: np.ndarray
    latitude: np.ndarray
    topic: np.ndarray

    def __len__(self) -> int:
        return int(self.words.shape[0])

    def take(self, rows: np.ndarray | slice) -> Columns:
        """Some orders, in that order."""
        taken: list[Any] = [_taken(getattr(self, f.name), rows) for f in fields(self)]
        return Columns(*taken)

    def take_wordless(self, rows: np.ndarray) -> Columns:
        """Some orders, in that order, without their words."""
        none = sp.csr_matrix((len(rows), self.words.shape[1]), dtype=np.int8)
        taken: list[Any] = [_taken(getattr(self, f.name), rows) for f in fields(self) if f.name != "words"]
        return Columns(none, *taken)

    def pieces(self) -> Iterator[Columns]:
        """The orders, PIECE of them at a time: for work that needs several numbers an entry."""
        for at in range(0, max(len(self), 1), PIECE):
            yield self if len(self) <= PIECE else self.take(slice(at, at + PIECE))

    @staticmethod
    def join(parts: Sequence[Columns]) -> Columns:
        """All orders of the parts, one after the other."""
        if len(parts) == 1:
            return parts[0]
        joined: list[Any] = [stack([getattr(part, f.name) for part in parts]) for f in fields(Columns)]
        return Columns(*joined)


def _taken(values: Any, rows: np.ndarray | slice) -> Any:
    if isinstance(values, np.ndarray):
        return values[rows]
    some = values[rows]
    # Known, and dear to find out.
    some.has_sorted_indices = some.has_canonical_format = True
    return some


def stack(parts: list[Any]) -> Any:
    """Arrays, or sparse matrices, one below the other."""
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    ends = np.cumsum([0, *(part.nnz for part in parts)])
    indptr = np.concatenate(
        [[0], *(part.indptr[1:] + end for part, end in zip(parts, ends[:-1], strict=True))]
    )
    data, indices = np.concatenate([p.data for p in parts]), np.concatenate([p.indices for p in parts])
    return matrix(data, indices, indptr, parts[0].shape[1])


def matrix(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, width: int) -> sp.csr_matrix:
    """A sparse matrix of rows whose columns are sorted and unique."""
    kind = np.int32 if indptr[-1] < 2**31 - 1 else np.int64
    made = sp.csr_matrix(
        (data, indices.astype(kind, copy=False), indptr.astype(kind, copy=False)),
        shape=(len(indptr) - 1, width),
    )
    made.has_sorted_indices = True
    made.has_canonical_format = True
    return made


def row_of(m: sp.csr_matrix) -> np.ndarray:
    """The row of each entry."""
    return np.repeat(np.arange(m.shape[0]), np.diff(m.indptr))


def columns(facts: list[Facts]) -> Columns:
    """Pack `facts`, row for row."""
    found, signs = word_matrix(facts), sign_matrix(facts)
    return Columns(
        words=found,
        signs=signs,
        kinds=np.array([_kinds(f) for f in facts], dtype=np.int32),
        head_kinds=np.array([_mark_kinds(f.head_marks) for f in facts], dtype=np.int32),
        caller=_ids([f.caller for f in facts]),
        category=_ids([f.category for f in facts]),
        address=_ids([f.address.casefold() for f in facts]),
        day=_numbers([f.day for f in facts]),
        bare=np.array([f.bare for f in facts], dtype=bool),
        longitude=_numbers([f.longitude for f in facts]),
        latitude=_numbers([f.latitude for f in facts]),
        topic=topics(outside_names(found), problem_kinds(signs)),
    )


def outside_names(found: sp.csr_matrix) -> sp.csr_matrix:
    """How much each word counts for what an order is about: nothing within a name, most in the title."""
    weight = np.where(found.data & HEAD > 0, IN_TITLE, 1.0) * (found.data & (NAME | NAMED) == 0)
    return matrix(weight, found.indices, found.indptr, found.shape[1])


def problem_kinds(signs: sp.csr_matrix) -> sp.csr_matrix:
    """How much each kind of problem counts for what an order is about, a column a kind."""
    found = signs.indices >> BITS == PROBLEM
    weight = np.where(signs.data[found] & HEAD > 0, IN_TITLE, 1.0)
    ends = np.concatenate([[0], np.cumsum(found)])[signs.indptr]
    return matrix(weight, signs.indices[found] & (COLUMNS - 1), ends, len(words().problem_names))


def word_matrix(facts: list[Facts]) -> sp.csr_matrix:
    """The character pairs of each order, with flags."""
    texts = {
        FULL: [f.full for f in facts],
        HEAD: [f.head for f in facts],
        NAME: ["，".join(n.text for n in f.names) for f in facts],
        NAMED: ["，".join(n.text for n in (*f.names, *f.body_names)) for f in facts],
        CORE: ["，".join(_cores(f)) for f in facts],
    }
    found = [grams(rows) for rows in texts.values()]
    keys = np.concatenate(found)
    flags = np.repeat(np.array(list(texts), dtype=np.int16), [len(part) for part in found])
    return _flagged(keys, flags | FULL, len(facts), BITS)


#: Names of these kinds hold many others: what tells two shops of one road apart is not the road.
_HOLDS_OTHERS = frozenset({"road", "village", "water"})


def _cores(facts: Facts) -> list[str]:
    """What tells the narrowest named places and parties from others of their kind."""
    told = [name for name in facts.names if name.core != name.text]
    narrow = [name.core for name in told if name.kind not in _HOLDS_OTHERS]
    return narrow or [name.core for name in told]


def _flagged(keys: np.ndarray, flags: np.ndarray, count: int, bits: int) -> sp.csr_matrix:
    """A matrix from keys `row << bits | column`, the flags of equal keys put together."""
    order = np.argsort(keys, kind="stable")
    keys, flags = keys[order], flags[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    if len(first):
        flags = np.bitwise_or.reduceat(flags, first)
    keys = keys[first]
    indptr = np.searchsorted(keys >> bits, np.arange(count + 1))
    return matrix(flags.astype(np.int8), keys & ((1 << bits) - 1), indptr, 1 << bits)


#: Columns of `signs`: the kind above, the value below.
SIGN_BITS = BITS + 5


def sign_matrix(facts: list[Facts]) -> sp.csr_matrix:
    """The kinds of problem, wishes, areas and exact identifiers of each order, with flags."""
    lists = words()
    problem = {name: i for i, name in enumerate(lists.problem_names)}
    wish = {name: i for i, name in enumerate(lists.wish_names)}
    number = {kind: FIRST_MARK + i for i, kind in enumerate(MARK_KINDS)}
    exact = [(row, AREA, area) for row, f in enumerate(facts) for area in f.areas]
    exact += [(row, number[m.kind], m.value) for row, f in enumerate(facts) for m in f.marks]
    values = columns_of([value for _, _, value in exact]).tolist()
    keys = [(row << SIGN_BITS) | (kind << BITS) | v for (row, kind, _), v in zip(exact, values, strict=True)]
    flags = [FULL] * len(keys)
    for row, f in enumerate(facts):
        keys += [(row << SIGN_BITS) | (PROBLEM << BITS) | problem[name] for name in f.problems]
        flags += [FULL | HEAD if name in f.head_problems else FULL for name in f.problems]
        keys += [(row << SIGN_BITS) | (WISH << BITS) | wish[name] for name in f.wishes]
        flags += [FULL] * len(f.wishes)
    return _flagged(np.array(keys, dtype=np.int64), np.array(flags, dtype=np.int16), len(facts), SIGN_BITS)


def _kinds(facts: Facts) -> int:
    others = bool(facts.problems) << PROBLEM | bool(facts.wishes) << WISH | bool(facts.areas) << AREA
    return _mark_kinds(facts.marks) | others


def _mark_kinds(marks: tuple[Mark, ...]) -> int:
    found = 0
    for mark in marks:
        found |= 1 << (FIRST_MARK + MARK_KINDS.index(mark.kind))
    return found


def _ids(values: list[str]) -> np.ndarray:
    """A number for each text, the same in every run; 0 for none."""
    return np.array([0 if not v else int(c) + 1 for v, c in zip(values, columns_of(values), strict=True)])


def _numbers(values: list[float | None]) -> np.ndarray:
    return np.array([math.nan if v is None else v for v in values], dtype=np.float64)


#: Flags of one order times these primes for the flags of the other: every product leads back to both.
_PRIMES = np.array(
    [0, *(n for n in range(FLAGS, 200) if all(n % k for k in range(2, 14)))][:FLAGS], dtype=np.int16
)
_PRODUCTS = np.outer(np.arange(FLAGS), _PRIMES)
_OF_A, _OF_B = (np.zeros(_PRODUCTS.max() + 1, dtype=np.int16) for _ in range(2))
_OF_A[_PRODUCTS], _OF_B[_PRODUCTS] = np.arange(FLAGS)[:, None], np.arange(FLAGS)[None, :]


@dataclass(frozen=True, slots=True)
class Common:
    """What the rows of two matrices have in common: for each shared entry its row, column, and flags on both sides."""

    row: np.ndarray
    column: np.ndarray
    of_a: np.ndarray
    of_b: np.ndarray
    count: int

    def total(self, weight: np.ndarray) -> np.ndarray:
        """The sum of a weight of each shared entry, by row."""
        return np.bincount(self.row, weights=weight, minlength=self.count)


def common(a: sp.csr_matrix, b: sp.csr_matrix) -> Common:
    """The entries that row k of `a` and row k of `b` share."""
    coded = matrix(_PRIMES[b.data], b.indices, b.indptr, b.shape[1])
    both = a.multiply(coded).tocsr()
    return Common(row_of(both), both.indices, _OF_A[both.data], _OF_B[both.data], a.shape[0])
