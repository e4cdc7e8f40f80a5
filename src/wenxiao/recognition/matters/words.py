"""The word lists of same-matter recognition, read once from data and made ready to search."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from wenxiao.recognition.lexicon import Lexicon, read_data

#: The longest run of characters that a name may have before its ending.
LONGEST = 9


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that the reader of an order needs: how names end, where they begin, what is wrong, what is wished."""

    name: re.Pattern[str]
    breaks: re.Pattern[str]
    leading: str
    kind_of: dict[str, str]
    common: frozenset[str]
    never: tuple[str, ...]
    problems: Lexicon
    problem_names: tuple[str, ...]
    wishes: Lexicon
    wish_names: tuple[str, ...]

    def kind(self, ending: str) -> str:
        """The kind of thing that a name with this ending (or run of endings) names: the last one decides."""
        while ending not in self.kind_of:
            ending = ending[1:]
        return self.kind_of[ending]


@cache
def words() -> Words:
    """The lists as shipped."""
    data, kinds = read_data("matters.toml"), read_data("matters_problems.toml")
    kind_of: dict[str, str] = {}
    for kind, endings in data["endings"].items():
        for ending in endings:
            kind_of.setdefault(ending, kind)
    return Words(
        name=_name_pattern(kind_of),
        breaks=_any_of(data["breaks"]["words"]),
        leading=data["breaks"]["leading"],
        kind_of=kind_of,
        common=frozenset(data["common"]["names"]),
        never=tuple(data["common"]["endings"]),
        problems=Lexicon(kinds["problems"]),
        problem_names=tuple(kinds["problems"]),
        wishes=Lexicon(kinds["wishes"]),
        wish_names=tuple(kinds["wishes"]),
    )


def _any_of(terms: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(t) for t in sorted(terms, key=len, reverse=True)))


def _name_pattern(kind_of: dict[str, str]) -> re.Pattern[str]:
    endings = "|".join(re.escape(e) for e in sorted(kind_of, key=len, reverse=True))
    return re.compile(f"([\\w·.]{{1,{LONGEST}}}?)((?:{endings}){{1,3}})")
