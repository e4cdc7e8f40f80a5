"""Working days with 调休, natural days, months, and what is said when a year is not announced yet."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.calendars import Calendar, CalendarError, Day

CALENDAR = Calendar.load()
DAYS = st.dates(date(2004, 1, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 14), True),  # a Saturday worked in exchange for 春节
        (date(2026, 2, 17), False),
        (date(2026, 5, 9), True),
        (date(2026, 5, 5), False),
        (date(2026, 11, 24), True),
        (date(2026, 11, 28), False),
    ],
)
def test_make_up_days_are_worked_and_holidays_are_not(day: date, worked: bool) -> None:
    assert CALENDAR.is_workday(day) is worked


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        (date(2026, 1, 28), 15, date(2026, 2, 25)),
        (date(2026, 4, 28), 3, date(2026, 5, 6)),
        (date(2026, 11, 24), 5, date(2026, 12, 1)),
        (date(2026, 10, 1), 0, date(2026, 10, 8)),
    ],
)
def test_working_days_skip_holidays_and_count_worked_weekends(start: date, n: int, due: date) -> None:
    got = CALENDAR.add_workdays(start, n)
    assert (got.date, got.provisional) == (due, False)
    assert str(due) in got.basis


def test_start_day_is_not_counted_and_worked_saturday_is() -> None:
    assert CALENDAR.add_workdays(date(2026, 2, 12), 2).date == date(2026, 2, 14)


def test_natural_days_stay_put_unless_rolled() -> None:
    assert CALENDAR.add_days(date(2026, 9, 24), 7).date == date(2026, 10, 1)
    rolled = CALENDAR.add_days(date(2026, 9, 24), 7, roll=True)
    assert rolled.date == date(2026, 10, 8)
    assert "国庆节顺延至2026-10-08" in rolled.basis


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        (date(2026, 5, 11), 1, date(2026, 6, 11)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(start: date, n: int, due: date) -> None:
    assert CALENDAR.add_months(start, n).date == due


def test_year_without_schedule_is_provisional_and_says_so() -> None:
    assert CALENDAR.published(2026) and not CALENDAR.published(2027)
    due = CALENDAR.add_workdays(date(2026, 12, 30), 5)
    assert due.provisional
    assert "2027年放假安排未录入" in due.basis and "待核" in due.basis


def test_rows_of_ones_own_win_and_do_not_publish_a_year() -> None:
    mine = Calendar.load(overrides=[Day(date(2027, 3, 1), False, "防汛停工", "县指挥中心")])
    assert not mine.is_workday(date(2027, 3, 1))
    assert not mine.published(2027)
    assert mine.add_workdays(date(2027, 2, 26), 1).date == date(2027, 3, 2)


def test_a_year_is_published_by_its_rows() -> None:
    mine = Calendar.load(overrides=[Day(date(2027, 10, 1), False, "国庆节", "人工导入")])
    assert mine.published(2027)
    assert not mine.add_workdays(date(2027, 3, 1), 3).provisional


def test_spring_festival_is_the_first_of_the_first_month() -> None:
    got = CALENDAR.festival("春节", 2024)
    assert got is not None
    assert (got.day, got.first_day_off) == (date(2024, 2, 10), date(2024, 2, 10))


@pytest.mark.parametrize(
    ("name", "year", "first", "provisional"),
    [
        ("春节", 2019, date(2019, 2, 4), False),
        ("国庆节", 2026, date(2026, 10, 1), False),
        ("元旦", 2019, date(2019, 1, 1), False),
        ("春节", 2027, date(2027, 2, 5), True),
        ("劳动节", 2040, date(2040, 5, 1), True),
    ],
)
def test_festivals_begin_with_their_first_day_off(
    name: str, year: int, first: date, provisional: bool
) -> None:
    got = CALENDAR.festival(name, year)
    assert got is not None
    assert (got.first_day_off, got.provisional) == (first, provisional)


def test_unknown_festival_is_not_guessed() -> None:
    assert CALENDAR.festival("春节", 2050) is None
    assert CALENDAR.festival("泼水节", 2026) is None


def test_a_table_of_ones_own_is_read(tmp_path: Path) -> None:
    table = tmp_path / "days.csv"
    table.write_text("\ufeffdate,is_workday,name\n2030-01-02,0,调休\n", encoding="utf-8")
    assert not Calendar.load(table).is_workday(date(2030, 1, 2))


@pytest.mark.parametrize(
    "text", ["day,off\n1,2\n", "date,is_workday\n2026-13-01,0\n", "date,is_workday\n2026-01-01,x\n"]
)
def test_a_broken_table_is_refused_by_name(tmp_path: Path, text: str) -> None:
    table = tmp_path / "mine.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(CalendarError, match=r"mine\.csv"):
        Calendar.load(table)


@pytest.mark.parametrize("n", [-1, 10_000])
def test_senseless_limits_are_refused(n: int) -> None:
    with pytest.raises(CalendarError):
        CALENDAR.add_workdays(date(2026, 1, 1), n)
    with pytest.raises(CalendarError):
        CALENDAR.add_days(date(9999, 12, 1), n)


@given(DAYS, st.integers(1, 60))
def test_workday_limits_end_on_a_working_day_with_n_of_them_between(start: date, n: int) -> None:
    due = CALENDAR.add_workdays(start, n).date
    between = [start + timedelta(d) for d in range(1, (due - start).days + 1)]
    assert CALENDAR.is_workday(due)
    assert sum(map(CALENDAR.is_workday, between)) == n


@given(DAYS, st.integers(0, 50))
def test_longer_limits_never_end_sooner(start: date, n: int) -> None:
    assert CALENDAR.add_workdays(start, n).date <= CALENDAR.add_workdays(start, n + 1).date
    assert CALENDAR.add_months(start, n).date <= CALENDAR.add_months(start, n + 1).date
