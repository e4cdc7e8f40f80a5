"""Workbooks of Excel 2007 and later, row by row.

Read with expat and not with a sheet library, because three things are needed at once: memory that does not grow with
the sheet, a formula without a stored value told from an empty cell, and no entity ever expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from wenxiao.orders.intake.archive import Archive
from wenxiao.orders.intake.cells import Cell, Flaw, Row
from wenxiao.orders.intake.limits import Limits
from wenxiao.orders.intake.merges import Merges, find_merges
from wenxiao.orders.intake.strings import SharedStrings, unescape
from wenxiao.orders.intake.times import read_time, serial_to_datetime

# Number formats without a format code that are dates: ECMA-376 part 1, 18.8.30, with those of zh-CN.
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_EXCEL_ROWS = 1_048_576


def _is_date_format(code: str) -> bool:
    if re.search(r"\[[hms]+\]", code, re.I):
        return False  # [h]:mm is a span of time
    bare = _NOT_CODE.sub("", code.split(";", maxsplit=1)[0]).lower()
    return ("general" not in bare and any(c in bare for c in "ydh年月")) or "mm" in bare


class Workbook:
    """An .xlsx: its sheets, and what they share."""

    def __init__(self, path: Path, file: str, limits: Limits) -> None:
        self.archive = Archive(path, file, limits)
        self.limits = limits
        self.date1904 = False
        self._sheets: list[tuple[str, str, bool]] = []
        self._targets: dict[str, str] = {}
        self._formats: dict[int, str] = {}
        self.date_styles: list[bool] = []
        self._in_cell_styles = False
        if self.archive.has("xl/_rels/workbook.xml.rels"):
            self.archive.parse_all("xl/_rels/workbook.xml.rels", self._relation)
        self.archive.parse_all("xl/workbook.xml", self._part_of_workbook)
        if self.archive.has("xl/styles.xml"):
            self.archive.parse_all("xl/styles.xml", self._style, self._style_end)
        part = self._targets.get("sharedStrings", "xl/sharedStrings.xml")
        self.strings = SharedStrings(self.archive, part, limits.strings_in_memory)

    def _relation(self, tag: str, attrs: dict[str, str]) -> None:
        if tag != "Relationship" or attrs.get("TargetMode") == "External":
            return
        target = attrs["Target"]
        part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        self._targets[attrs["Id"]] = part
        if attrs.get("Type", "").endswith("/sharedStrings"):
            self._targets["sharedStrings"] = part

    def _part_of_workbook(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "workbookPr":
            self.date1904 = attrs.get("date1904", "0") in ("1", "true")
        elif tag == "sheet":
            relation = next((v for k, v in attrs.items() if k.endswith(":id")), "")
            part = self._targets.get(relation, f"xl/worksheets/sheet{len(self._sheets) + 1}.xml")
            hidden = attrs.get("state", "visible") != "visible"
            self._sheets.append((attrs.get("name", ""), part, hidden))

    def _style(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "numFmt":
            self._formats[int(attrs["numFmtId"])] = attrs.get("formatCode", "")
        elif tag == "cellXfs":
            self._in_cell_styles = True
        elif tag == "xf" and self._in_cell_styles:
            number = int(attrs.get("numFmtId", 0))
            code = self._formats.get(number)
            self.date_styles.append(number in _DATE_FORMATS if code is None else _is_date_format(code))

    def _style_end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._in_cell_styles = False

    def sheets(self) -> list[XlsxSheet]:
        """The sheets that hold cells, in their order."""
        return [
            XlsxSheet(self, name, part, hidden)
            for name, part, hidden in self._sheets
            if self.archive.has(part) and "chartsheet" not in part
        ]


class XlsxSheet:
    """One sheet of a workbook. Rows are numbered as Excel numbers them."""

    encoding = ""
    separator = ""
    exact_numbers = False
    ragged_is_wrong = False

    def __init__(self, book: Workbook, name: str, part: str, hidden: bool = False) -> None:
        self.name, self.hidden = name, hidden
        self._book, self._part = book, part
        self.date1904 = book.date1904
        self._merges: dict[int, list[tuple[int, int]]] | None = None
        self._reader: _SheetReader | None = None

    def rows(self, width: int = 0) -> Iterator[Row]:
        """See `cells.Sheet`."""
        if self._merges is None:
            self._merges = find_merges(self._book.archive, self._part, self._book.limits.columns).starts
        self._reader = reader = _SheetReader(self._book, Merges(self._merges))
        for _ in self._book.archive.parse(self._part, reader.start, reader.end, reader.text):
            if reader.done:
                done, reader.done = reader.done, []
                yield from done

    def last_notes(self) -> Iterator[str]:
        """See `cells.Sheet`."""
        if self._reader and self._reader.unseen:
            yield f"有 {self._reader.unseen} 行被筛选或隐藏，也一并读了。"


class _SheetReader:
    """Builds rows from the events of expat. Speed matters here: this runs for every cell."""

    def __init__(self, book: Workbook, merges: Merges) -> None:
        self._strings, self._date_styles = book.strings, book.date_styles
        self._date1904, self._columns = book.date1904, book.limits.columns
        self._merges = merges if merges.starts else None
        self.done: list[Row] = []
        #: Rows with something in them that Excel does not show.
        self.unseen = 0
        self._hidden = False
        self._number = 0
        self._cells: list[Cell] = []
        self._column = 0
        self._kind = "n"
        self._style = 0
        self._pieces: list[str] = []
        self._reading = self._phonetic = self._formula = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "c":
            place = attrs.get("r")
            self._column = _column_of(place) if place else len(self._cells)
            self._kind = attrs.get("t", "n")
            self._style = int(attrs.get("s", 0))
            self._pieces = []
            self._formula = False
        elif tag == "v":
            self._reading = True
        elif tag == "t":
            self._reading = not self._phonetic
        elif tag == "row":
            self._number = int(attrs.get("r", self._number + 1))
            if not 0 < self._number <= _EXCEL_ROWS:
                raise ValueError("row number")
            self._cells = []
            self._hidden = attrs.get("hidden", "0") in ("1", "true")
        elif tag == "f":
            self._formula = True
        elif tag == "rPh":
            self._phonetic = True

    def text(self, data: str) -> None:
        if self._reading:
            self._pieces.append(data)

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self._reading = False
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            if self._merges:
                self._merges.fill(self._number, self._cells)
            self.unseen += self._hidden and bool(self._cells)
            self.done.append(Row(self._number, self._cells))
        elif tag == "rPh":
            self._phonetic = False

    def _end_cell(self) -> None:
        if self._column >= self._columns:
            return
        value = self._value("".join(self._pieces))
        if value is None or value == "":
            return
        cells = self._cells
        if len(cells) <= self._column:
            cells.extend([None] * (self._column + 1 - len(cells)))
        cells[self._column] = value

    def _value(self, raw: str) -> Cell:
        kind = self._kind
        if kind == "s":
            return self._strings[int(raw)] if raw else None
        if kind in ("inlineStr", "str"):
            return unescape(raw)
        if not raw:
            return Flaw.UNCALCULATED if self._formula else None
        if kind == "b":
            return raw.strip() in ("1", "true")
        if kind == "e":
            return Flaw.ERROR
        if kind == "d":
            return read_time(raw)[0] or raw
        return self._number_of(raw)

    def _number_of(self, raw: str) -> Cell:
        number = int(raw) if raw.isdigit() and len(raw) < 20 else float(raw)
        if self._style < len(self._date_styles) and self._date_styles[self._style]:
            return serial_to_datetime(number, self._date1904) or number
        return int(number) if isinstance(number, float) and number.is_integer() else number


_columns: dict[str, int] = {}


def _column_of(place: str) -> int:
    """0 for A1, 26 for AA1."""
    letters = place.rstrip("0123456789")
    known = _columns.get(letters)
    if known is None:
        if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
            raise ValueError("cell reference")
        known = 0
        for letter in letters.upper():
            known = known * 26 + ord(letter) - 64
        known -= 1
        _columns[letters] = known
    return known


def sheets_of(path: Path, file: str, limits: Limits) -> list[Any]:
    """The sheets of an .xlsx. Raises UnreadableFile for damage, passwords, bombs and entity definitions."""
    return list(Workbook(path, file, limits).sheets())
