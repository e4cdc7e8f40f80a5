"""From nothing: a whole history of orders grouped into matters."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from wenxiao.recognition.matters.candidates import candidates
from wenxiao.recognition.matters.facts import Facts, read_facts
from wenxiao.recognition.matters.grouping import Linker, Pairs
from wenxiao.recognition.matters.history import History
from wenxiao.recognition.schema import batch_to_orders


@dataclass(frozen=True, slots=True)
class Assignment:
    """The matter that an order belongs to; `score` is the probability of its strongest link, None when it has none."""

    matter: str
    score: float | None
    links: tuple[str, ...] = ()


@dataclass(slots=True)
class Grouper:
    """Add batches of `ORDERS` in any cut, then `group`: the answer does not depend on the cut."""

    _facts: list[Facts] = field(default_factory=list)

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in a batch of `schema.ORDERS`."""
        self._facts += [read_facts(order) for order in batch_to_orders(batch)]

    def group(self) -> list[Assignment]:
        """One assignment an order, in the order in which they were added."""
        if not self._facts:
            return []
        history = History.of(self._facts)
        left, right = candidates(history.columns, history.weights)
        p = history.score(left, right)
        labels = Linker(history.model.one, history.score).group(len(history), Pairs(left, right, p))
        best = np.zeros(len(history))
        inside = labels[left] == labels[right]
        np.maximum.at(best, left[inside], p[inside])
        np.maximum.at(best, right[inside], p[inside])
        return [
            Assignment(f"M{label + 1:06d}", round(float(b), 4) if b > 0 else None)
            for label, b in zip(labels, best, strict=True)
        ]
