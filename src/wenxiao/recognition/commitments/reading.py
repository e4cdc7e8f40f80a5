"""A time expression as it is read: what is known of it, and how its last day is settled and explained."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from wenxiao.calendars import Calendar
from wenxiao.recognition.commitments.periods import Period
from wenxiao.recognition.commitments.settings import Settings


@dataclass(frozen=True, slots=True)
class TimePhrase:
    """One time expression: [start, end) in the text searched, and the last day it means, if any.

    `basis` explains the date in Chinese. `passed` marks a day before the reference date; `explicit` a year written
    out; `before`, `after` that 前 or 内, or 后, 起 stood behind it; `hangs` that it counts from an event without a date;
    `loose` that it is a season or a festival named in passing; `open_year` that the words name no year;
    `counted` that it is a number of days, weeks or months.
    """

    start: int
    end: int
    text: str
    due: date | None = None
    basis: str = ""
    provisional: bool = False
    passed: bool = False
    explicit: bool = False
    before: bool = False
    after: bool = False
    hangs: bool = False
    loose: bool = False
    open_year: bool = False
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Conventions:
    """What dates are reckoned with."""

    calendar: Calendar
    settings: Settings


@dataclass(slots=True)
class Reading:
    """What a handler needs: the match, the reference date, and the latest date read so far in the sentence."""

    match: re.Match[str]
    reference: date
    anchor: date
    calendar: Calendar
    settings: Settings
    suffix: str = ""


BEFORE = ("之前", "以前", "前")
WITHIN = ("之内", "以内", "内")
AFTER = ("之后", "以后", "后")


def from_period(reading: Reading, phrase: TimePhrase, period: Period | None) -> TimePhrase | None:
    if period is None:
        return None
    suffix, note = reading.suffix, period.note
    if period.open_year:
        period = _next_occurrence(reading, period)
    if suffix in AFTER and not period.inclusive and period.first != period.last:
        return hanging(phrase)
    day = period.last
    if suffix in BEFORE and not period.inclusive:
        day = period.first - timedelta(1)
        note = "“前”取其前一日"
    phrase = replace(
        phrase, before=suffix in BEFORE or suffix in WITHIN, after=suffix in AFTER or suffix == "起"
    )
    return dated(reading, phrase, day, note)


def _next_occurrence(reading: Reading, period: Period) -> Period:
    if period.last >= reading.anchor or (reading.anchor - period.last).days <= reading.settings.grace_days:
        return period
    return period.in_year(period.first.year + 1)


def dated(
    reading: Reading, phrase: TimePhrase, due: date, note: str = "", *, provisional: bool = False
) -> TimePhrase:
    passed = due < reading.reference
    basis = f"以答复日{reading.reference}为基准，“{phrase.text}”取{due}"
    if note:
        basis += f"（{note}）"
    if passed:
        basis += "，早于答复日，已过"
    return replace(phrase, due=due, basis=basis, provisional=provisional, passed=passed)


def hanging(phrase: TimePhrase) -> TimePhrase:
    """A limit that counts from an event (…完成后两个星期内, 春节后): no date until a person sets one."""
    return replace(phrase, basis=f"“{phrase.text}”自某一事件起算，答复未写明日期，需人工确定", hangs=True)
