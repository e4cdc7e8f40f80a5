"""Who promises: the unit that answers, a third party it speaks for, or a body above it."""

from __future__ import annotations

from wenxiao.recognition.commitments.features import Document

OWN = "本单位"
ABOVE = "上级"


def promisor(doc: Document, i: int) -> str:
    """The promisor of clause i: 本单位, 上级, or the third party as it is named (物业公司, 开发商 …).

    Read from the last subject before the promise in its sentence; without one it is the unit itself.
    """
    words = doc.words
    third, own = words.number("third"), words.number("self")
    promise, will = words.number("promise"), words.number("will")
    who = OWN
    for j in range(doc.sentence[i], i + 1):
        for number, at in doc.classes_of(j):
            if number == own:
                who = OWN
            elif number == third:
                who = words.word_at(doc.text, at)
            elif number in (promise, will) and j == i:
                return who
    return who
