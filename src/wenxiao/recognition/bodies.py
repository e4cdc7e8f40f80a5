"""The names of public bodies in a text, as whole names: 县住建局, 云溪区城管局, 白沙镇.

Names are data (`data/crossing.toml`): departments by their stems, towns by their suffix. The longest name at a place
wins, and a word of the guard list (人民政府 holds 民政, 联合村 holds 联合) is never read as the shorter one inside it.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from wenxiao.recognition.lexicon import Hit, Lexicon, Texts
from wenxiao.recognition.places import Places

#: The longest name of a place that is looked for before a level or a town's suffix, in code points.
PLACE = 3
#: How many a place's name has that stands without a mark before it: most have two.
USUAL = 2


class Body(NamedTuple):
    """One mention: its department ("" for a town), level and town ("" if none), and where the whole name stands.

    `acts` is false where the clause only forwards to it, asks the caller to go there, or quotes it.
    """

    department: str
    level: str
    area: str
    start: int
    end: int
    acts: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        return self.department, self.level, self.area


class Named(NamedTuple):
    """The bodies of one text in its order, and the words that say "together" (`joint`) and "we" (`own`)."""

    bodies: list[Body]
    joint: list[Hit]
    own: list[Hit]
    several: list[Hit]


NOTHING = Named([], [], [], [])


class BodyNames:
    """The names, compiled from `crossing.toml`. Cheap to call, safe to share between threads."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._suffixes = tuple(sorted(data["suffixes"], key=len, reverse=True))
        self._suffixes_by: dict[str, list[str]] = {}
        for suffix in self._suffixes:
            self._suffixes_by.setdefault(suffix[:1], []).append(suffix)
        self._alone = frozenset(data["alone"])
        self._whole: dict[str, bool] = {}
        self._levels = {char: level for level, chars in data["levels"].items() for char in chars}
        self._area = data["area"]
        self._no_town = re.compile("|".join(map(re.escape, self._area["not"])) or "(?!)")
        self._stops = frozenset(self._area["stops"])
        self._lexicon = Lexicon(
            {f"d/{row['name']}": row["stems"] for row in data["department"]}
            | {name: data[name]["any"] for name in ("passive", "joint", "own", "several", "guard")}
            | {"area": self._area["suffixes"]}
        )

    def find(self, written: Sequence[str]) -> list[Named]:
        """Every body, and the words about bodies, of each text."""
        found = [NOTHING] * len(written)
        if not any(written):
            return found
        texts = Texts(written)
        places: Places | None = None
        for i, hits in self._lexicon.find_many(texts).texts():
            named, passive = self._named(written[i], hits)
            # Most texts name no body, or nothing that makes one passive: then no clause is looked for.
            if passive and (named.bodies or named.joint):
                places = places or Places(texts)
                named = _active(named, passive, [start for start, _ in places.clauses(i)])
            found[i] = named
        return found

    def _named(self, text: str, hits: dict[str, list[Hit]]) -> tuple[Named, list[Hit]]:
        """The bodies of one text, and the words that make those of their clause passive."""
        guards = hits.pop("guard", None)
        if guards:
            hits = outside(hits, guards)
        passive, joint, own, several = (hits.pop(name, []) for name in ("passive", "joint", "own", "several"))
        found = [b for name, places in hits.items() for h in places for b in self._body(text, name, h)]
        return Named(list(_joined(_longest(found))), joint, own, several), passive

    def _body(self, text: str, name: str, hit: Hit) -> Iterator[Body]:
        if name == "area":
            yield from self._town(text, hit)
            return
        follows = self._suffix(text, hit.end)
        if follows or self._is_whole(text[hit.start : hit.end]) or _listed(text, hit):
            level, start = self._place(text, hit.start)
            yield Body(name.removeprefix("d/"), level, "", start, hit.end + len(follows))

    def _suffix(self, text: str, at: int) -> str:
        for suffix in self._suffixes_by.get(text[at : at + 1], ()):
            if text.startswith(suffix, at):
                return suffix
        return ""

    def _is_whole(self, stem: str) -> bool:
        """Whether a stem is a name by itself."""
        known = self._whole.get(stem)
        if known is None:
            known = self._whole[stem] = stem.endswith(self._suffixes) or stem in self._alone
        return known

    def _place(self, text: str, start: int) -> tuple[str, int]:
        """The level before a stem and where the name begins with it: of 由云溪区住建局 county and 云溪区's place."""
        level = self._levels.get(text[start - 1 : start], "")
        if not level:
            return "", start
        code = start - 1
        while code > 0 and text[code - 1].isascii() and text[code - 1].isalnum():
            code -= 1
        if code < start - 1:
            return level, code
        begin = self._name(text, start - 1)
        return level, begin if start - 1 - begin in (USUAL, PLACE) else start - 1

    def _name(self, text: str, end: int) -> int:
        """Where the name of a place that ends at `end` begins: after a mark or a word that no name holds."""
        begin = end
        while begin > 0 and end - begin <= PLACE and self._letter(text[begin - 1]):
            begin -= 1
        return begin

    def _letter(self, char: str) -> bool:
        return "\u4e00" <= char <= "\u9fff" and char not in self._stops

    def _town(self, text: str, hit: Hit) -> Iterator[Body]:
        begin = self._name(text, hit.start)
        if hit.start - begin > PLACE:
            begin = hit.start - USUAL
        name = text[begin : hit.start]
        if len(name) < USUAL or text[hit.end : hit.end + 1] in self._area["not_before"]:
            return
        whole = text[begin : hit.end]
        if not self._no_town.search(whole):
            yield Body("", "town", name, begin, hit.end)


