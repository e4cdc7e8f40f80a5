"""Which bodies have to act in an order, and whether departments, areas or levels are crossed (三跨).

Words are data (`data/crossing.toml`), so is what counts as crossing (`counts`). A column that says so (协办单位,
是否联合办理) wins over the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from wenxiao.recognition.bodies import NOTHING, Body, BodyNames, Named
from wenxiao.recognition.lexicon import Hit, read_data
from wenxiao.recognition.schema import Evidence, Order
from wenxiao.recognition.text import sentences

TEXTS = ("reply", "handling")
#: Where bodies are looked for when the answer names none: the caller often knows who is passing the buck.
ASKED = ("title", "content")
ACROSS = ("departments", "areas", "levels")
#: Said instead of `ACROSS` where nobody is named and the order was judged by its wording.
WORDING = "wording"
_SPLIT = re.compile(r"[、,，;；/\n]+")
_MANY = 2


@dataclass(slots=True)
class CrossingDetails:
    """`bodies` as the order names them, `across` within `ACROSS`, `joint` whether the reply says that several act.

    `stated` is what the columns say: true, false, or None where the source has no such column.
    `facts` is what the model weighs, `read` what each of `TEXTS` names.
    """

    bodies: list[str] = field(default_factory=list)
    across: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    joint: bool = False
    stated: bool | None = None
    facts: list[str] = field(default_factory=list)
    read: Sequence[Named] = ()


class CrossingWords:
    """The names and words, compiled. Cheap to call, safe to share between threads."""

    def __init__(self, override: Path | None = None) -> None:
        data = read_data("crossing.toml", override)
        self._names = BodyNames(data)
        self.counts = frozenset(data["counts"]) | {WORDING}

    def read(self, order: Order) -> CrossingDetails:
        """The bodies that one order says have to act."""
        return self.read_many([order])[0]

    def read_many(self, orders: Sequence[Order]) -> list[CrossingDetails]:
        """The same of many orders."""
        read = [self._names.find([getattr(order, name) for order in orders]) for name in TEXTS]
        return [self._details(order, named) for order, *named in zip(orders, *read, strict=True)]

    def _details(self, order: Order, read: Sequence[Named]) -> CrossingDetails:
        """Those of one order, given what each of `TEXTS` names."""
        named = (
            [part.strip() for part in _SPLIT.split(order.co_units) if part.strip()] if order.co_units else []
        )
        stated = order.is_joint if order.is_joint is not None else (True if named else None)
        if not any(one.bodies or one.joint for one in read):
            return CrossingDetails(named, ["departments"] if named else [], stated=stated, read=read)
        found = _Found()
        for name, one in zip(TEXTS, read, strict=True):
            found.add(name, getattr(order, name), one)
        crossed = found.across()
        across = crossed or (["departments"] if named else [])
        names = list(dict.fromkeys([*named, *found.names()]))
        return CrossingDetails(
            names, across, found.evidence(), found.joint, stated, found.facts(crossed), read
        )

    def explain(self, order: Order, details: CrossingDetails) -> CrossingDetails:
        """The same for an order that was found to be crossing, with what it was seen by: never empty.

        Where too few bodies are said to act, also those that the reply mentions, then its words for "several
        departments", then those that the caller names. Where nobody is named at all, `across` says that the wording was judged.
        """
        if details.across:
            return details
        found = _Found(acting_only=False)
        for name, named in zip(TEXTS, details.read, strict=True):
            found.add(name, getattr(order, name), named)
        if not found.across():
            found.words("several", "joint")
        if not found.across():
            texts = [getattr(order, name) for name in ASKED]
            for name, text, named in zip(ASKED, texts, self._names.find(texts), strict=True):
                found.add(name, text, named)
        across = found.across()
        names = list(dict.fromkeys([*details.bodies, *found.names()]))
        evidence = found.evidence()
        return CrossingDetails(
            names, across or [WORDING], evidence, details.joint, details.stated, details.facts
        )


class _Found:
    """What one order's texts name, gathered text by text."""

    def __init__(self, acting_only: bool = True) -> None:
        self._acting_only = acting_only
        self._bodies: dict[tuple[str, str, str], Evidence] = {}
        self._texts: list[tuple[str, str, Named]] = []
        self._shown: list[Evidence] = []
        self._generic = False
        self.joint = False
        self._own: Evidence | None = None

    def add(self, name: str, text: str, read: Named) -> None:
        """The bodies of one text."""
        if read is NOTHING:
            return
        self._texts.append((name, text, read))
        self.joint = self.joint or bool(read.joint)
        kept = [b for b in read.bodies if b.acts or not self._acting_only]
        for body in kept:
            if not body.level and any(k[0] == body.department and k[2] == body.area for k in self._bodies):
                continue  # 住建局 after 县住建局 is the same one
            self._bodies.pop((body.department, "", body.area), None)  # and so is 县住建局 after 住建局
            self._bodies.setdefault(body.key, _evidence("body", name, text, body.start, body.end))
        if self._own is None and kept and read.own and read.joint and name in TEXTS:
            self._own = next(_own(name, text, read, kept), None)

    def words(self, *lists: str) -> None:
        """Take the words for "several bodies" as what is seen."""
        for name, text, read in self._texts:
            for listed in lists:
                hits: list[Hit] = getattr(read, listed)
                if hits and not self._shown:
                    self._shown.append(_evidence(listed, name, text, *hits[0]))
                    self._generic = True

    def names(self) -> list[str]:
        own = [self._own.text] if self._own and self._bodies else []
        return [*own, *(e.text for e in self._bodies.values())]

    def evidence(self) -> list[Evidence]:
        return [*([self._own] if self._own else []), *self._bodies.values(), *self._shown]

    def across(self) -> list[str]:
        """What the bodies cross. The answering unit itself is one of them where it acts beside another."""
        departments = {key[0] for key in self._bodies if key[0]}
        areas = {key[2] for key in self._bodies if key[2]}
        towns = {key[2] for key in self._bodies if key[2] and not key[0]}
        levels = {key[1] for key in self._bodies if key[1]}
        several = len(departments) + bool(towns) + bool(self._own) >= _MANY or self._generic
        crossed = (several, len(areas) >= _MANY, len(levels) >= _MANY)
        return [name for name, is_so in zip(ACROSS, crossed, strict=True) if is_so]

    def facts(self, across: Sequence[str]) -> list[str]:
        """What the model weighs beside the wording, given what the bodies cross."""
        count = min(len(self._bodies) + bool(self._own), MOST_BODIES)
        facts = [f"bodies_{n}" for n in range(1, count + 1)]
        return [*facts, *(["joint"] if self.joint else []), *across]


def _own(name: str, text: str, read: Named, bodies: list[Body]) -> Iterator[Evidence]:
    """我局 and its like in a sentence that says "together" and names another body."""
    pieces = sentences(text)
    starts = [start for start, _ in pieces]
    together = {bisect_right(starts, h.start) for h in read.joint}
    others = {bisect_right(starts, b.start) for b in bodies}
    for hit in read.own:
        if bisect_right(starts, hit.start) in together & others:
            yield _evidence("body", name, text, hit.start, hit.end)


def _evidence(what: str, name: str, text: str, start: int, end: int) -> Evidence:
    return Evidence(f"crossing/{what}", name, start, end, text[start:end])


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
    return details.facts
