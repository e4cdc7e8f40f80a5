"""Which clause of a reply deals with a demand, and whether it answers it: yes, in part, or no.

The words of the demand are looked for in the reply, each weighed by how rare it is in hotline texts and in this
reply. A clause's claim to be the answer is what it and the clauses around it share with the demand, what it looks like
(a result, a rule, a plan, an opening), and whether the reply's numbering puts it where the demand stands.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp
from typing import Any

from wenxiao.recognition.demands.clauses import Cut, Cutter
from wenxiao.recognition.demands.weights import Weights, bucket

ANSWERS = ("yes", "part", "no")
#: At most so many different bigrams of a demand are looked for, and each at most so often: bounds the work.
WORDS, PLACES = 24, 3
#: The weight of the words of the clause beside a demand, against its own.
BESIDE = 0.5
#: Bigrams that weigh less than this say nothing.
LEAST = 2.0
#: The weight of a demand's words in a clause that is half of all the evidence there can be: a few rare words suffice.
HALF = 3.0
#: Upper edges of buckets: per cent of the demand's words found, length of the reply, demands in the message.
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
    mask: int
    priors: list[float]
    bases: list[float]


@dataclass(slots=True)
class Asked:
    """A demand as looked for in the reply: words by weight, word lists, number or rank, demands of the message."""

    words: dict[str, float]
    mask: int
    number: int
    many: int


@dataclass(slots=True)
class Match:
    """The clause of the reply with the best claim, the evidence in it, and the share of the demand's words that the
    whole reply has (openings left out), both 0 to 1."""

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
        self._verdicts = [Verdict(model["verdict"][answer], asks, names) for answer in ANSWERS]

    def reply(self, text: str) -> Reply:
        """A reply made ready for any number of demands."""
        cut = self._cutter.cut(text)
        mask = 0
        for part in cut.masks:
            mask |= part
        numbers: list[int] = []
        if mask & self._cutter.numbered:
            number = 0
            for at in range(len(cut.ends)):
                number = self._cutter.number(cut, at) or number
                numbers.append(number)
        prior = self._prior
        return Reply(
            cut,
            numbers,
            mask,
            [prior[m] for m in cut.masks],
            [v.base(mask, len(text)) for v in self._verdicts],
        )

    def words(self, cut: Cut, at: int) -> dict[str, float]:
        """The bigrams of a demand with their weights, and those of a clause beside it in its sentence for less."""
        words: dict[str, float] = {}
        self._add_words(words, cut, at, 1.0)
        if at and cut.runs_on(at - 1):
            self._add_words(words, cut, at - 1, BESIDE)
        elif cut.runs_on(at) and at + 1 < len(cut.ends):
            self._add_words(words, cut, at + 1, BESIDE)
        return words

    def _add_words(self, words: dict[str, float], cut: Cut, at: int, factor: float) -> None:
        start = cut.starts[at]
        text = cut.text[start : min(cut.ends[at], start + WORDS)]
        common, rare = self._common, self._rare
        for a, b in pairwise(text):
            weight = common.get(a + b, rare)
            if weight > LEAST and len(words) < WORDS:
                words.setdefault(a + b, weight * factor)

    def match(self, asked: Asked, reply: Reply) -> Match:
        """The clause with the best claim to deal with the demand. The reply must have a clause."""
        weights = self.weights(asked, reply)
        claims = self.claims(asked, reply, weights)
        masks, opening = reply.cut.masks, self._opening
        at = claims.index(max(claims))
        found = sum(weight for i, weight in weights.items() if not masks[i] & opening)
        own = weights.get(at, 0.0)
        return Match(at, own / (own + HALF), found / (sum(asked.words.values()) or 1.0))

    def weights(self, asked: Asked, reply: Reply) -> dict[int, float]:
        """The weight of the demand's words in each clause that has any; a word in several places is divided."""
        weights: dict[int, float] = {}
        text, ends = reply.cut.text, reply.cut.ends
        for word, weight in asked.words.items():
            at = text.find(word)
            if at < 0:
                continue
            places = [at]
            while len(places) < PLACES and (at := text.find(word, at + 1)) >= 0:
                places.append(at)
            part = weight / len(places)
            for place in places:
                clause = min(bisect_right(ends, place), len(ends) - 1)
                weights[clause] = weights.get(clause, 0.0) + part
        return weights

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
        """ "no" where that is likelier than not, else the likelier of "yes" and "part"."""
        mask = reply.cut.masks[match.at]
        share, found = bucket(100 * match.share, SHARES), bucket(100 * match.found, SHARES)
        many = bucket(asked.many, MANY)
        yes, part, no = (
            exp(base + v.asked[asked.mask] + v.clause[mask] + v.share[share] + v.found[found] + v.many[many])
            for v, base in zip(self._verdicts, reply.bases, strict=True)
        )
        if no >= yes + part:
            return "no"
        return "yes" if yes >= part else "part"


class Verdict:
    """The weights of one answer: looks of the demand, of the reply and of the matched clause, and what they share."""

    def __init__(self, model: Mapping[str, Any], asks: Sequence[str], names: Sequence[str]) -> None:
        self._bias: float = model["bias"]
        self._reply = Weights.named(model["reply"], names)
        self._length: list[float] = model["length"]
        self.asked = Weights.named(model["asked"], asks)
        self.clause = Weights.named(model["clause"], names)
        self.share: list[float] = model["share"]
        self.found: list[float] = model["found"]
        self.many: list[float] = model["many"]

    def base(self, mask: int, length: int) -> float:
        """What the reply as a whole adds for every demand."""
        return self._bias + self._reply[mask] + self._length[bucket(length, LENGTHS)]
