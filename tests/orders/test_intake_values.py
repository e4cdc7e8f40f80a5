"""Cells to values: times, flags, counts, numbers that a sheet has spoilt."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.orders.intake.times import read_deadline, read_time
from wenxiao.orders.intake.values import (
    read_count,
    read_degrees,
    read_flag,
    read_number_text,
    read_text,
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


SIGNS = "〇一二三四五六七八九"


def in_chinese(figure: int) -> str:
    """0 to 99 as it is spoken: 十五, 二十."""
    tens, ones = divmod(figure, 10)
    return (
        ("" if tens < 2 else SIGNS[tens]) + ("十" if tens else "") + (SIGNS[ones] if ones or not tens else "")
    )


def spelt(year: int) -> str:
    return "".join(SIGNS[int(figure)] for figure in str(year))


CHINESE = {
    "day": lambda t: f"{spelt(t.year)}年{in_chinese(t.month)}月{in_chinese(t.day)}日",
    "zero": lambda t: f"{spelt(t.year).replace('〇', '零')}年{in_chinese(t.month)}月{in_chinese(t.day)}号",
    "thousands": lambda t: f"二千零{in_chinese(t.year % 100)}年{t.month}月{in_chinese(t.day)}日",
    "two figures": lambda t: f"{t.year % 100:02d}年{t.month}月{t.day}日",
    "padded": lambda t: f"{t.year % 100:02d}年{t.month:02d}月{t.day:02d}日",
    "signs": lambda t: f"{spelt(t.year)[2:]}年{in_chinese(t.month)}月{in_chinese(t.day)}日",
}


@given(
    st.datetimes(datetime(2010, 1, 1), datetime(2039, 12, 31)),
    st.sampled_from(sorted(CHINESE)),
    st.booleans(),
)
def test_a_time_is_read_back_in_chinese_figures_and_with_two_of_its_year(when, way, clock) -> None:
    when = when.replace(second=0, microsecond=0) if clock else datetime(when.year, when.month, when.day)
    behind = f"{in_chinese(when.hour)}时{in_chinese(when.minute)}分" if clock else ""
    assert read_time(CHINESE[way](when) + behind) == (when, "")


@given(st.dates(date(2010, 1, 1), date(2039, 12, 31)), st.sampled_from("./-"), st.booleans())
def test_two_figures_of_a_year_are_read_where_they_can_mean_one_day_only(day, mark, padded) -> None:
    text = mark.join(f"{part:02d}" if padded else str(part) for part in (day.year % 100, day.month, day.day))
    when, code = read_time(text)
    assert (
        (when == datetime(day.year, day.month, day.day)) if code == "" else (when, code) == (None, "two_days")
    )
    if not padded and day.day < 10:
        assert code == ""


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
        ("三月五日", "date_without_year"),
        ("二零二六年十二月", "date_without_day"),
        ("2026年3月", "date_without_day"),
        ("2026-03", "date_without_day"),
        ("二〇二六年十三月五日", "impossible_date"),
        ("二〇二六年二月三十日", "impossible_date"),
        ("60年3月5日", "impossible_date"),
        ("12-03-05", "two_days"),
        ("26/03/05", "two_days"),
        ("3/5/26", "two_days"),
        ("三月三", "unreadable_date"),
        ("十里河路", "unreadable_date"),
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
        ("二〇二六年三月五日下午三点半", datetime(2026, 3, 5, 15, 30)),
        ("贰零贰陆年叁月伍日", datetime(2026, 3, 5)),
        ("2026年3月5日（星期四）", datetime(2026, 3, 5)),
        ("2026-03-05 周四 9:32", datetime(2026, 3, 5, 9, 32)),
        ("'21.3.5", datetime(2021, 3, 5)),
        ("'2026-03-05", datetime(2026, 3, 5)),
        ("21.3.5", datetime(2021, 3, 5)),
        ("21-3-5 10:20", datetime(2021, 3, 5, 10, 20)),
        ("26-03-05 10:20:33", datetime(2026, 3, 5, 10, 20, 33)),
        ("3/25/26", datetime(2026, 3, 25)),
        ("26年元月5日", datetime(2026, 1, 5)),
        (date(2026, 3, 5), datetime(2026, 3, 5)),
    ],
)
def test_times_that_sheets_hold(cell, when) -> None:
    assert read_time(cell) == (when, "")


@pytest.mark.parametrize(
    ("cell", "when", "code"),
    [
        ("二零二五年十二月", datetime(2025, 12, 31), ""),
        ("2026年2月底前", datetime(2026, 2, 28), ""),
        ("26年9月前", datetime(2026, 9, 30), ""),
        ("2026年底前", datetime(2026, 12, 31), ""),
        ("2026-03-05前", datetime(2026, 3, 5), ""),
        ("十二月三十一日前", datetime(2026, 12, 31), "year_taken"),
        ("1月底", datetime(2027, 1, 31), "year_taken"),
        ("4月28日", datetime(2026, 4, 28), "year_taken"),  # two weeks ago: a late reply
        ("2月29日", datetime(2028, 2, 29), "year_taken"),
        ("2026-03-05 15:20", datetime(2026, 3, 5, 15, 20), ""),
        ("3.5", None, "date_without_year"),
        ("15", None, "duration_not_date"),
        ("2026", None, "duration_not_date"),
        ("13月", None, "impossible_date"),
        ("待定", None, "unreadable_date"),
    ],
)
def test_deadlines_may_name_a_month_or_leave_out_their_year(cell, when, code) -> None:
    assert read_deadline(cell, after=date(2026, 5, 11)) == (when, code)


def test_a_deadline_without_year_and_without_other_times_is_left_empty() -> None:
    assert read_deadline("12月底前") == (None, "date_without_year")


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
