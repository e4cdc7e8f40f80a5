"""From nothing: a whole history of orders grouped into matters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from wenxiao.recognition.matters.candidates import candidates
from wenxiao.recognition.matters.columns import Columns, columns
from wenxiao.recognition.matters.facts import read_facts
from wenxiao.recognition.matters.grouping import Linker, Pairs
from wenxiao.recognition.matters.growing import Growing
from wenxiao.recognition.matters.history import History, compare
from wenxiao.recognition.matters.link import Link
from wenxiao.recognition.matters.packed import unpack
from wenxiao.recognition.matters.vocabulary import Weights
from wenxiao.recognition.schema import Order, batch_to_orders

#: Orders packed together: small batches are gathered up to this, so that many small ones cost no more than a few.
PACKED = 4_096


@dataclass(frozen=True, slots=True)
class Assignment:
    """The matter that an order belongs to.

    `matter` is M and six digits (or more), numbered by first appearance. `score` is the probability of the order's
    strongest link inside the matter and `partner` the position of the order at its other end; None for an order that
    is alone. `Grouper.why` tells the reasons of a link.
    """

    matter: str
    score: float | None
    partner: int | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """Two orders (by position) of different matters that an analyst may want to see side by side: related."""

    left: int
    right: int
    tie: float


class Grouper:
    """Add batches of `ORDERS` in any cut, then `group`: the answer does not depend on the cut."""

    def __init__(self) -> None:
        self._waiting: list[Order] = []
        self._grouped: list[Columns] = []
        self._new = Growing()
        self._history: History | None = None
        self._pairs: Pairs | None = None
        self._labels: np.ndarray | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in a batch of `schema.ORDERS`."""
        self._waiting += batch_to_orders(batch)
        if len(self._waiting) >= PACKED:
            self._pack()

    def add_packed(self, batch: pa.RecordBatch) -> None:
        """Take in a batch of `packed.PACKED`: the same as `add`, with the texts read elsewhere."""
        self._pack()
        if batch.num_rows:
            self._new.add(unpack(batch))

    def _pack(self) -> None:
        if self._waiting:
            self._new.add(columns([read_facts(order) for order in self._waiting]))
            self._waiting = []

    def group(self, tell: Callable[[str], None] = lambda stage: None) -> list[Assignment]:
        """One assignment an order, in the order in which they were added. `tell` hears of each stage as it begins."""
        self._pack()
        new = self._new.take()
        parts = self._grouped if new is None else [*self._grouped, new]
        if not parts:
            return []
        tell("weigh")
        history = History.join(parts)
        self._grouped = [history.columns]
        tell("candidates")
        left, right = candidates(history.columns, history.weights)
        tell("compare")
        pairs = Pairs(left, right, history.score(left, right))
        tell("join")
        labels = Linker(history.model.one, history.score).group(len(history), pairs)
        self._history, self._pairs, self._labels = history, pairs, labels
        return _assignments(labels, pairs)

    def related(self) -> list[Tie]:
        """Compared pairs of different matters that are likely related, the likeliest first. After `group`."""
        if self._history is None or self._pairs is None or self._labels is None:
            return []
        pairs, labels = self._pairs, self._labels
        apart = pairs.where(labels[pairs.left] != labels[pairs.right])
        tie = self._history.tie(apart.left, apart.right)
        keep = tie >= self._history.model.link
        found = zip(apart.left[keep], apart.right[keep], tie[keep], strict=True)
        return sorted(
            (Tie(int(i), int(j), float(t)) for i, j, t in found), key=lambda t: (-t.tie, t.left, t.right)
        )

    def why(self, a: Order, b: Order) -> Link:
        """What ties or parts two orders, weighed as in the collection that was grouped."""
        return score(a, b, self._history.weights if self._history else None)


def score(a: Order, b: Order, weights: Weights | None = None) -> Link:
    """Whether two orders are one matter, and why. Without `weights`, words weigh as in hotline text at large."""
    return compare(read_facts(a), [read_facts(b)], weights)[0]


def _assignments(labels: np.ndarray, pairs: Pairs) -> list[Assignment]:
    inside = pairs.where(labels[pairs.left] == labels[pairs.right])
    ends = np.concatenate([inside.left, inside.right])
    others = np.concatenate([inside.right, inside.left])
    p = np.concatenate([inside.p, inside.p])
    order = np.lexsort((others, -p, ends))
    ends, others, p = ends[order], others[order], p[order]
    first = np.flatnonzero(np.diff(ends, prepend=-1))
    best = np.full(len(labels), np.nan)
    partner = np.full(len(labels), -1)
    best[ends[first]], partner[ends[first]] = np.round(p[first], 4), others[first]
    return [
        Assignment(f"M{label + 1:06d}", None if k < 0 else b, None if k < 0 else k)
        for label, b, k in zip(labels.tolist(), best.tolist(), partner.tolist(), strict=True)
    ]
