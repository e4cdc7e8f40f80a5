"""What can be wrong with a file, a row or a cell, and how a person is told.

The sentences live in data/messages.toml. They carry positions, column and sheet names and counts, never a cell's
text: an intake report may be mailed, logged or shown to somebody who may not see the callers.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

#: Characters of a cell that a problem keeps.
VALUE_LENGTH = 60


@lru_cache(maxsize=8)
def load_data(name: str) -> Mapping[str, Any]:
    """One of the TOML files under data/, read once."""
    return tomllib.loads((files(__package__) / "data" / name).read_text("utf-8"))


def _say(code: str, values: Mapping[str, object]) -> tuple[str, str]:
    text = load_data("messages.toml")[code]
    return text["zh"].format_map(values), text["en"].format_map(values)


class UnreadableFile(Exception):
    """The whole file is refused; nothing of it was read. `code` is one of the slugs of data/messages.toml."""

    def __init__(self, name: str, code: str, **values: object) -> None:
        self.file = name
        self.code = code
        self.message, self.message_en = _say(code, values)
        super().__init__(f"{name}: {self.message}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to tell about one row, at a place that a person can open in the sheet.

    `row` counts from 1 as a spreadsheet numbers rows; in a CSV that is the number of the record, blank ones
    included, as Excel would number it; in JSON Lines the line; in a JSON array the element. `line` is the line of the text file where
    the record begins (0 for workbooks). `column` is the header, or "" where the whole row is meant. `value` is the start
    of the cell as it stands, where there is one and it is nobody's name or number: to be masked before anybody sees it,
    and left out of `repr`, so that no log holds it.
    """

    file: str
    sheet: str
    row: int
    column: str
    code: str
    message: str
    message_en: str
    line: int = 0
    value: str = field(default="", repr=False)


#: A row that did not get in. Warnings about rows that did have the same shape.
Reject = Problem


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: file, sheet, row and line as in `Problem`."""

    file: str
    sheet: str
    row: int
    line: int = 0

    def problem(self, code: str, column: str = "", *, cell: object = "", **values: object) -> Problem:
        """A problem of this row, in words; `cell` is what stands there, kept apart from the words."""
        values.setdefault("line", self.line)
        message, message_en = _say(code, values)
        value = str(cell)[:VALUE_LENGTH]
        return Problem(self.file, self.sheet, self.row, column, code, message, message_en, self.line, value)
