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

from wenxiao.recognition.kernels.look import MOST_CLASSES

DATA = Path(__file__).parent.parent / "data"
Ints = npt.NDArray[np.int64]
Nodes = npt.NDArray[np.int32]
#: Class of the words that only look like one of the others. It is not reported.
OTHER = 0
#: Slots of the table of trie steps: several times their number, so that two or three probes find any.
SLOTS = 1 << 15


@dataclass(frozen=True, slots=True)
class Words:
    """A trie. `root` is the node of a first character; `step_keys`, `step_nodes` hold (node, character) -> node;
    `class_of` the class of a node's word, -1 where no word ends; `lists` the words by class."""

    names: tuple[str, ...]
    root: Nodes
    step_keys: Ints
    step_nodes: Nodes
    class_of: Nodes
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
        class_of = np.full(len(nodes), -1, dtype=np.int32)
        for word, number in classes.items():
            class_of[nodes[word]] = number
        keys, targets, root = _steps(nodes)
        lists = {name: frozenset(words) for name, words in raw["classes"].items()}
        return cls(names, root, keys, targets, class_of, max(map(len, classes)), lists)

    @property
    def trie(self) -> tuple[Nodes, Ints, Nodes, Nodes]:
        """The trie as `kernels.look.words` takes it."""
        return self.root, self.step_keys, self.step_nodes, self.class_of

    def number(self, name: str) -> int:
        """The number of a class by name."""
        return self.names.index(name)


def _steps(nodes: dict[str, int]) -> tuple[Ints, Nodes, Nodes]:
    """The steps of a trie in an open table, and its first characters. Raises ValueError when it is too full."""
    root = np.zeros(1 << 16, dtype=np.int32)
    keys, targets = np.zeros(SLOTS, dtype=np.int64), np.zeros(SLOTS, dtype=np.int32)
    if len(nodes) > SLOTS // 2:
        raise ValueError("词表过大")
    for word, node in nodes.items():
        if len(word) < 2:
            if word:
                root[ord(word)] = node
            continue
        key = nodes[word[:-1]] << 16 | ord(word[-1])
        slot = (key * 40503 ^ key >> 13) & (SLOTS - 1)
        while keys[slot]:
            slot = (slot + 1) & (SLOTS - 1)
        keys[slot], targets[slot] = key, node
    return keys, targets, root


@cache
def default_words() -> Words:
    """The shipped words, read once per process."""
    return Words.load()
