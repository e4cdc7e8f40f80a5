"""The words that tell a promise from a report, grouped in classes by what they do (data/commitment_words.toml).

A look-up by first character, then longest word: for the few clauses that get this far it is several times faster
than an automaton over the whole reply, whose root has a thousand branches.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"
#: Class of the words that only look like one of the others. It is not reported.
OTHER = 0


@dataclass(frozen=True, slots=True)
class Words:
    """`by_first` maps a first character to its words with their class, longest first; class 0 is `other`."""

    names: tuple[str, ...]
    by_first: dict[str, tuple[tuple[str, int, int], ...]]

    @classmethod
    def load(cls, path: Path | None = None) -> Words:
        """The words at `path`, or the shipped ones."""
        raw = tomllib.loads((path or DATA / "commitment_words.toml").read_text(encoding="utf-8"))
        classes = dict.fromkeys(raw["other"]["words"], OTHER)
        for number, words in enumerate(raw["classes"].values(), start=1):
            classes.update(dict.fromkeys(words, number))
        by_first: dict[str, list[tuple[str, int, int]]] = {}
        for word in sorted(classes, key=len, reverse=True):
            by_first.setdefault(word[0], []).append((word, len(word), classes[word]))
        return cls(("other", *raw["classes"]), {first: tuple(words) for first, words in by_first.items()})

    def find(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """(class, place) of each word in text[start:end], longest first at each place, none overlapping."""
        found = []
        by_first = self.by_first
        skip = start
        for at in range(start, end):
            words = by_first.get(text[at])
            if words is None or at < skip:
                continue
            for word, length, number in words:
                if length == 1 or text.startswith(word, at, end):
                    if number:
                        found.append((number, at))
                    skip = at + length
                    break
        return found

    def number(self, name: str) -> int:
        """The number of a class by name."""
        return self.names.index(name)


@cache
def default_words() -> Words:
    """The shipped words, read once per process."""
    return Words.load()
