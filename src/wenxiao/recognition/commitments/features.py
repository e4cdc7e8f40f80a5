"""What the model sees of a clause: its words by class and order, its times, its neighbours, its place in the reply.

Every feature is a small whole number (or, for the first and last characters, a short string), the same when fitting
and when reading. Character pairs are not here: `grams` scores them for all clauses at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from wenxiao.calendars import Calendar
from wenxiao.recognition.commitments.dates import TimePhrase, find_times
from wenxiao.recognition.commitments.settings import Settings
from wenxiao.recognition.commitments.words import Words

SENTENCE_MARKS = frozenset("。！？!?；;\n\r…")

# Families of features; a key is family << 16 | value. Class numbers are below 64.
(BIAS, CLASS, PAIR, SO_FAR, FIRST, LAST, STARTS, LENGTH, TIME, TIME_CLASS, INDEX, PLACE, FROM_END, SIZE) = (
    range(14)
)
(PREVIOUS, PREVIOUS_TIME, PREVIOUS_JOIN, BEFORE_LAST, FOLLOWING, FOLLOWING_TIME, NO_WORDS, MARK) = range(
    20, 28
)
#: Added to the family of a neighbour in another sentence.
ELSEWHERE = 40
Key = int | str

# Kinds of time expressions, three bits above the flags.
FUTURE, NOW, PASSED, FAR, HANGING, FUZZY = range(6)
FAR_DAYS = 3 * 366
#: How far back in the sentence the model looks, so that work stays in line with length.
SO_FAR_CLAUSES = 6


@dataclass(slots=True)
class Document:
    """A normalised reply cut into clauses, with words and times found only where they are asked for."""

    text: str
    clauses: list[tuple[int, int]]
    reference: date
    calendar: Calendar
    settings: Settings
    words: Words
    _words: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    _times: dict[int, list[TimePhrase]] = field(default_factory=dict)
    _kinds: dict[int, tuple[int, ...]] = field(default_factory=dict)
    _sentence: list[int] | None = None

    @property
    def sentence(self) -> list[int]:
        """For each clause, the number of the first clause of its sentence."""
        if self._sentence is None:
            self._sentence = sentence_starts(self.text, self.clauses)
        return self._sentence

    def classes_of(self, i: int) -> list[tuple[int, int]]:
        """(class, place) of the words of clause i."""
        found = self._words.get(i)
        if found is None:
            found = self._words[i] = self.words.find(self.text, *self.clauses[i])
        return found

    def times_of(self, i: int) -> list[TimePhrase]:
        """The time expressions of clause i."""
        found = self._times.get(i)
        if found is None:
            start, end = self.clauses[i]
            found = self._times[i] = find_times(
                self.text,
                start,
                end,
                reference=self.reference,
                calendar=self.calendar,
                settings=self.settings,
            )
        return found

    def kinds_of(self, i: int) -> tuple[int, ...]:
        """The kinds of the times of clause i, as features."""
        kinds = self._kinds.get(i)
        if kinds is None:
            start, end = self.clauses[i]
            kinds = self._kinds[i] = _kinds(self.times_of(i), start, end, self.reference)
        return kinds


def _kinds(times: list[TimePhrase], start: int, end: int, reference: date) -> tuple[int, ...]:
    kinds = []
    for time in times:
        if time.due is None:
            kind = HANGING if time.hangs else FUZZY
        else:
            days = (time.due - reference).days
            kind = PASSED if days < 0 else NOW if days == 0 else FUTURE if days < FAR_DAYS else FAR
        kind <<= 3
        kinds.append(kind)
        for flag, on in enumerate(
            (time.before, time.explicit, time.after, time.start == start, time.end == end), start=1
        ):
            if on:
                kinds.append(kind | flag)
    return tuple(dict.fromkeys(kinds))


def sentence_starts(text: str, clauses: list[tuple[int, int]]) -> list[int]:
    """For each clause, the number of the first clause of its sentence."""
    starts, first, previous_end = [], 0, 0
    for i, (start, end) in enumerate(clauses):
        if i and not SENTENCE_MARKS.isdisjoint(text[previous_end:start]):
            first = i
        starts.append(first)
        previous_end = end
    return starts


def keys(doc: Document, i: int) -> list[Key]:
    """The features of clause i."""
    found: list[Key] = [BIAS << 16]
    own = _own(doc, i, found)
    _times(doc, i, own, found)
    _before(doc, i, own, found)
    _so_far(doc, i, found)
    _after(doc, i, found)
    _place(doc, i, found)
    return found


def _own(doc: Document, i: int, found: list[Key]) -> list[int]:
    """Words by class and order. Returns the classes, repeats in a row made one."""
    text, (start, end) = doc.text, doc.clauses[i]
    order: list[int] = []
    for number, _ in doc.classes_of(i):
        if not order or order[-1] != number:
            order.append(number)
    if order:
        found.extend([CLASS << 16 | number for number in set(order)])
        found.append(FIRST << 16 | order[0])
        found.append(LAST << 16 | order[-1])
        if doc.classes_of(i)[0][1] == start:
            found.append(STARTS << 16 | order[0])
        previous = 63
        for number in order:
            found.append(PAIR << 16 | previous << 6 | number)
            previous = number
        found.append(PAIR << 16 | previous << 6 | 62)
    found.append(LENGTH << 16 | min((end - start) // 5, 7))
    found.append("^" + text[start : min(start + 2, end)])
    found.append("$" + text[max(end - 2, start) : end])
    found.append("." + text[end - 1])
    return order


def _times(doc: Document, i: int, own: list[int], found: list[Key]) -> None:
    classes = set(own)
    for kind in doc.kinds_of(i):
        found.append(TIME << 16 | kind)
        if not kind & 7:
            found.extend([TIME_CLASS << 16 | kind << 6 | number for number in classes])


def _before(doc: Document, i: int, own: list[int], found: list[Key]) -> None:
    if not i:
        found.append(NO_WORDS << 16 | 3)
        return
    away = 0 if doc.sentence[i] == doc.sentence[i - 1] else ELSEWHERE
    classes = [number for number, _ in doc.classes_of(i - 1)]
    start, end = doc.clauses[i - 1]
    found.append("P^" + doc.text[start : min(start + 2, end)])
    found.append("P$" + doc.text[max(end - 2, start) : end])
    found.extend([(PREVIOUS + away) << 16 | number for number in set(classes)])
    found.extend([(PREVIOUS_TIME + away) << 16 | kind for kind in doc.kinds_of(i - 1)])
    if not classes:
        found.append((NO_WORDS + away) << 16)
    elif own:
        found.append((PREVIOUS_JOIN + away) << 16 | classes[-1] << 6 | own[0])
        found.append((PREVIOUS_JOIN + away) << 16 | 1 << 12 | classes[0] << 6 | own[0])
    if i > 1:
        away = 0 if doc.sentence[i] == doc.sentence[i - 2] else ELSEWHERE
        found.extend(
            [(BEFORE_LAST + away) << 16 | number for number in {n for n, _ in doc.classes_of(i - 2)}]
        )


def _so_far(doc: Document, i: int, found: list[Key]) -> None:
    """The words of the sentence before the clause, a few clauses back at most."""
    first = max(doc.sentence[i], i - SO_FAR_CLAUSES)
    numbers = {number for j in range(first, i) for number, _ in doc.classes_of(j)}
    found.extend([SO_FAR << 16 | number for number in numbers])


def _after(doc: Document, i: int, found: list[Key]) -> None:
    if i + 1 >= len(doc.clauses):
        found.append(NO_WORDS << 16 | 4)
        return
    away = 0 if doc.sentence[i] == doc.sentence[i + 1] else ELSEWHERE
    classes = {number for number, _ in doc.classes_of(i + 1)}
    found.extend([(FOLLOWING + away) << 16 | number for number in classes])
    found.extend([(FOLLOWING_TIME + away) << 16 | kind for kind in doc.kinds_of(i + 1)])
    if not classes:
        found.append((NO_WORDS + away) << 16 | 1)


def _place(doc: Document, i: int, found: list[Key]) -> None:
    text, (start, end) = doc.text, doc.clauses[i]
    found.append(INDEX << 16 | min(i - doc.sentence[i], 4))
    found.append(PLACE << 16 | 6 * start // len(text))
    found.append(FROM_END << 16 | min(len(doc.clauses) - i, 6))
    found.append(SIZE << 16 | min(len(text) // 120, 8))
    found.append(MARK << 16 | ord(text[end]) & 0xFFFF if end < len(text) else MARK << 16)
    found.append("<" + text[start - 1] if start else "<")
