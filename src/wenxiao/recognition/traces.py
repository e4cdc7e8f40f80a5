"""What the rules over a whole collection need to know of each order, in about 60 bytes an order.

Columns of plain numbers, not an object an order: times as seconds, units as codes, texts as digests.
"""

from __future__ import annotations

from array import array
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from wenxiao.recognition.callers import caller_of
from wenxiao.recognition.schema import Order

#: Seconds of a day; what stands for "no time given"; the code of "no unit given".
DAY, NEVER, NO_UNIT = 86_400, -(2**62), 0

_EPOCH, _SECOND = datetime(1970, 1, 1), timedelta(seconds=1)
_ESCAPED, _NAMED = 1, 2


class Trace(NamedTuple):
    """What of one order is kept. `reply` is the print of what of its reply can be compared, 0 where there is too little;
    `caller` is whatever tells callers apart."""

    order: str
    unit: str
    called: datetime | None
    closed: datetime | None
    caller: str
    reply: int
    is_escaped: bool
    is_confidential: bool


def trace_of(order: Order, reply: int, *, is_escaped: bool) -> Trace:
    """The trace of an order."""
    return Trace(
        order.order,
        order.unit,
        order.called_at,
        order.closed_at or order.replied_at,
        caller_of(order.phone, order.caller),
        reply,
        is_escaped,
        order.is_confidential is True,
    )


class Traces:
    """Columns side by side, one place an order, in input order. A `reply` or `caller` of 0 is none."""

    def __init__(self) -> None:
        self.unit, self.called, self.closed = array("i"), array("q"), array("q")
        self.reply, self.caller = array("Q"), array("Q")
        self._flags = bytearray()
        self._units = {"": NO_UNIT}
        self._numbers, self._ends = bytearray(), array("Q", [0])

    def __len__(self) -> int:
        return len(self.unit)

    def add(self, trace: Trace) -> None:
        """Take note of one order."""
        self.unit.append(self._units.setdefault(trace.unit.strip(), len(self._units)))
        self.called.append(_seconds(trace.called))
        self.closed.append(_seconds(trace.closed))
        self.reply.append(trace.reply)
        self.caller.append(text_print(trace.caller))
        self._flags.append(_ESCAPED * trace.is_escaped | _NAMED * (not trace.is_confidential))
        self._numbers += trace.order.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._numbers))

    def number(self, at: int) -> str:
        """The order's number."""
        return self._numbers[self._ends[at] : self._ends[at + 1]].decode("utf-8", "surrogatepass")

    def is_escaped(self, at: int) -> bool:
        """Closed under a label that needs no handling."""
        return bool(self._flags[at] & _ESCAPED)

    def is_named(self, at: int) -> bool:
        """Whether its number may be told at all: it is not confidential."""
        return bool(self._flags[at] & _NAMED)


def moment(seconds: int) -> datetime:
    """The wall-clock time that `called` or `closed` holds."""
    return _EPOCH + timedelta(seconds=seconds)


def _seconds(when: datetime | None) -> int:
    return NEVER if when is None else (when - _EPOCH) // _SECOND


def text_print(text: str) -> int:
    """Tells texts apart in 64 bits; 0 for none."""
    if not text:
        return 0
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()) or 1
