"""The word lists of same-matter recognition, read once from data and made ready to search in one pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import ahocorasick

from wenxiao.recognition.lexicon import Lexicon, read_data


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that the reader of an order needs: how names end (and the `last` characters of all endings), where they
    begin, what is wrong, what is wished."""

    endings: Any
    last: frozenset[str]
    breaks: Any
    leading: str
    kind_of: dict[str, str]
    common: frozenset[str]
    never: tuple[str, ...]
    no_area: frozenset[str]
    problems: Lexicon
    problem_names: tuple[str, ...]
    wishes: Lexicon
    wish_names: tuple[str, ...]


@cache
def words() -> Words:
    """The lists as shipped."""
    data, kinds = read_data("matters.toml"), read_data("matters_problems.toml")
    kind_of: dict[str, str] = {}
    for kind, endings in data["endings"].items():
        for ending in endings:
            kind_of.setdefault(ending, kind)
    return Words(
        endings=_automaton(kind_of),
        last=frozenset(ending[-1] for ending in kind_of),
        breaks=_automaton(data["breaks"]["words"]),
        leading=data["breaks"]["leading"],
        kind_of=kind_of,
        common=frozenset(data["common"]["names"]),
        never=tuple(data["common"]["endings"]),
        no_area=frozenset(data["areas"]["never"]) | frozenset(data["areas"]["never_last"]),
        problems=Lexicon(kinds["problems"]),
        problem_names=tuple(kinds["problems"]),
        wishes=Lexicon(kinds["wishes"]),
        wish_names=tuple(kinds["wishes"]),
    )


def _automaton(terms: Iterable[str]) -> Any:
    """Finds terms leftmost and longest; each hit carries the term."""
    made: Any = ahocorasick.Automaton()
    for term in terms:
        made.add_word(term, term)
    made.make_automaton()
    return made