def _active(named: Named, passive: list[Hit], starts: list[int]) -> Named:
    """The same, where bodies and "together" in a clause with a passive word do not count as acting."""
    silent = {bisect_right(starts, h.start) for h in passive}
    bodies = [
        b if bisect_right(starts, b.start) not in silent else Body(*b.key, b.start, b.end, False)
        for b in named.bodies
    ]
    joint = [h for h in named.joint if bisect_right(starts, h.start) not in silent]
    return Named(bodies, joint, named.own, named.several)


def _listed(text: str, hit: Hit) -> bool:
    """Whether a short name stands in a list of bodies, as in 国土、住建等部门."""
    after = text[hit.end : hit.end + 1]
    return after == "、" or (
        text[hit.start - 1 : hit.start] == "、" and after in ("", "等", "部", "，", "。")
    )


def outside(found: dict[str, list[Hit]], guards: list[Hit]) -> dict[str, list[Hit]]:
    """The hits that lie within no guard; guards are in the order of their ends. Of those that end no sooner than a hit,
    the one that starts first decides, so that work grows in line with the number of both."""
    ends = [guard.end for guard in guards]
    firsts = [*accumulate((guard.start for guard in reversed(guards)), min)][::-1]
    firsts.append(sys.maxsize)
    return {
        name: [hit for hit in hits if firsts[bisect_left(ends, hit[1])] > hit[0]]
        for name, hits in found.items()
    }


def _longest(bodies: list[Body]) -> list[Body]:
    """Of names that overlap the longest, in the order of the text."""
    if len(bodies) < 2:
        return bodies
    kept: list[Body] = []
    for body in sorted(bodies, key=lambda b: (b.start - b.end, b.start)):
        at = bisect_left(kept, body.start, key=lambda b: b.start)
        before, after = kept[at - 1 : at] if at else [], kept[at : at + 1]
        if all(b.end <= body.start for b in before) and all(b.start >= body.end for b in after):
            kept.insert(at, body)
    return kept


def _joined(bodies: list[Body]) -> Iterator[Body]:
    """Names that touch are one: 县公安局交警大队 is the 交警, 白沙镇派出所 is one body of that town."""
    whole: Body | None = None
    for body in bodies:
        if whole is not None and whole.end == body.start:
            level = whole.level if whole.level else body.level
            whole = Body(body.department, level, whole.area or body.area, whole.start, body.end)
            continue
        if whole is not None:
            yield whole
        whole = body
    if whole is not None:
        yield whole
