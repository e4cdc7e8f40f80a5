"""Where a reply may be signed with a date: a sieve before the pattern that reads it."""

from __future__ import annotations

import numpy as np

from wenxiao.recognition.kernels.compiled import Array, compiled

#: What a character is to such a date, as bits: it stands after a year; after a month; ends a year; is a figure; stands behind a
#: day; begins the reply that follows; white space; 回, of 回复.
AFTER_YEAR, AFTER_MONTH, YEAR, FIGURE, BEHIND, NEXT, SPACE, AGAIN = (1 << bit for bit in range(8))
#: The most white space between parts, figures of a month, characters from the month to what follows, and from there to 回复.
_GAP, _MONTH, _REST, _REPLY = 2, 3, 64, 20


@compiled
def places(codes: Array, sizes: Array, kinds: Array) -> Array:
    """(text, place) of what stands after the year of each date that may be a signature: a month follows, and behind the day
    the text ends or another reply begins. `kinds` by code point, the last for all beyond."""
    out, count, base = np.empty((64, 2), np.int64), 0, 0
    flags = np.empty(len(codes), np.uint8)
    for at in range(len(codes)):
        flags[at] = kinds[min(codes[at], len(kinds) - 1)]
    for text in range(len(sizes)):
        stop = base + sizes[text]
        for place in range(base + 1, stop):
            if not flags[place] & AFTER_YEAR:
                continue
            before, skipped = place - 1, 0
            while before > base and flags[before] & SPACE and skipped < _GAP:
                before, skipped = before - 1, skipped + 1
            if not flags[before] & YEAR:
                continue
            at = _month(flags, place + 1, stop)
            if at < 0 or not _ends(flags, at, stop):
                continue
            if count == len(out):
                more = np.empty((2 * count, 2), np.int64)
                more[:count] = out
                out = more
            out[count, 0], out[count, 1] = text, place - base
            count += 1
        base = stop + 1
    return out[:count].copy()


@compiled
def _month(flags: Array, at: int, stop: int) -> int:
    """The place behind a month and its mark at `at`, -1 where there is none."""
    skipped = figures = 0
    while at < stop and flags[at] & SPACE and skipped < _GAP:
        at, skipped = at + 1, skipped + 1
    while at < stop and flags[at] & FIGURE and figures < _MONTH:
        at, figures = at + 1, figures + 1
    skipped = 0
    while at < stop and flags[at] & SPACE and skipped < _GAP:
        at, skipped = at + 1, skipped + 1
    return at + 1 if figures and at < stop and flags[at] & AFTER_MONTH else -1


@compiled
def _ends(flags: Array, at: int, stop: int) -> bool:
    """Whether behind the day at `at` the text ends or another reply begins."""
    last = min(stop, at + _REST)
    while at < last and flags[at] & (FIGURE | BEHIND | SPACE):
        at += 1
    found = at == stop or flags[at] & NEXT > 0
    for again in range(at, min(stop, at + _REPLY)):
        found |= flags[again] & AGAIN > 0
    return found
