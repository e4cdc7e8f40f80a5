"""Dates as people write them: due dates of promises with the day they mean, and days that lie behind.

The meaning of each form follows the conventions of the recognition engine (docs): month end, inclusive "X日前",
上旬 10th, 中旬 20th, 下旬 and 月底 last day, 年底 12-31, weeks end on Sunday, 个工作日 by the published calendar.
The generator works the day out for itself, forwards, from the words that it chose; it never reads them back. Only
the table of days is shared with `wenxiao.calendars`; the arithmetic is its own, so that a fault there cannot hide here.
"""

from __future__ import annotations

import calendar
import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random

DAY = timedelta(days=1)
_NUMERALS = "零一两三四五六七八九十"
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Due:
    """When a promise falls due: the words, the last day that they mean (None if they name none), the certainty."""

    text: str
    day: date | None
    certainty: str


@cache
def _special_days() -> dict[date, tuple[bool, str]]:
    rows = files("wenxiao.calendars").joinpath("data", "days.csv").read_text("utf-8").splitlines()
    return {date.fromisoformat(r["date"]): (r["is_workday"] == "1", r["name"]) for r in csv.DictReader(rows)}


def is_workday(day: date) -> bool:
    """Monday to Friday, less public holidays, plus the working weekends (调休) of the published calendars."""
    special = _special_days().get(day)
    return day.weekday() < 5 if special is None else special[0]


def add_workdays(start: date, count: int) -> date:
    """The `count`-th working day after `start`, which is not counted itself."""
    day = start
    while count > 0:
        day += DAY
        count -= is_workday(day)
    return day


def next_workday(day: date) -> date:
    """`day` itself, or the first working day after it."""
    while not is_workday(day):
        day += DAY
    return day


def office_time(day: date, rng: Random) -> datetime:
    """A moment of the working day, 08:40 to 17:20."""
    minute = rng.randint(8 * 60 + 40, 17 * 60 + 20)
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, rng.randint(0, 59))


