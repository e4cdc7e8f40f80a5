"""What words weigh: by how seldom they occur here, with a background of what is common everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from wenxiao.recognition.matters.columns import AREA, PROBLEM, Columns
from wenxiao.recognition.matters.grams import BITS, COLUMNS, grams
from wenxiao.recognition.matters.words import words

#: Orders that the background stands for while a collection is smaller than this; it fades as the collection grows.
BACKGROUND = 5_000
#: Added to what was seen: a word met once is not infinitely rare. Kinds of problem and areas need more of it.
MET, MET_KIND = 0.5, 5.0
#: The share of orders in which a kind of problem, or an area, occurs on average.
USUAL = 0.015
#: No word weighs more, so that weights mean the same in a million orders as in four thousand.
HEAVIEST = 8.5
#: A pair of characters counts as rare from this weight on (about one order in 150).
RARE = 5.0


@dataclass(slots=True)
class Seen:
    """In how many orders each word, problem and area occurs: grows with the collection."""

    count: int
    words: np.ndarray
    problems: np.ndarray
    areas: np.ndarray

    @classmethod
    def nothing(cls) -> Seen:
        """No order yet."""
        kinds = len(words().problem_names)
        return cls(0, *(np.zeros(n, dtype=np.int32) for n in (COLUMNS, kinds, COLUMNS)))

    def add(self, c: Columns) -> None:
        """Count the orders of `c`."""
        self.count += len(c)
        # Whole numbers of the machine's own size are counted twenty times as fast as those of 32 bits.
        np.add.at(self.words, c.words.indices.astype(np.intp), np.int32(1))
        kind, value = c.signs.indices >> BITS, c.signs.indices & (COLUMNS - 1)
        np.add.at(self.problems, value[kind == PROBLEM], 1)
        np.add.at(self.areas, value[kind == AREA], 1)


@dataclass(frozen=True, slots=True)
class Weights:
    """What each word counts for in one collection: log of how seldom it occurs. What is said everywhere is nothing.

    `square` serves cosines, `rare` is what a word weighs beyond RARE, `plain` the squares of words that are not rare.
    """

    word: np.ndarray
    square: np.ndarray
    rare: np.ndarray
    plain: np.ndarray
    problem: np.ndarray
    area: np.ndarray


def weights(seen: Seen) -> Weights:
    """The weights in a collection that was `seen`."""
    behind = max(BACKGROUND - seen.count, 0)
    count = seen.count + behind
    word = _rarity(seen.words + behind * _common(), count, MET)
    square = word * word
    return Weights(
        word=word,
        square=square,
        rare=np.maximum(word - RARE, 0),
        plain=np.where(word < RARE, square, 0),
        problem=_rarity(seen.problems + behind * USUAL, count, MET_KIND),
        area=_rarity(seen.areas + behind * USUAL, count, MET_KIND),
    )


def _rarity(seen: np.ndarray, count: int, met: float) -> np.ndarray:
    weight = np.log((count + 50) / (seen + met), dtype=np.float32)
    return np.asarray(np.clip(weight, 0, HEAVIEST), dtype=np.float32)


@cache
def _common() -> np.ndarray:
    """The share of orders anywhere in which each column occurs."""
    text = (files("wenxiao.recognition") / "data" / "matters_common.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    found = grams([pair for pair, _ in lines])
    share = np.zeros(COLUMNS, dtype=np.float32)
    share[found & (COLUMNS - 1)] = np.array([float(rate) / 1000 for _, rate in lines], dtype=np.float32)
    return share
