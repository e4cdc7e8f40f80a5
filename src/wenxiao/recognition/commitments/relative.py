"""Times that count from the day of the reply: working days, days, weeks, months, and the ends of this one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from wenxiao.recognition.commitments import named, periods
from wenxiao.recognition.commitments.periods import Period
from wenxiao.recognition.commitments.reading import AFTER, Reading, TimePhrase, dated, from_period, hanging
from wenxiao.recognition.numerals import number

_EVENT_BEFORE = re.compile(r"(?:后|之日起|之时起|日起|时起)[，,的在]?\s{0,2}$")
_NOT_AN_EVENT = re.compile(r"(?:今后|最后|此后|即日起|现在起|今[天日]起)[，,的在]?\s{0,2}$")


def _event_before(reading: Reading) -> bool:
    text, at = reading.match.string, reading.match.start()
    before = text[max(0, at - 12) : at]
    return bool(_EVENT_BEFORE.search(before)) and not _NOT_AN_EVENT.search(before)


def workdays(reading: Reading, phrase: TimePhrase) -> TimePhrase | None:
    count = _count(reading.match["workcount"])
    if count is None:
        return None
    if _event_before(reading):
        return hanging(phrase)
    due = reading.calendar.add_workdays(reading.reference, count)
    phrase.counted, phrase.provisional = True, due.provisional
    return dated(reading, phrase, due.date, due.basis)


def span(reading: Reading, phrase: TimePhrase) -> TimePhrase | None:
    match = reading.match
    if _event_before(reading):
        return hanging(phrase)
    months, days = _length(match["count"], match["unit"])
    if days > reading.settings.longest_days or months * 30 > reading.settings.longest_days:
        return None
    due = reading.calendar.add_months(reading.reference, months)
    if days:
        due = reading.calendar.add_days(due.date, days)
    phrase = replace(phrase, after=reading.suffix in AFTER, counted=True)
    return dated(reading, phrase, due.date, due.basis)


def _count(text: str) -> int | None:
    """两三 and 三五 mean the larger; 十五 and 两百 mean themselves."""
    if len(text) == 2 and not text.isascii() and not set(text) & set("十百零〇"):
        text = text[-1]
    return number(text)


def _length(count: str, unit: str) -> tuple[int, int]:
    """(months, days) of 半年, 一年半, 两个半月, 三周, 24小时. Raises ValueError for what is no number."""
    half = count == "半"
    n = 0 if half else _count(count)
    if n is None:
        raise ValueError(count)
    if unit.startswith("年"):
        return n * 12 + (6 if half or unit == "年半" else 0), 0
    if "季度" in unit:
        return n * 3, 0
    if "月" in unit:
        return n, 15 if half or "半" in unit else 0
    if "周" in unit or "星期" in unit or "礼拜" in unit:
        return 0, 7 * n
    if "小时" in unit:
        return 0, 1 if half else -(-n // 24)
    return 0, 1 if half else n


def week(reading: Reading, phrase: TimePhrase) -> TimePhrase | None:
    match, reference = reading.match, reading.reference
    word, weekday = match["week"], match["weekday"]
    weeks = 2 if word == "下下周" else int(word.startswith("下"))
    period = periods.of_week(reference, weeks)
    if weekday:
        index = 6 if weekday in "日天末" else "一二三四五六".index(weekday)
        day = period.first + timedelta(index)
        if word == "周" and day < reference:
            day += timedelta(7)
        period = Period(day, day, inclusive=True)
    return from_period(reading, phrase, period)


def today(reading: Reading, phrase: TimePhrase) -> TimePhrase | None:
    word = reading.match["today"]
    days = 2 if word == "后天" else int(word in ("明天", "明日", "今明两天"))
    day = reading.reference + timedelta(days)
    return from_period(reading, phrase, Period(day, day, inclusive=True))


def plan(reading: Reading, phrase: TimePhrase) -> TimePhrase | None:
    """A five-year plan ends with its year: the 十三五 with 2020."""
    number_of_plan = number(reading.match["plan"].strip('“"')[:2])
    if number_of_plan is None:
        return None
    year = 1955 + 5 * number_of_plan
    return from_period(reading, phrase, periods.of_months(year, 1, 12))


def relative_month(reading: Reading, phrase: TimePhrase) -> TimePhrase | None:
    reference, match = reading.reference, reading.match
    ahead = reference.month - 1 + int(match["relmonth"].startswith("下"))
    year, month = reference.year + ahead // 12, ahead % 12 + 1
    return from_period(reading, phrase, named.month_with(year, month, match["relpart"] or ""))


def bare(reading: Reading, phrase: TimePhrase) -> TimePhrase | None:
    word, reference = reading.match["bare"], reading.reference
    period: Period | None
    if word == "年前":
        return named.festival(reading, phrase, "春节", reference.year, suffix="前", open_year=True)
    if word.startswith("年"):
        period = replace(named.part_of_year(reference.year, word), open_year=True)
    elif "季度" in word:
        quarter = (reference.month - 1) // 3 + int(word.startswith("下"))
        year = reference.year + quarter // 4
        period = periods.of_quarter(year, quarter % 4 + 1, end=word.endswith("末"))
    elif word.startswith("月"):
        period = periods.of_month(reference.year, reference.month, word[1:] if word != "月内" else "底")
    elif word.endswith("旬"):
        period = periods.of_month(reference.year, reference.month, word)
    else:
        period = periods.of_day(reference.year, reference.month, int(word[:-1]))
    if period and not word.startswith("年") and period.last < reference:
        following = reference.replace(day=1) + timedelta(31)
        moved = period.last.day
        period = periods.of_day(following.year, following.month, moved) or period
    return from_period(reading, phrase, period)
