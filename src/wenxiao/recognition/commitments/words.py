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
    """`classes` maps a word to the number of its class, `lengths` a first character to the lengths to try."""

    names: tuple[str, ...]
    classes: dict[str, int]
    lengths: dict[str, tuple[int, ...]]

    @classmethod
    def load(cls, path: Path | None = None) -> Words:
        """The words at `path`, or the shipped ones."""
        raw = tomllib.loads((path or DATA / "commitment_words.toml").read_text(encoding="utf-8"))
        classes = dict.fromkeys(raw["other"]["words"], OTHER)
        for number, words in enumerate(raw["classes"].values(), start=1):
            classes.update(dict.fromkeys(words, number))
        lengths: dict[str, set[int]] = {}
        for word in classes:
            lengths.setdefault(word[0], set()).add(len(word))
        longest_first = {first: tuple(sorted(sizes, reverse=True)) for first, sizes in lengths.items()}
        return cls(("other", *raw["classes"]), classes, longest_first)

    def find(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """(class, place) of each word in text[start:end], the longest at each place, none overlapping."""
        found = []
        lengths, classes = self.lengths, self.classes
        at = start
        while at < end:
            for length in lengths.get(text[at], ()):
                stop = at + length
                number = classes.get(text[at:stop]) if stop <= end else None
                if number is not None:
                    if number:
                        found.append((number, at))
                    at = stop
                    break
            else:
                at += 1
        return found

    def word_at(self, text: str, at: int) -> str:
        """The word that `find` reported at `at`."""
        for length in self.lengths.get(text[at], ()):
            if text[at : at + length] in self.classes:
                return text[at : at + length]
        return ""

    def number(self, name: str) -> int:
        """The number of a class by name."""
        return self.names.index(name)


@cache
def default_words() -> Words:
    """The shipped words, read once per process."""
    return Words.load()
