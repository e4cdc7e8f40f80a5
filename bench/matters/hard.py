"""Hard cases in our own words, with known answers: what text similarity alone gets wrong, kind by kind.

A case is a few orders among a few hundred others; it is right when exactly the orders that belong together are together.
`hard.toml` has the words; the same seed makes the same cases. Nothing is fitted on them.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np

from wenxiao.recognition.matters import Grouper
from wenxiao.recognition.schema import Order, orders_to_batch

#: Cases of each kind.
CASES = 40
START = datetime(2026, 3, 1, 9)
Telling = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """Orders and, side by side, the letter of the matter of each; `apart`: pairs that must not be together, where a
    letter cannot say it (None: all of different letters)."""

    kind: str
    orders: list[Order]
    matters: str


class Cases:
    """Makes cases; the same seed makes the same ones."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        data = tomllib.loads(Path(__file__).with_name("hard.toml").read_text(encoding="utf-8"))
        self._problems: dict[str, list[str]] = data["problems"]
        self._places: dict[str, list[str]] = data["places"]
        self._two_ways: list[list[str]] = data["names"]["two_ways"]
        self._form: dict[str, list[str]] = data["form"]
        self._number = 0

    def all(self) -> list[Case]:
        """CASES of each kind."""
        kinds: dict[str, Callable[[], tuple[list[Order], str]]] = {
            "one place, another problem": self._another_problem,
            "one place and caller, another problem": self._one_caller,
            "one problem, the house next door": self._next_door,
            "one problem, another building of the estate": self._other_building,
            "one problem, another estate in the town": self._other_estate,
            "one problem, another shop of the street": self._other_shop,
            "only the boilerplate alike": self._boilerplate,
            "A-B-C, where B tells both": self._chain,
            "one matter in other words": self._other_words,
            "one matter, its name written two ways": self._name_two_ways,
        }
        return [Case(kind, *make()) for kind, make in kinds.items() for _ in range(CASES)]

    def _pick(self, kind: str, count: int = 1) -> list[str]:
        return self._random.sample(self._places[kind], count)

    def _tellings(self, count: int = 1) -> list[list[str]]:
        """Problems, each told three ways in a new order."""
        chosen = self._random.sample(sorted(self._problems), count)
        return [self._random.sample(self._problems[name], 3) for name in chosen]

    def _place(self) -> str:
        """Somewhere that stands by itself: an estate with its town, a house in a street, a works."""
        kind = self._random.choice(("estates", "estates", "streets", "factories"))
        town = self._random.choice(["", *self._pick("towns", 2)])
        house = f"{self._random.randint(2, 190)}号" if kind == "streets" else ""
        return f"{town}{self._pick(kind)[0]}{house}"

    def _order(self, text: str, caller: str = "", form: int = -1) -> Order:
        """As hotlines write it: a short title or none, the call itself, now and then with greetings and thanks."""
        self._number += 1
        before = after = ""
        if form < 0 and self._random.random() < 0.3:
            before, after = (
                self._random.choice(self._form["before"]),
                self._random.choice(self._form["after"]),
            )
        elif form >= 0:
            before, after = self._form["before"][form], self._form["after"][form]
        clauses = text.split("，")
        title = clauses[0] if self._random.random() < 0.6 else ""
        return Order(
            order=f"h{self._number}",
            title=title,
            content=f"{before}{text}。{after}",
            caller=caller or f"c{self._number}",
            called_at=START + timedelta(days=self._random.uniform(0, 60)),
        )

    def _another_problem(self, caller: str = "") -> tuple[list[Order], str]:
        place = self._place()
        one, two = self._tellings(2)
        told = [one[0], one[1], two[0], two[1]]
        return [self._order(text.format(p=place), caller) for text in told], "AABB"

    def _one_caller(self) -> tuple[list[Order], str]:
        return self._another_problem(f"same{self._number}")

    def _next_door(self) -> tuple[list[Order], str]:
        street, house = self._pick("streets")[0], self._random.randint(2, 180)
        (told,) = self._tellings()
        return self._told_at(
            told, f"{street}{house}号", f"{street}{house + self._random.choice((2, 4, 6))}号"
        )

    def _other_building(self) -> tuple[list[Order], str]:
        estate, house = self._pick("estates")[0], self._random.randint(1, 30)
        (told,) = self._tellings()
        return self._told_at(told, f"{estate}{house}栋", f"{estate}{house + self._random.randint(1, 9)}栋")

    def _other_estate(self) -> tuple[list[Order], str]:
        town, (one, two) = self._pick("towns")[0], self._pick("estates", 2)
        (told,) = self._tellings()
        return self._told_at(told, town + one, town + two)

    def _other_shop(self) -> tuple[list[Order], str]:
        street, (one, two) = self._pick("streets")[0], self._pick("shops", 2)
        (told,) = self._tellings()
        return self._told_at(told, street + one, street + two)

    def _told_at(self, told: list[str], one: str, two: str) -> tuple[list[Order], str]:
        """The same words at two places, other words at the first."""
        texts = [told[0].format(p=one), told[1].format(p=one), told[0].format(p=two)]
        return [self._order(text) for text in texts], "AAB"

    def _boilerplate(self) -> tuple[list[Order], str]:
        form = self._random.randrange(3)
        one, two = self._tellings(2)
        places = self._place(), self._place()
        texts = [told[0].format(p=place) for told, place in zip((one, two), places, strict=True)]
        return [self._order(text, form=form) for text in texts], "AB"

    def _chain(self) -> tuple[list[Order], str]:
        """The middle one may be with either end, or alone; the ends not together."""
        one, two = self._tellings(2)
        here, there = self._pick("estates")[0], self._pick("factories")[0]
        ends = one[0].format(p=here), two[0].format(p=there)
        both = f"{one[1].format(p=here)}。还有，{two[1].format(p=there)}"
        return [self._order(ends[0]), self._order(both), self._order(ends[1])], "A?B"

    def _other_words(self) -> tuple[list[Order], str]:
        place = self._place()
        (told,) = self._tellings()
        return [self._order(text.format(p=place)) for text in told], "AAA"

    def _name_two_ways(self) -> tuple[list[Order], str]:
        names = self._random.choice(self._two_ways)
        (told,) = self._tellings()
        return [self._order(text.format(p=name)) for text, name in zip(told[:2], names, strict=True)], "AA"


