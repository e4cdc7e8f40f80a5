"""Which clauses make up one commitment, and which of the times around is its own."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from wenxiao.recognition.commitments.document import LOOK_BACK, Document
from wenxiao.recognition.commitments.reading import TimePhrase, in_title
from wenxiao.recognition.commitments.words import default_words
from wenxiao.recognition.numerals import NUMERAL

#: A clause longer than this is a statement of its own, not the time of its neighbour (characters).
SHORT = 30
#: How far into a clause the time may begin that heads what follows: "自", "决定在", "我局将于".
HEAD = 6
#: What an item of a list begins with. A time within one is no heading of the next.
_ITEM = re.compile(
    rf"[（(]?(?:\d{{1,2}}|[{NUMERAL}]{{1,3}})[）)、．](?!\d)|\d{{1,2}}\.(?!\d)|[{NUMERAL}]{{1,2}}是|其[{NUMERAL}]|首先|其次|再次|最后|第[{NUMERAL}](?![\w])"
)
#: How many clauses back an invitation to call is looked for, in the same sentence.
INVITED = 2


@dataclass(slots=True)
class Found:
    """A commitment: the clause that the model takes for one, from the first to the last clause that belongs to it."""

    clause: int
    first: int
    last: int
    concrete: bool


def joined(doc: Document, found: list[Found]) -> list[Found]:
    """Take in the clause before that only says when (“12月底前，”), and the one after that does (“，预计5月完工”)."""
    out: list[Found] = []
    for one in found:
        before = one.clause - 1
        if (
            out
            and out[-1].last == before
            and _same_sentence(doc, before, one.clause)
            and _only_finishes(doc, one)
        ):
            out[-1].last = one.clause
            continue
        if before >= 0 and _same_sentence(doc, before, one.clause) and _only_says_when(doc, before):
            if out and out[-1].last == before:
                one.concrete |= out.pop().concrete
            one.first = before
        out.append(one)
    return out


def _same_sentence(doc: Document, i: int, j: int) -> bool:
    return i >= 0 and j < len(doc.sentence) and doc.sentence[i] == doc.sentence[j]


def _only_says_when(doc: Document, i: int) -> bool:
    start, end = doc.starts[i], doc.ends[i]
    if end - start > SHORT:
        return False
    times = doc.times_of(i)
    if times and times[-1].end >= end - 1 and times[0].start - start <= HEAD and not times[-1].passed:
        return True
    settings, text = doc.conventions.settings, doc.normal.text
    opens = text.startswith(settings.condition_open, start, end)
    if opens and text.endswith(settings.condition_close, start, end):
        return True
    return text.endswith("后", start, end) and text.endswith(settings.events, start, end - 1)


def _only_finishes(doc: Document, one: Found) -> bool:
    """“预计2026年10月份可完工”: the day of the clause before, with no undertaking of its own."""
    return finishes(doc, one.clause) and not any(time.due for time in doc.times_of(one.clause - 1))


def finishes(doc: Document, i: int) -> bool:
    """Whether clause i is short, opens with 预计, 力争 or 时间, and gives a date."""
    start, end = doc.starts[i], doc.ends[i]
    if end - start > SHORT or not doc.normal.text.startswith(
        doc.conventions.settings.finish_open, start, end
    ):
        return False
    return any(time.due and not time.passed for time in doc.times_of(i))


def time_of(doc: Document, one: Found) -> TimePhrase | None:
    """The time that the undertaking is due by: its own, that of the clause that finishes it, or the one heading it."""
    own = [time for i in range(one.first, one.last + 1) for time in _own_times(doc, i)]
    dated = [time for time in own if time.due]
    if dated:
        moved = [time for time in dated if _moved_to(doc, time)]
        return _from_told_day(doc, one, max(moved or dated, key=_weight))
    then = next((time for time in own if time.text in doc.conventions.settings.then), None)
    if then:
        return _date_before(doc, one.first) or then
    if own:
        return own[0]
    return _date_after(doc, one.last) or _heading(doc, one.first)


def _own_times(doc: Document, i: int) -> list[TimePhrase]:
    """The times of clause i. One that says when something else is (“9月开学时配送”) has no day, and takes in what it holds."""
    times = _outside_titles(doc, i)
    if not any(time.due for time in times):
        return times
    behind = doc.conventions.settings.other_event[1]
    own: list[TimePhrase] = []
    for time in times:
        if own and time.start < own[-1].end:
            continue
        found = behind.match(doc.normal.text, time.end, doc.ends[i]) if time.due else None
        if found:
            words = doc.normal.text[time.start : found.end()]
            note = f"“{time.text}”说的是另一件事的时间"
            own.append(replace(time, end=found.end(), text=words, due=None, hangs=True, note=note))
        else:
            own.append(time)
    return own


def _moved_to(doc: Document, time: TimePhrase) -> bool:
    """Whether the words before the time put another one off to it (“由3月1日调整为3月5日”)."""
    return doc.normal.text.endswith(doc.conventions.settings.moved, max(0, time.start - 6), time.start)


def _weight(time: TimePhrase) -> tuple[bool, bool, bool, bool, date]:
    """To be preferred: still to come, no season, more than a year, a limit, the last."""
    whole_year = time.text.endswith(("年", "年度"))
    return not time.passed, not time.loose, not whole_year, time.before, time.due or date.min


def _from_told_day(doc: Document, one: Found, time: TimePhrase) -> TimePhrase:
    """“5月16日发函，要求10日内整改”: counted from the day told of, not from the reply."""
    settings, text = doc.conventions.settings, doc.normal.text
    clause = doc.clause_of(time.start)
    said = text[doc.starts[clause] : time.start]
    if not time.counted or not any(word in said for word in settings.told):
        return time
    for i in range(clause, max(clause - LOOK_BACK, -1), -1):
        if not _same_sentence(doc, i, clause):
            break
        for earlier in reversed(doc.times_of(i)):
            if earlier.passed and earlier.due and (doc.reference - earlier.due).days <= settings.told_days:
                return doc.counted_from(clause, earlier.due, time)
    return time


def _outside_titles(doc: Document, i: int) -> list[TimePhrase]:
    """The times of clause i, without those in the name of a document (《2026年工作方案》)."""
    times = doc.times_of(i)
    return [time for time in times if not in_title(doc.normal.text, time.start)] if times else times


def _date_after(doc: Document, last: int) -> TimePhrase | None:
    for i in (last + 1, last + 2):
        if _same_sentence(doc, last, i) and finishes(doc, i):
            return max((time for time in doc.times_of(i) if time.due), key=_weight)
    return None


def _heading(doc: Document, first: int) -> TimePhrase | None:
    """The time at the head of a list that the clause is an item of: earlier in the sentence, or alone before 、；."""
    for i in range(first - 1, max(first - 1 - LOOK_BACK, -1), -1):
        same = doc.sentence[i] == doc.sentence[first]
        if not same and not _list_goes_on(doc, i, first):
            return None
        times = [time for time in _outside_titles(doc, i) if time.due and not time.passed and not time.loose]
        if not times:
            continue
        time = times[-1]
        if doc.conventions.settings.other_event[0].match(doc.normal.text, time.end, doc.ends[i]):
            return None
        if _in_other_item(doc, i, first):
            return None
        heads = time.start - doc.starts[i] <= HEAD or (same and (time.before or time.end >= doc.ends[i]))
        return time if heads else None
    return None


def _in_other_item(doc: Document, i: int, first: int) -> bool:
    """Whether clause i is of one item of a list (一、…) and the clause `first` of a later one (二、…)."""
    begins = [
        _ITEM.match(doc.normal.text, doc.starts[k], doc.ends[k]) is not None for k in range(i + 1, first + 1)
    ]
    if not any(begins):
        return False
    for k in range(i, max(i - LOOK_BACK, -1), -1):
        if not _list_goes_on(doc, k, i):
            return False
        if _ITEM.match(doc.normal.text, doc.starts[k], doc.ends[k]):
            return True
    return False


def _list_goes_on(doc: Document, i: int, first: int) -> bool:
    """Whether only semicolons part clause i from the clause `first`."""
    between = doc.normal.text[doc.ends[i] : doc.starts[first]]
    return not set(between) & set("。！？!?\n\r…")


def _date_before(doc: Document, first: int) -> TimePhrase | None:
    """届时: the last date named before, a few clauses back."""
    for i in range(first - 1, max(first - 1 - LOOK_BACK, -1), -1):
        times = [time for time in doc.times_of(i) if time.due and not time.passed]
        if times:
            return times[-1]
    return None


def says_will(doc: Document, one: Found) -> bool:
    """Whether the commitment has a word for what is to come (将, 计划, 拟)."""
    will = default_words().number("will")
    return any(number == will for i in range(one.first, one.last + 1) for number, _ in doc.words_of(i))


def is_report(doc: Document, one: Found) -> bool:
    """Whether the words tell of what has been done (“已整改到位”) and of nothing that is still to come."""
    said, text = doc.conventions.settings.said, doc.normal.text
    start, end = doc.starts[one.first], doc.ends[one.last]
    if said["still"].search(text, start, end):
        return False
    past = said["past"].search(text, start, end)
    if past and said["done"].search(text, past.start(), end):
        return True
    return said["past_done"].search(text, start, end) is not None


def is_offer(doc: Document, one: Found) -> bool:
    """Whether the words are a standing offer (“我们将一如既往…”), or stand behind an invitation to call (“如有疑问，请致电…”)."""
    said, text = doc.conventions.settings.said, doc.normal.text
    if said["offers"].search(text, doc.starts[one.first], doc.ends[one.last]):
        return True
    before = one.first
    while one.first - before < INVITED and _same_sentence(doc, before - 1, one.first):
        before -= 1
    return said["contact"].search(text, doc.starts[before], doc.starts[one.first]) is not None


def condition(doc: Document, one: Found) -> tuple[int, int] | None:
    """待…后, 一旦…, 竣工后: where the event that the undertaking waits for is named, if it is."""
    start, end = doc.starts[one.first], doc.ends[one.last]
    text = doc.normal.text[start : min(end, start + HEAD + SHORT)]
    settings = doc.conventions.settings
    for opening in settings.condition_open:
        at = text.find(opening, 0, HEAD + len(opening))
        if at < 0:
            continue
        for closing in settings.condition_close:
            stop = text.find(closing, at + len(opening))
            if stop > at:
                return start + at, start + stop + len(closing)
    after = text.find("后", 2)
    if after > 0 and text.endswith(settings.events, 0, after):
        return start, start + after + 1
    return None