def add_months(day: date, count: int) -> date:
    """The same day `count` months later, or the last day of a shorter month."""
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def month_end(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _month(ref: date, target: date, rng: Random) -> str:
    """The month as words: its year is said whenever it is another one."""
    if target.year == ref.year:
        return rng.choice(["", "", "今年", f"{target.year}年"]) + f"{target.month}月"
    return rng.choice(["明年", f"{target.year}年"]) + f"{target.month}月"


def _month_end(ref: date, rng: Random) -> Due:
    target = month_end(add_months(ref.replace(day=1), rng.randint(1, 5)))
    return Due(_month(ref, target, rng) + rng.choice(["底前", "底", "底之前", "份"]), target, "stated")


def _this_month(ref: date, rng: Random) -> Due:
    if ref.day > 20:
        target = month_end(add_months(ref.replace(day=1), 1))
        return Due(rng.choice(["下月底前", "下个月底前", "下月底"]), target, "stated")
    return Due(rng.choice(["本月底前", "月底前", "本月内"]), month_end(ref), "stated")


def _before_day(ref: date, rng: Random) -> Due:
    target = ref + timedelta(days=rng.randint(7, 120))
    return Due(f"{_month(ref, target, rng)}{target.day}日" + rng.choice(["前", "之前"]), target, "stated")


def _before_month(ref: date, rng: Random) -> Due:
    target = add_months(ref.replace(day=1), rng.randint(2, 5))
    return Due(_month(ref, target, rng) + "前", target - DAY, "stated")


def _third(ref: date, rng: Random) -> Due:
    month = add_months(ref.replace(day=1), rng.randint(1, 4))
    word, day = rng.choice([("上旬", 10), ("中旬", 20), ("下旬", 0)])
    target = month.replace(day=day) if day else month_end(month)
    return Due(_month(ref, target, rng) + word, target, "stated")


def _number(count: int, rng: Random) -> str:
    return _NUMERALS[count] if count <= 10 and rng.random() < 0.5 else str(count)


def _days(ref: date, rng: Random) -> Due:
    count = rng.choice([3, 5, 7, 10, 15, 20, 30, 45, 60])
    unit = rng.choice(["日", "天", "日之", "个自然日"])
    return Due(f"{_number(count, rng)}{unit}内", ref + timedelta(days=count), "stated")


def _workdays(ref: date, rng: Random) -> Due:
    count = rng.choice([2, 3, 5, 7, 10, 15, 20])
    return Due(
        f"{_number(count, rng)}个工作日" + rng.choice(["内", "之内"]), add_workdays(ref, count), "stated"
    )


def _weeks_months(ref: date, rng: Random) -> Due:
    count = rng.randint(1, 3)
    if rng.random() < 0.5:
        return Due(f"{_NUMERALS[count]}周内", ref + timedelta(weeks=count), "stated")
    return Due(f"{_NUMERALS[count]}个月内", add_months(ref, count), "stated")


def _week(ref: date, rng: Random) -> Due:
    monday = ref - timedelta(days=ref.weekday())
    if ref.weekday() < 3 and rng.random() < 0.5:
        word, target = rng.choice([("本周内", monday + 6 * DAY), ("本周五前", monday + 4 * DAY)])
        return Due(word, target, "stated")
    if rng.random() < 0.3:
        return Due(rng.choice(["下周内", "下周"]), monday + 13 * DAY, "stated")
    day = rng.randint(0, 4)
    return Due(
        f"下周{_WEEKDAYS[day]}" + rng.choice(["", "前"] if day else [""]), monday + (7 + day) * DAY, "stated"
    )


def _holiday(ref: date, rng: Random) -> Due:
    name, words = rng.choice(
        [("春节", ["春节前"]), ("国庆节", ["国庆节前", "国庆前"]), ("劳动节", ["五一前"])]
    )
    first = [
        d
        for d, (work, label) in sorted(_special_days().items())
        if label == name and not work and d > ref + 5 * DAY
    ]
    # Without a published calendar nobody can name the day, and a promise for the festival after next is not made.
    if not first or first[0] > ref + timedelta(days=200):
        return _month_end(ref, rng)
    return Due(rng.choice(words), first[0] - DAY, "stated")


def _year(ref: date, rng: Random) -> Due:
    year_end = date(ref.year, 12, 31)
    if ref.month < 10:
        word, target = rng.choice(
            [("年底前", year_end), ("年内", year_end), ("今年年底", year_end), ("今年四季度", year_end)]
        )
        return Due(word, target, "stated")
    year = ref.year + 1
    word, target = rng.choice(
        [
            ("明年一季度", date(year, 3, 31)),
            ("明年上半年", date(year, 6, 30)),
            ("明年第二季度", date(year, 6, 30)),
        ]
    )
    return Due(word, target, "stated")


_FORMS: list[tuple[Callable[[date, Random], Due], int]] = [
    (_month_end, 20),
    (_this_month, 12),
    (_before_day, 18),
    (_before_month, 4),
    (_third, 10),
    (_days, 8),
    (_workdays, 12),
    (_weeks_months, 8),
    (_week, 8),
    (_holiday, 4),
    (_year, 7),
]
_SEASONS = ["汛期结束后", "天气转晴后", "秋收后", "开春后", "竣工验收后"]
_CONDITIONS = ["待资金到位后", "待上级批复后", "待方案确定后", "征求居民意见后", "条件具备后"]
_FUZZY = [*_SEASONS, *_CONDITIONS, "近期", "尽快", "适时", "抓紧", "择期"]


def stated_due(ref: date, rng: Random) -> Due:
    """A promise with a date, anchored to the day that the reply is signed with."""
    form = rng.choices([f for f, _ in _FORMS], [w for _, w in _FORMS])[0]
    return form(ref, rng)


def fuzzy_due(rng: Random) -> Due:
    """A time hint that names no day: near future, a season, a condition."""
    return Due(rng.choice(_FUZZY), None, "fuzzy")


def past_day(first: date, last: date, rng: Random) -> str:
    """A day between `first` and `last`, as a reply would write it."""
    day = first + timedelta(days=rng.randint(0, max(0, (last - first).days)))
    short = f"{day.month}月{day.day}日"
    return rng.choice([short, short, short, f"{day.year}年{short}", f"{day.month}月{day.day:02d}日"])


def chinese_date(day: date) -> str:
    """2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"
