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
from wenxiao.recognition.lexicon import Hit, Lexicon, read_data
from wenxiao.recognition.schema import Evidence, Order
from wenxiao.recognition.text import sentences

TEXTS = ("reply", "handling")
#: Where bodies are looked for when the answer names none: the caller often knows who is passing the buck.
ASKED = ("title", "content")
ACROSS = ("departments", "areas", "levels")
#: Said instead of `ACROSS` where several bodies act and fewer than two are named, and where nothing tells of any and the order
#: was judged by its wording.
UNNAMED, WORDING = "unnamed", "wording"
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
        self._attached = Lexicon({"attached": data.get("attached", {}).get("any", [])})
        unnamed = {UNNAMED} if "departments" in data["counts"] else set()
        self.counts = frozenset(data["counts"]) | {WORDING} | unnamed

    def read(self, order: Order) -> CrossingDetails:
        """The bodies that one order says have to act."""
        return self.read_many([order])[0]

    def read_many(self, orders: Sequence[Order]) -> list[CrossingDetails]:
        """The same of many orders."""
        read = [self._names.find([getattr(order, name) for order in orders]) for name in TEXTS]
        return [self._details(order, named) for order, *named in zip(orders, *read, strict=True)]

    def _details(self, order: Order, read: Sequence[Named]) -> CrossingDetails:
        """Those of one order, given what each of `TEXTS` names."""
        named = _listed(order.co_units)
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

        Only bodies named are counted, of which the answering unit (我局) is none. Where too few are said to act, also those
        that the reply mentions; where it says that several act and names fewer than two, `across` is `UNNAMED`; then
        those that the caller names. Where nothing tells, `across` says that the wording was judged. What stands in a
        document that the reply copies names nobody.
        """
        read = [
            self._before_attached(getattr(order, n), one) for n, one in zip(TEXTS, details.read, strict=True)
        ]
        found = _Found.of(order, read, acting_only=True)
        if not (found.across_named() or found.is_with_own or order.co_units):
            found = _Found.of(order, read, acting_only=False)
        across = found.across_named() or (["departments"] if order.co_units else [])
        if not across:
            found.words("several", "joint")
            across = [UNNAMED] if found.tells_of_several else []
        if not across:
            texts = [getattr(order, name) for name in ASKED]
            for name, text, named in zip(ASKED, texts, self._names.find(texts), strict=True):
                found.add(name, text, named)
            across = found.across_named()
        names = list(dict.fromkeys([*_listed(order.co_units), *found.names()]))
        evidence = found.evidence()
        return CrossingDetails(
            names, across or [WORDING], evidence, details.joint, details.stated, details.facts
        )

    def _before_attached(self, text: str, named: Named) -> Named:
        """What a text names before the document that it copies (指导思想, 附件), if it does."""
        first = min((h.start for h in self._attached.find(text).get("attached", [])), default=None)
        if named is NOTHING or first is None:
            return named
        cut = max(start for start, _ in sentences(text) if start <= first)
        return Named(
            [body for body in named.bodies if body.start < cut],
            *([h for h in hits if h.start < cut] for hits in (named.joint, named.own, named.several)),
        )


def _listed(names: str) -> list[str]:
    """The bodies of a column."""
    return [part.strip() for part in _SPLIT.split(names) if part.strip()] if names else []


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

    @classmethod
    def of(cls, order: Order, read: Sequence[Named], *, acting_only: bool) -> _Found:
        """What the answer names, given what each of `TEXTS` does."""
        found = cls(acting_only)
        for name, one in zip(TEXTS, read, strict=True):
            found.add(name, getattr(order, name), one)
        return found

    @property
    def is_with_own(self) -> bool:
        """Whether the answering unit says that it acts together with a body that it names."""
        return self._own is not None

    @property
    def tells_of_several(self) -> bool:
        """Whether the texts say that several act, whoever they are."""
        return self.is_with_own or self._generic

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
        """The bodies as they are named; the answering unit has no name in its own mouth."""
        return list(dict.fromkeys(e.text for e in self._bodies.values()))

    def evidence(self) -> list[Evidence]:
        return [*self._bodies.values(), *self._shown]

    def across_named(self) -> list[str]:
        """What the bodies cross that are named."""
        return self._crossed(0)

    def across(self) -> list[str]:
        """The same as the model was fitted on: the answering unit is one of them where it acts beside another."""
        return self._crossed(bool(self._own) + _MANY * self._generic)

    def _crossed(self, more: int) -> list[str]:
        departments = {key[0] for key in self._bodies if key[0]}
        areas = {key[2] for key in self._bodies if key[2]}
        towns = {key[2] for key in self._bodies if key[2] and not key[0]}
        levels = {key[1] for key in self._bodies if key[1]}
        several = len(departments) + bool(towns) + more >= _MANY
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
