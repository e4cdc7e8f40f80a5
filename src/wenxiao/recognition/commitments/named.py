"""Times that name a date: days, months, quarters, halves, years, festivals, seasons."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from wenxiao.recognition.commitments import periods
from wenxiao.recognition.commitments.periods import Period
from wenxiao.recognition.commitments.reading import (
    AFTER,
    BEFORE,
    NoSuchDay,
    Reading,
    TimePhrase,
    dated,
    from_period,
    hanging,
)
from wenxiao.recognition.numerals import number, short_year, year_number


def iso(reading: Reading, phrase: TimePhrase) -> TimePhrase | None:
    year, month, day = (int(part) for part in re.split(r"[-./]", reading.match["iso"]))
    phrase.explicit = phrase.absolute = True
    return from_period(reading, phrase, periods.of_day(year, month, day))


def short_iso(reading: Reading, phrase: TimePhrase) -> TimePhrase | None:
    """'26.9.5, 26.9.5前."""
    figures, month, day = (int(part) for part in re.split(r"[-./]", reading.match["shortiso"]))
    year = _short_year(figures, reading)
    phrase.explicit = phrase.absolute = True
    return None if year is None else from_period(reading, phrase, periods.of_day(year, month, day))


def short(reading: Reading, phrase: TimePhrase) -> TimePhrase | None:
    """26年9月5日, 二六年底: what two figures cannot mean near the day of the reply is not read."""
    figures = number(reading.match["short"])
    year = None if figures is None else _short_year(figures, reading)
    if year is None:
        return None
    phrase.explicit = phrase.absolute = True
    return _within_year(reading, phrase, year, reading.match["ofshort"].strip())


def _short_year(figures: int, reading: Reading) -> int | None:
    return short_year(figures, reading.reference.year + reading.settings.longest_days // 365)


def year(reading: Reading, phrase: TimePhrase) -> TimePhrase | None:
    match = reading.match
    year = _which_year(match["year"], reading)
    if year is None:
        return None
    phrase.explicit, phrase.absolute = True, year_number(match["year"]) is not None
    return _within_year(reading, phrase, year, (match["ofyear"] or "").strip())


def _which_year(word: str, reading: Reading) -> int | None:
    base = reading.reference.year
    relative = {"今": 0, "本": 0, "明": 1, "来": 1, "下一": 1, "后": 2, "去": -1}
    if word in relative:
        return base + relative[word]
    if word in ("次", "当"):
        return reading.anchor.year + (word == "次")
    return year_number(word)


def rest(reading: Reading, phrase: TimePhrase) -> TimePhrase | None:
    return _within_year(reading, phrase, reading.anchor.year, reading.match["rest"].strip(), open_year=True)


def _within_year(
    reading: Reading, phrase: TimePhrase, year: int, rest: str, *, open_year: bool = False
) -> TimePhrase | None:
    settings = reading.settings
    if rest in settings.festivals:
        return festival(reading, phrase, settings.festivals[rest], year, reading.suffix, open_year=open_year)
    period: Period | None
    season = settings.seasons.get(rest)
    if season and season.needs_suffix and not reading.suffix:
        return None if open_year else from_period(reading, phrase, part_of_year(year, ""))
    if season:
        period = _season(reading, year, rest)
        if reading.suffix in AFTER and period.first == period.last:
            return hanging(phrase, f"“{rest}”按设置为{period.last}")
        phrase.loose = not reading.suffix
    elif "月" in rest:
        period = _of_months(year, rest)
    else:
        period = part_of_year(year, rest)
    if period is None:
        return None
    phrase.open_year = open_year
    return from_period(reading, phrase, replace(period, open_year=open_year))


_MONTHS = re.compile(
    r"(?:(\w{1,3}?)\s*月?(?:份|底)?\s*[-－—–~～至到、/]+\s*)?([^\W_]{1,3})\s*月份?\s*(.*)", re.S
)
_DAYS = re.compile(r"(?:[^日号]{1,4}?\s*[日号]?\s*[-－—–~～至到、/]+\s*)?(\w{1,3})\s*[日号]$")


def _of_months(year: int, rest: str) -> Period | None:
    match = _MONTHS.fullmatch(rest)
    month = _month_number(match[2]) if match else None
    if match is None or month is None:
        return None
    return month_with(year, month, match[3].strip())


def _month_number(text: str) -> int | None:
    value = 1 if text in ("元", "正") else number(text)
    if value is not None and not 1 <= value <= 12:
        raise NoSuchDay(text)
    return value


def month_with(year: int, month: int, part: str) -> Period | None:
    """A month with what stands behind it: nothing, a day, or a part (中下旬 means its later half)."""
    if days := _DAYS.match(part):
        day = number(days[1])
        period = periods.of_day(year, month, day) if day else None
        if day and period is None:
            raise NoSuchDay(part)
        return period
    part = part.replace("月", "").strip("-－—–~～至到、/ ")
    known = next((name for name in periods.PARTS if part.endswith(name)), "")
    return periods.of_month(year, month, known)


def part_of_year(year: int, rest: str) -> Period:
    if rest == "上半年":
        return periods.of_months(year, 1, 6)
    if rest == "下半年":
        return periods.of_months(year, 7, 12)
    if "季度" in rest:
        figure = rest[rest.index("季度") - 1]
        return periods.of_quarter(year, number(figure) or 1, end=rest.endswith(("末", "底")))
    if rest.endswith("初"):
        return replace(periods.of_months(year, 1, 1, inclusive=True), note="年初取1月底")
    if rest.endswith("中"):
        return replace(periods.of_months(year, 6, 6, inclusive=True), note="年中取6月底")
    return periods.of_months(year, 1, 12, inclusive=bool(rest))


def _season(reading: Reading, year: int, word: str) -> Period:
    season = reading.settings.seasons[word]
    period = Period(date(year, *season.first), date(year, *season.last), note=f"“{word}”按设置")
    if season.second and period.last > reading.reference:
        other = Period(date(year, *season.second[0]), date(year, *season.second[1]), note=period.note)
        if other.last >= reading.reference:
            return other
    return period


def festival(
    reading: Reading, phrase: TimePhrase, name: str, year: int, suffix: str = "", *, open_year: bool = False
) -> TimePhrase | None:
    """A holiday by its day; 前 is its eve (春节前: 除夕)."""
    found = reading.calendar.festival(name, year)
    if open_year and found and found.day < reading.reference:
        found = reading.calendar.festival(name, year + 1)
    if found is None or suffix in AFTER:
        return hanging(phrase, f"{found.day.year}年{name}为{found.day}" if found else "")
    note = f"{found.day.year}年{name}为{found.day}"
    day = found.day
    if suffix in BEFORE:
        day, note = day - timedelta(1), f"{note}，“前”取其前一日"
    phrase.before, phrase.loose = suffix in BEFORE, not suffix
    return dated(reading, phrase, day, note)
