"""Replies that say nothing: a word that stands for an empty cell (无, 已阅), and the caller's own words copied.

Both are data (`[values]` of `data/columns.toml`: `nothing`, `told`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from wenxiao.recognition.kernels.words import unshared
from wenxiao.recognition.lexicon import Texts, expanded
from wenxiao.recognition.schema import Evidence, Order
from wenxiao.recognition.text import clauses, is_boilerplate

#: The longest word that stands for an empty cell, marks and white space included, in code points.
LONGEST = 12
#: The shortest reply that is called a copy, in letters and figures: fewer are chance.
LEAST = 6
#: Characters that a copy may have beside those of the message (marks, what stands before it). More of them are words of the
#: unit's own; asked first, because it is cheap.
OTHER = 16


class Hollow:
    """The words, read once. Cheap to call, safe to share between threads."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        """`values` is the table of `columns.toml`; an older copy of it may lack the lists."""
        self._nothing = frozenset(map(_key, values.get("nothing", ())))
        told = {one for term in values.get("told", ()) for one in expanded(term)}
        # The longest first, as one pattern: there are hundreds, and most clauses begin with none.
        self._told = re.compile("|".join(map(re.escape, sorted(told, key=len, reverse=True))) or "(?!)")

    def emptied(self, orders: Sequence[Order]) -> list[Order]:
        """The orders, with "" for a reply or handling that is a word for nothing or has neither letter nor figure."""
        return [self._emptied(order) for order in orders]

    def _emptied(self, order: Order) -> Order:
        reply, handling = self._is_nothing(order.reply), self._is_nothing(order.handling)
        if not (reply or handling):
            return order
        return replace(order, reply="" if reply else order.reply, handling="" if handling else order.handling)

    def _is_nothing(self, text: str) -> bool:
        if not text or len(text) > LONGEST:
            return False
        key = _key(text)
        return not key or key in self._nothing

    def copied(self, orders: Sequence[Order]) -> Iterator[tuple[int, Evidence]]:
        """`only_repeats` for each reply every clause of which the caller had written, forms of greeting and thanks apart."""
        texts = [order.reply or order.handling for order in orders]
        messages = [order.title + order.content for order in orders]
        said, asked = Texts(texts), Texts(messages)
        others = unshared(said.codes, said.sizes, asked.codes, asked.sizes)
        for i in np.flatnonzero((others <= OTHER) & (said.sizes > 0)).tolist():
            name = "reply" if orders[i].reply else "handling"
            for evidence in self._copied(name, texts[i], messages[i]):
                yield i, evidence

    def _copied(self, name: str, text: str, message: str) -> list[Evidence]:
        known = _key(message)
        own = [(start, end) for start, end in clauses(text) if not is_boilerplate(text[start:end])]
        said = [key for start, end in own if (key := self._said(text[start:end]))]
        if sum(map(len, said)) < LEAST or not all(key in known for key in said):
            return []
        start, end = own[0][0], own[-1][1]
        return [Evidence("only_repeats", name, start, end, text[start:end])]

    def _said(self, clause: str) -> str:
        """What a clause says, without the words that only introduce it (来电人反映)."""
        opening = self._told.match(clause)
        return _key(clause[opening.end() :] if opening else clause)


def _key(text: str) -> str:
    """The letters and figures of a text: marks and white space say nothing."""
    return "".join(filter(str.isalnum, text)).lower()
