"""Word lists as data: one automaton pass over a text finds every term of every list.

A list's terms are written as an administrator would write them. A term may hold gaps: ``已…转`` is 已 followed by
转 within `GAP` characters of the same sentence. Gaps are matched by walking the hits once, so the work grows in
line with the length of the text whatever the terms are; no regular expression is built from them.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import ahocorasick

#: The longest gap that `…` spans, in code points. Chosen on the training labels: 12 keeps a verb and its object together.
GAP = 12
GAP_MARK = "…"


class Hit(NamedTuple):
    """One term found: [start, end) in the text that was searched."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a term at `index` of `count` parts; a plain term is its own only part."""

    term: int
    index: int
    count: int


class Lexicon:
    """Named lists of terms, searched together.

    `lists` maps a list's name to its terms. Building costs milliseconds and is done once; `find` is the hot path.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._owners: list[list[str]] = []
        index: dict[str, int] = {}
        parts: dict[str, list[_Part]] = defaultdict(list)
        for name, terms in lists.items():
            for term in terms:
                if term not in index:
                    index[term] = len(self._owners)
                    self._owners.append([])
                    pieces = [piece for piece in term.split(GAP_MARK) if piece]
                    for at, piece in enumerate(pieces):
                        parts[piece].append(_Part(index[term], at, len(pieces)))
                self._owners[index[term]].append(name)
        self._automaton: Any = ahocorasick.Automaton()
        for piece, owners in parts.items():
            # Later parts first: a piece that is two parts of one term must not follow upon itself.
            self._automaton.add_word(piece, (len(piece), tuple(sorted(owners, key=lambda p: -p.index))))
        if parts:
            self._automaton.make_automaton()
        self._empty = not parts

    def find(self, text: str) -> dict[str, list[Hit]]:
        """Every hit of every list, by list name, in the order of their ends."""
        found: dict[str, list[Hit]] = {}
        if self._empty or not text:
            return found
        waiting: dict[tuple[int, int], Hit] = {}
        for last, (length, owners) in self._automaton.iter(text):
            start, end = last + 1 - length, last + 1
            for part in owners:
                hit = Hit(start, end)
                if part.index:
                    before = waiting.get((part.term, part.index - 1))
                    if before is None or not before.end <= start <= before.end + GAP:
                        continue
                    hit = Hit(before.start, end)
                if part.index + 1 < part.count:
                    waiting[part.term, part.index] = hit
                    continue
                for name in self._owners[part.term]:
                    found.setdefault(name, []).append(hit)
        return found


def read_data(name: str, override: Path | None = None) -> dict[str, Any]:
    """A data file of the recognition package (TOML), or the administrator's own copy of it."""
    if override is not None and (override / name).exists():
        return tomllib.loads((override / name).read_text(encoding="utf-8"))
    return tomllib.loads((files("wenxiao.recognition") / "data" / name).read_text(encoding="utf-8"))
