"""Small numbers as officials write them: 15, 十五, 两, 二〇一九."""

from __future__ import annotations

DIGITS = {
    char: value
    for value, chars in enumerate(
        ("零〇○O0", "一壹元", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for char in chars
}
UNITS = {"十": 10, "拾": 10, "廿": 20, "卅": 30, "百": 100, "佰": 100, "千": 1000}
#: For patterns: any character of a Chinese number.
NUMERAL = "零〇○一二两三四五六七八九十百廿卅"
#: The same with those of cheques (壹贰叁) and 千: what a date in a cell may be written in.
FIGURES = NUMERAL + "千壹贰叁肆伍陆柒捌玖拾佰"


def number(text: str) -> int | None:
    """The whole number that `text` writes in Arabic or Chinese figures (up to 9999), else None."""
    text = text.strip()
    if text.isascii():
        return int(text) if text.isdigit() and len(text) <= 4 else None
    if not text or len(text) > 8 or any(char not in DIGITS and char not in UNITS for char in text):
        return None
    if not any(char in UNITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text)) if len(text) <= 4 else None
    total, digit = 0, 0
    for char in text:
        if char in UNITS:
            unit = UNITS[char]
            total += unit if unit in (20, 30) else (digit or 1) * unit
            digit = 0
        else:
            digit = DIGITS[char]
    return total + digit


def year_number(text: str) -> int | None:
    """A year of 1900 to 2099 written with two or four figures, Arabic or Chinese (19, 2019, 二〇一九), else None."""
    value = number(text)
    if value is None:
        return None
    if value < 100 and len(text.strip()) == 2:
        value += 2000
    return value if 1900 <= value <= 2099 else None


#: The last year that two figures in a text can mean where no day is known.
LATEST_SHORT_YEAR = 2039


def short_year(figures: int, latest: int) -> int | None:
    """The year of 1980 to `latest` that ends in two `figures`, None where there is none."""
    years = (century + figures for century in (1900, 2000))
    return max((year for year in years if 1980 <= year <= latest), default=None)
