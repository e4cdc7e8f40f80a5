"""The working-day calendar: a table of exceptional days, and sums of days, working days and months on it.

The table holds only days that differ from Monday to Friday: days off (is_workday 0) and the weekend days worked
in exchange (调休, is_workday 1). It is data/days.csv, seeded by tools/seed_calendar.py and editable by hand; a
centre lays its own rows over it. The schedule of a year is announced in November of the year before. Until its
rows are there the year counts Monday to Friday, and every date that leans on it is provisional and says so.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
#: The holiday whose rows show that a year's schedule is in the table: the yearly notice always ends with it.
LAST_OF_NOTICE = "国庆节"
#: Statutory holidays with a fixed date, to stand in for a schedule that is not announced yet.
FIXED = {"元旦": (1, 1), "劳动节": (5, 1), "国庆节": (10, 1)}
#: Days off that come before the day itself, by the rule of 2024 (全国年节及纪念日放假办法): 除夕.
LEAD = {"春节": timedelta(1)}
#: A limit of more working days than this (some twenty years) is a slip of the pen, not a deadline.
MOST_WORKDAYS = 5_000


class CalendarError(ValueError):
    """A calendar file, or a sum of days, that cannot be right. The message is for people, in Chinese."""


@dataclass(frozen=True, slots=True)
class Day:
    """One row of the table: a day off, or a weekend day that is worked (调休)."""

    date: date
    is_workday: bool
    name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class DueDate:
    """The last day of a limit, how it was reckoned (Chinese, for people), and whether that may still change."""

    date: date
    basis: str
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Festival:
    """A holiday: its day (春节 is 正月初一), and its first day off, provisional while that year's schedule is not in."""

    name: str
    day: date
    first_day_off: date
    provisional: bool = False


