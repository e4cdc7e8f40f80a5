"""One cell to one time: as a spreadsheet keeps it, in figures, in Chinese, or, where something is due, only a month.

Every reader returns `(value, code)` as those of `values` do. What could mean two days is left empty and named; only
month/day/year with all of its year, which programs write, is read and named (`ambiguous_date`).
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache

from wenxiao.orders.intake.cells import Cell, Flaw, Nested
from wenxiao.orders.intake.problems import load_data
from wenxiao.orders.intake.values import is_nothing, plain
from wenxiao.recognition.numerals import FIGURES, number, short_year

#: China has one time zone; a time that names another is moved into it.
CHINA = timezone(timedelta(hours=8))
_EPOCH_1900 = datetime(1899, 12, 30)
_EPOCH_1904 = datetime(1904, 1, 1)

_ISO = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d", re.A)
_WEEKDAY = r"(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?"
_CLOCK = (
    rf"(?:\s*T?\s*{_WEEKDAY}\s*(?P<half>凌晨|早上|清晨|上午|中午|下午|傍晚|晚上|晚|am|pm)?\s*"
    r"(?P<h>\d{1,2})(?:[:时点]\s*(?:(?P<mi>\d{1,2})(?:[:分]\s*(?P<s>\d{1,2})(?:[.,]\d+)?秒?)?分?|(?P<sharp>半|整)?))?"
    rf"\s*(?P<half2>am|pm)?\s*(?P<zone>z|[+-]\d\d:?\d\d)?|\s*{_WEEKDAY})\s*"
)
_DAY = r"(?P<mo>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?"
_YEAR_FIRST = re.compile(rf"(?P<y>\d{{4}})\s*[-/.年]\s*{_DAY}{_CLOCK}", re.I)
_YEAR_LAST = re.compile(rf"(?P<mo>\d{{1,2}})/(?P<d>\d{{1,2}})/(?P<y>\d{{4}}){_CLOCK}", re.I)
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<mo>\d\d)(?P<d>\d\d)\s*(?:(?P<h>\d\d):?(?P<mi>\d\d):?(?P<s>\d\d)?)?(?:\d{3})?"
)
_SHORT_YEAR = re.compile(rf"(?P<y>\d\d)\s*年\s*{_DAY}{_CLOCK}", re.I)
_THREE = re.compile(rf"(?P<a>\d{{1,2}})(?P<sep>[-/.])(?P<b>\d{{1,2}})(?P=sep)(?P<c>\d{{1,2}}){_CLOCK}", re.I)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_NO_YEAR = re.compile(rf"{_DAY}(?:\s+\d{{1,2}}:\d\d(?::\d\d)?)?")
_NO_DAY = re.compile(r"(?P<y>\d{4}|\d\d(?=\s*年))\s*[-/.年]\s*(?P<mo>\d{1,2})\s*月?\s*份?")
_DURATION = re.compile(r"\d+(?:\.\d+)?\s*个?(?:工作日|自然日|天|日|小时|h|分钟)?(?:内)?", re.I)
#: What something is due by may be a month, or a year; then it is due at the end of it.
_WHOLE = re.compile(
    r"(?:(?P<y>\d{4}|\d\d(?=\s*年))\s*[-/.年]\s*)?(?:(?P<mo>\d{1,2})\s*月?\s*份?)?\s*(?:(?<=[月份])\s*[底末]|(?<=年)\s*[底末])?"
)
_BY = re.compile(r"\s*(?:之前|以前|前|之内|以内|内|止)$")
#: Figures in Chinese before a word of the calendar or the clock; 三月三 and 十里河路 are none.
_IN_CHINESE = re.compile(rf"(?<!\d)[{FIGURES}][{FIGURES}O0]*(?=\s*[年月日号时点分秒])")
_AFTERNOON = {"下午", "傍晚", "晚上", "晚", "pm"}
_FORENOON = {"凌晨", "早上", "清晨", "上午", "am"}


@lru_cache(maxsize=1)
def _years() -> tuple[int, int, int]:
    """The first and the last year that is no slip of the pen, and the last that two figures can mean."""
    years = load_data("values.toml")["years"]
    return years["first"], years["last"], years["two_figures_to"]


def serial_to_datetime(serial: float, date1904: bool = False) -> datetime | None:
    """The time that a spreadsheet means by a day count, to the second; None when it cannot be one.

    Counts from 1899-12-30, so that the leap day 1900-02-29 which Excel invented is no matter after 1900-03-01.
    """
    epoch = _EPOCH_1904 if date1904 else _EPOCH_1900
    try:
        when = epoch + timedelta(seconds=round(serial * 86_400))
    except (OverflowError, ValueError):
        return None
    return when if _year_is_likely(when.year) else None


def _year_is_likely(year: int) -> bool:
    first, last, _ = _years()
    return first <= year <= last


def read_time(cell: Cell, date1904: bool = False) -> tuple[datetime | None, str]:
    """A time in local wall-clock time of China, without a zone; a date alone is midnight."""
    if isinstance(cell, str):
        return _time_of_text(cell, date1904)
    if isinstance(cell, datetime):
        when = cell.astimezone(CHINA).replace(tzinfo=None) if cell.tzinfo else cell
        return _likely(when.replace(microsecond=0))
    if isinstance(cell, date):
        return _likely(datetime.combine(cell, time()))
    if cell is None or isinstance(cell, (Flaw, Nested)):
        return None, ""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _time_of_number(cell, date1904)
    return None, "unreadable_date"


def read_deadline(
    cell: Cell, date1904: bool = False, after: date | None = None
) -> tuple[datetime | None, str]:
    """A time that something is due by: like `read_time`, and 2026年3月底前, 12月, 十二月三十一日前.

    A month or a year is due at its end. What names no year means its next occurrence from `after` on (`year_taken`).
    """
    when, code = read_time(cell, date1904)
    if when or not code or not isinstance(cell, str):
        return when, code
    bare = _BY.sub("", _in_figures(plain(cell)))
    when, said = read_time(bare, date1904)
    if when:
        return when, said
    found = _NO_YEAR.fullmatch(bare) or _WHOLE.fullmatch(bare)
    parts = found.groupdict() if found else {}
    if not (parts.get("y") or (parts.get("mo") and "月" in bare)) or bare.isdigit():
        return None, code
    if not parts.get("y") and after is None:
        return None, "date_without_year"
    return _by_the_end(parts, after)


def _by_the_end(parts: dict[str, str | None], after: date | None) -> tuple[datetime | None, str]:
    """The last day of what `parts` name: in their year, else in the first in which it is not long over on `after`."""
    month, given = int(parts.get("mo") or 12), parts.get("y")
    if given or after is None:
        when = _last_day(_full_year(given or ""), month, parts)
        return when, "" if when else "impossible_date"
    start = after - timedelta(days=load_data("values.toml")["years"]["grace_days"])
    days = (_last_day(year, month, parts) for year in range(start.year, start.year + 3))
    when = next((day for day in days if day and day.date() >= start), None)
    return (when, "year_taken") if when else (None, "impossible_date")


def _last_day(year: int, month: int, parts: dict[str, str | None]) -> datetime | None:
    try:
        when = datetime(year, month, int(parts.get("d") or monthrange(year, month)[1]))
    except ValueError:
        return None
    return when if _year_is_likely(year) else None


def _full_year(figures: str) -> int:
    """The year that four figures or two name; 0 where two cannot be told."""
    return int(figures) if len(figures) == 4 else short_year(int(figures), _years()[2]) or 0


def _likely(when: datetime) -> tuple[datetime | None, str]:
    return (when, "") if _year_is_likely(when.year) else (None, "impossible_date")


def _time_of_number(number: int | float, date1904: bool) -> tuple[datetime | None, str]:
    """A serial (45000.5), a compact date (20260305) or seconds or milliseconds since 1970 (JSON exports)."""
    if not math.isfinite(number):
        return None, "unreadable_date"
    if 0 < number < 1000:
        return None, "duration_not_date"
    if 1e9 <= number < 1e10 or 1e12 <= number < 1e13:
        seconds = number / 1000 if number >= 1e12 else number
        return _likely(datetime.fromtimestamp(seconds, CHINA).replace(tzinfo=None, microsecond=0))
    if 1e7 <= number < 1e8 or number >= 1e13:
        return _time_of_text(str(int(number)), date1904)
    when = serial_to_datetime(float(number), date1904)
    return (when, "") if when else (None, "impossible_date")


def _time_of_text(cell: str, date1904: bool) -> tuple[datetime | None, str]:
    if len(cell) == 19 and _ISO.fullmatch(cell):
        try:
            return _likely(datetime.fromisoformat(cell))
        except ValueError:
            return None, "impossible_date"
    text = plain(cell)
    if is_nothing(text):
        return None, ""
    text = _in_figures(text).lstrip("'’‘")
    for pattern in (_YEAR_FIRST, _COMPACT, _SHORT_YEAR, _YEAR_LAST):
        if found := pattern.fullmatch(text):
            when, code = _time_of_match(found.groupdict(), swap=pattern is _YEAR_LAST)
            return when, "ambiguous_date" if when and pattern is _YEAR_LAST and _is_doubtful(found) else code
    if found := _THREE.fullmatch(text):
        return _time_of_three(found)
    if _SERIAL.fullmatch(text):
        return _time_of_number(float(text), date1904)
    return None, _why_no_time(text)


def _why_no_time(text: str) -> str:
    if _NO_YEAR.fullmatch(text):
        return "date_without_year"
    if (month := _NO_DAY.fullmatch(text)) and 1 <= int(month["mo"]) <= 12:
        return "date_without_day"
    return "duration_not_date" if _DURATION.fullmatch(text) else "unreadable_date"


def _in_figures(text: str) -> str:
    """Dates in Chinese figures (二〇二六年三月五日下午三时) in Arabic ones; everything else as it is."""
    if text.isascii():
        return text

    def figures(found: re.Match[str]) -> str:
        value = number(found[0])
        return found[0] if value is None else str(value)

    return _IN_CHINESE.sub(figures, text.replace("元月", "1月"))


def _time_of_three(found: re.Match[str]) -> tuple[datetime | None, str]:
    """Three figures of at most two digits. The year stands first, as people write it (26.3.5), or last, as programs do
    (3/25/26); where both make a day, the day is not told (`two_days`)."""
    parts = found.groupdict()
    a, b, c = found["a"], found["b"], found["c"]
    year_first, year_last = len(a) == 2, len(c) == 2
    ways = [(a, b, c)] if year_first else []
    if year_last:
        ways.append((c, a, b))
    if year_last and (found["sep"] == "/" or not year_first):
        ways.append((c, b, a))
    read = [_time_of_match({**parts, "y": y, "mo": month, "d": day})[0] for y, month, day in ways]
    days = {when for when in read if when}
    if len(days) == 1:
        return days.pop(), ""
    return None, "two_days" if days else "impossible_date"


def _is_doubtful(year_last: re.Match[str]) -> bool:
    """Whether 05/03/2026 could be March as well as May; who writes am or pm writes the month first."""
    month, day = int(year_last["mo"]), int(year_last["d"])
    half = (year_last["half"] or year_last["half2"] or "").lower()
    return month != day and max(month, day) <= 12 and half not in ("am", "pm")


def _time_of_match(parts: dict[str, str | None], *, swap: bool = False) -> tuple[datetime | None, str]:
    hour = int(parts.get("h") or 0)
    half = (parts.get("half") or parts.get("half2") or "").lower()
    if (half in _AFTERNOON and hour < 12) or (half == "中午" and hour < 6):
        hour += 12
    elif half in _FORENOON and hour == 12:
        hour = 0
    year, month, day = _full_year(parts["y"] or ""), int(parts["mo"] or 0), int(parts["d"] or 0)
    if swap and month > 12 >= day:
        month, day = day, month  # 25/12/2026 can only be day first
    minute, second = int(parts.get("mi") or 0), int(parts.get("s") or 0)
    if parts.get("sharp") == "半":
        minute = 30
    next_day = hour == 24 and not minute and not second
    try:
        when = datetime(year, month, day, 0 if next_day else hour, minute, second)
        when = _to_china(when, parts.get("zone") or "") + timedelta(days=int(next_day))
    except (ValueError, OverflowError):
        return None, "impossible_date"
    return _likely(when)


def _to_china(when: datetime, zone: str) -> datetime:
    if not zone:
        return when
    offset = timedelta()
    if zone.lower() != "z":
        digits = zone[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if zone[0] == "-" else 1)
    return when - offset + timedelta(hours=8)
