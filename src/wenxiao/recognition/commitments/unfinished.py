"""Clauses that have begun to promise and not yet said what: they are listed with the clause that does.

“后续将根据客流情况，增加班次” is one undertaking, and half of it says nothing. Words are data (`[unfinished]` of
`data/commitments.toml`).
"""

from __future__ import annotations

from functools import cache

from wenxiao.recognition.commitments.document import Document
from wenxiao.recognition.commitments.due import Found
from wenxiao.recognition.commitments.words import default_words

#: How many clauses behind it one takes in at most.
AHEAD = 2


def completed(doc: Document, found: list[Found]) -> list[Found]:
    """The commitments of a reply in their order, unfinished ones with what completes them; where that is one of its own, the
    two are one."""
    out: list[Found] = []
    waiting = list(reversed(found))
    while waiting:
        one = waiting.pop()
        for _ in range(AHEAD):
            behind = one.last + 1
            if behind >= len(doc.sentence) or doc.sentence[behind] != doc.sentence[one.last]:
                break
            if not is_unfinished(doc, one.last):
                break
            if waiting and waiting[-1].first <= behind:
                other = waiting.pop()
                one = Found(other.clause, one.first, other.last, one.concrete or other.concrete)
            else:
                one = Found(one.clause, one.first, behind, one.concrete)
        out.append(one)
    return out


def is_unfinished(doc: Document, i: int) -> bool:
    """Whether clause i names only by what, in which case or when something will be done."""
    settings, text = doc.conventions.settings, doc.normal.text
    start, end = doc.starts[i], doc.ends[i]
    if text.startswith(settings.case, start, end) and not _says_will(doc, i):
        return True
    by = max((text.rfind(word, start, end) for word in settings.by), default=-1)
    if by >= 0 and not any(
        place > by and number in _acts(settings.acts) for number, place in doc.words_of(i)
    ):
        return True
    return _is_bare(doc, i)


def _says_will(doc: Document, i: int) -> bool:
    will, may = default_words().number("will"), default_words().number("may")
    return any(number in (will, may) for number, _ in doc.words_of(i))


@cache
def _acts(names: tuple[str, ...]) -> frozenset[int]:
    return frozenset(default_words().number(name) for name in names)


def _is_bare(doc: Document, i: int) -> bool:
    """Whether nothing is left of clause i without its times and the words that go before one."""
    times = [time for time in doc.times_of(i) if time.due]
    if not times:
        return False
    text, at, rest = doc.normal.text, doc.starts[i], []
    for time in times:
        rest.append(text[at : time.start])
        at = time.end
    left = "".join([*rest, text[at : doc.ends[i]]]).strip()
    for word in sorted(doc.conventions.settings.bare, key=len, reverse=True):
        left = left.replace(word, "")
    return not left
