"""Time expressions in a text, and the last day each one means.

`find_times` scans a stretch of text once. What a phrase means is reckoned from the reference date (the day the
reply is signed): conventions in data/dates.toml and docs. A phrase without a year means its next occurrence; one
that has just passed is kept and flagged. Words without a date (尽快, 近期) come out with `due` None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from wenxiao.calendars import Calendar, CalendarError
from wenxiao.recognition.commitments import periods
from wenxiao.recognition.commitments.grammar import SUFFIX
from wenxiao.recognition.commitments.periods import Period
from wenxiao.recognition.commitments.settings import Settings
from wenxiao.recognition.numerals import number, year_number


@dataclass(frozen=True, slots=True)
class TimePhrase:
    """One time expression: [start, end) in the text searched, and the last day it means, if any.

    `basis` explains the date in Chinese. `passed` marks a day before the reference date; `explicit` a year written
    out; `before`, `after` that 前 or 内, or 后, 起 stood behind it; `hangs` that it counts from an event without a date.
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


@dataclass(slots=True)
class _Reading:
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
_EVENT_BEFORE = re.compile(r"(?:后|之日起|之时起|日起|时起)[，,的在]?\s{0,2}$")
_NOT_AN_EVENT = re.compile(r"(?:今后|最后|此后|即日起|现在起|今[天日]起)[，,的在]?\s{0,2}$")


def find_times(
    text: str, start: int, end: int, *, reference: date, calendar: Calendar, settings: Settings
) -> list[TimePhrase]:
    """The time expressions in text[start:end], in order; text must be normalised."""
    trigger, dates, hints = settings.patterns
    phrases: list[TimePhrase] = []
    if trigger.search(text, start, end):
        phrases = _dates(text, end, dates.finditer(text, start, end), (reference, calendar, settings))
    for hint in hints.finditer(text, start, end):
        phrases.append(TimePhrase(hint.start(), hint.end(), hint[0]))
    if len(phrases) > 1:
        phrases.sort(key=lambda phrase: phrase.start)
    return phrases


def _dates(
    text: str, end: int, matches: Iterator[re.Match[str]], given: tuple[date, Calendar, Settings]
) -> list[TimePhrase]:
    """The phrases that name a date; 至 and the like between two make them one, due by the second."""
    reference, calendar, settings = given
    phrases: list[TimePhrase] = []
    anchor = reference
    for match in matches:
        phrase = _read(text, end, _Reading(match, reference, anchor, calendar, settings))
        if phrase is None:
            continue
        if phrases and phrase.due and phrases[-1].due and _joined(text[phrases[-1].end : phrase.start]):
            earlier = phrases.pop()
            phrase = replace(phrase, start=earlier.start, text=text[earlier.start : phrase.end])
        phrases.append(phrase)
        if phrase.explicit and phrase.due and phrase.due > anchor:
            anchor = phrase.due.replace(month=1, day=1) if phrase.due.year > reference.year else reference
    return phrases


def _joined(between: str) -> bool:
    return between.strip() in ("至", "到", "-", "－", "—", "——", "~", "～", "、", "和", "及")


def _read(text: str, end: int, reading: _Reading) -> TimePhrase | None:
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
    phrase = TimePhrase(match.start(), stop, text[match.start() : stop])
    try:
        return _handler(reading, phrase)
    except (CalendarError, OverflowError, ValueError):
        return None


# --- forms that count from the reference date -------------------------------------------------------------


def _event_before(reading: _Reading) -> bool:
    text, at = reading.match.string, reading.match.start()
    before = text[max(0, at - 12) : at]
    return bool(_EVENT_BEFORE.search(before)) and not _NOT_AN_EVENT.search(before)


def _workdays(reading: _Reading, phrase: TimePhrase) -> TimePhrase | None:
    count = _count(reading.match["workcount"])
    if count is None:
        return None
    if _event_before(reading):
        return _hanging(phrase)
    due = reading.calendar.add_workdays(reading.reference, count)
    return _dated(reading, phrase, due.date, due.basis, provisional=due.provisional)


def _span(reading: _Reading, phrase: TimePhrase) -> TimePhrase | None:
    match = reading.match
    if _event_before(reading):
        return _hanging(phrase)
    months, days = _length(match["count"], match["unit"])
    if days > reading.settings.longest_days or months * 30 > reading.settings.longest_days:
        return None
    due = reading.calendar.add_months(reading.reference, months)
    if days:
        due = reading.calendar.add_days(due.date, days)
    phrase = replace(phrase, after=reading.suffix in AFTER)
    return _dated(reading, phrase, due.date, due.basis)


