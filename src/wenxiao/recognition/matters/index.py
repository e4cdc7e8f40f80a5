"""One new order against all history: the matter that it belongs to, and the next best, at once.

The same scoring function as in the batch, over the same columns. A history is kept in a few segments that grow by
joining, and in a list of orders for every word that orders are looked up by; so an order costs the same to add and
to find whatever the size of the history (but for joining segments, and weighing words anew, now and then).
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import replace
from typing import TypeVar

import numpy as np

from wenxiao.recognition.matters.candidates import CROWD, NEXT, signature
from wenxiao.recognition.matters.columns import Columns, columns
from wenxiao.recognition.matters.facts import Facts, read_facts
from wenxiao.recognition.matters.grouping import SPEAKERS, evidence
from wenxiao.recognition.matters.history import links, probability
from wenxiao.recognition.matters.link import Link
from wenxiao.recognition.matters.model import model
from wenxiao.recognition.matters.pairs import Side
from wenxiao.recognition.matters.totals import Totals, name_the_nameless
from wenxiao.recognition.matters.vocabulary import Seen, Weights, weights
from wenxiao.recognition.schema import Order

#: Orders compared with a new one, the likeliest by shared rare words.
COMPARED = 48
#: Sizes up to which segments grow before they are joined to the next.
SIZES = (32, 1_024, 32_768)
#: Words are weighed anew when the history has grown by this share.
GROWN = 0.05

K = TypeVar("K", bound=Hashable)


class Index:
    """Orders as they come in. Not for several threads at once."""

    def __init__(self) -> None:
        self._segments = _Segments()
        self._facts: list[Facts] = []
        self._rows_of: dict[int, array[int]] = defaultdict(lambda: array("i"))
        self._bare_rows: dict[tuple[int, int], array[int]] = defaultdict(lambda: array("i"))
        self._matter: list[int] = []
        self._members: list[list[int]] = []
        self._seen = Seen.nothing()
        self._weighed = 0
        self._weights: Weights = weights(self._seen)
        self._shared: dict[Hashable, Hashable] = {}

    def __len__(self) -> int:
        return len(self._facts)

    def add(self, order: Order) -> str:
        """Take in an order; the matter that it joins (or begins) is the answer. It never moves afterwards."""
        facts = read_facts(order)
        packed = columns([facts])
        rows = self._alike(packed)
        matter = self._joined(packed, rows)
        row = len(self._facts)
        self._remember(facts, packed, row)
        if matter is None:
            matter = len(self._members)
            self._members.append([])
        self._members[matter].append(row)
        self._matter.append(matter)
        return _name(matter)

    def find(self, order: Order, k: int = 5) -> list[Link]:
        """The `k` likeliest links of an order with the history, the likeliest first. The order is not added."""
        facts = read_facts(order)
        packed = columns([facts])
        rows = self._alike(packed)
        if not len(rows):
            return []
        a, b = self._sides(packed, rows)
        p = probability(model(), self._weights, a, b)
        best = np.lexsort((rows, -p))[:k]
        a, b = self._sides(packed, rows[best])
        found = links(facts, [self._facts[row] for row in rows[best]], self._weights, a, b)
        return [
            replace(link, matter=_name(self._matter[row]))
            for link, row in zip(found, rows[best], strict=True)
        ]

    def _joined(self, packed: Columns, rows: np.ndarray) -> int | None:
        """The matter whose orders are on average likeliest to be one with this one, if likely enough."""
        if not len(rows):
            return None
        same = model().one
        a, b = self._sides(packed, rows)
        p = probability(model(), self._weights, a, b)
        near = dict.fromkeys(
            self._matter[row] for row in rows[np.lexsort((rows, -p))][:SPEAKERS] if p.max() >= same
        )
        best: tuple[float, int] | None = None
        for matter in near:
            speakers = spread(self._members[matter])
            a, b = self._sides(packed, speakers)
            average = float(evidence(probability(model(), self._weights, a, b)).mean())
            if average >= evidence(same) and (best is None or average > best[0]):
                best = average, matter
        return best[1] if best else None

    def _sides(self, packed: Columns, rows: np.ndarray) -> tuple[Side, Side]:
        both = Columns.join([packed, self._segments.take(rows)])
        both = name_the_nameless(both, self._weights)
        totals = Totals.of(both, self._weights)
        at = np.arange(1, len(rows) + 1)
        return Side(both, totals, np.zeros_like(at)), Side(both, totals, at)

    def _alike(self, packed: Columns) -> np.ndarray:
        """Rows worth comparing with an order, the likeliest first by the rare words that they share."""
        if packed.bare[0]:
            return self._near(packed)
        m = signature(name_the_nameless(packed, self._weights), self._weights)
        score: dict[int, float] = defaultdict(float)
        crowd = max(len(self) / 150, CROWD)
        for word, weight in zip(m.indices.tolist(), (m.data**2).tolist(), strict=True):
            rows = self._rows_of.get(word)
            if rows is None:
                continue
            if len(rows) > CROWD:
                rows = rows[-NEXT:] if len(rows) < crowd else array("i")
            for row in rows:
                score[row] += weight
        found = sorted(score, key=lambda row: (-score[row], row))[:COMPARED]
        return np.array(found, dtype=np.int64)

    def _near(self, packed: Columns) -> np.ndarray:
        rows = [row for key in cells(packed) for row in self._bare_rows[key][-COMPARED:]]
        return np.array(sorted(set(rows)), dtype=np.int64)

    def _remember(self, facts: Facts, packed: Columns, row: int) -> None:
        self._seen.add(packed)
        if self._seen.count > self._weighed * (1 + GROWN):
            self._weights, self._weighed = weights(self._seen), self._seen.count
        for word in signature(name_the_nameless(packed, self._weights), self._weights).indices.tolist():
            self._rows_of[word].append(row)
        if facts.bare:
            self._bare_rows[cells(packed)[0]].append(row)
        self._segments.add(packed)
        self._facts.append(self._slim(facts))

    def _slim(self, facts: Facts) -> Facts:
        """What reasons are told from: no full text, and equal sets held once."""
        return replace(
            facts,
            full=facts.head,
            problems=self._once(facts.problems),
            head_problems=self._once(facts.head_problems),
            wishes=self._once(facts.wishes),
            areas=self._once(facts.areas),
        )

    def _once(self, value: K) -> K:
        return self._shared.setdefault(value, value)  # type: ignore[return-value]


class _Segments:
    """Rows in a few pieces: the smallest takes new rows and is joined to the next larger one when it is full."""

    def __init__(self) -> None:
        self._new: list[Columns] = []
        self._levels: list[Columns | None] = [None] * (len(SIZES) + 1)

    def add(self, row: Columns) -> None:
        self._new.append(row)
        level = self._levels[0]
        self._levels[0] = Columns.join([level, *self._new] if level else self._new)
        self._new = []
        for at, size in enumerate(SIZES):
            full = self._levels[at]
            if full is None or len(full) < size:
                return
            larger = self._levels[at + 1]
            self._levels[at + 1] = Columns.join([larger, full]) if larger else full
            self._levels[at] = None

    def take(self, rows: np.ndarray) -> Columns:
        """Some rows, in that order. Larger levels hold earlier rows."""
        parts, places, start = [], [], 0
        for level in reversed(self._levels):
            if level is None:
                continue
            here = np.flatnonzero((rows >= start) & (rows < start + len(level)))
            if len(here):
                parts.append(level.take(rows[here] - start))
                places.append(here)
            start += len(level)
        joined = Columns.join(parts)
        back = np.empty(len(rows), dtype=np.int64)
        back[np.concatenate(places)] = np.arange(len(rows))
        return joined.take(back)


def spread(members: list[int]) -> np.ndarray:
    """Up to SPEAKERS members of a matter, spread over it."""
    if len(members) <= SPEAKERS:
        return np.array(members)
    places = (2 * np.arange(SPEAKERS) + 1) * len(members) // (2 * SPEAKERS)
    return np.array(members)[places]


#: Degrees of latitude to a cell of the ground, some 220 m: wider than orders without text are ever matched over.
_CELL = 0.002


def cells(c: Columns) -> list[tuple[int, int]]:
    """Where a bare order may be looked for: its own cell (or address) first, then the eight around it."""
    category = int(c.category[0])
    if c.address[0] and np.isnan(c.latitude[0]):
        return [(category, -int(c.address[0]))]
    if np.isnan(c.latitude[0]) or np.isnan(c.longitude[0]):
        return [(category, 0)]
    north, east = int(c.latitude[0] // _CELL), int(c.longitude[0] // _CELL)
    around = sorted(
        ((i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)), key=lambda step: abs(step[0]) + abs(step[1])
    )
    return [(category, 1 + (north + i + 1_000_000) * 10_000_000 + east + j) for i, j in around]


def _name(matter: int) -> str:
    return f"M{matter + 1:06d}"
