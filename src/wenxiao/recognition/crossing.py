"""Which bodies a reply names as having to act, and whether departments, areas or levels are crossed (三跨).

Names are data (`data/crossing.toml`): departments by their stems, towns by their suffix. Which crossings count is a
setting of the centre. A column that says so (协办单位, 是否联合办理) wins over the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from wenxiao.recognition.lexicon import Lexicon, read_data
from wenxiao.recognition.schema import Evidence, Order
from wenxiao.recognition.text import clauses

TEXTS = ("reply", "handling")
ACROSS = ("departments", "areas", "levels")
#: The longest name of a town that is looked for, in code points.
NAME = 4
_SPLIT = re.compile(r"[、,，;；/\n]+")
_MANY = 2


@dataclass(frozen=True, slots=True)
class CrossingDetails:
    """`bodies` as the order names them, `across` within `ACROSS`, `joint` whether the reply says that several act.

    `stated` is what the columns say: true, false, or None where the source has no such column.
    """

    bodies: list[str] = field(default_factory=list)
    across: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    joint: bool = False
    stated: bool | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """One mention of a body: its department ("" for a town), its level, and where the name stands."""

    department: str
    level: str
    area: str
    start: int
    end: int


class CrossingWords:
    """The names and words, compiled. Cheap to call, safe to share between threads."""

    def __init__(self, override: Path | None = None) -> None:
        data = read_data("crossing.toml", override)
        self._suffixes = tuple(data["suffixes"])
        self._levels = {char: level for level, chars in data["levels"].items() for char in chars}
        self._area_suffixes = tuple(data["area"]["suffixes"])
        self._stops = frozenset(data["area"]["stops"])
        self._not_areas = frozenset(data["area"]["not"])
        self._lexicon = Lexicon(
            {f"d/{row['name']}": row["stems"] for row in data["department"]}
            | {"passive": data["passive"]["any"], "joint": data["joint"]["any"], "area": self._area_suffixes}
        )

    def read(self, order: Order) -> CrossingDetails:
        """The bodies that one order says have to act."""
        evidence, bodies, joint = [], {}, False
        for name in TEXTS:
            text = getattr(order, name)
            found, is_joint = self._acting(text)
            joint = joint or is_joint
            for body in found:
                key = (body.department, body.level, body.area)
                if key not in bodies:
                    bodies[key] = text[body.start : body.end]
                    evidence.append(
                        Evidence("crossing/body", name, body.start, body.end, text[body.start : body.end])
                    )
        across = _across(list(bodies))
        named = [part.strip() for part in _SPLIT.split(order.co_units) if part.strip()]
        stated = order.is_joint if order.is_joint is not None else (True if named else None)
        if named:
            across = across or ["departments"]
        names = list(dict.fromkeys([*named, *bodies.values()]))
        return CrossingDetails(names, across, evidence, joint, stated)

    def _acting(self, text: str) -> tuple[list[Body], bool]:
        """The bodies in clauses that are not passive, and whether any clause says "together"."""
        hits = self._lexicon.find(text)
        if not hits:
            return [], False
        pieces = clauses(text)
        starts = [start for start, _ in pieces]
        passive = {bisect_right(starts, h.start) - 1 for h in hits.pop("passive", [])}
        joint = any(bisect_right(starts, h.start) - 1 not in passive for h in hits.pop("joint", []))
        bodies = [
            body
            for listed, places in hits.items()
            for h in places
            if bisect_right(starts, h.start) - 1 not in passive
            for body in self._body(text, listed, h.start, h.end)
        ]
        return sorted(bodies, key=lambda b: b.start), joint

    def _body(self, text: str, listed: str, start: int, end: int) -> Iterator[Body]:
        if listed == "area":
            yield from self._area(text, start, end)
            return
        follows = next((s for s in self._suffixes if text.startswith(s, end)), "")
        level = self._levels.get(text[start - 1 : start], "")
        begin = start - 1 if level else start
        yield Body(listed.removeprefix("d/"), level, "", begin, end + len(follows))

    def _area(self, text: str, start: int, end: int) -> Iterator[Body]:
        begin = start
        while begin > 0 and start - begin < NAME and text[begin - 1] not in self._stops:
            if not ("\u4e00" <= text[begin - 1] <= "\u9fff"):
                break
            begin -= 1
        if _MANY <= start - begin < NAME and text[begin:end] not in self._not_areas:
            yield Body("", "town", text[begin : start + 1], begin, end)


def _across(bodies: list[tuple[str, str, str]]) -> list[str]:
    departments = {department for department, _, _ in bodies if department}
    areas = {area for _, _, area in bodies if area}
    levels = {level for _, level, _ in bodies if level}
    crossed = (len(departments) + bool(areas) >= _MANY, len(areas) >= _MANY, len(levels) >= _MANY)
    return [name for name, is_so in zip(ACROSS, crossed, strict=True) if is_so]


@cache
def _shipped() -> CrossingWords:
    return CrossingWords()


def crossing_details(order: Order) -> CrossingDetails:
    """The bodies that one order says have to act, by the names that come with the package."""
    return _shipped().read(order)


#: More bodies than this say nothing more.
MOST_BODIES = 4


def crossing_facts(details: CrossingDetails) -> list[str]:
    """What the model weighs beside the wording: how many bodies are named, whether together, what is crossed."""
    bodies = min(len(details.bodies), MOST_BODIES)
    facts = [f"bodies_{n}" for n in range(1, bodies + 1)]
    return [*facts, *(["joint"] if details.joint else []), *details.across]
