"""The caller's own words that this is not the first call (再次来电, 多次反映, 之前打过), and the earlier number if it is given.

They are shown as evidence and carry no weight: that the caller calls again says who should look, not who is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from wenxiao.recognition.lexicon import Lexicon, Texts, read_data
from wenxiao.recognition.schema import Evidence, Order
from wenxiao.recognition.text import clauses

#: Where callers speak.
SAID_IN = ("title", "content")
#: The number of an earlier order as a caller gives it.
_NUMBER = re.compile(
    r"(?:工单|受理|来电|留言|诉求|投诉|上次|前次|原)(?:编号|单号|号码|号)[为是：: ]{0,3}(?P<number>[A-Za-z0-9][A-Za-z0-9-]{4,29})"
)


class RepeatWords:
    """The word lists of `data/repeats.toml`, compiled. Cheap to call, safe to share between threads."""

    def __init__(self, override: Path | None = None) -> None:
        data = read_data("repeats.toml", override)
        self._said_words = Lexicon({"any": data["any"]})
        self._about = Lexicon({name: data.get(name, []) for name in ("unless", "despite", "apart", "call")})

    def read(self, order: Order) -> list[Evidence]:
        """`repeat_said` for the first clause in which the caller says so, and for an earlier number that is given."""
        return self.read_many([order])[0]

    def read_many(self, orders: Sequence[Order]) -> list[list[Evidence]]:
        """The same of many orders."""
        said: dict[int, Evidence] = {}
        for name in SAID_IN:
            for i, found in self._said(name, [getattr(order, name) for order in orders]):
                said.setdefault(i, found)
        return [self._told(order, said.get(i)) for i, order in enumerate(orders)]

    def _told(self, order: Order, found: Evidence | None) -> list[Evidence]:
        number = next((e for name in SAID_IN for e in _number(name, getattr(order, name), order.order)), None)
        if found is None or number is None:
            return [e for e in (found, number) if e is not None]
        same = found.field == number.field and (found.start or 0) <= (number.start or 0) < (found.end or 0)
        return [found] if same else [found, number]

    def _said(self, name: str, written: Sequence[str]) -> Iterator[tuple[int, Evidence]]:
        for i, lists in self._said_words.find_many(Texts(written)).texts():
            text, said = written[i], lists["any"]
            for start, end in clauses(text):
                says = any(start <= h.start and h.end <= end for h in said)
                if says and self._was_told(text[start:end]):
                    yield i, Evidence("repeat_said", name, start, end, text[start:end])

    def _was_told(self, clause: str) -> bool:
        """Whether a clause in which the caller says so names an office, or nobody at all."""
        about = self._about.find(clause)
        apart = about.get("apart", [])
        offices = (
            hit
            for hit in about.get("despite", [])
            if not any(a.start <= hit.start and hit.end <= a.end for a in apart)
        )
        if any(offices):
            return True
        return not (about.keys() & {"unless", "call"})


def _number(name: str, text: str, own: str) -> Iterator[Evidence]:
    if "号" not in text:  # every form of it has one
        return
    for match in _NUMBER.finditer(text):
        if match["number"] != own and any(char.isdigit() for char in match["number"]):
            yield Evidence("repeat_said", name, *match.span(), match[0])
