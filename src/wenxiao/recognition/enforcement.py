"""What kind of enforcement an order is about (环保, 城管 …) and which acts the reply reports (立案, 责令改正 …).

Words are data (`data/enforcement.toml`). Whether the order is an enforcement order at all is the model's question.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from wenxiao.recognition.lexicon import Hit, Lexicon, read_data
from wenxiao.recognition.schema import Evidence, Order
from wenxiao.recognition.text import clauses, sentences

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
#: What the caller puts into the title is the matter itself.
TITLE = 2


@dataclass(frozen=True, slots=True)
class EnforcementDetails:
    """`fields` of enforcement, the likeliest first; `acts` in the order in which the reply tells them."""

    fields: list[str] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)


class EnforcementWords:
    """The word lists, compiled. Cheap to call, safe to share between threads."""

    def __init__(self, override: Path | None = None) -> None:
        data = read_data("enforcement.toml", override)
        self._fields = Lexicon({row["name"]: row["any"] for row in data["field"]})
        self._weak = Lexicon({row["name"]: row.get("weak", []) for row in data["field"]})
        self._acts = Lexicon({row["name"]: row["any"] for row in data["act"]})
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
        evidence = [found for name in ACT_TEXTS for found in self._reported(name, getattr(order, name))]
        acts = list(dict.fromkeys(e.signal.removeprefix("enforcement/") for e in evidence))
        return EnforcementDetails(self._named(order), acts, evidence)

    def facts(self, order: Order) -> list[float]:
        """What the model weighs beside the wording, by `FACTS`: how many different words of each kind there are."""
        title, content = order.title, order.content
        reply = order.reply or order.handling
        in_title, in_content = self._in_title.find(title), self._in_content.find(content)
        in_reply = self._in_reply.find(reply)
        acts = len(in_reply) - ("field" in in_reply)
        return [
            float(len(_words(in_title, "field", title))),
            float(len(_words(in_content, "field", content))),
            float(len(_words(in_reply, "field", reply))),
            float(len(_words(in_title, "weak", title))),
            float(acts),
            float(len(_words(in_title, "asks", title) | _words(in_content, "asks", content))),
            float(len(_words(in_title, "accuses", title))),
            float("enquires" in in_title),
        ]

    def _named(self, order: Order) -> list[str]:
        """The fields by their own words; by weak ones where no field has any."""
        return _most(self._fields, order) or _most(self._weak, order)

    def _reported(self, name: str, text: str) -> Iterator[Evidence]:
        acts = self._acts.find(text)
        if not acts:
            return
        unless = self._unless.find(text)
        pieces = sentences(text)
        starts = [start for start, _ in clauses(text)]
        for start, end, act in sorted(_first(acts, unless, pieces, starts)):
            yield Evidence(f"enforcement/{act}", name, start, end, text[start:end])


def _words(found: dict[str, list[Hit]], name: str, text: str) -> set[str]:
    """The different words of one list in a text."""
    return {text[start:end] for start, end in found.get(name, ())}


def _most(words: Lexicon, order: Order) -> list[str]:
    """The lists with most different words in the order, the one with most first."""
    found: dict[str, set[str]] = {}
    count: dict[str, int] = {}
    for name in FIELD_TEXTS:
        text = getattr(order, name)
        for listed, hits in words.find(text).items():
            new = {text[h.start : h.end] for h in hits} - found.setdefault(listed, set())
            found[listed] |= new
            count[listed] = count.get(listed, 0) + len(new) * (TITLE if name == "title" else 1)
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


def enforcement_facts(order: Order) -> list[float]:
    """What the model weighs beside the wording, by the word lists that come with the package."""
    return _shipped().facts(order)


def enforcement_details(order: Order) -> EnforcementDetails:
    """The fields and acts of one order by the word lists that come with the package."""
    return _shipped().read(order)
