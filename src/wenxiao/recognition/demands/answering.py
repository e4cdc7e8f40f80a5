"""Which clause of a reply deals with a demand, and whether it answers it: yes, in part, or no.

The words of the demand are looked for in the reply, each weighed by how rare it is in hotline texts and in this
reply. A clause's claim to be the answer is what it and the clauses around it share with the demand, what it looks like
(a result, a rule, a plan, an opening), and whether the reply's numbering puts it where the demand stands.

`Answering.answered` reads many orders by compiled loops (`kernels.demands`); the other methods say the same of one demand, step
by step, which is what fitting needs (`tools/train_demands.py`). A test holds the two together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import exp
from operator import or_
from typing import Any

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.demands.clauses import Cut, Cuts, Cutter, Ints
from wenxiao.recognition.demands.weights import Weights, bucket
from wenxiao.recognition.kernels import demands as kernels

ANSWERS = ("yes", "part", "no")
#: How likely "no" must be to be said: a wrong accusation costs more than a miss. By cross-validation, orders with a
#: demand called unanswered among several were so by their labels in 14 of 15, where one half gave 18 of 27.
SURE = 0.6
#: At most so many code points of a demand are looked for: bounds the work.
LOOKED = 22
#: The weight of the words of the clause beside a demand, against its own.
BESIDE = 0.5
#: The weight of a demand's words in a clause, and in a reply, that is half of all the evidence there can be: a few rare
#: words in one clause suffice.
HALF, HALF_FOUND = 3.0, 10.0
#: Upper edges of buckets: evidence in per cent, length of the reply, demands of the message.
SHARES = (0, 5, 10, 20, 35, 55)
LENGTHS = (30, 60, 100, 150, 220, 320, 500, 900)
MANY = (1, 2, 3)
#: What a clause's claim is made of besides its looks: the demand's words in it, in it where it is an opening, one and
#: two clauses before it, in the clause after it; standing under the demand's number in a list, or under another.
CLAIMS = ("own", "opening", "before", "before_that", "after", "numbered", "other_number")


@dataclass(slots=True)
class Reply:
    """A reply made ready. `numbers[i]` is the list item that clause i stands under, 0 for none; empty without a list."""

    cut: Cut
    numbers: list[int]
    priors: list[float]
    length: int


@dataclass(slots=True)
class Asked:
    """A demand as looked for in the reply: its text and a neighbour's, word lists, number or rank, how many there are."""

    text: str
    beside: str
    mask: int
    number: int
    many: int


@dataclass(slots=True)
class Match:
    """The clause of the reply with the best claim, and the evidence in it and in the whole reply, openings left out
    (0 to 1)."""

    at: int
    share: float
    found: float


