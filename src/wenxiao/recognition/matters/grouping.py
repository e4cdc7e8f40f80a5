"""Pairs into groups that hold together, so that groups don't chain.

Average linkage: two groups become one when their orders are, on average over all pairs between them, likely to be one
matter (the average is of bounded log-odds). A group whose ends have nothing in common is therefore never made. Small connected sets are compared in full;
in large ones the groups nearest to each other join round by round, and a sample of the pairs between them decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy.sparse as sp
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components

#: Connected sets up to this size are compared in full.
FULL = 64
#: Orders of a group that speak for it in a large set.
SPEAKERS = 6
#: Rounds of joining; each at least halves what can still join in a set that belongs together.
ROUNDS = 40
#: Log-odds beyond which more evidence changes nothing. A clear no counts for more than a clear yes: two ends that have
#: nothing in common stay apart although a third order mentions both.
LEAST, MOST = -6.0, 2.0
#: Pairs scored in one go.
BLOCK = 1_000_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """Compared pairs: `p` is the probability that orders `left` and `right` are one matter."""

    left: np.ndarray
    right: np.ndarray
    p: np.ndarray

    def where(self, keep: np.ndarray) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.left[keep], self.right[keep], self.p[keep])


@dataclass(frozen=True, slots=True)
class Linker:
    """Groups orders whose pairs are on average at least `same` likely; `score` compares any two orders."""

    same: float
    score: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def group(self, count: int, pairs: Pairs) -> np.ndarray:
        """A group number for each of `count` orders, numbered by first appearance."""
        labels = np.arange(count)
        strong = pairs.where(pairs.p >= self.same)
        parts = _connected(count, strong)
        large = np.zeros(count, dtype=bool)
        for part in parts:
            large[part] = len(part) > FULL
        self._in_full([part for part in parts if len(part) <= FULL], pairs, labels)
        self._in_rounds(strong.where(large[strong.left]), labels)
        return by_appearance(labels)

    def _in_full(self, parts: list[np.ndarray], pairs: Pairs, labels: np.ndarray) -> None:
        keys = pairs.left.astype(np.int64) * len(labels) + pairs.right
        by_key = np.argsort(keys, kind="stable")
        known = keys[by_key], pairs.p[by_key]
        waiting: list[np.ndarray] = []
        size = 0
        for part in parts:
            if len(part) == 2:  # a strong pair is what made them a part
                labels[part] = part[0]
                continue
            waiting.append(part)
            size += len(part) * (len(part) - 1) // 2
            if size >= BLOCK:
                self._block_in_full(waiting, known, labels)
                waiting, size = [], 0
        self._block_in_full(waiting, known, labels)

    def _block_in_full(
        self, parts: list[np.ndarray], known: tuple[np.ndarray, np.ndarray], labels: np.ndarray
    ) -> None:
        if not parts:
            return
        ends = [_all_pairs(len(part)) for part in parts]
        left = np.concatenate([part[i] for part, (i, _) in zip(parts, ends, strict=True)])
        right = np.concatenate([part[j] for part, (_, j) in zip(parts, ends, strict=True)])
        p = self._all_scored(left, right, known, len(labels))
        limit = float(MOST - evidence(self.same))
        at = 0
        for part, (i, _) in zip(parts, ends, strict=True):
            apart = MOST - evidence(p[at : at + len(i)])
            at += len(i)
            cut = fcluster(linkage(apart, method="average"), limit, criterion="distance")
            labels[part] = part[by_appearance(cut)]

    def _all_scored(
        self, left: np.ndarray, right: np.ndarray, known: tuple[np.ndarray, np.ndarray], count: int
    ) -> np.ndarray:
        """The probability of each pair: from those compared already, or worked out."""
        asked, (keys, values) = left * count + right, known
        at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
        p, missing = values[at], np.flatnonzero(keys[at] != asked)
        if len(missing):
            p[missing] = self.score(left[missing], right[missing])
        return np.asarray(p)

    def _in_rounds(self, edges: Pairs, labels: np.ndarray) -> None:
        """Join nearest groups until none is near enough. `labels` holds a member's row as the name of its group."""
        count = len(labels)
        known, values = np.zeros(0, dtype=np.int64), np.zeros(0)
        for _ in range(ROUNDS):
            a, b = labels[edges.left], labels[edges.right]
            edges = edges.where(a != b)
            if not len(edges.left):
                return
            low, high = np.minimum(a, b)[a != b], np.maximum(a, b)[a != b]
            keys = np.unique(low * count + high)
            near = self._near(keys, known, values, labels)
            sizes = np.bincount(labels, minlength=count)
            keep = near >= evidence(self.same)
            if not self._join(keys[keep] // count, keys[keep] % count, near[keep], labels):
                return
            # A group keeps its name while it keeps its members, so what was worked out for two such groups still holds.
            same = sizes == np.bincount(labels, minlength=count)
            still = same[keys // count] & same[keys % count]
            known, values = keys[still], near[still]

    def _near(
        self, keys: np.ndarray, known: np.ndarray, values: np.ndarray, labels: np.ndarray
    ) -> np.ndarray:
        """The average evidence of each pair of groups (low * count + high): from `known` (sorted), or worked out."""
        near = np.empty(len(keys))
        is_known = np.isin(keys, known, assume_unique=True)
        near[is_known] = values[np.searchsorted(known, keys[is_known])]
        asked = keys[~is_known]
        if len(asked):
            near[~is_known] = self._between(asked // len(labels), asked % len(labels), labels)
        return near

    def _between(self, a: np.ndarray, b: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """The average evidence between the groups of each pair, by their speakers."""
        speakers, sizes = _speakers(labels)
        na, nb = sizes[a], sizes[b]
        pair = np.repeat(np.arange(len(a)), na * nb)
        step = np.arange(len(pair)) - np.repeat(np.cumsum(na * nb) - na * nb, na * nb)
        left = speakers[a[pair], step // nb[pair]]
        right = speakers[b[pair], step % nb[pair]]
        p = np.concatenate(
            [self.score(left[at : at + BLOCK], right[at : at + BLOCK]) for at in range(0, len(left), BLOCK)]
        )
        return np.asarray(np.bincount(pair, weights=evidence(p), minlength=len(a)) / (na * nb))

    def _join(self, a: np.ndarray, b: np.ndarray, near: np.ndarray, labels: np.ndarray) -> bool:
        """Join every group with its nearest, where it is that one's nearest too or small beside it."""
        ends, others, values = np.concatenate([a, b]), np.concatenate([b, a]), np.concatenate([near, near])
        order = np.lexsort((others, -values, ends))
        ends, others = ends[order], others[order]
        first = np.flatnonzero(np.diff(ends, prepend=-1))
        ends, others = ends[first], others[first]
        size = np.bincount(labels, minlength=len(labels))
        best = np.full(len(labels), -1)
        best[ends] = others
        joins = (best[others] == ends) | (4 * size[ends] <= size[others])
        ends, others = ends[joins], others[joins]
        if not len(ends):
            return False
        graph = sp.coo_matrix((np.ones(len(ends)), (ends, others)), shape=(len(labels),) * 2)
        _, part = connected_components(graph, directed=False)
        # A group is named after its first member.
        lowest = np.full(part.max() + 1, len(labels))
        np.minimum.at(lowest, part, np.arange(len(labels)))
        labels[:] = lowest[part[labels]]
        return True


def evidence(p: np.ndarray | float) -> np.ndarray:
    """Probability as bounded log-odds: what averages over pairs are taken of, so that one pair can't decide for all."""
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return np.asarray(np.clip(np.log(p / (1 - p)), LEAST, MOST))


def _speakers(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each group (by its name) up to SPEAKERS members spread over it, and how many."""
    order = np.argsort(labels, kind="stable")
    size = np.bincount(labels, minlength=len(labels))
    start = np.cumsum(size) - size
    chosen = np.minimum(size, SPEAKERS)
    step = np.arange(SPEAKERS)
    places = ((2 * step + 1)[None, :] * size[:, None]) // (2 * SPEAKERS)
    places = np.where(
        size[:, None] > SPEAKERS, places, np.minimum(step[None, :], np.maximum(size - 1, 0)[:, None])
    )
    return order[np.minimum(start[:, None] + places, len(labels) - 1)], chosen


def _connected(count: int, pairs: Pairs) -> list[np.ndarray]:
    """Connected orders, two or more at a time."""
    edges = (np.ones(len(pairs.left), dtype=np.int8), (pairs.left, pairs.right))
    _, part = connected_components(sp.coo_matrix(edges, shape=(count, count)), directed=False)
    several = np.flatnonzero(np.bincount(part)[part] > 1)
    ordered = several[np.argsort(part[several], kind="stable")]
    cuts = np.flatnonzero(np.diff(part[ordered])) + 1
    return np.split(ordered, cuts) if len(ordered) else []


@cache
def _all_pairs(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Every pair of `count` orders, in the order in which linkage wants them."""
    return np.triu_indices(count, 1)


def by_appearance(labels: np.ndarray) -> np.ndarray:
    """The same grouping, numbered 0, 1, … in the order in which the groups first appear."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[inverse])
