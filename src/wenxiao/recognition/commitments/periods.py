"""The stretches of time that words name, before 前, 内 or 后 is applied to them."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta

#: Day of the month that the parts end on; 0 is its last day. The labels' conventions (初 the 10th, 中 the 20th).
PARTS = {"上旬": 10, "初": 10, "中旬": 20, "中": 20, "下旬": 0, "底": 0, "末": 0}
PART_STARTS = {"上旬": 1, "初": 1, "中旬": 11, "中": 11, "下旬": 21, "底": 0, "末": 0}


@dataclass(frozen=True, slots=True)
class Period:
    """[first, last]. `inclusive`: 前 still takes in the last day (7月15日前, 月底前); else it ends the day before.

    `open_year`: the words named no year, so it may be moved to another one.
    """

    first: date
    last: date
    inclusive: bool = False
    open_year: bool = False
    note: str = ""
    provisional: bool = False

    def in_year(self, year: int) -> Period:
        """The same stretch of another year."""
        shift = year - self.first.year
        return replace(self, first=_moved(self.first, shift), last=_moved(self.last, shift))


def _moved(day: date, years: int) -> date:
    year = day.year + years
    last_of_month = day.day == monthrange(day.year, day.month)[1]
    length = monthrange(year, day.month)[1]
    return date(year, day.month, length if last_of_month and day.month == 2 else min(day.day, length))


def month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def of_day(year: int, month: int, day: int) -> Period | None:
    try:
        one = date(year, month, day)
    except ValueError:
        return None
    return Period(one, one, inclusive=True)


def of_month(year: int, month: int, part: str = "") -> Period | None:
    """A month or a part of it (上旬, 初, 底 …)."""
    if not 1 <= month <= 12:
        return None
    end = month_end(year, month)
    if not part:
        return Period(date(year, month, 1), end)
    last = end if PARTS[part] == 0 else date(year, month, PARTS[part])
    first = last if PART_STARTS[part] == 0 else date(year, month, PART_STARTS[part])
    return Period(first, last, inclusive=True)


def of_months(year: int, first: int, last: int, *, inclusive: bool = False) -> Period:
    return Period(date(year, first, 1), month_end(year, last), inclusive=inclusive)


def of_quarter(year: int, quarter: int, *, end: bool = False) -> Period:
    return of_months(year, quarter * 3 - 2, quarter * 3, inclusive=end)


def of_week(day: date, weeks: int) -> Period:
    """Monday to Sunday of the week `weeks` after the one that `day` is in."""
    monday = day - timedelta(day.weekday()) + timedelta(7 * weeks)
    return Period(monday, monday + timedelta(6), inclusive=True)
