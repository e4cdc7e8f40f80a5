"""What the model sees of every clause of a batch, its times left out: characters, words by class and order,
the same of its neighbours, and its place in the reply.

A feature is a slot of one table of weights. Each family of features has its stretch of the table (`kernels.look` says which
clause has which slots). Fitting takes the slots, reading sums their weights as it goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.commitments.batch import Batch
from wenxiao.recognition.commitments.words import Ints, Words
from wenxiao.recognition.kernels import look as kernels
from wenxiao.recognition.kernels.look import MOST_CLASSES

#: How many slots each family has. The order is part of the model's format.
FAMILIES = {
    "single": 1 << 14,
    "pair": 1 << 16,
    "first_two": 1 << 12,
    "last_two": 1 << 12,
    "last_one": 1 << 10,
    "before_first_two": 2 << 12,
    "before_last_two": 2 << 12,
    "mark_before": 1 << 10,
    "mark_after": 1 << 10,
    "class": MOST_CLASSES,
    "opens": MOST_CLASSES,
    "first_class": MOST_CLASSES,
    "last_class": MOST_CLASSES,
    "in_order": MOST_CLASSES**2,
    "before": 2 * MOST_CLASSES,
    "two_before": 2 * MOST_CLASSES,
    "following": 2 * MOST_CLASSES,
    "so_far": MOST_CLASSES,
    "join": 4 * MOST_CLASSES**2,
    "place": 64,
}
OFFSETS = tuple(np.cumsum([0, *FAMILIES.values()])[:-1].tolist())
SIZE = sum(FAMILIES.values())


@dataclass(frozen=True, slots=True)
class Hits:
    """The words of a batch that lie within a clause, in order of place: the clause, class and place of each."""

    row: npt.NDArray[np.int32]
    number: npt.NDArray[np.int32]
    place: npt.NDArray[np.int32]


class Clauses:
    """What the features of a batch are taken from."""

    def __init__(self, batch: Batch, words: Words) -> None:
        """`words` are looked for in the clauses of `batch`."""
        where = batch.starts, batch.ends, batch.reply, batch.sentence
        hits = kernels.words(batch.codes, words.trie, where[:2])
        self.hits = Hits(*hits)
        self._batch = (batch.codes, *where, batch.base, batch.size, hits, *kernels.facts(where, hits))

    def features(self) -> tuple[Ints, Ints]:
        """(clause, slot) of every feature."""
        rows, slots = kernels.features(self._batch, OFFSETS)
        return rows, slots

    def sums(self, weights: npt.NDArray[Any]) -> tuple[Ints, Ints]:
        """For each clause the sums of both columns of `weights` over its slots, and how many it has."""
        out, number = kernels.sums(self._batch, OFFSETS, weights)
        return out, number
