"""What the engine and the reader of files say in Chinese sentences of fixed pieces, in the language of the page: the arithmetic of a
due date, and the notes on how a file was read."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from django.utils.translation import get_language

_QUOTED = re.compile(r"“[^”]*”")
_TOKEN = re.compile(r"\x00(\d+)\x00")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_DAY, _YEAR, _NUMBER, _SAID = r"(\d{4}-\d\d-\d\d)", r"(\d{4})", r"(\d+)", r"(\x00\d+\x00)"


def shown_basis(basis: str) -> str:
    """The arithmetic as the engine wrote it, or in English on an English page."""
    return in_english(basis) if (get_language() or "").startswith("en") else basis


def shown_note(note: str) -> str:
    """A note on how a file was read, likewise."""
    return in_english(note, "notes.toml") if (get_language() or "").startswith("en") else note


def in_english(basis: str, table: str = "arithmetic.toml") -> str:
    """The sentence in English, with the words that it quotes left as they are. A sentence with a piece that the table (a
    file of `data`) does not know stays whole in Chinese: half of it would be worse than none."""
    quotes: list[str] = []

    def away(match: re.Match[str]) -> str:
        quotes.append(match[0])
        return f"\x00{len(quotes) - 1}\x00"

    def back(match: re.Match[str]) -> str:
        return quotes[int(match[1])]

    pieces, off = _table(table)
    text = _QUOTED.sub(away, _named_columns(basis))
    for pattern, english in pieces:
        text = _replaced(text, pattern, english, off)
    if _CHINESE.search(text):
        return basis
    return _TOKEN.sub(back, text).strip()


def _replaced(text: str, pattern: re.Pattern[str], english: str, off: dict[str, str]) -> str:
    def words(match: re.Match[str]) -> str:
        return english.format(match[0], *(off.get(group, group) for group in match.groups()))

    return pattern.sub(words, text)


def _named_columns(basis: str) -> str:
    """The names of columns are words of ours, not of a reply, and so no quotation."""
    return re.sub(r"工单“([^”]*)”", r"工单\1", basis)


@cache
def _table(name: str) -> tuple[list[tuple[re.Pattern[str], str]], dict[str, str]]:
    data = tomllib.loads((files(__package__) / "data" / name).read_text("utf-8"))
    off: dict[str, str] = data.get("off", {"周末": "weekend"})
    places = {
        "day": _DAY,
        "year": _YEAR,
        "n": _NUMBER,
        "said": _SAID,
        "any": "[^（）：]*",
        "col": "([A-Z]{1,3})",
        "off": "(" + "|".join(map(re.escape, off)) + ")",
    }
    compiled = []
    for chinese, english in data["pieces"]:
        parts = re.split(r"\{(\w+)\}", _named_columns(chinese))
        pattern = "".join(places[p] if n % 2 else re.escape(p) for n, p in enumerate(parts))
        compiled.append((re.compile(pattern), english))
    return compiled, off