class Calendar:
    """Days off and worked weekends; see the module text. Build one with `Calendar.load`."""

    def __init__(self, days: Iterable[Day], festivals: Mapping[tuple[int, str], date] | None = None) -> None:
        self.days = {day.date: day for day in days}
        self._published = {
            d.date.year for d in self.days.values() if d.name == LAST_OF_NOTICE and not d.is_workday
        }
        self._first = _first_days_off(self.days.values())
        self._festivals = dict(festivals or {})

    @classmethod
    def load(cls, path: Path | None = None, *, overrides: Iterable[Day] = ()) -> Calendar:
        """The table at `path` (the shipped one by default) with `overrides` laid over it, later rows winning.

        Raises CalendarError naming file and row when the file does not hold a calendar.
        """
        rows = _read_days(path or DATA / "days.csv")
        return cls([*rows, *overrides], _read_festivals(DATA / "festivals.csv"))

    def is_workday(self, day: date) -> bool:
        """Whether `day` is worked: by its row, else Monday to Friday (check `published` before relying on it)."""
        row = self.days.get(day)
        return row.is_workday if row else day.weekday() < 5

    def published(self, year: int) -> bool:
        """Whether the table holds that year's announced schedule (its 国庆节 days off)."""
        return year in self._published

    def festival(self, name: str, year: int) -> Festival | None:
        """元旦, 春节, 清明节, 劳动节, 端午节, 中秋节 or 国庆节 of `year`; None when its day is not known."""
        first = self._first.get((year, name))
        day = self._festivals.get((year, name)) or first
        if name in FIXED:
            day = date(year, *FIXED[name])
        if day is None:
            return None
        return Festival(name, day, first or day - LEAD.get(name, timedelta(0)), not self.published(year))

    def next_workday(self, day: date) -> date:
        """`day` itself when it is worked, else the next day that is."""
        while not self.is_workday(day):
            day += timedelta(1)
        return day

    def add_workdays(self, start: date, n: int) -> DueDate:
        """The n-th working day after `start`, which is not counted itself (n = 0: the day, rolled forward)."""
        if not 0 <= n <= MOST_WORKDAYS:
            raise CalendarError(f"工作日数应在0至{MOST_WORKDAYS}之间，得到{n}")
        day, left, off = start, n, 0
        while left:
            day += timedelta(1)
            if self.is_workday(day):
                left -= 1
            else:
                off += 1
        if not n:
            day = self.next_workday(start)
        skipped = f"（其间跳过{self._skipped(start, day)}）" if off else ""
        return self._due(start, day, f"自{start}次日起第{n}个工作日为{day}{skipped}")

    def add_days(self, start: date, n: int, *, roll: bool = False) -> DueDate:
        """n natural days after `start`, which is not counted itself; `roll` moves a day off to the next working day."""
        if n < 0:
            raise CalendarError(f"天数不能为负，得到{n}")
        try:
            day = start + timedelta(n)
        except OverflowError:
            raise CalendarError(f"天数过大：{n}") from None
        return self._rolled(day, f"自{start}次日起第{n}天为{day}", roll)

    def add_months(self, start: date, n: int, *, roll: bool = False) -> DueDate:
        """The same day n months on, or that month's last day when it has no such day."""
        if n < 0:
            raise CalendarError(f"月数不能为负，得到{n}")
        months = start.year * 12 + start.month - 1 + n
        year, month = divmod(months, 12)
        if year > date.max.year:
            raise CalendarError(f"月数过大：{n}")
        day = date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
        return self._rolled(day, f"自{start}起满{n}个月为{day}", roll)

    def _rolled(self, day: date, basis: str, roll: bool) -> DueDate:
        if not roll:
            return DueDate(day, basis)
        worked = self.next_workday(day)
        if worked != day:
            basis += f"，遇{self._called(day)}顺延至{worked}"
        return self._due(day, worked, basis)

    def _due(self, start: date, day: date, basis: str) -> DueDate:
        unknown = [year for year in range(start.year, day.year + 1) if not self.published(year)]
        if unknown:
            years = "、".join(f"{year}年" for year in unknown)
            basis += f"；{years}放假安排未录入，暂按周一至周五推算，日期待核"
        return DueDate(day, basis, bool(unknown))

    def _called(self, day: date) -> str:
        row = self.days.get(day)
        return row.name if row and row.name else "周末"

    def _skipped(self, start: date, end: date) -> str:
        counts: dict[str, int] = {}
        day = start + timedelta(1)
        while day <= end:
            if not self.is_workday(day):
                counts[self._called(day)] = counts.get(self._called(day), 0) + 1
            day += timedelta(1)
        return "、".join(f"{name}{n}天" for name, n in counts.items())


@cache
def default_calendar() -> Calendar:
    """The shipped calendar, read once per process."""
    return Calendar.load()


def _first_days_off(days: Iterable[Day]) -> dict[tuple[int, str], date]:
    """First day off by year and holiday. 元旦 is taken as 1 January: its days off may begin the year before."""
    first: dict[tuple[int, str], date] = {}
    for day in days:
        if day.is_workday or not day.name or day.name == "元旦":
            continue
        key = (day.date.year, day.name)
        first[key] = min(day.date, first.get(key, day.date))
    return first


def _read_days(path: Path) -> list[Day]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = {"date", "is_workday"} - set(reader.fieldnames or ())
        if missing:
            raise CalendarError(f"{path.name}：缺少列 {'、'.join(sorted(missing))}")
        return [_day(row, path.name, n) for n, row in enumerate(reader, start=2)]


def _day(row: dict[str, str], file: str, n: int) -> Day:
    try:
        day = date.fromisoformat(row["date"].strip())
        worked = {"0": False, "1": True}[row["is_workday"].strip()]
    except (ValueError, KeyError, AttributeError):
        raise CalendarError(f"{file} 第{n}行：日期应写作2026-10-01，is_workday应为0或1") from None
    return Day(day, worked, (row.get("name") or "").strip(), (row.get("source") or "").strip())


def _read_festivals(path: Path) -> dict[tuple[int, str], date]:
    """Days of the festivals of the lunar calendar and of 清明, 2004 to 2035: facts of astronomy, checked against the
    PyPI package holidays 0.109."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {
            (int(row["year"]), row["name"]): date.fromisoformat(row["day"]) for row in csv.DictReader(lines)
        }
