"""Time expressions in a text, and the last day each one means.

`find_times` scans a stretch of text once. What a phrase means is reckoned from the reference date (the day the
reply is signed): conventions in data/dates.toml and docs. A phrase without a year means its next occurrence; one
that has just passed is kept and flagged. Words without a date (尽快, 近期) come out with `due` None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from wenxiao.calendars import CalendarError
from wenxiao.recognition.commitments import named, relative
from wenxiao.recognition.commitments.grammar import SUFFIX
from wenxiao.recognition.commitments.reading import (
    Conventions,
    NoSuchDay,
    Reading,
    TimePhrase,
    in_title,
)
from wenxiao.recognition.kernels.look import DATE, HINT
from wenxiao.recognition.numerals import NUMERAL
from wenxiao.recognition.text import CUTS


def find_times(
    text: str,
    start: int,
    end: int,
    *,
    reference: date,
    conventions: Conventions,
    anchor: date | None = None,
) -> list[TimePhrase]:
    """The time expressions in text[start:end], in order; text must be normalised.

    Words without a year mean their next occurrence from `anchor` on: a date that the sentence has named before, or
    the reference date.
    """
    may = DATE if conventions.settings.patterns[0].search(text, start, end) else 0
    return find_told(text, start, end, may | HINT, (reference, conventions), anchor)


def find_told(
    text: str,
    start: int,
    end: int,
    tells: int,
    given: tuple[date, Conventions],
    anchor: date | None,
) -> list[TimePhrase]:
    """`find_times` where it is known what the stretch may tell (`kernels.look.may_tell`)."""
    reference, conventions = given
    _, dates, hints = conventions.settings.patterns
    phrases: list[TimePhrase] = []
    if tells & DATE:
        phrases = _dates(text, end, dates.finditer(text, start, end), given, anchor or reference)
    if tells & HINT:
        for hint in hints.finditer(text, start, end):
            phrases.append(TimePhrase(hint.start(), hint.end(), hint[0], reference))
    if len(phrases) > 1:
        phrases.sort(key=lambda phrase: phrase.start)
    return phrases


def _dates(
    text: str,
    end: int,
    matches: Iterator[re.Match[str]],
    given: tuple[date, Conventions],
    anchor: date,
) -> list[TimePhrase]:
    """The phrases that name a date; 至 and the like between two make them one, due by the second."""
    reference, conventions = given
    phrases: list[TimePhrase] = []
    for match in matches:
        phrase = _read(
            text, end, Reading(match, reference, anchor, conventions.calendar, conventions.settings)
        )
        if phrase is None:
            continue
        if phrases and phrase.due and phrases[-1].due and _joined(text[phrases[-1].end : phrase.start]):
            earlier = phrases.pop()
            phrase.start, phrase.text = earlier.start, text[earlier.start : phrase.end]
        phrases.append(phrase)
        phrase.absolute |= phrase.open_year and anchor > reference and not conventions.dated
        if not in_title(text, phrase.start) and (conventions.dated or phrase.absolute):
            anchor = later_anchor(anchor, phrase, reference)
    return phrases


def later_anchor(anchor: date, phrase: TimePhrase, reference: date) -> date:
    """Where the next words without a year count from: a year written out that is still to come carries on."""
    if phrase.explicit and phrase.due and phrase.due.year > reference.year:
        start = phrase.due.replace(day=1) if "月" in phrase.text else date(phrase.due.year, 1, 1)
        return max(anchor, start)
    return anchor


#: The number of an item before its time (“一、一周内”), which reads like the beginning of a range.
_ITEM = re.compile(rf"(?:(?<=[{CUTS}\s])|\A)(?:\d{{1,2}}|[{NUMERAL}]{{1,3}})、")


def _joined(between: str) -> bool:
    return between.strip() in ("至", "到", "-", "－", "—", "——", "~", "～", "、", "和", "及")


def _read(text: str, end: int, reading: Reading) -> TimePhrase | None:
    match = reading.match
    for name, _handler in _HANDLERS:
        if match[name] is not None:
            break
    else:
        return None
    suffix_match = SUFFIX.match(text, match.end(), end)
    suffix = (suffix_match[1] or "") if suffix_match else ""
    stop = suffix_match.end() if suffix_match and suffix else match.end()
    reading.suffix = suffix
    item = _ITEM.match(text, match.start(), match.end())
    start = item.end() if item else match.start()
    phrase = TimePhrase(start, stop, text[start:stop], reading.reference)
    try:
        return _handler(reading, phrase)
    except NoSuchDay:
        phrase.impossible = True
        return phrase if suffix or match[0].endswith(("日", "号")) else None
    except (CalendarError, OverflowError, ValueError):
        return None


_Handler = Callable[[Reading, TimePhrase], TimePhrase | None]
_HANDLERS: tuple[tuple[str, _Handler], ...] = (
    ("iso", named.iso),
    ("shortiso", named.short_iso),
    ("year", named.year),
    ("short", named.short),
    ("rest", named.rest),
    ("work", relative.workdays),
    ("span", relative.span),
    ("week", relative.week),
    ("relmonth", relative.relative_month),
    ("bare", relative.bare),
    ("today", relative.today),
    ("plan", relative.plan),
)
