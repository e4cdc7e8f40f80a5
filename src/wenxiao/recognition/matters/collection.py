"""A collection of orders as columns: what every order says, packed so that millions of pairs can be compared at once."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import scipy.sparse as sp

from wenxiao.recognition.matters.facts import MARK_KINDS, Facts
from wenxiao.recognition.matters.grams import columns_of, grams, to_matrix
from wenxiao.recognition.matters.words import words

#: A word met in every collection keeps a little weight; this stands for orders not seen yet.
PRIOR = 50.0
#: A pair of characters counts as rare from this weight on (about one order in 150).
RARE = 5.0


@dataclass(frozen=True, slots=True)
class Columns:
    """One row an order. Matrices hold 0/1; `nan` and 0 stand for what an order does not say."""

    head: sp.csr_matrix
    full: sp.csr_matrix
    names: sp.csr_matrix
    body_names: sp.csr_matrix
    marks: tuple[sp.csr_matrix, ...]
    problems: sp.csr_matrix
    head_problems: sp.csr_matrix
    wishes: sp.csr_matrix
    areas: sp.csr_matrix
    caller: np.ndarray
    phone: np.ndarray
    category: np.ndarray
    address: sp.csr_matrix
    day: np.ndarray
    longitude: np.ndarray
    latitude: np.ndarray

    def __len__(self) -> int:
        return int(self.head.shape[0])


def columns(facts: list[Facts]) -> Columns:
    """Pack `facts`, row for row."""
    lists = words()
    return Columns(
        head=grams([f.head for f in facts]),
        full=grams([f.full for f in facts]),
        names=grams(["，".join(n.text for n in f.names) for f in facts]),
        body_names=grams(["，".join(n.text for n in (*f.names, *f.body_names)) for f in facts]),
        marks=tuple(
            _values([[m.value for m in f.marks if m.kind == kind] for f in facts]) for kind in MARK_KINDS
        ),
        problems=_listed([f.problems for f in facts], lists.problem_names),
        head_problems=_listed([f.head_problems for f in facts], lists.problem_names),
        wishes=_listed([f.wishes for f in facts], lists.wish_names),
        areas=_values([list(f.areas) for f in facts]),
        caller=_ids([f.caller for f in facts]),
        phone=_ids([f.phone for f in facts]),
        category=_ids([f.category for f in facts]),
        address=grams([f.address for f in facts]),
        day=_numbers([f.day for f in facts]),
        longitude=_numbers([f.longitude for f in facts]),
        latitude=_numbers([f.latitude for f in facts]),
    )


def _values(rows: list[list[str]]) -> sp.csr_matrix:
    owner = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
    return to_matrix(owner, columns_of(list(chain.from_iterable(rows))), len(rows))


def _listed(rows: list[frozenset[str]], names: tuple[str, ...]) -> sp.csr_matrix:
    at = {name: i for i, name in enumerate(names)}
    owner = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
    return to_matrix(owner, np.array([at[n] for row in rows for n in row], dtype=np.int64), len(rows))


def _ids(values: list[str]) -> np.ndarray:
    """A number for each text, the same in every run; 0 for none."""
    return np.array([0 if not v else int(c) + 1 for v, c in zip(values, columns_of(values), strict=True)])


def _numbers(values: list[float | None]) -> np.ndarray:
    return np.array([math.nan if v is None else v for v in values], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Weights:
    """What each word counts for in one collection: log of how seldom it occurs. What is said everywhere is nothing.

    `square` serves cosines, `rare` is what a word weighs beyond RARE, `plain` the squares of words that are not rare.
    """

    word: np.ndarray
    square: np.ndarray
    rare: np.ndarray
    plain: np.ndarray
    problem: np.ndarray
    area: np.ndarray


def weights(c: Columns) -> Weights:
    """Worked out from the collection itself."""
    word = _rarity(c.full, PRIOR)
    square = word * word
    return Weights(
        word=word,
        square=square,
        rare=np.maximum(word - RARE, 0),
        plain=np.where(word < RARE, square, 0),
        problem=_rarity(c.problems, PRIOR * 10),
        area=_rarity(c.areas, PRIOR * 10),
    )


def name_the_nameless(c: Columns, w: Weights) -> Columns:
    """Where no name was found by its ending, the rare words of the title stand for one (余易贷, 一米阳光)."""
    nameless = np.diff(c.names.indptr) == 0
    rare = c.head.multiply(nameless[:, None].astype(np.float32)).tocsr()
    rare.data = np.where(w.word[rare.indices] >= RARE, rare.data, 0)
    rare.eliminate_zeros()
    return replace(c, names=(c.names + rare).tocsr())


def _rarity(m: sp.csr_matrix, prior: float) -> np.ndarray:
    seen = np.bincount(m.indices, minlength=m.shape[1])
    return np.asarray(np.log((m.shape[0] + PRIOR) / (seen + prior / 100)), dtype=np.float32)