class Answering:
    """The models of answering, from their table in `demands_model.json`. `common` gives the weight of common bigrams."""

    def __init__(
        self, model: Mapping[str, Any], common: Mapping[str, float], asks: Sequence[str], cutter: Cutter
    ) -> None:
        names = cutter.names
        self._cutter = cutter
        self._common = common
        self._rare: float = model["rare"]
        self._opening = 1 << names.index("opening")
        self._prior = Weights.named(model["prior"], names)
        self._claims = tuple(float(model["claims"][name]) for name in CLAIMS)
        verdicts = [model["verdict"][answer] for answer in ANSWERS]
        self._verdicts = [Verdict(verdict, asks, names) for verdict in verdicts]
        self._tables = (
            (_weights(model["prior"], names), np.array(self._claims), self._opening, HALF),
            (*_laid(common), self._rare),
            (
                np.array([verdict["bias"] for verdict in verdicts], dtype=np.float64),
                np.stack([_weights(verdict["asked"], asks) for verdict in verdicts]),
                np.stack([_weights(verdict["clause"], names) for verdict in verdicts]),
                *(
                    np.array([verdict[name] for verdict in verdicts], dtype=np.float64)
                    for name in ("share", "found", "length", "many")
                ),
            ),
        )

    def answered(
        self, picks: Ints, messages: Cuts, replies: Cuts, numbers: Ints
    ) -> Iterator[tuple[int, str]]:
        """For each clause that asks, as `Asking.pick` gives them, the clause of all the cut `replies` with the best claim to
        answer it, -1 where the reply has none, and whether it does: `match` and `verdict` of many. `numbers` are those of the
        demands."""
        rows = kernels.answered(
            picks,
            (messages.arrays, messages.texts.codes, messages.texts.bases, LOOKED),
            (replies.arrays, replies.texts.codes, replies.texts.bases, replies.texts.sizes),
            (numbers, self._cutter.numbers(replies)),
            self._tables,
            (BESIDE, HALF_FOUND, SURE, _EDGES),
        )
        return ((at, ANSWERS[answer]) for at, answer in rows.tolist())

    def reply(self, text: str) -> Reply:
        """A reply made ready for any number of demands."""
        cut = self._cutter.cut(text)
        priors = list(map(self._prior.__getitem__, cut.masks))
        return Reply(cut, self._numbers(cut), priors, bucket(len(cut.text), LENGTHS))

    def _numbers(self, cut: Cut) -> list[int]:
        """The list item that each clause stands under; empty where nothing is numbered."""
        numbered = self._cutter.numbered
        if not reduce(or_, cut.masks, 0) & numbered:
            return []
        numbers: list[int] = []
        number = 0
        for at, mask in enumerate(cut.masks):
            if mask & numbered:
                number = self._cutter.number(cut, at) or number
            numbers.append(number)
        return numbers if number else []

    def asked(self, cut: Cut, at: int, number: int, many: int) -> Asked:
        """A demand made ready: clause `at`, and the clause before it in its sentence, or else the one after it."""
        near = at
        if at and cut.runs_on(at - 1):
            near = at - 1
        elif cut.runs_on(at) and at + 1 < len(cut.ends):
            near = at + 1
        beside = "" if near == at else _head(cut, near)
        return Asked(_head(cut, at), beside, cut.masks[at], number, many)

    def match(self, asked: Asked, reply: Reply) -> Match:
        """The clause with the best claim to deal with the demand. The reply must have a clause."""
        weights = self.weights(asked, reply)
        claims = self.claims(asked, reply, weights)
        masks, opening = reply.cut.masks, self._opening
        at = claims.index(max(claims))
        found = sum(weight for i, weight in weights.items() if not masks[i] & opening)
        own = weights.get(at, 0.0)
        return Match(at, own / (own + HALF), found / (found + HALF_FOUND))

    def weights(self, asked: Asked, reply: Reply) -> dict[int, float]:
        """The weight of the demand's words in each clause of the reply that has any.

        Words are looked for at their first two places, and divided; those of the clause beside the demand only where
        its own are nowhere.
        """
        weights: dict[int, float] = {}
        self._weigh(weights, asked.text, 1.0, reply)
        if not weights:
            self._weigh(weights, asked.beside, BESIDE, reply)
        return weights

    def _weigh(self, weights: dict[int, float], part: str, factor: float, reply: Reply) -> None:
        find, ends = reply.cut.text.find, reply.cut.ends
        last = len(ends) - 1
        for i in range(len(part) - 1):
            word = part[i : i + 2]
            first = find(word)
            if first < 0:
                continue
            weight = factor * self._common.get(word, self._rare)
            again = find(word, first + 1)
            if again >= 0:
                weight /= 2
                clause = min(bisect_right(ends, again), last)
                weights[clause] = weights.get(clause, 0.0) + weight
            clause = min(bisect_right(ends, first), last)
            weights[clause] = weights.get(clause, 0.0) + weight

    def claims(self, asked: Asked, reply: Reply, weights: Mapping[int, float]) -> list[float]:
        """The claim of every clause of the reply to be the answer."""
        own, opening, before, before_that, after, numbered, other = self._claims
        claims = reply.priors.copy()
        masks, last = reply.cut.masks, len(claims) - 1
        for at, weight in weights.items():
            share = weight / (weight + HALF)
            claims[at] += share * (opening if masks[at] & self._opening else own)
            if at < last:
                claims[at + 1] += share * before
            if at + 1 < last:
                claims[at + 2] += share * before_that
            if at:
                claims[at - 1] += share * after
        for at, number in enumerate(reply.numbers):
            if number:
                claims[at] += numbered if number == asked.number else other
        return claims

    def verdict(self, asked: Asked, reply: Reply, match: Match) -> str:
        """Whether it is answered: "no" where that is `SURE`, else the likelier of "yes" and "part"."""
        mask = reply.cut.masks[match.at]
        share, found = bucket(100 * match.share, SHARES), bucket(100 * match.found, SHARES)
        many = bucket(asked.many, MANY)
        yes, part, no = (
            exp(
                v.bias
                + v.asked[asked.mask]
                + v.clause[mask]
                + v.share[share]
                + v.found[found]
                + v.length[reply.length]
                + v.many[many]
            )
            for v in self._verdicts
        )
        if no >= SURE * (yes + part + no):
            return "no"
        return "yes" if yes >= part else "part"


_EDGES = np.array(SHARES), np.array(LENGTHS), np.array(MANY)


def _weights(weights: Mapping[str, float], names: Sequence[str]) -> npt.NDArray[np.float64]:
    """By the number of the list; a list without one adds nothing."""
    return np.array([weights.get(name, 0.0) for name in names], dtype=np.float64)


def _laid(common: Mapping[str, float]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The weights of common pairs of characters as an open table."""
    room = 1 << max(4, (4 * len(common)).bit_length())
    keys, values = np.full(room, -1, dtype=np.int64), np.zeros(room)
    wanted = np.array([ord(pair[0]) << kernels.CODE_BITS | ord(pair[1]) for pair in common], dtype=np.int64)
    kernels.lay(wanted, np.array(list(common.values()), dtype=np.float64), keys, values)
    return keys, values


class Verdict:
    """The weights of one answer: looks of the demand and of the matched clause, what they share, how long, how many."""

    def __init__(self, model: Mapping[str, Any], asks: Sequence[str], names: Sequence[str]) -> None:
        self.bias: float = model["bias"]
        self.asked = Weights.named(model["asked"], asks)
        self.clause = Weights.named(model["clause"], names)
        self.share: list[float] = model["share"]
        self.found: list[float] = model["found"]
        self.length: list[float] = model["length"]
        self.many: list[float] = model["many"]


def _head(cut: Cut, at: int) -> str:
    """The first `LOOKED` code points of a clause."""
    start = cut.starts[at]
    return cut.text[start : min(cut.ends[at], start + LOOKED)]
