"""Who promises: the unit that answers, or a third party it speaks for."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache

from wenxiao.recognition.commitments.document import LOOK_BACK, Document
from wenxiao.recognition.commitments.words import default_words

OWN = "本单位"
#: The longest name of a party in the word list.
LONGEST = 6
#: How far before a party a word that makes it the one spoken to is looked for (code points of its clause).
NEAR = 40


def promisor(doc: Document, i: int) -> str:
    """The promisor of clause i: 本单位, or the third party as it is named (物业公司, 开发商 …).

    Read from the last subject before the promise in its sentence; without one it is the unit itself.
    """
    third, own, promise, will, order = _numbers()
    first = i
    while first and doc.sentence[first - 1] == doc.sentence[i] and i - first < LOOK_BACK:
        first -= 1
    clause, number, place = doc.words
    party = spoken_to = -1
    for k in range(bisect_left(clause, first), len(clause)):
        if clause[k] > i or (clause[k] == i and number[k] in (promise, will)):
            break
        if number[k] == own:
            party = spoken_to = -1
        elif number[k] == third and _is_object(doc, clause[k], place[k]):
            spoken_to = k
        elif number[k] == third:
            party = k
        elif number[k] == order and spoken_to >= 0:
            party, spoken_to = spoken_to, -1
    return _named(doc, clause[party], place[party]) if party >= 0 else OWN


@cache
def _numbers() -> tuple[int, ...]:
    words = default_words()
    return tuple(map(words.number, ("third", "self", "promise", "will", "order")))


def _is_object(doc: Document, j: int, at: int) -> bool:
    """Whether the party at `at` in clause j is spoken to or of (对居民出行需求进行调研): no promise of theirs."""
    settings, text = doc.conventions.settings, doc.normal.text
    before = text[max(doc.starts[j], at - NEAR) : at]
    end = at + len(_named(doc, j, at))
    return any(word in before for word in settings.party_object) or text.startswith(
        settings.party_part, end, doc.ends[j]
    )


def _named(doc: Document, j: int, at: int) -> str:
    parties = default_words().lists["third"]
    stop = min(at + LONGEST, doc.ends[j])
    for end in range(stop, at, -1):
        if doc.normal.text[at:end] in parties:
            return doc.normal.text[at:end]
    return OWN
