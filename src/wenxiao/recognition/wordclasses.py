"""The words of a clause by their classes, so that what was learned of one word holds for its like.

已 + 更换 + 灯具 and 已 + 修复 + 管道 are both "past, build". The classes are data (`data/model_words.toml`, and the
departments of `data/crossing.toml`); a clause's sequence of classes gives n-grams like those of its characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wenxiao.recognition.lexicon import GAP_MARK, read_data
from wenxiao.recognition.wording import LONGEST, Clauses, Codes, Ints, Table, keys

#: Class symbols live where no character of a text does (private use), with marks for "first", "last" and "apart".
SYMBOL, FIRST, LAST, APART = 0xE000, 0xEF01, 0xEF02, 0xEF03
#: Two classes with up to this many words between them still make a pair.
REACH = 4
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
        entries: dict[str, tuple[int, int]] = {}
        for number, words in enumerate(classes.values(), start=1):
            for word in sorted(words, key=len):
                entries.setdefault(word[:LONGEST], (number, len(word)))
        self._table = Table(list(entries))
        self._class = np.array([0, *(number for number, _ in entries.values())], dtype=np.int64)
        self._length = np.array([0, *(length for _, length in entries.values())], dtype=np.int64)
        self._dropped = self.number(OTHER)

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

    def find(self, clauses: Clauses, found: Sequence[tuple[Codes, Ints]] | None = None) -> Words:
        """The longest word at each place, none reaching into the next. `found`: `keys(codes)` where known."""
        row_at = np.zeros(len(clauses.codes), dtype=np.int64)
        for key, place in keys(clauses.codes) if found is None else found:
            at, rows = self._table.find(key)
            row_at[place[at]] = rows
        places = np.flatnonzero(row_at)
        rows = row_at[places]
        ends = np.maximum.accumulate(places + self._length[rows]) if len(places) else places
        free = np.concatenate(([True], places[1:] >= ends[:-1])) if len(places) else places > 0
        free &= self._class[rows] != self._dropped
        places, rows = places[free], rows[free]
        return Words(self._class[rows], places, np.searchsorted(clauses.firsts, places, side="right") - 1)


def _plain(terms: Sequence[str]) -> list[str]:
    """The terms without gaps."""
    return [term for term in terms if GAP_MARK not in term]


def sorts(clauses: Clauses, classes: WordClasses) -> list[tuple[Codes, Ints]]:
    """All n-grams of a batch by sort, each sort in the order of places: keys, and the clause of each.

    First characters, 1 to 4; then classes: singles, neighbours, triples, pairs with words between, and the first and
    the last class of a clause.
    """
    by_characters = keys(clauses.codes)
    words = classes.find(clauses, by_characters)
    clause_at = np.repeat(np.arange(len(clauses.firsts)), clauses.lengths)
    compact = np.cumsum(_inside(clauses)) - 1
    out = [(key, clause_at[compact[place]]) for key, place in by_characters]
    return out + _class_sorts((words.classes + SYMBOL).astype(np.uint64), words.clauses)


def _inside(clauses: Clauses) -> Ints:
    """1 for each code that belongs to a clause, 0 for the marks between."""
    steps = np.zeros(len(clauses.codes) + 1, dtype=np.int64)
    steps[clauses.firsts] += 1
    steps[clauses.firsts + clauses.lengths] -= 1
    return np.cumsum(steps)[:-1]


def _class_sorts(codes: Codes, clauses: Ints) -> list[tuple[Codes, Ints]]:
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