def _count(text: str) -> int | None:
    """两三 and 三五 mean the larger; 十五 and 两百 mean themselves."""
    if len(text) == 2 and not text.isascii() and not set(text) & set("十百零〇"):
        text = text[-1]
    return number(text)


def _length(count: str, unit: str) -> tuple[int, int]:
    """(months, days) of 半年, 一年半, 两个半月, 三周, 24小时. Raises ValueError for what is no number."""
    half = count == "半"
    n = 0 if half else _count(count.removesuffix("年半").strip())
    if n is None:
        raise ValueError(count)
    if count.endswith("年半") or unit == "年":
        return n * 12 + (6 if half or count.endswith("半") else 0), 0
    if "季度" in unit:
        return n * 3, 0
    if "月" in unit:
        return n, 15 if half or "半" in unit else 0
    if "周" in unit or "星期" in unit or "礼拜" in unit:
        return 0, 7 * n
    if "小时" in unit:
        return 0, 1 if half else -(-n // 24)
    return 0, 1 if half else n


def _week(reading: _Reading, phrase: TimePhrase) -> TimePhrase | None:
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
    return _from_period(reading, phrase, period)


def _today(reading: _Reading, phrase: TimePhrase) -> TimePhrase | None:
    word = reading.match["today"]
    days = 2 if word == "后天" else int(word in ("明天", "明日", "今明两天"))
    day = reading.reference + timedelta(days)
    return _from_period(reading, phrase, Period(day, day, inclusive=True))


def _plan(reading: _Reading, phrase: TimePhrase) -> TimePhrase | None:
    """A five-year plan ends with its year: the 十三五 with 2020."""
    number_of_plan = number(reading.match["plan"].strip('“"')[:2])
    if number_of_plan is None:
        return None
    year = 1955 + 5 * number_of_plan
    return _from_period(reading, phrase, periods.of_months(year, 1, 12))


def _relative_month(reading: _Reading, phrase: TimePhrase) -> TimePhrase | None:
    reference, match = reading.reference, reading.match
    ahead = reference.month - 1 + int(match["relmonth"].startswith("下"))
    year, month = reference.year + ahead // 12, ahead % 12 + 1
    return _from_period(reading, phrase, _month_with(year, month, match["relpart"] or ""))


def _bare(reading: _Reading, phrase: TimePhrase) -> TimePhrase | None:
    word, reference = reading.match["bare"], reading.reference
    period: Period | None
    if word == "年前":
        return _festival(reading, phrase, "春节", reference.year, suffix="前", open_year=True)
    if word.startswith("年"):
        period = replace(_part_of_year(reference.year, word), open_year=True)
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
    return _from_period(reading, phrase, period)


# --- forms that name a date -------------------------------------------------------------------------------


def _iso(reading: _Reading, phrase: TimePhrase) -> TimePhrase | None:
    year, month, day = (int(part) for part in re.split(r"[-./]", reading.match["iso"]))
    return _from_period(reading, replace(phrase, explicit=True), periods.of_day(year, month, day))


def _year(reading: _Reading, phrase: TimePhrase) -> TimePhrase | None:
    match = reading.match
    year = _which_year(match["year"], reading)
    if year is None:
        return None
    return _within_year(reading, replace(phrase, explicit=True), year, (match["ofyear"] or "").strip())


def _which_year(word: str, reading: _Reading) -> int | None:
    base = reading.reference.year
    relative = {"今": 0, "本": 0, "明": 1, "来": 1, "后": 2, "去": -1}
    if word in relative:
        return base + relative[word]
    if word in ("次", "当"):
        return reading.anchor.year + (word == "次")
    return year_number(word)


def _rest(reading: _Reading, phrase: TimePhrase) -> TimePhrase | None:
    return _within_year(reading, phrase, reading.anchor.year, reading.match["rest"].strip(), open_year=True)


def _within_year(
    reading: _Reading, phrase: TimePhrase, year: int, rest: str, *, open_year: bool = False
) -> TimePhrase | None:
    settings = reading.settings
    if rest in settings.festivals:
        return _festival(reading, phrase, settings.festivals[rest], year, reading.suffix, open_year=open_year)
    period: Period | None
    season = settings.seasons.get(rest)
    if season and season.needs_suffix and not reading.suffix:
        return None if open_year else _from_period(reading, phrase, _part_of_year(year, ""))
    if season:
        period = _season(reading, year, rest)
    elif "月" in rest:
        period = _of_months(year, rest)
    else:
        period = _part_of_year(year, rest)
    if period is None:
        return None
    return _from_period(reading, phrase, replace(period, open_year=open_year))


_MONTHS = re.compile(
    r"(?:(\w{1,3}?)\s*月?(?:份|底)?\s*[-－—–~～至到、/]+\s*)?([^\W_]{1,3})\s*月份?\s*(.*)", re.S
)
_DAYS = re.compile(r"(?:[^日号]{1,4}?\s*[日号]?\s*[-－—–~～至到、/]+\s*)?(\w{1,3})\s*[日号]$")


def _of_months(year: int, rest: str) -> Period | None:
    match = _MONTHS.fullmatch(rest)
    month = _month_number(match[2]) if match else None
    if match is None or month is None:
        return None
    return _month_with(year, month, match[3].strip())


def _month_number(text: str) -> int | None:
    value = 1 if text in ("元", "正") else number(text)
    return value if value and 1 <= value <= 12 else None


def _month_with(year: int, month: int, part: str) -> Period | None:
    """A month with what stands behind it: nothing, a day, or a part (中下旬 means its later half)."""
    if days := _DAYS.match(part):
        day = number(days[1])
        return periods.of_day(year, month, day) if day else None
    part = part.replace("月", "").strip("-－—–~～至到、/ ")
    known = next((name for name in periods.PARTS if part.endswith(name)), "")
    return periods.of_month(year, month, known)


def _part_of_year(year: int, rest: str) -> Period:
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


def _season(reading: _Reading, year: int, word: str) -> Period:
    season = reading.settings.seasons[word]
    period = Period(date(year, *season.first), date(year, *season.last), note=f"“{word}”按设置")
    if season.second and period.last > reading.reference:
        other = Period(date(year, *season.second[0]), date(year, *season.second[1]), note=period.note)
        if other.last >= reading.reference:
            return other
    return period


def _festival(
    reading: _Reading, phrase: TimePhrase, name: str, year: int, suffix: str = "", *, open_year: bool = False
) -> TimePhrase | None:
    first = reading.calendar.festival(name, year)
    if open_year and first and first.first_day_off < reading.reference:
        first = reading.calendar.festival(name, year + 1)
    if first is None or suffix in AFTER:
        return _hanging(phrase)
    day, word = first.first_day_off, f"{first.first_day_off.year}年{name}自{first.first_day_off}放假"
    if suffix in BEFORE:
        day -= timedelta(1)
    if first.provisional:
        word += "（当年放假安排未录入，待核）"
    return _dated(reading, replace(phrase, before=suffix in BEFORE), day, word, provisional=first.provisional)


# --- from a period to its day -----------------------------------------------------------------------------


def _from_period(reading: _Reading, phrase: TimePhrase, period: Period | None) -> TimePhrase | None:
    if period is None:
        return None
    suffix, note = reading.suffix, period.note
    if period.open_year:
        period = _next_occurrence(reading, period)
    if suffix in AFTER and not period.inclusive and period.first != period.last:
        return _hanging(phrase)
    day = period.last
    if suffix in BEFORE and not period.inclusive:
        day = period.first - timedelta(1)
        note = "“前”取其前一日"
    phrase = replace(
        phrase, before=suffix in BEFORE or suffix in WITHIN, after=suffix in AFTER or suffix == "起"
    )
    return _dated(reading, phrase, day, note)


def _next_occurrence(reading: _Reading, period: Period) -> Period:
    if period.last >= reading.anchor or (reading.anchor - period.last).days <= reading.settings.grace_days:
        return period
    return period.in_year(period.first.year + 1)


def _dated(
    reading: _Reading, phrase: TimePhrase, due: date, note: str = "", *, provisional: bool = False
) -> TimePhrase:
    passed = due < reading.reference
    basis = f"以答复日{reading.reference}为基准，“{phrase.text}”取{due}"
    if note:
        basis += f"（{note}）"
    if passed:
        basis += "，早于答复日，已过"
    return replace(phrase, due=due, basis=basis, provisional=provisional, passed=passed)


def _hanging(phrase: TimePhrase) -> TimePhrase:
    """A limit that counts from an event (…完成后两个星期内, 春节后): no date until a person sets one."""
    return replace(phrase, basis=f"“{phrase.text}”自某一事件起算，答复未写明日期，需人工确定", hangs=True)


_Handler = Callable[[_Reading, TimePhrase], TimePhrase | None]
_HANDLERS: tuple[tuple[str, _Handler], ...] = (
    ("iso", _iso),
    ("year", _year),
    ("rest", _rest),
    ("work", _workdays),
    ("span", _span),
    ("week", _week),
    ("relmonth", _relative_month),
    ("bare", _bare),
    ("today", _today),
    ("plan", _plan),
)
