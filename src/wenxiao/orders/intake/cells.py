"""The cells, rows and sheets that every format is read into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Protocol


class Flaw(Enum):
    """A cell that has no value although something stands in it."""

    UNCALCULATED = "formula_without_value"
    ERROR = "cell_error"
    NOT_FINITE = "not_finite"


@dataclass(frozen=True, slots=True)
class Nested:
    """An object or a list where one value belongs (JSON); `text` is how it is written."""

    text: str


Cell = str | int | float | bool | datetime | date | time | timedelta | Flaw | Nested | None


@dataclass(slots=True)
class Fault:
    """Why a row could not be taken apart: a code of data/messages.toml and the numbers for its sentence."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Row:
    """One row as read. `number` and `line` are those of `problems.Problem`; a row with a `fault` has no cells.

    `oddity` is the code of a warning about the row as a whole.
    """

    number: int
    cells: list[Cell]
    line: int = 0
    fault: Fault | None = None
    oddity: str = ""


class Sheet(Protocol):
    """One table of a file. `rows` may be called again and then starts from the top."""

    #: The name of the sheet; "" where the format has none.
    name: str
    #: The text encoding; "" for workbooks.
    encoding: str
    #: The character between the cells of a text file; "" otherwise.
    separator: str
    #: True where numbers are exact at any length (JSON), false where they are IEEE doubles (sheets).
    exact_numbers: bool
    #: True where dates count from 1904-01-01 (old Excel for Mac).
    date1904: bool
    #: True where a row with more cells than the header has most likely been cut wrongly.
    ragged_is_wrong: bool
    #: True where the workbook does not show the sheet to who opens it.
    hidden: bool

    def rows(self, width: int = 0) -> Iterator[Row]:
        """All rows in their order. `width` is the number of header cells once known: it helps to spot a lost quote."""
        ...

    def last_notes(self) -> Iterator[str]:
        """What is worth saying of the whole sheet once its rows have been read."""
        ...


def no_notes(_: object = None) -> Iterator[str]:
    """For sheets that have nothing to add when their rows have been read."""
    return iter(())


def is_blank(cell: Cell) -> bool:
    """Whether nothing can be read in the cell."""
    return cell is None or (isinstance(cell, str) and (not cell or cell.isspace()))


def column_letters(index: int) -> str:
    """The name that a spreadsheet gives to the column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
