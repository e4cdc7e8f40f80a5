"""Pairs made from real messages, to teach what few read pairs show: the same words about another place or another
route are another matter; another problem at the same place is related; the same complaint told shorter is the same.

Names and identifiers are swapped between messages by a seeded generator. Nothing of it is stored.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace

from wenxiao.recognition.matters.facts import Facts, read_facts
from wenxiao.recognition.schema import Order

#: How many pairs of each kind are made.
COUNTS = {"renamed": 700, "renumbered": 150, "same_place": 300, "retold": 350}


@dataclass(frozen=True, slots=True)
class Made:
    """Two orders and what they are to each other."""

    a: Order
    b: Order
    label: str


class Maker:
    """Makes pairs from `orders`; the same seed makes the same pairs."""

    def __init__(self, orders: list[Order], seed: int) -> None:
        self._random = random.Random(seed)
        self._orders = orders
        self._facts = [read_facts(order) for order in orders]
        self._named = [i for i, f in enumerate(self._facts) if any(len(n.text) > 2 for n in f.names)]
        self._names: dict[str, list[str]] = {}
        for facts in self._facts:
            for name in facts.names:
                if 3 <= len(name.text) <= 9:
                    self._names.setdefault(name.kind, []).append(name.text)

    def pairs(self) -> list[Made]:
        """All pairs, kind by kind."""
        makers = {
            "renamed": self._renamed,
            "renumbered": self._renumbered,
            "same_place": self._same_place,
            "retold": self._retold,
        }
        made = []
        for kind, count in COUNTS.items():
            found = [pair for pair in (makers[kind]() for _ in range(3 * count)) if pair]
            made += found[:count]
        return made

    def _pick(self) -> tuple[Order, Facts]:
        at = self._random.choice(self._named)
        return self._orders[at], self._facts[at]

    def _renamed(self) -> Made | None:
        """The same words about other places and parties. Half of them told a little differently."""
        order, facts = self._pick()
        swap = {
            n.text: self._random.choice(self._names[n.kind]) for n in facts.names if n.kind in self._names
        }
        other = (
            self._told(self._swap(order, swap)) if self._random.random() < 0.5 else self._swap(order, swap)
        )
        return Made(order, self._later(other), "different") if swap and other.title != order.title else None

    def _renumbered(self) -> Made | None:
        """The same words about another route, line, plate or building."""
        order, facts = self._pick()
        numbers = [m.value for m in facts.head_marks if m.kind in ("route", "metro") and m.value.isdigit()]
        if not numbers:
            at = self._random.randrange(len(self._orders))
            order, facts = self._orders[at], self._facts[at]
            numbers = [
                m.value for m in facts.head_marks if m.kind in ("route", "metro") and m.value.isdigit()
            ]
        if not numbers:
            return None
        swap = {n: str(int(n) + self._random.randint(1, 9)) for n in numbers}
        return Made(order, self._later(self._swap(order, swap)), "different")

    def _same_place(self) -> Made | None:
        """What another message complains of, moved to this one's place."""
        (one, facts), (two, others) = self._pick(), self._pick()
        if facts.head_problems & others.problems or facts.problems & others.head_problems:
            return None
        mine = [n for n in facts.names if len(n.text) > 2]
        swap = {n.text: self._random.choice(mine).text for n in others.names}
        one, moved = self._short(one), self._short(self._swap(two, swap))
        return Made(one, self._later(moved), "related") if moved.title != two.title else None

    def _retold(self) -> Made | None:
        """The same complaint later, in part."""
        order, _ = self._pick()
        return Made(order, self._later(self._told(order)), "same")

    def _swap(self, order: Order, swap: dict[str, str]) -> Order:
        terms = "|".join(re.escape(term) for term in sorted(swap, key=len, reverse=True))
        if not terms:
            return order
        change = re.compile(terms)
        return replace(
            order,
            title=change.sub(lambda m: swap[m[0]], order.title),
            content=change.sub(lambda m: swap[m[0]], order.content),
        )

    def _told(self, order: Order) -> Order:
        """Some of the sentences, in another order."""
        parts = [part for part in re.split(r"(?<=[。！？!?])", order.content) if part.strip()]
        kept = (
            self._random.sample(parts, max(1, (len(parts) * self._random.randint(4, 9)) // 10))
            if parts
            else []
        )
        return replace(order, content="".join(kept))

    def _short(self, order: Order) -> Order:
        """Half of the orders in a sentence or two: hotline orders are often shorter than letters."""
        if self._random.random() < 0.5:
            return order
        parts = [part for part in re.split(r"(?<=[。！？!?])", order.content) if part.strip()]
        return replace(order, content="".join(parts[: self._random.randint(1, 2)]))

    def _later(self, order: Order) -> Order:
        caller = order.caller if self._random.random() < 0.3 else f"made-{self._random.random()}"
        return replace(order, caller=caller)
