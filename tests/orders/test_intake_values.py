"""Cells to values: times, flags, counts, numbers that a sheet has spoilt."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.orders.intake.values import (
    read_count,
    read_degrees,
    read_flag,
    read_number_text,
    read_text,
    read_time,
)

moments = st.datetimes(datetime(1980, 1, 1), datetime(2099, 12, 31)).map(lambda t: t.replace(microsecond=0))


def chinese(when: datetime) -> str:
    half = "上午" if when.hour < 12 else "下午"
    hour = when.hour % 12 or 12
    return f"{when.year}年{when.month}月{when.day}日 {half}{hour}:{when.minute:02d}:{when.second:02d}"


WRITTEN = {
    "iso": lambda t: t.isoformat(),
    "space": lambda t: t.isoformat(" "),
    "fraction": lambda t: t.isoformat(" ") + ".0",
    "slashes": lambda t: f"{t.year}/{t.month}/{t.day} {t.hour}:{t.minute:02d}:{t.second:02d}",
    "dots": lambda t: f"{t.year}.{t.month}.{t.day} {t.hour}:{t.minute:02d}:{t.second:02d}",
    "words": lambda t: f"{t.year}年{t.month}月{t.day}日{t.hour}时{t.minute}分{t.second}秒",
    "half": chinese,
    "wide": lambda t: t.isoformat(" ").translate({i + 48: 0xFF10 + i for i in range(10)}),
    "compact": lambda t: t.strftime("%Y%m%d%H%M%S") if t.year > 1000 else "",
    "american": lambda t: t.strftime("%m/%d/%Y %I:%M:%S %p"),
    "utc": lambda t: (t - timedelta(hours=8)).isoformat() + "Z",
    "zone": lambda t: (t + timedelta(hours=1)).isoformat() + "+09:00",
}


@given(moments, st.sampled_from(sorted(WRITTEN)))
def test_a_time_is_read_back_however_it_was_written(when, way) -> None:
    assert read_time(WRITTEN[way](when)) == (when, "")


@given(moments, st.booleans())
def test_a_serial_is_read_back_in_both_calendars(when, from_1904) -> None:
    epoch = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
    serial = (when - epoch) / timedelta(days=1)
    if serial >= 1000:
        assert read_time(serial, from_1904) == (when, "")


@given(st.text(max_size=30))
def test_no_text_breaks_the_readers(text) -> None:
    when, code = read_time(text)
    assert when is None or code == ""
    for reader in (read_flag, read_count):
        value, code = reader(text)
        assert value is None or code == ""
    assert isinstance(read_number_text(text, False)[0], str)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2026-02-30", "impossible_date"),
        ("2026年2月29日", "impossible_date"),
        ("2026-03-05 25:00", "impossible_date"),
        ("0000-00-00", "impossible_date"),
        ("0000-00-00 00:00:00", "impossible_date"),
        ("1900-01-01", "impossible_date"),
        ("2100-01-01", "impossible_date"),
        ("9999-12-31", "impossible_date"),
        (datetime(1900, 1, 1), "impossible_date"),
        (99999999.0, "impossible_date"),
        ("3月5日", "date_without_year"),
        ("03-05 12:00", "date_without_year"),
        ("5个工作日", "duration_not_date"),
        (5.0, "duration_not_date"),
        ("尽快", "unreadable_date"),
        (float("nan"), "unreadable_date"),
        (True, "unreadable_date"),
        ("", ""),
        ("--", ""),
        (None, ""),
    ],
)
def test_times_that_are_none_say_why(cell, code) -> None:
    assert read_time(cell) == (None, code)


@pytest.mark.parametrize(
    ("cell", "when"),
    [
        ("2026年3月5日 下午3:20", datetime(2026, 3, 5, 15, 20)),
        ("2026年3月5日上午12:05", datetime(2026, 3, 5, 0, 5)),
        ("2026年3月5日 中午12:05", datetime(2026, 3, 5, 12, 5)),
        ("2026年3月5日", datetime(2026, 3, 5)),
        ("2026/3/5 9:32", datetime(2026, 3, 5, 9, 32)),
        ("20260305", datetime(2026, 3, 5)),
        (20260305, datetime(2026, 3, 5)),
        ("2026-03-05 24:00", datetime(2026, 3, 6)),
        ("25/12/2026", datetime(2026, 12, 25)),
        ("46086.5", datetime(2026, 3, 5, 12)),
        (date(2026, 3, 5), datetime(2026, 3, 5)),
    ],
)
def test_times_that_sheets_hold(cell, when) -> None:
    assert read_time(cell) == (when, "")


@pytest.mark.parametrize("cell", ["是", " Y ", "1", 1, 1.0, True, "√", "TRUE", "紧急", "ｙｅｓ"])
def test_yes(cell) -> None:
    assert read_flag(cell) == (True, "")


@pytest.mark.parametrize("cell", ["否", "N", "0", 0, 0.0, False, "×", "一般", "false"])
def test_no(cell) -> None:
    assert read_flag(cell) == (False, "")


def test_neither_yes_nor_no() -> None:
    assert read_flag("待定") == (None, "unreadable_flag")
    assert read_flag("") == read_flag("/") == read_flag(None) == (None, "")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2", (2, "")),
        (2.0, (2, "")),
        ("2次", (2, "")),
        ("是", (1, "")),
        ("否", (0, "")),
        ("", (None, "")),
        ("-1", (None, "out_of_range")),
        ("99999999999", (None, "out_of_range")),
        (2.5, (None, "unreadable_number")),
        ("多次", (None, "unreadable_number")),
    ],
)
def test_counts(cell, expected) -> None:
    assert read_count(cell) == expected


def test_degrees() -> None:
    assert read_degrees("120.58", 180) == (120.58, "")
    assert read_degrees(0, 90) == (None, "")
    assert read_degrees("inf", 90) == read_degrees(95.0, 90) == (None, "out_of_range")
    assert read_degrees("东经", 180) == (None, "unreadable_number")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (2549.0, ("2549", "")),
        (13812345678, ("13812345678", "")),
        ("1.38E+10", ("1.38E+10", "scientific_number")),
        ("1.3812345678E+10", ("13812345678", "")),
        (3.20682202603e17, ("320682202603000000", "number_lost_digits")),
        (2**53 + 1, (str(2**53 + 1), "number_lost_digits")),
        (" 00123\t", ("00123", "")),
        ('="00123"', ("00123", "")),
        ("'00123", ("00123", "")),
        ("=1+1", ("=1+1", "")),
        ("-5", ("-5", "")),
        (None, ("", "")),
    ],
)
def test_numbers_that_are_names(cell, expected) -> None:
    assert read_number_text(cell, exact=False) == expected


@given(st.integers(0, 10**30))
def test_an_exact_source_loses_no_digit(number) -> None:
    assert read_number_text(number, exact=True) == (str(number), "")


@given(st.text())
def test_text_is_not_touched(text) -> None:
    assert read_text(text) == text
