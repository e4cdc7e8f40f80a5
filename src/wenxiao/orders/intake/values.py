"""One cell to one typed value.

Every reader returns `(value, code)`: the code is "" when all is well and a warning of data/messages.toml when the
cell held something that could not be used (then the value is None). Empty is (None, "").
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache

from wenxiao.orders.intake.cells import Cell, Flaw, Nested
from wenxiao.orders.intake.problems import load_data

#: China has one time zone; a time that names another is moved into it.
CHINA = timezone(timedelta(hours=8))
_EPOCH_1900 = datetime(1899, 12, 30)
_EPOCH_1904 = datetime(1904, 1, 1)
#: Excel keeps 15 significant digits; a longer number has lost its tail.
_EXACT_DIGITS = 10**15

_ISO = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d", re.A)
_CLOCK = (
    r"(?:\s*T?\s*(?:星期.|周.)?\s*(?P<half>凌晨|早上|清晨|上午|中午|下午|傍晚|晚上|晚|am|pm)?\s*"
    r"(?P<h>\d{1,2})(?:[:时点]\s*(?P<mi>\d{1,2})(?:[:分]\s*(?P<s>\d{1,2})(?:[.,]\d+)?秒?)?分?)?"
    r"\s*(?P<half2>am|pm)?\s*(?P<zone>z|[+-]\d\d:?\d\d)?)?\s*"
)
_YEAR_FIRST = re.compile(
    r"(?P<y>\d{4})\s*[-/.年]\s*(?P<mo>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?" + _CLOCK, re.I
)
_YEAR_LAST = re.compile(r"(?P<mo>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})" + _CLOCK, re.I)
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<mo>\d\d)(?P<d>\d\d)\s*(?:(?P<h>\d\d):?(?P<mi>\d\d):?(?P<s>\d\d)?)?(?:\d{3})?"
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_NO_YEAR = re.compile(r"\d{1,2}\s*[-/.月]\s*\d{1,2}\s*[日号]?(?:\s+\d{1,2}:\d\d(?::\d\d)?)?")
_DURATION = re.compile(r"\d+(?:\.\d+)?\s*个?(?:工作日|自然日|天|日|小时|h|分钟)?(?:内)?", re.I)
_INTEGER = re.compile(r"([+-]?\d+)(?:\.0+)?\s*(?:次|天|个|件|条)?")
_SCIENTIFIC = re.compile(r"\d(?:\.(?P<f>\d+))?e\+?(?P<e>\d{1,2})", re.I)
#: A whole number that passed through a program which keeps numbers as floats (20190501001.0).
_FLOAT_TEXT = re.compile(r"(\d{5,})\.0+", re.A)
#: Characters without width that stick to numbers copied from pages.
_UNSEEN: dict[int, int | None] = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF])
#: Full-width digits and letters are those of the input method, not of the number: elsewhere it is written in ASCII.
_UNSEEN.update({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
_FORMULA_TEXT = re.compile(r'="(.*)"', re.S)
_AFTERNOON = {"下午", "傍晚", "晚上", "晚", "pm"}
_FORENOON = {"凌晨", "早上", "清晨", "上午", "am"}


@lru_cache(maxsize=1)
def _words() -> tuple[frozenset[str], frozenset[str], frozenset[str], int, int]:
    data = load_data("values.toml")
    return (
        frozenset(data["yes"]),
        frozenset(data["no"]),
        frozenset(data["nothing"]),
        data["years"]["first"],
        data["years"]["last"],
    )


def _plain(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip()


def _is_nothing(text: str) -> bool:
    return text.casefold() in _words()[2]


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
    _, _, _, first, last = _words()
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


def read_date(cell: Cell, date1904: bool = False) -> tuple[date | None, str]:
    """A day; the hour of a time is dropped."""
    when, code = read_time(cell, date1904)
    return (when.date() if when else None), code


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
    text = _plain(cell)
    if _is_nothing(text):
        return None, ""
    for pattern in (_YEAR_FIRST, _COMPACT, _YEAR_LAST):
        if found := pattern.fullmatch(text):
            when, code = _time_of_match(found.groupdict())
            return when, "ambiguous_date" if when and pattern is _YEAR_LAST and _is_doubtful(found) else code
    if _SERIAL.fullmatch(text):
        return _time_of_number(float(text), date1904)
    if _NO_YEAR.fullmatch(text):
        return None, "date_without_year"
    return None, "duration_not_date" if _DURATION.fullmatch(text) else "unreadable_date"


def _is_doubtful(year_last: re.Match[str]) -> bool:
    """Whether 05/03/2026 could be March as well as May; who writes am or pm writes the month first."""
    month, day = int(year_last["mo"]), int(year_last["d"])
    half = (year_last["half"] or year_last["half2"] or "").lower()
    return month != day and max(month, day) <= 12 and half not in ("am", "pm")


def _time_of_match(parts: dict[str, str | None]) -> tuple[datetime | None, str]:
    hour = int(parts.get("h") or 0)
    half = (parts.get("half") or parts.get("half2") or "").lower()
    if (half in _AFTERNOON and hour < 12) or (half == "中午" and hour < 6):
        hour += 12
    elif half in _FORENOON and hour == 12:
        hour = 0
    year, month, day = (int(parts[k] or 0) for k in ("y", "mo", "d"))
    if month > 12 >= day:
        month, day = day, month  # 25/12/2026 can only be day first
    minute, second = int(parts.get("mi") or 0), int(parts.get("s") or 0)
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


def read_flag(cell: Cell) -> tuple[bool | None, str]:
    """Yes, no, or None where the cell is empty or says something else."""
    if isinstance(cell, bool):
        return cell, ""
    if cell is None or isinstance(cell, (Flaw, Nested)):
        return None, ""
    text = _plain(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell))
    text = "".join(text.split()).casefold()
    yes, no, nothing, _, _ = _words()
    if text in yes or text in no:
        return text in yes, ""
    return None, "" if text in nothing else "unreadable_flag"


def read_count(cell: Cell) -> tuple[int | None, str]:
    """A count of 0 to a million; 是 counts once and 否 none, for columns such as 是否延期."""
    if isinstance(cell, bool):
        return int(cell), ""
    if cell is None or isinstance(cell, (Flaw, Nested)):
        return None, ""
    text = _plain(str(cell))
    if _is_nothing(text):
        return None, ""
    if found := _INTEGER.fullmatch(text):
        number = int(found[1]) if len(found[1]) < 10 else -1
        return (number, "") if 0 <= number <= 1_000_000 else (None, "out_of_range")
    flag, _ = read_flag(text)
    return (None, "unreadable_number") if flag is None else (int(flag), "")


def read_degrees(cell: Cell, bound: float) -> tuple[float | None, str]:
    """A longitude (bound 180) or latitude (bound 90) in decimal degrees; 0 is taken as "not known"."""
    if cell is None or isinstance(cell, (Flaw, Nested)):
        return None, ""
    text = _plain(str(cell))
    if _is_nothing(text):
        return None, ""
    try:
        number = float(text)
    except ValueError:
        return None, "unreadable_number"
    if not abs(number) <= bound:
        return None, "out_of_range"
    return (number or None), ""


def read_text(cell: Cell) -> str:
    """The cell as text, white space untouched; whole numbers without the .0 that a sheet stores."""
    if isinstance(cell, str):
        return cell
    if cell is None or isinstance(cell, (Flaw, Nested)):
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return str(cell)


def read_number_text(cell: Cell, exact: bool) -> tuple[str, str]:
    """An order number or a telephone number: opaque text, but digits that a sheet has lost are noticed.

    A number in scientific writing that has lost digits stays as it is written: what it was is not invented.
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return read_text(cell), "" if exact or abs(cell) < _EXACT_DIGITS else "number_lost_digits"
    text = read_text(cell)
    if not text.isascii():
        text = text.translate(_UNSEEN)
    text = text.strip()
    if found := _FORMULA_TEXT.fullmatch(text):
        return found[1].strip(), ""  # ="0012": how exports keep a spreadsheet from eating the zeros
    text = text.removeprefix("'")
    if found := _SCIENTIFIC.fullmatch(text):
        lost = int(found["e"]) > len(found["f"] or "")
        return (text, "scientific_number") if lost else (str(int(float(text))), "")
    if found := _FLOAT_TEXT.fullmatch(text):
        return found[1], "" if len(found[1]) <= 15 else "number_lost_digits"
    return text, ""