def pairs(case: Case) -> Iterator[tuple[int, int, bool]]:
    """Positions of two orders of the case, and whether they are one matter."""
    for i, j in combinations(range(len(case.orders)), 2):
        if "?" not in (case.matters[i], case.matters[j]):
            yield i, j, case.matters[i] == case.matters[j]


def figures(cases: list[Case], found: list[str]) -> dict[str, tuple[float, float]]:
    """For each kind the share of pairs put together of those that are one matter, and of those that are not."""
    counted: dict[str, list[tuple[bool, bool]]] = {}
    start = 0
    for case in cases:
        for i, j, same in pairs(case):
            counted.setdefault(case.kind, []).append((same, found[start + i] == found[start + j]))
        start += len(case.orders)
    shares = {}
    for kind, seen in counted.items():
        found_same = [together for same, together in seen if same]
        found_apart = [together for same, together in seen if not same]
        shares[kind] = tuple(float(np.mean(part)) if part else np.nan for part in (found_same, found_apart))
    return shares  # type: ignore[return-value]


def grouped(cases: list[Case], others: list[Order]) -> list[str]:
    """The matter of each order of the cases. Every case is grouped among `others` and no other case, because the
    cases share their few places."""
    found = []
    for case in cases:
        grouper = Grouper()
        grouper.add(orders_to_batch([*case.orders, *others]))
        found += [f"{case.orders[0].order}/{a.matter}" for a in grouper.group()[: len(case.orders)]]
    return found


def main() -> None:
    """Print the table, without other orders: words weigh as in hotline text at large."""
    cases = Cases().all()
    print(f"{'hard cases, ours':46}{'one matter, found':>20}{'others, merged':>18}")
    for kind, (one, other) in figures(cases, grouped(cases, [])).items():
        cells = ["–" if np.isnan(x) else f"{x:.2f}" for x in (one, other)]
        print(f"{kind:46}{cells[0]:>20}{cells[1]:>18}")


if __name__ == "__main__":
    main()
