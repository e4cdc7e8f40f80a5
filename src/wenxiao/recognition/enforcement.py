"""What kind of enforcement an order is about (环保, 城管 …) and which acts the reply reports (立案, 责令改正 …).

Words are data (`data/enforcement.toml`). Whether the order is an enforcement order at all is the model's question.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.bodies import outside
from wenxiao.recognition.lexicon import Hit, Lexicon, Texts, read_data
from wenxiao.recognition.places import Places
from wenxiao.recognition.schema import Evidence, Order

Floats = npt.NDArray[np.float64]
#: Where each question is asked. Acts are the unit's, so the caller's words do not tell of them.
FIELD_TEXTS = ("title", "content", "reply", "handling")
ACT_TEXTS = ("reply", "handling")
#: The names of `EnforcementWords.facts`, in order.
FACTS = (
    "fields_title",
    "fields_content",
    "fields_reply",
    "weak_title",
    "acts_reply",
    "asks",
    "accuses_title",
    "enquires_title",
)
#: A field is named if it has at least this share of the words of the one with most; no more than `MOST` are.
SHARE, MOST = 0.5, 3
#: The lists that only say what to leave out, and the ends of those that need others beside them.
GUARD, LOOSE, NEEDS = "guard", "/loose", "/needs"
#: What the caller puts into the title is the matter itself.
TITLE = 2


@dataclass(frozen=True, slots=True)
class EnforcementDetails:
    """`fields` of enforcement, the likeliest first; `acts` in the order in which the reply tells them."""

    fields: list[str] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    @property
    def traits(self) -> tuple[str, ...]:
        """What people may judge by whether it is an enforcement order: its fields and acts, by name."""
        return (*(f"field/{name}" for name in self.fields), *(f"act/{name}" for name in self.acts))


class EnforcementWords:
    """The word lists, compiled. Cheap to call, safe to share between threads."""

    def __init__(self, override: Path | None = None) -> None:
        data = read_data("enforcement.toml", override)
        guard = {GUARD: data.get("guard", {}).get("any", [])}
        self._acts = Lexicon(_act_lists(data["act"]) | guard)
        self._fields = Lexicon({row["name"]: row["any"] for row in data["field"]} | guard)
        self._weak = Lexicon({row["name"]: row.get("weak", []) for row in data["field"]} | guard)
        # One pass over each text for all that the model counts in it.
        own = {"field": [word for row in data["field"] for word in row["any"]]}
        acts = {f"act/{row['name']}": row["any"] for row in data["act"]}
        weak = {"weak": [word for row in data["field"] for word in row.get("weak", [])]}
        asks = {name: data[name]["any"] for name in ("asks", "accuses", "enquires")}
        self._in_title = Lexicon(own | weak | asks)
        self._in_content = Lexicon(own | {"asks": asks["asks"]})
        self._in_reply = Lexicon(own | acts)
        common = data["report"]["unless"]
        self._unless = Lexicon({row["name"]: row.get("unless", common) for row in data["act"]})

    def read(self, order: Order) -> EnforcementDetails:
        """The fields and acts of one order, each act with the sentence that reports it."""
        return self.read_many([order])[0]

    def read_many(self, orders: Sequence[Order]) -> list[EnforcementDetails]:
        """The same of many orders."""
        named = self._named(orders)
        evidence: list[list[Evidence]] = [[] for _ in orders]
        for name in ACT_TEXTS:
            for i, found in self._reported(name, [getattr(order, name) for order in orders]):
                evidence[i].append(found)
        return [
            EnforcementDetails(
                fields, list(dict.fromkeys(e.signal.removeprefix("enforcement/") for e in found)), found
            )
            for fields, found in zip(named, evidence, strict=True)
        ]

    def facts(self, orders: Sequence[Order]) -> Floats:
        """What the model weighs beside the wording, a row of `FACTS` for each order: how many different words of each kind
        there are."""
        titles, contents = [order.title for order in orders], [order.content for order in orders]
        title, content = self._in_title.different(titles), self._in_content.different(contents)
        reply = self._in_reply.different([order.reply or order.handling for order in orders])
        asks = title["asks"] + content["asks"]
        both = np.flatnonzero((title["asks"] > 0) & (content["asks"] > 0)).tolist()
        asks[both] = self._different_asks([titles[i] for i in both], [contents[i] for i in both])
        acts = sum((reply[name] > 0 for name in reply if name != "field"), np.zeros(len(orders)))
        facts = (
            title["field"],
            content["field"],
            reply["field"],
            title["weak"],
            acts,
            asks,
            title["accuses"],
            title["enquires"] > 0,
        )
        return np.stack(facts, axis=1).astype(np.float64)

    def _different_asks(self, titles: Sequence[str], contents: Sequence[str]) -> list[int]:
        """How many different words that ask for enforcement each title has together with its content."""
        asks: list[set[str]] = [set() for _ in titles]
        for words, texts in ((self._in_title, titles), (self._in_content, contents)):
            for i, lists in words.find_many(Texts(texts)).texts():
                asks[i].update(texts[i][start:end] for start, end in lists.get("asks", ()))
        return list(map(len, asks))

    def _named(self, orders: Sequence[Order]) -> list[list[str]]:
        """The fields by their own words; by weak ones where no field has any."""
        named = _most(self._fields, orders)
        silent = [i for i, fields in enumerate(named) if not fields]
        for i, fields in zip(silent, _most(self._weak, [orders[i] for i in silent]), strict=True):
            named[i] = fields
        return named

    def _reported(self, name: str, written: Sequence[str]) -> Iterator[tuple[int, Evidence]]:
        if not any(written):
            return
        texts = Texts(written)
        unless = dict(self._unless.find_many(texts).texts())
        places = Places(texts)
        for i, found in self._acts.find_many(texts).texts():
            starts, sentences = [start for start, _ in places.clauses(i)], places.sentences(i)
            acts = _held(_unguarded(found), [start for start, _ in sentences])
            for start, end, act in sorted(_first(acts, unless.get(i, {}), sentences, starts)):
                yield i, Evidence(f"enforcement/{act}", name, start, end, written[i][start:end])


def _act_lists(rows: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """The words of each act, those that have other senses too, and what must stand beside these."""
    lists: dict[str, list[str]] = {}
    for row in rows:
        loose = row.get("loose", [])
        lists[row["name"]] = [word for word in row["any"] if word not in loose]
        lists[row["name"] + LOOSE], lists[row["name"] + NEEDS] = loose, row.get("needs", [])
    return lists


def _unguarded(found: dict[str, list[Hit]]) -> dict[str, list[Hit]]:
    """The hits that lie within no word of the guard."""
    guards = found.pop(GUARD, None)
    if not guards:
        return found
    return {name: hits for name, hits in outside(found, guards).items() if hits}


def _held(found: dict[str, list[Hit]], begins: list[int]) -> dict[str, list[Hit]]:
    """The hits of each act: loose ones only in a sentence with a word that they need."""
    acts = {name: hits for name, hits in found.items() if not name.endswith((LOOSE, NEEDS))}
    for name, hits in found.items():
        if name.endswith(LOOSE):
            act = name.removesuffix(LOOSE)
            backed = {bisect_right(begins, h.start) for h in found.get(act + NEEDS, ())}
            more = [h for h in hits if bisect_right(begins, h.start) in backed]
            acts[act] = [*acts.get(act, ()), *more]
    return acts


def _most(words: Lexicon, orders: Sequence[Order]) -> list[list[str]]:
    """Of each order the lists with most different words in its texts, the one with most first. A word counts where it first
    stands."""
    found: list[dict[str, set[str]]] = [{} for _ in orders]
    count: list[dict[str, int]] = [{} for _ in orders]
    for name in FIELD_TEXTS:
        texts = [getattr(order, name) for order in orders]
        if not any(texts):
            continue
        for i, lists in words.find_many(Texts(texts)).texts():
            for listed, hits in _unguarded(lists).items():
                new = {texts[i][h.start : h.end] for h in hits} - found[i].setdefault(listed, set())
                found[i][listed] |= new
                more = len(new) * (TITLE if name == "title" else 1)
                count[i][listed] = count[i].get(listed, 0) + more
    return [_kept(one) for one in count]


def _kept(count: dict[str, int]) -> list[str]:
    """The lists with at least a share of the words of the one with most, which comes first."""
    most = max(count.values(), default=0)
    kept = [name for name in count if count[name] >= SHARE * most]
    return sorted(kept, key=lambda name: -count[name])[:MOST]


def _first(
    acts: dict[str, list[Hit]], unless: dict[str, list[Hit]], pieces: list[tuple[int, int]], starts: list[int]
) -> Iterator[tuple[int, int, str]]:
    """For each act the first sentence that reports it: with no "unless" word in its clause or in a clause before.

    责令停工，如再犯将罚款 reports the order; 一经查实，将依法罚款 reports nothing.
    """
    begins = [start for start, _ in pieces]
    for act, hits in acts.items():
        silent: dict[int, int] = {}
        for h in unless.get(act, []):
            piece = bisect_right(begins, h.start) - 1
            if piece < 0 or h.start >= pieces[piece][1]:
                continue
            clause = starts[bisect_right(starts, h.start) - 1]
            silent[piece] = min(silent.get(piece, clause), clause)
        reported = []
        for h in hits:
            piece = bisect_right(begins, h.start) - 1
            if piece >= 0 and h.end <= pieces[piece][1] and h.start < silent.get(piece, h.end):
                reported.append(piece)
        if reported:
            yield *pieces[min(reported)], act


@cache
def _shipped() -> EnforcementWords:
    return EnforcementWords()


def enforcement_facts(orders: Sequence[Order]) -> Floats:
    """What the model weighs beside the wording, a row for each order, by the word lists that come with the package."""
    return _shipped().facts(orders)


def enforcement_details(order: Order) -> EnforcementDetails:
    """The fields and acts of one order by the word lists that come with the package."""
    return _shipped().read(order)
