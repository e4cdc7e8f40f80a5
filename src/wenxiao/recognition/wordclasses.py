"""The words of a clause by their classes, so that what was learned of one word holds for its like.

已 + 更换 + 灯具 and 已 + 修复 + 管道 are both "past, build". The classes are data (`data/model_words.toml`, and the
departments of `data/crossing.toml`); a clause's sequence of classes gives n-grams like those of its characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wenxiao.recognition.kernels.grams import APART, FIRST, LAST, LONGEST, REACH, SYMBOL
from wenxiao.recognition.lexicon import GAP_MARK, read_data
from wenxiao.recognition.wording import Clauses, Codes, Ints, Table, keys

#: What the first character of a class n-gram can be.
CLASS_SYMBOLS = frozenset(map(chr, range(SYMBOL, APART + 1)))
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Words:
    """The words found in a batch: class number, place among the codes, and clause of each, in order."""

    classes: Ints
    places: Ints
    clauses: Ints


class WordClasses:
    """Named lists of words. Words longer than four characters are known by their first four."""

    def __init__(self, classes: Mapping[str, Sequence[str]]) -> None:
        self.names = tuple(classes)
        #: Class and full length of each word, by what it is known by.
        self.words: dict[str, tuple[int, int]] = {}
        for number, words in enumerate(classes.values(), start=1):
            for word in sorted(words, key=len):
                self.words.setdefault(word[:LONGEST], (number, len(word)))
        self._table = Table(list(self.words))
        self._entries = np.array([(0, 0), *self.words.values()], dtype=np.int64)
        #: The number of the class that counts for nothing.
        self.dropped = self.number(OTHER)

    @classmethod
    def load(cls, override: Path | None = None) -> WordClasses:
        """The shipped classes, or the administrator's own; all bodies are one class."""
        data = read_data("model_words.toml", override)
        bodies = read_data("crossing.toml", override)["department"]
        rules = read_data("enforcement.toml", override)
        acts = {f"act/{row['name']}": _plain(row["any"]) for row in rules["act"]}
        fields = {f"field/{row['name']}": _plain(row["any"]) for row in rules["field"]}
        body = [stem for row in bodies for stem in row["stems"]]
        return cls({OTHER: data["other"]["words"], "body": body, **data["classes"], **acts, **fields})

    def number(self, name: str) -> int:
        """The number of a class, from 1."""
        return self.names.index(name) + 1

    def find(self, clauses: Clauses, found: Sequence[tuple[Codes, Ints]]) -> Words:
        """The words of a batch; `found` is `keys(clauses.codes)`."""
        row_at = np.zeros(len(clauses.codes), dtype=np.int64)
        for key, place in found:
            at, rows = self._table.find(key)
            row_at[place[at]] = rows
        places = np.flatnonzero(row_at)
        return self.settle(clauses, places, self._entries[row_at[places]])

    def settle(self, clauses: Clauses, places: Ints, words: Ints) -> Words:
        """Of the longest word at each place (class and length) those that no word before reaches into."""
        if not len(places):
            return Words(places, places, places)
        ends = np.maximum.accumulate(places + words[:, 1])
        free = np.concatenate(([True], places[1:] >= ends[:-1])) & (words[:, 0] != self.dropped)
        places = places[free]
        return Words(words[free, 0], places, clauses.clause_at[places])


def _plain(terms: Sequence[str]) -> list[str]:
    """The terms without gaps."""
    return [term for term in terms if GAP_MARK not in term]


def sorts(clauses: Clauses, classes: WordClasses | None, longest: int = LONGEST) -> list[tuple[Codes, Ints]]:
    """All n-grams of a batch by sort, each sort in the order of places: keys, and the clause of each.

    First characters by length; then, with `classes`, the n-grams of word classes.
    """
    by_characters = keys(clauses.codes)
    clause_at = clauses.clause_at
    out = [(key, clause_at[place]) for key, place in by_characters[:longest]]
    return out + (class_sorts(classes.find(clauses, by_characters)) if classes else [])


def class_sorts(words: Words) -> list[tuple[Codes, Ints]]:
    """Singles, neighbours, triples, pairs with words between, and the first and the last class of each clause."""
    codes, clauses = (words.classes + SYMBOL).astype(np.uint64), words.clauses
    shift = [np.uint64(16 * n) for n in range(LONGEST)]
    every = np.arange(len(codes))
    out = [(codes, clauses)]
    for gap in range(1, REACH + 1):
        start = every[: max(0, len(codes) - gap)]
        start = start[clauses[start] == clauses[start + gap]]
        pair = codes[start] | codes[start + gap] << shift[1]
        out.append((pair if gap == 1 else pair << shift[1] | np.uint64(APART), clauses[start]))
        if gap == LONGEST - 2:
            triple = codes[start] | codes[start + 1] << shift[1] | codes[start + 2] << shift[2]
            out.append((triple, clauses[start]))
    if len(codes):
        edge = clauses[1:] != clauses[:-1]
        for mark, is_edge in ((FIRST, np.append(True, edge)), (LAST, np.append(edge, True))):
            start = np.flatnonzero(is_edge)
            out.append((codes[start] << shift[1] | np.uint64(mark), clauses[start]))
    return out
