"""Pairs into groups that hold together: average linkage inside what is connected, so that groups don't chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components

#: Groups up to this size are compared in full.
LARGEST = 600


@dataclass(frozen=True, slots=True)
class Pairs:
    """Compared pairs: `p` is the probability that orders `left` and `right` are one matter."""

    left: np.ndarray
    right: np.ndarray
    p: np.ndarray

    def at_least(self, floor: float) -> Pairs:
        """The pairs that are this likely."""
        keep = self.p >= floor
        return Pairs(self.left[keep], self.right[keep], self.p[keep])

    def within(self, members: np.ndarray) -> Pairs:
        """The pairs whose both ends are among `members`."""
        keep = np.isin(self.left, members) & np.isin(self.right, members)
        return Pairs(self.left[keep], self.right[keep], self.p[keep])


@dataclass(frozen=True, slots=True)
class Linker:
    """Groups orders whose pairs are on average at least `same` likely; `score` compares any two orders."""

    same: float
    score: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def group(self, count: int, pairs: Pairs) -> np.ndarray:
        """A group number for each of `count` orders, numbered by first appearance."""
        labels = np.arange(count)
        self._split(labels, pairs, self.same, np.arange(count))
        return by_appearance(labels)

    def _split(self, labels: np.ndarray, pairs: Pairs, floor: float, members: np.ndarray) -> None:
        pairs = pairs.at_least(floor)
        for part in _connected(len(labels), pairs, members):
            if len(part) > LARGEST and floor < 0.99:
                self._split(labels, pairs.within(part), floor + (1 - floor) / 4, part)
            else:
                labels[part] = part[self._agglomerate(part)]

    def _agglomerate(self, part: np.ndarray) -> np.ndarray:
        i, j = np.triu_indices(len(part), 1)
        tree = linkage(1 - self.score(part[i], part[j]), method="average")
        return by_appearance(fcluster(tree, 1 - self.same, criterion="distance"))


def _connected(count: int, pairs: Pairs, members: np.ndarray) -> list[np.ndarray]:
    """Connected members, two or more at a time."""
    edges = (np.ones(len(pairs.left)), (pairs.left, pairs.right))
    _, part = connected_components(sp.coo_matrix(edges, shape=(count, count)), directed=False)
    ordered = members[np.argsort(part[members], kind="stable")]
    cuts = np.flatnonzero(np.diff(part[ordered])) + 1
    return [found for found in np.split(ordered, cuts) if len(found) > 1]


def by_appearance(labels: np.ndarray) -> np.ndarray:
    """The same grouping, numbered 0, 1, … in the order in which the groups first appear."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[inverse])
