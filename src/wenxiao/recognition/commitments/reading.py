"""A time expression as it is read: what is known of it, and how its last day is settled and explained."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from wenxiao.calendars import Calendar
from wenxiao.recognition.commitments.periods import Period
from wenxiao.recognition.commitments.settings import Settings


@dataclass(slots=True)
class TimePhrase:
    """One time expression: [start, end) in the text searched, and the last day it means, if any.

    `counted_from` is the day it was reckoned from, `note` what a person should know of the reckoning. `explicit` marks
    a year written out; `before`, `after` that 前 or 内, or 后, 起 stood behind it; `hangs` that it counts from an event
    without a date; `loose` that it is a season or a festival named in passing; `open_year` that the words name no
    year; `counted` that it is a number of days, weeks or months; `absolute` that it means one day whatever the reference;
    `impossible` that there is no such day (2月30日).
    """

    start: int
    end: int
    text: str
    counted_from: date
    due: date | None = None
    note: str = ""
    from_reply: bool = True
    passed: bool = False
    explicit: bool = False
    before: bool = False
    after: bool = False
    hangs: bool = False
    loose: bool = False
    open_year: bool = False
    counted: bool = False
    absolute: bool = False
    impossible: bool = False
    provisional: bool = False

    @property
    def basis(self) -> str:
        """The arithmetic of the date, in Chinese; "" without one."""
        if self.due is None:
            return ""
        day = "答复日" if self.from_reply else "文中所述"
        note = f"（{self.note}）" if self.note else ""
        late = "，早于答复日，已过" if self.passed else ""
        return f"以{day}{self.counted_from}为基准，“{self.text}”取{self.due}{note}{late}"

    @property
    def absolute_basis(self) -> str:
        """The same for a time that names its year, in a reply whose day is not known; "" without a date."""
        note = f"（{self.note}）" if self.note else ""
        return f"“{self.text}”取{self.due}{note}，写明年份，不依赖答复时间" if self.due else ""


class NoSuchDay(ValueError):
    """Words that are written as a day and name none: 2月30日, 13月."""


@dataclass(frozen=True, slots=True)
class Conventions:
    """What dates are reckoned with. `dated` is False for replies whose day is not known: only what names its year can
    then be told."""

    calendar: Calendar
    settings: Settings
    dated: bool = True


@dataclass(slots=True)
class Reading:
    """What a handler needs: the match, the reference date, and the latest date read so far in the sentence."""

    match: re.Match[str]
    reference: date
    anchor: date
    calendar: Calendar
    settings: Settings
    suffix: str = ""


#: The longest title of a document that is looked back for (characters).
TITLE = 60
BEFORE = ("之前", "以前", "前")
WITHIN = ("之内", "以内", "内")
AFTER = ("之后", "以后", "后", "结束后", "结束之后", "过后")


def from_period(reading: Reading, phrase: TimePhrase, period: Period | None) -> TimePhrase | None:
    if period is None:
        return None
    suffix, note = reading.suffix, period.note
    if period.open_year:
        period = _next_occurrence(reading, period)
    if suffix in AFTER and not period.inclusive and period.first != period.last:
        return hanging(phrase, f"{phrase.text}：{period.last}之后")
    day = period.last
    if suffix in BEFORE and not period.inclusive:
        day = period.first - timedelta(1)
        note = "“前”取其前一日"
    phrase.before = suffix in BEFORE or suffix in WITHIN
    phrase.after = suffix in AFTER or suffix == "起"
    return dated(reading, phrase, day, note)


def _next_occurrence(reading: Reading, period: Period) -> Period:
    if period.last >= reading.anchor or (reading.anchor - period.last).days <= reading.settings.grace_days:
        return period
    return period.in_year(period.first.year + 1)


def dated(reading: Reading, phrase: TimePhrase, due: date, note: str = "") -> TimePhrase:
    """`phrase` with its day."""
    phrase.due, phrase.note, phrase.passed = due, note, due < reading.reference
    return phrase


def hanging(phrase: TimePhrase, note: str = "") -> TimePhrase:
    """A limit that counts from an event (…完成后两个星期内, 春节后): no date until a person sets one."""
    phrase.hangs, phrase.note = True, note
    return phrase


def in_title(text: str, at: int) -> bool:
    """Whether `at` is inside the name of a document (《2026年工作方案》); no name is longer than TITLE."""
    first = max(0, at - TITLE)
    return text.rfind("《", first, at) > text.rfind("》", first, at)
