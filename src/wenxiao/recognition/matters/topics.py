"""What an order is about apart from where and who: a short vector, near for one problem told in other words.

Words and kinds of problem that occur together in messages to hotlines lie near each other (latent semantic analysis;
`python -m bench.matters.topics` makes the table). Words in names don't count, so that two troubles at one address
are far apart though they share all of the address. The vector depends on the order alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import scipy.sparse as sp

from wenxiao.recognition.matters.grams import COLUMNS
from wenxiao.recognition.matters.words import words as lists

#: Numbers in a vector, and what stands for 1 in them.
SIZE, UNIT = 32, 127
#: How much a word or kind of the title counts beside one of the message.
IN_TITLE = 2.5
#: What kinds of problem count beside the words (which together have length 1).
KIND = 0.1


@dataclass(frozen=True, slots=True)
class Table:
    """`row` is the row of `vectors` for each word (-1: none); kinds of problem have the rows of `kinds`."""

    row: np.ndarray
    rarity: np.ndarray
    vectors: np.ndarray
    kinds: np.ndarray


@cache
def table() -> Table:
    """The table as shipped."""
    with (files("wenxiao.recognition") / "data" / "matters_topics.npz").open("rb") as file:
        data = np.load(file)
        row = np.full(COLUMNS, -1, dtype=np.int32)
        row[data["words"]] = np.arange(len(data["words"]))
        vectors, kinds = (data[f"{of}_vectors"] * data["scale"] for of in ("word", "kind"))
        by_name = dict(zip(data["kinds"].tolist(), kinds, strict=True))
        # A kind that an administrator has added says nothing here until the table is made anew.
        none = np.zeros(SIZE, dtype=np.float32)
        ordered = np.stack([by_name.get(name, none) for name in lists().problem_names])
        return Table(row, data["rarity"], vectors, ordered)


def topics(words: sp.csr_matrix, kinds: sp.csr_matrix) -> np.ndarray:
    """A vector of SIZE small integers for each order, of length UNIT, or 0 where nothing is known. The matrices hold
    how much each word outside names, and each kind of problem, counts in an order."""
    known = table()
    row = known.row[words.indices]
    data = np.where(row < 0, 0, words.data * known.rarity[row])
    shape = words.shape[0], len(known.vectors)
    m = unit_rows(sp.csr_matrix((data, np.maximum(row, 0), words.indptr), shape=shape))
    made = m @ known.vectors + KIND * (kinds @ known.kinds)
    length = np.linalg.norm(made, axis=1, keepdims=True)
    return np.asarray(np.round(UNIT * made / np.maximum(length, 1e-9)).astype(np.int8))


def unit_rows(m: sp.csr_matrix) -> sp.csr_matrix:
    """Each row at length 1."""
    row = np.repeat(np.arange(m.shape[0]), np.diff(m.indptr))
    length = np.sqrt(np.bincount(row, weights=m.data**2, minlength=m.shape[0]))
    data = m.data / np.maximum(length, 1e-9)[row]
    return sp.csr_matrix((data.astype(np.float32), m.indices, m.indptr), shape=m.shape)


def alike(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The cosine of the vectors of each pair; nan where one is unknown."""
    both = np.einsum("ij,ij->i", a, b, dtype=np.int32) / UNIT**2
    return np.asarray(np.where(a.any(1) & b.any(1), both, np.nan))
