"""The words that tell a promise from a report, grouped in classes by what they do (data/commitment_words.toml).

They are found in many replies at once: a trie as arrays, one step for every place of the text that is still on it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

DATA = Path(__file__).parent.parent / "data"
Ints = npt.NDArray[np.int64]
#: Class of the words that only look like one of the others. It is not reported.
OTHER = 0
#: Classes are below this, so that a pair of them is a number below its square.
MOST_CLASSES = 64
#: Slots of the table of trie steps: several times their number, so that two or three probes find any.
SLOTS = 1 << 15
_PROBES = 16


@dataclass(frozen=True, slots=True)
class Words:
    """A trie. `root` is the node of a first character; `step_keys`, `step_nodes` hold (node, character) -> node;
    `class_of` the class of a node's word, -1 where no word ends; `lists` the words by class."""

    names: tuple[str, ...]
    root: Ints
    step_keys: Ints
    step_nodes: Ints
    class_of: Ints
    longest: int
    lists: dict[str, frozenset[str]]

    @classmethod
    def load(cls, path: Path | None = None) -> Words:
        """The words at `path`, or the shipped ones. Raises ValueError when there are too many classes or words."""
        raw = tomllib.loads((path or DATA / "commitment_words.toml").read_text(encoding="utf-8"))
        classes = dict.fromkeys(raw["other"]["words"], OTHER)
        for number, words in enumerate(raw["classes"].values(), start=1):
            classes.update(dict.fromkeys(words, number))
        names = ("other", *raw["classes"])
        if len(names) >= MOST_CLASSES:
            raise ValueError(f"词类不能超过{MOST_CLASSES - 1}个")
        nodes: dict[str, int] = {"": 0}
        for word in classes:
            for end in range(1, len(word) + 1):
                nodes.setdefault(word[:end], len(nodes))
        class_of = np.full(len(nodes), -1, dtype=np.int64)
        for word, number in classes.items():
            class_of[nodes[word]] = number
        keys, targets, root = _steps(nodes)
        lists = {name: frozenset(words) for name, words in raw["classes"].items()}
        return cls(names, root, keys, targets, class_of, max(map(len, classes)), lists)

    def find(self, codes: Ints) -> tuple[Ints, Ints, Ints]:
        """(place, length, class) of the longest word at each place, those inside an earlier one left out.

        `codes` are code points, 0xFFFF for any above.
        """
        node = self.root[codes]
        at = np.flatnonzero(node)
        node = node[at]
        length = np.zeros(len(codes), dtype=np.int64)
        number = np.zeros(len(codes), dtype=np.int64)
        for depth in range(1, self.longest + 1):
            ends = self.class_of[node] >= 0
            length[at[ends]], number[at[ends]] = depth, self.class_of[node[ends]]
            more = at + depth < len(codes)
            at, node = at[more], node[more]
            node = self._next(node, codes[at + depth])
            at, node = at[node > 0], node[node > 0]
        at = np.flatnonzero(length)
        stop = at + length[at]
        free = np.ones(len(at), dtype=bool)
        free[1:] = at[1:] >= np.maximum.accumulate(stop)[:-1]
        at = at[free & (number[at] > 0)]
        return at, length[at], number[at]

    def _next(self, node: Ints, code: Ints) -> Ints:
        key = node << 16 | code
        slot = _slot(key)
        found = np.zeros(len(key), dtype=np.int64)
        open_ = np.arange(len(key))
        for _ in range(_PROBES):
            stored = self.step_keys[slot[open_]]
            hit = stored == key[open_]
            found[open_[hit]] = self.step_nodes[slot[open_[hit]]]
            open_ = open_[~hit & (stored > 0)]
            if not len(open_):
                break
            slot[open_] = (slot[open_] + 1) & (SLOTS - 1)
        return found

    def number(self, name: str) -> int:
        """The number of a class by name."""
        return self.names.index(name)


def _slot(key: Ints) -> Ints:
    return (key * 40503 ^ key >> 13) & (SLOTS - 1)


def _steps(nodes: dict[str, int]) -> tuple[Ints, Ints, Ints]:
    """The steps of a trie in an open table, and its first characters. Raises ValueError when it is too full."""
    root = np.zeros(1 << 16, dtype=np.int64)
    keys, targets = np.zeros(SLOTS, dtype=np.int64), np.zeros(SLOTS, dtype=np.int64)
    for word, node in nodes.items():
        if len(word) < 2:
            if word:
                root[ord(word)] = node
            continue
        key = nodes[word[:-1]] << 16 | ord(word[-1])
        slot = int(_slot(np.array([key]))[0])
        for probe in range(_PROBES):
            if not keys[(slot + probe) % SLOTS]:
                keys[(slot + probe) % SLOTS], targets[(slot + probe) % SLOTS] = key, node
                break
        else:
            raise ValueError("词表过大")
    return keys, targets, root


@cache
def default_words() -> Words:
    """The shipped words, read once per process."""
    return Words.load()
