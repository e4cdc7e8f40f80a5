"""Word lists as data: one automaton pass over a text finds every term of every list.

A list's terms are written as an administrator would write them. A term may hold gaps: ``已…转`` is 已 followed by
转 within `GAP` characters of the same sentence; and choices: ``{已|已经}{修复|恢复}`` are four terms. Gaps are
matched by walking the hits once, so the work grows in line with the length of the text whatever the terms are; no
regular expression is built from them.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import ahocorasick

from wenxiao.recognition.edits import overlaid

#: The longest gap that `…` spans, in code points. Chosen on the training labels: 12 keeps a verb and its object together.
GAP = 12
GAP_MARK = "…"


class Hit(NamedTuple):
    """One term found: [start, end) in the text that was searched."""

    start: int
    end: int


class _Step(NamedTuple):
    """A piece of one or many terms that begin alike: the step before it (-1: none), whether more follows, and the
    lists that the term it ends is in."""

    number: int
    before: int
    goes_on: bool
    lists: tuple[str, ...]


class Lexicon:
    """Named lists of terms, searched together.

    `lists` maps a list's name to its terms. Building costs milliseconds and is done once; `find` is the hot path.
    Terms that begin alike share their beginning, so that a common first piece costs one step however many there are.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        owners: dict[tuple[str, ...], list[str]] = {}
        for name, terms in lists.items():
            for term in dict.fromkeys(one for written in terms for one in expanded(written)):
                pieces = tuple(piece for piece in term.split(GAP_MARK) if piece)
                for count in range(1, len(pieces)):
                    owners.setdefault(pieces[:count], [])
                owners.setdefault(pieces, []).append(name)
        self._automaton: Any = ahocorasick.Automaton()
        for piece, steps in _steps(owners).items():
            # Later pieces first: a piece that is two of one term must not follow upon itself.
            self._automaton.add_word(piece, (len(piece), tuple(reversed(steps))))
        if owners:
            self._automaton.make_automaton()
        self._empty = not owners

    def find(self, text: str) -> dict[str, list[Hit]]:
        """Every hit of every list, by list name, in the order of their ends."""
        found: dict[str, list[Hit]] = {}
        if self._empty or not text:
            return found
        waiting: dict[int, Hit] = {}
        for last, (length, steps) in self._automaton.iter(text):
            end = last + 1
            for number, before, goes_on, lists in steps:
                start = end - length
                if before >= 0:
                    earlier = waiting.get(before)
                    if earlier is None or not earlier.end <= start <= earlier.end + GAP:
                        continue
                    start = earlier.start
                hit = Hit(start, end)
                if goes_on:
                    waiting[number] = hit
                for name in lists:
                    found.setdefault(name, []).append(hit)
        return found


def _steps(owners: dict[tuple[str, ...], list[str]]) -> dict[str, list[_Step]]:
    """The steps that each piece takes, the shortest beginnings first."""
    number = {pieces: at for at, pieces in enumerate(owners)}
    inner = {pieces[:-1] for pieces in owners}
    by_piece: dict[str, list[_Step]] = defaultdict(list)
    for pieces in sorted(owners, key=len):
        step = _Step(number[pieces], number.get(pieces[:-1], -1), pieces in inner, tuple(owners[pieces]))
        by_piece[pieces[-1]].append(step)
    return by_piece


def expanded(term: str) -> list[str]:
    """The terms that a term with choices stands for: `{已|已经}修复` is 已修复 and 已经修复.

    Raises ValueError for a brace without its partner.
    """
    parts: list[list[str]] = []
    for at, piece in enumerate(term.split("{")):
        choices, closed, rest = piece.partition("}")
        if bool(closed) != bool(at):
            raise ValueError(f"花括号不成对：{term}")
        parts += [choices.split("|"), [rest]] if closed else [[piece]]
    return ["".join(chosen) for chosen in product(*parts)]


def read_data(name: str, override: Path | None = None) -> dict[str, Any]:
    """A data file of the recognition package (TOML), or the administrator's own copy of it, with the edits that were
    made on the page."""
    return overlaid(unedited(name, override), name, override)


def unedited(name: str, override: Path | None = None) -> dict[str, Any]:
    """The same without the edits."""
    if override is not None and (override / name).exists():
        return tomllib.loads((override / name).read_text(encoding="utf-8"))
    return tomllib.loads((files("wenxiao.recognition") / "data" / name).read_text(encoding="utf-8"))
