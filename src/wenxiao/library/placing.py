"""Where the orders of one group of the engine go, given the matters that are there and what people have settled."""

from __future__ import annotations

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wenxiao.library.proposing import Settled


@dataclass(frozen=True, slots=True)
class Existing:
    """The matter that an order is in. `is_kept`: no machine moves it from there; `by_person`: a person put it there."""

    matter: int
    is_kept: bool
    by_person: bool


#: Orders, and the matter that they go to; None for a new one.
Place = tuple[list[int], int | None]


@dataclass(slots=True)
class Planner:
    """Places groups one after the other: a matter that nobody worked on goes on under one group only."""

    existing: Mapping[int, Existing]
    captured: set[int]
    settled: Settled
    taken: set[int] = field(default_factory=set)
    _set_apart: dict[int, set[int]] = field(init=False)

    def __post_init__(self) -> None:
        inside: dict[int, set[int]] = defaultdict(set)
        for pk in self.settled.apart:
            if pk in self.existing:
                inside[self.existing[pk].matter].add(pk)
        self._set_apart = dict(inside)

    def homes(self, orders: Sequence[int]) -> dict[int, int]:
        """The matters that the orders are in."""
        return {pk: self.existing[pk].matter for pk in orders if pk in self.existing}

    def place(self, orders: list[int], scores: Mapping[int, float | None]) -> Iterator[Place]:
        """What to write for a group; what only a person may do is proposed instead."""
        free = [pk for pk in orders if pk not in self.existing or not self.existing[pk].is_kept]
        target = self._target(orders, free)
        moving = [pk for pk in free if pk not in self.existing or self.existing[pk].matter != target]
        if target in self.settled.worked:
            moving, refused = self._ask(target, moving, scores)
            if refused and self._is_news(refused):
                yield refused, None
        self._ask_others(target, orders, scores)
        if moving and (target is not None or self._is_news(orders)):
            yield moving, target

    def _target(self, orders: Sequence[int], free: Sequence[int]) -> int | None:
        """The matter that holds most of the orders; of several, the oldest."""
        held = Tally(self.existing[pk].matter for pk in orders if pk in self.existing)
        for matter, _count in sorted(held.items(), key=lambda item: (-item[1], item[0])):
            is_worked = matter in self.settled.worked
            if (is_worked or matter not in self.taken) and self.settled.fits(matter, self._set_apart, free):
                self.taken.add(matter)
                return matter
        return None

    def _is_news(self, orders: Sequence[int]) -> bool:
        """Whether orders in no matter are worth one."""
        return len(orders) > 1 or any(pk in self.captured for pk in orders)

    def _ask(
        self, target: int, moving: Sequence[int], scores: Mapping[int, float | None]
    ) -> tuple[list[int], list[int]]:
        """Of orders that would join a matter that people worked on: those that may at once, those that may never."""
        sure, refused = [], []
        for pk in moving:
            score, home = scores.get(pk), self.existing.get(pk)
            if (target, pk) in self.settled.refused_orders:
                refused += [pk] if home is None else []
            elif home is not None:
                self.settled.ask_matter(target, home.matter, score)
            elif (score or 0.0) >= self.settled.at_once:
                sure.append(pk)
            else:
                self.settled.ask_order(target, pk, score)
        return sure, refused

    def _ask_others(
        self, target: int | None, orders: Sequence[int], scores: Mapping[int, float | None]
    ) -> None:
        """The engine sees one matter where people work on two: that these become one is theirs to say. Where a person
        put an order, that says nothing about the rest of that matter."""
        if target is None:
            return
        best: dict[int, float] = {}
        for pk in orders:
            home = self.existing.get(pk)
            if home is None or home.by_person or home.matter == target or not home.is_kept:
                continue
            if (target, pk) not in self.settled.refused_orders:
                best[home.matter] = max(best.get(home.matter, 0.0), scores.get(pk) or 0.0)
        for matter, score in best.items():
            if self.settled.fits(matter, self._set_apart, orders):
                self.settled.ask_matter(target, matter, score)
