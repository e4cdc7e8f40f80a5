"""The story of a matter cut for reading: how it began, what mattered, how it stands; the rest folded, not left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from wenxiao.orders.choices import ROUTINE
from wenxiao.orders.selectors import Moment

#: A line of so many events, or a list of so many orders, is shown whole.
WHOLE = 12
#: Events and orders that are always shown at either end.
ENDS = 3
#: Fewer than these in a row are not worth a fold.
LEAST = 3


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows one after another, shown or folded."""

    rows: list[Any]
    is_folded: bool


def folded(moments: Sequence[Moment]) -> list[Stretch]:
    """The event line of a matter: routine steps in the middle are folded, acts and troubles never."""
    return _stretches(moments, [m.kind not in ROUTINE or m.actor is not None for m in moments])


def folded_rows(orders: Sequence[Any]) -> list[Stretch]:
    """The orders of a matter: the first and the last ones, the rest folded."""
    return _stretches(orders, [False] * len(orders))


def _stretches(rows: Sequence[Any], matters: Sequence[bool]) -> list[Stretch]:
    if len(rows) <= WHOLE:
        return [Stretch(list(rows), False)] if rows else []
    last = len(rows) - ENDS
    shown = [at < ENDS or at >= last or one for at, one in enumerate(matters)]
    runs = [
        Stretch([row for _is_shown, row in run], not is_shown)
        for is_shown, run in groupby(zip(shown, rows, strict=True), key=lambda pair: pair[0])
    ]
    runs = [Stretch(s.rows, s.is_folded and len(s.rows) >= LEAST) for s in runs]
    return [
        Stretch([row for s in some for row in s.rows], is_folded)
        for is_folded, some in groupby(runs, key=lambda s: s.is_folded)
    ]
