"""The demands of an order, from its texts to spans on both sides.

Texts are read as imported, without `text.normalise`: its offset map would cost more than all of the matching, and the
words that ask are the same in most writing. A message in traditional characters therefore shows fewer demands.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from wenxiao.recognition.demands.answering import Answering, Asked
from wenxiao.recognition.demands.asking import Asking
from wenxiao.recognition.demands.clauses import Cut, Cuts, Cutter, Ints
from wenxiao.recognition.lexicon import read_data
from wenxiao.recognition.schema import Demand, Order

WORDS, MODEL = "demands.toml", "demands_model.json"
#: An order's demands beyond this many, least likely first, are not listed: bounds the work on hostile text.
MOST = 12
#: A longer clause (a message without marks) is cut to the words around where it begins to ask, in code points.
LONGEST = 80


class DemandReader:
    """The word lists and models, loaded once. Cheap to call, safe to share between threads.

    `override` is a folder with an administrator's own copies of the data files; `model` a model to try instead.
    """

    def __init__(self, override: Path | None = None, model: dict[str, Any] | None = None) -> None:
        data = read_data(WORDS, override)
        content = _model(override) if model is None else model
        self.message_words = Cutter(data["message"], data["ordinals"])
        self.reply_words = Cutter(data["reply"], data["ordinals"])
        common = {
            word: float(rarity) for rarity, words in content["common"].items() for word in words.split(" ")
        }
        asks = self.message_words.names
        self.asking = Asking(content["asking"], asks)
        self.answering = Answering(content["answering"], common, asks, self.reply_words)

    def read(self, order: Order) -> list[Demand]:
        """The demands of an order in the order of their places; at least one where the order says anything."""
        return self.read_many([order])[0]

    def read_many(self, orders: Sequence[Order]) -> list[list[Demand]]:
        """The same of many orders."""
        messages, fields = self._messages(orders)
        replies = self.reply_words.cut_many([order.reply or order.handling for order in orders])
        picks = self.asking.pick(messages, MOST)
        answers = self.answering.answered(picks, messages, replies, self._numbers(messages, picks))
        found: list[list[Demand]] = [[] for _ in orders]
        for (i, at, _, _), (answer, answered) in zip(picks.tolist(), answers, strict=True):
            demand = self._demand(fields[i], messages.texts.texts[i], messages.span(at))
            if answer >= 0:
                demand.answered = answered
                if answered != "no":
                    start, end = replies.span(answer)
                    demand.reply_start, demand.reply_end = start, end
                    demand.reply_text = replies.texts.texts[i][start:end]
            found[i].append(demand)
        return found

    def _messages(self, orders: Sequence[Order]) -> tuple[Cuts, list[str]]:
        """The content of each, or the title where the content says nothing, cut into clauses; and which of the two it is."""
        cuts = self.message_words.cut_many([order.content for order in orders])
        silent = cuts.firsts[1:] == cuts.firsts[:-1]
        fields = ["title" if is_silent else "content" for is_silent in silent.tolist()]
        if silent.any():
            texts = [getattr(order, name) for order, name in zip(orders, fields, strict=True)]
            cuts = self.message_words.cut_many(texts)
        return cuts, fields

    def _numbers(self, messages: Cuts, picks: Ints) -> Ints:
        """The number that each clause that asks begins with, or else its rank among those that ask."""
        numbers = picks[:, 2].copy()
        for which in np.flatnonzero(messages.masks.take(picks[:, 1]) & self.message_words.numbered).tolist():
            numbers[which] = self.message_words.number_of(messages, picks[which, 1]) or numbers[which]
        return numbers

    def message(self, order: Order) -> tuple[str, Cut]:
        """The content of an order, or its title where the content says nothing, cut into clauses."""
        cuts, fields = self._messages([order])
        return fields[0], cuts.of(0)

    def asked(self, cut: Cut, at: int, rank: int, many: int) -> Asked:
        """What to look for in the reply."""
        number = self.message_words.number(cut, at) or rank
        return self.answering.asked(cut, at, number, many)

    def _demand(self, field: str, text: str, span: tuple[int, int]) -> Demand:
        start, end = span
        if end - start > LONGEST:
            first = self.message_words.first(text[start:end])
            start += min(first, end - start - LONGEST)
            end = start + LONGEST
        return Demand(field, start, end, text[start:end])


def _model(override: Path | None) -> dict[str, Any]:
    if override is not None and (override / MODEL).exists():
        return dict(json.loads((override / MODEL).read_text(encoding="utf-8")))
    return dict(json.loads((files("wenxiao.recognition") / "data" / MODEL).read_text(encoding="utf-8")))


@cache
def _shipped() -> DemandReader:
    return DemandReader()


def find_demands(order: Order) -> list[Demand]:
    """What the caller asks for or about, and which words of the reply deal with it, with the shipped words and model."""
    return _shipped().read(order)


def unanswered(demands: Sequence[Demand]) -> list[Demand]:
    """The demands that the reply leaves out, for the signal `demands_unanswered`: only of an order with several."""
    left = [demand for demand in demands if demand.answered == "no"]
    return left if len(demands) > 1 else []
