"""The story of a matter cut for reading: how it began, what mattered, how it stands; the rest folded, not left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from wenxiao.orders.choices import ROUTINE, EventKind
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
    """The event line of a matter: routine steps in the middle are folded, acts and troubles never. That a file was
    imported here is no end of a story."""
    matters = [m.kind not in ROUTINE or m.actor is not None for m in moments]
    told = [at for at, m in enumerate(moments) if m.kind != EventKind.IMPORTED]
    return _stretches(moments, matters, {*told[:ENDS], *told[-ENDS:]})


def folded_rows(rows: Sequence[Any]) -> list[Stretch]:
    """The orders of a matter: the first and the last ones, the rest folded."""
    places = range(len(rows))
    return _stretches(rows, [False] * len(rows), {*places[:ENDS], *places[-ENDS:]})


def folded_tail(rows: Sequence[Any]) -> list[Stretch]:
    """A list whose first rows are the ones to act on: they are shown, the rest folded."""
    return _stretches(rows, [at < WHOLE // 2 for at in range(len(rows))], set())


def _stretches(rows: Sequence[Any], matters: Sequence[bool], ends: set[int]) -> list[Stretch]:
    if len(rows) <= WHOLE:
        return [Stretch(list(rows), False)] if rows else []
    shown = [at in ends or one for at, one in enumerate(matters)]
    runs = [
        Stretch([row for _is_shown, row in run], not is_shown)
        for is_shown, run in groupby(zip(shown, rows, strict=True), key=lambda pair: pair[0])
    ]
    runs = [Stretch(s.rows, s.is_folded and len(s.rows) >= LEAST) for s in runs]
    return [
        Stretch([row for s in some for row in s.rows], is_folded)
        for is_folded, some in groupby(runs, key=lambda s: s.is_folded)
    ]
