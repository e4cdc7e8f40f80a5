"""What the model sees of the times in a clause and in the one before it: kinds, not dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from wenxiao.recognition.commitments.features import SIZE
from wenxiao.recognition.commitments.reading import TimePhrase
from wenxiao.recognition.kernels.look import MOST_CLASSES

# Kinds of time expressions; three bits below them say more.
FUTURE, NOW, PASSED, FAR, HANGING, FUZZY = range(6)
KINDS = 64
#: A date further off than this is a term of a plan or a contract more often than a promise.
FAR_DAYS = 3 * 366

OWN, WITH_CLASS, BEFORE = SIZE, SIZE + KINDS, SIZE + KINDS + KINDS * MOST_CLASSES
#: Slots of the whole table of weights.
TABLE = BEFORE + KINDS


def kinds(times: Iterable[TimePhrase], start: int, end: int, reference: date) -> list[int]:
    """The kinds of the times of the clause [start, end), each once."""
    found: dict[int, None] = {}
    for time in times:
        kind = _kind(time, reference) << 3
        flags = (time.before, time.explicit, time.after, time.start == start, time.end == end)
        found[kind] = None
        found.update({kind | flag: None for flag, on in enumerate(flags, start=1) if on})
    return list(found)


def _kind(time: TimePhrase, reference: date) -> int:
    if time.due is None:
        return HANGING if time.hangs else FUZZY
    days = (time.due - reference).days
    if days < 0:
        return PASSED
    if days == 0:
        return NOW
    return FUTURE if days < FAR_DAYS else FAR


def slots(own: list[int], before: list[int], classes: Iterable[int]) -> list[int]:
    """The slots of a clause with these kinds of times and classes of words, after one with the kinds `before`."""
    found = [OWN + kind for kind in own]
    found += [WITH_CLASS + kind * MOST_CLASSES + number for kind in own if not kind & 7 for number in classes]
    found += [BEFORE + kind for kind in before]
    return found
