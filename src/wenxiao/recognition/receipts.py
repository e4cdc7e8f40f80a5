"""Receipts in a reply: a part that only says "received, passed on to …" beside the part that answers.

One field often holds several entries, the receipt of one day and the answer of another, in either order, each with its own
salutation or date. What was passed on has then been answered: the receipt says nothing of how the matter stands.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from wenxiao.recognition.lexicon import Lexicon, Texts
from wenxiao.recognition.schema import Order
from wenxiao.recognition.text import DATA, Signature, signatures

#: What takes a receipt's place, so that offsets stay and no clause runs over it.
_NOTHING = "\n"
#: What a part begins after: the end of a sentence, white space, a date.
_BEFORE = frozenset("。！!？?；;）)\n\r\t 日号")


class _Words(NamedTuple):
    """`[receipt]` of `data/text.toml`; a `salutation` begins a part."""

    passed: tuple[str, ...]
    told: tuple[str, ...]
    longest: int
    shortest_answer: int
    salutation: re.Pattern[str]


@cache
def _words() -> _Words:
    data = tomllib.loads((DATA / "text.toml").read_text(encoding="utf-8"))["receipt"]
    return _Words(
        tuple(data["passed"]),
        tuple(data["told"]),
        int(data["longest"]),
        int(data["shortest_answer"]),
        re.compile(data["salutation"]),
    )


class Answers(NamedTuple):
    """The texts of a unit without their receipts."""

    reply: str
    handling: str

    @classmethod
    def of(cls, order: Order) -> Answers:
        """Those of an order."""
        return cls(answer(order.reply), answer(order.handling))


def answers_of_many(orders: Sequence[Order], signed: Sequence[Sequence[Signature]]) -> list[Answers]:
    """Those of each order, given what its reply is signed with."""
    replies = [order.reply for order in orders]
    for i, _ in _passing().find_many(Texts(replies)).texts():
        replies[i] = _answer(replies[i], signed[i])
    handled = [answer(order.handling) if order.handling else "" for order in orders]
    return list(map(Answers, replies, handled))


@cache
def _passing() -> Lexicon:
    return Lexicon({"passed": _words().passed})


def answer(reply: str) -> str:
    """The reply with its receipts blanked, of the same length; as it is where nothing but a receipt was written."""
    if not any(word in reply for word in _words().passed):
        return reply
    return _answer(reply, signatures(reply))


def _answer(reply: str, signed: Sequence[Signature]) -> str:
    words = _words()
    parts = _parts(reply, signed)
    receipts = [part for part in parts if _is_receipt(reply[part[0] : part[1]])]
    if not receipts or len(receipts) == len(parts):
        return reply
    rest = max(_length(reply[start:end]) for start, end in parts if (start, end) not in receipts)
    if rest < words.shortest_answer:
        return reply
    for start, end in receipts:
        reply = reply[:start] + _NOTHING * (end - start) + reply[end:]
    return reply


def _parts(reply: str, signed: Sequence[Signature]) -> list[tuple[int, int]]:
    """The entries of a reply: each ends with its signature, or where a salutation begins the next."""
    cuts = {0, len(reply), *(s.end for s in signed)}
    for found in _words().salutation.finditer(reply):
        if reply[found.start() - 1] in _BEFORE:
            cuts.add(found.start())
    places = sorted(cuts)
    return list(itertools.pairwise(places))


def _is_receipt(part: str) -> bool:
    """Whether a part is short, passes the matter on, and tells nothing of it."""
    words = _words()
    return (
        _length(part) <= words.longest
        and any(word in part for word in words.passed)
        and not any(word in part for word in words.told)
    )


def _length(part: str) -> int:
    return len("".join(part.split()))
