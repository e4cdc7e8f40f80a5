"""New orders against a history that is kept elsewhere: in a database, and too large to be read for every call.

The same scoring function, the same rare words and the same averages as in `Index`, for a handful of orders or a day's
import at once. What is needed of the history is asked of a `Lookup`, in a few questions whatever its size. Nothing that
is grouped already is taken apart; that two groups have become one is found when a new order belongs to both.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from wenxiao.recognition.matters.candidates import CROWD, NEXT, signature
from wenxiao.recognition.matters.columns import Columns, row_of
from wenxiao.recognition.matters.grams import BITS, COLUMNS
from wenxiao.recognition.matters.grouping import SPEAKERS, evidence
from wenxiao.recognition.matters.history import probability_and_tie
from wenxiao.recognition.matters.index import COMPARED, cells, spread
from wenxiao.recognition.matters.model import model
from wenxiao.recognition.matters.pairs import Side
from wenxiao.recognition.matters.totals import Totals, name_the_nameless
from wenxiao.recognition.matters.vocabulary import Seen, Weights

#: Orders placed in one go: bounds memory, changes nothing.
AT_ONCE = 200
#: A list of the orders of one word is never needed longer than this, its newest: a longer one proposes nobody.
LISTED = CROWD + 1
#: Candidates told of each order.
NEAR = 10
#: Words are numbers below this; the second half stands for places of orders without text.
WORDS = 2 * COLUMNS
WORD_BITS = BITS + 1

#: A group of orders by number: a matter's, or the negative of an order that is in none.
Group = int


class Lookup(Protocol):
    """The history, as it can be asked. Orders are known by positive numbers, of which later orders have higher ones."""

    def posted(self, words: Sequence[int]) -> Mapping[int, np.ndarray]:
        """The orders that are looked up by each word, ascending; only the LISTED newest are needed."""
        ...

    def columns(self, orders: Sequence[int]) -> Columns:
        """What the orders say, row for row."""
        ...

    def groups(self, orders: Sequence[int]) -> Mapping[int, Group]:
        """The group of each order; those in none may be left out."""
        ...

    def members(self, groups: Sequence[Group]) -> Mapping[Group, list[int]]:
        """All orders of each group, ascending."""
        ...


@dataclass(slots=True)
class Arrived:
    """Where a new order belongs: its group (its own, negative number when it is alone so far), the probability of its
    strongest link there, and the orders of other groups that it is related to, with how likely that is. `near` are the orders
    likeliest to be one matter with it, the likeliest first, with the probability."""

    order: int
    group: Group
    score: float | None = None
    ties: list[tuple[int, float]] = field(default_factory=list)
    near: list[tuple[int, float]] = field(default_factory=list)


def looked_up_by(packed: Columns, w: Weights) -> list[dict[int, float]]:
    """The words by which each order is looked up, with what each is worth. Orders without text have places."""
    m = signature(name_the_nameless(packed, w), w)
    found = []
    for row in range(len(packed)):
        if packed.bare[row]:
            found.append({_place(cell): 1.0 for cell in cells(packed.take(np.array([row])))[:1]})
        else:
            part = slice(m.indptr[row], m.indptr[row + 1])
            found.append(dict(zip(m.indices[part].tolist(), (m.data[part] ** 2).tolist(), strict=True)))
    return found


def listed_under(packed: Columns, w: Weights) -> tuple[np.ndarray, np.ndarray]:
    """The same for many orders: row and word of every listing."""
    m = signature(name_the_nameless(packed, w), w)
    bare = np.flatnonzero(packed.bare)
    places = [_place(cells(packed.take(np.array([row])))[0]) for row in bare]
    return np.concatenate([row_of(m), bare]), np.concatenate([m.indices, np.array(places, dtype=np.int64)])


def _place(cell: tuple[int, int]) -> int:
    return COLUMNS + (zlib.crc32(repr(cell).encode()) & (COLUMNS - 1))


def arrive(new: Sequence[int], packed: Columns, seen: Seen, w: Weights, lookup: Lookup) -> Arrivals:
    """Place new orders (`packed`, row for row), one after the other. They must be among what `lookup` gives already,
    but for `groups`: an order that has a group there counts as history."""
    arrivals = Arrivals(seen, w, lookup)
    for start in range(0, len(new), AT_ONCE):
        end = min(start + AT_ONCE, len(new))
        arrivals.place(new[start:end], packed.take(np.arange(start, end)))
    return arrivals


class Arrivals:
    """`placed` in the order of arrival; `merged` are groups that have turned out to be one."""

    def __init__(self, seen: Seen, w: Weights, lookup: Lookup) -> None:
        self.placed: list[Arrived] = []
        self.merged: list[tuple[Group, Group]] = []
        self._seen, self._w, self._lookup = seen, w, lookup
        self._group: dict[int, Group] = {}
        self._members: dict[Group, list[int]] = {}

    def place(self, new: Sequence[int], packed: Columns) -> None:
        """Place some orders."""
        near = self._alike(new, packed)
        pool = _Pool(self._w, self._lookup)
        pool.put(new, packed)
        pool.fetch(key for keys in near for key in keys)
        unknown = [key for key in {k for keys in near for k in keys} if key not in self._group]
        given, arriving = self._lookup.groups(unknown), set(new)
        self._group |= {key: given.get(key, -key) for key in unknown if key not in arriving or key in given}
        likely = self._likely(new, near, pool)
        self._fetch_groups(likely, pool)
        for order, partners in zip(new, likely, strict=True):
            self._place(order, partners, pool)

    def members(self, group: Group) -> list[int]:
        """All orders of a group that somebody joined, those that joined it last."""
        return self._members[group]

    def _alike(self, new: Sequence[int], packed: Columns) -> list[list[int]]:
        """For each order those worth comparing with it, the likeliest by shared rare words first."""
        asked = looked_up_by(packed, self._w)
        for row in np.flatnonzero(packed.bare).tolist():
            asked[row] = {_place(cell): 1.0 for cell in cells(packed.take(np.array([row])))}
        lists = self._lookup.posted(sorted({word for words in asked for word in words}))
        crowd = max(self._seen.count / 150, CROWD)
        found = []
        for order, words in zip(new, asked, strict=True):
            keys, worth = [np.zeros(0, np.int64)], [np.zeros(0)]
            for word, weight in words.items():
                rows = lists.get(word)
                if rows is None:
                    continue
                if word >= COLUMNS:
                    rows = rows[-COMPARED:]
                elif len(rows) > CROWD:
                    rows = rows[-NEXT:] if self._seen.words[word] < crowd else rows[:0]
                keys.append(rows)
                worth.append(np.full(len(rows), weight))
            unique, at = np.unique(np.concatenate(keys), return_inverse=True)
            score = np.bincount(at, weights=np.concatenate(worth), minlength=len(unique))
            best = unique[np.lexsort((unique, -score))][: COMPARED + 1]
            found.append([key for key in best.tolist() if key != order][:COMPARED])
        return found

    def _likely(
        self, new: Sequence[int], near: Sequence[Sequence[int]], pool: _Pool
    ) -> list[list[tuple[int, float, float]]]:
        """For each order those compared with it, the likeliest first, with p and tie."""
        left = [order for order, keys in zip(new, near, strict=True) for _ in keys]
        right = [key for keys in near for key in keys]
        p, ties = pool.judge(left, right)
        found, at = [], 0
        for keys in near:
            part = slice(at, at + len(keys))
            at += len(keys)
            rows = zip(keys, p[part].tolist(), ties[part].tolist(), strict=True)
            found.append(sorted(rows, key=lambda one: (-one[1], one[0])))
        return found

    def _fetch_groups(self, likely: Sequence[Sequence[tuple[int, float, float]]], pool: _Pool) -> None:
        """Members of the groups that somebody may join, and what those say who speak for them."""
        same = model().one
        wanted = {
            self._group[key]
            for partners in likely
            for key, _, _ in partners[:SPEAKERS]
            if partners[0][1] >= same and key in self._group
        }
        matters = [group for group in wanted if group > 0 and group not in self._members]
        self._members |= {group: list(keys) for group, keys in self._lookup.members(matters).items()}
        for group in wanted:
            self._members.setdefault(group, [abs(group)] if group < 0 else [])
        pool.fetch(key for group in wanted for key in spread(self._members[group]).tolist())

    def _place(self, order: int, partners: Sequence[tuple[int, float, float]], pool: _Pool) -> None:
        group = self._joined(order, partners, pool)
        arrived = Arrived(order, -order if group is None else group)
        self._group[order] = arrived.group
        self._members.setdefault(arrived.group, []).append(order)
        inside = set(self._members[arrived.group])
        if len(inside) > 1:
            arrived.score = round(max((p for key, p, _ in partners if key in inside), default=0.0), 4)
        least = model().link
        arrived.ties = [
            (key, tied)
            for key, _, tied in partners
            if tied >= least and key not in inside and key in self._group
        ]
        arrived.near = [(key, p) for key, p, _ in partners[:NEAR]]
        self.placed.append(arrived)

    def _joined(self, order: int, partners: Sequence[tuple[int, float, float]], pool: _Pool) -> Group | None:
        """The group whose orders are on average likeliest to be one with this one, if likely enough."""
        same = model().one
        if not partners or partners[0][1] < same:
            return None
        near = dict.fromkeys(self._group[key] for key, _, _ in partners[:SPEAKERS] if key in self._group)
        speakers = {group: spread(self._members[group]).tolist() for group in near}
        p = {key: p for key, p, _ in partners}
        others = [key for keys in speakers.values() for key in keys if key not in p]
        p |= dict(zip(others, pool.judge([order] * len(others), others)[0].tolist(), strict=True))
        sure = []
        for group, keys in speakers.items():
            average = float(evidence(np.array([p[key] for key in keys])).mean()) if keys else -np.inf
            if average >= evidence(same):
                sure.append((average, group))
        if not sure:
            return None
        sure.sort(key=lambda one: -one[0])
        best = sure[0][1]
        for _, other in sure[1:]:
            if self._are_one(best, other, pool):
                self.merged.append((best, other))
        return best

    def _are_one(self, a: Group, b: Group, pool: _Pool) -> bool:
        """Whether two groups are on average likely enough to be one, by those who speak for them."""
        speakers = spread(self._members[a]).tolist(), spread(self._members[b]).tolist()
        left = [x for x in speakers[0] for _ in speakers[1]]
        right = speakers[1] * len(speakers[0])
        return float(evidence(pool.judge(left, right)[0]).mean()) >= float(evidence(model().one))


class _Pool:
    """What has been fetched of the orders at hand, ready to compare."""

    def __init__(self, w: Weights, lookup: Lookup) -> None:
        self._w, self._lookup = w, lookup
        self._at: dict[int, int] = {}
        self._columns: Columns | None = None
        self._totals: Totals | None = None

    def put(self, orders: Sequence[int], packed: Columns) -> None:
        """Add what is at hand."""
        packed = name_the_nameless(packed, self._w)
        totals = Totals.of(packed, self._w)
        start = len(self._at)
        self._at |= {order: start + row for row, order in enumerate(orders)}
        self._columns = Columns.join([self._columns, packed]) if self._columns is not None else packed
        self._totals = Totals.join([self._totals, totals]) if self._totals is not None else totals

    def fetch(self, orders: Iterable[int]) -> None:
        """Ask for what is not here yet."""
        missing = sorted({order for order in orders if order not in self._at})
        if missing:
            self.put(missing, self._lookup.columns(missing))

    def judge(self, left: Sequence[int], right: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """The probability that the orders of each pair are one matter, and that they are one or related."""
        if not left:
            return np.zeros(0), np.zeros(0)
        self.fetch([*left, *right])
        assert self._columns is not None and self._totals is not None
        rows = [np.array([self._at[order] for order in side]) for side in (left, right)]
        a, b = (Side(self._columns, self._totals, side) for side in rows)
        return probability_and_tie(model(), self._w, a, b)
