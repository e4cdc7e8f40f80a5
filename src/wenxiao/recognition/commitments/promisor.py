"""Who promises: the unit that answers, or a third party it speaks for."""

from __future__ import annotations

from functools import cache

from wenxiao.recognition.commitments.document import LOOK_BACK, Document
from wenxiao.recognition.commitments.words import default_words

OWN = "本单位"
#: The longest name of a party in the word list.
LONGEST = 6


def promisor(doc: Document, i: int) -> str:
    """The promisor of clause i: 本单位, or the third party as it is named (物业公司, 开发商 …).

    Read from the last subject before the promise in its sentence; without one it is the unit itself.
    """
    third, own, promise, will = _numbers()
    who = OWN
    first = i
    while first and doc.sentence[first - 1] == doc.sentence[i] and i - first < LOOK_BACK:
        first -= 1
    for j in range(first, i + 1):
        for number, at in doc.words_of(j):
            if number == own:
                who = OWN
            elif number == third:
                who = _named(doc, j, at)
            elif number in (promise, will) and j == i:
                return who
    return who


@cache
def _numbers() -> tuple[int, int, int, int]:
    words = default_words()
    return words.number("third"), words.number("self"), words.number("promise"), words.number("will")


def _named(doc: Document, j: int, at: int) -> str:
    parties = default_words().lists["third"]
    stop = min(at + LONGEST, doc.ends[j])
    for end in range(stop, at, -1):
        if doc.normal.text[at:end] in parties:
            return doc.normal.text[at:end]
    return OWN
