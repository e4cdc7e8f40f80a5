"""Old binary workbooks (.xls, BIFF), by way of calamine."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import python_calamine as calamine

from wenxiao.orders.intake.cells import Cell, Flaw, Row
from wenxiao.orders.intake.limits import MEGABYTE, Limits
from wenxiao.orders.intake.problems import UnreadableFile, load_data

#: BOF of the workbook globals in BIFF8 and BIFF5, and the record that says "encrypted", which follows soon.
_BOF_OF_GLOBALS = (b"\x09\x08\x10\x00\x00\x06\x05\x00", b"\x09\x08\x08\x00\x00\x05\x05\x00")
_FILE_PASS = 0x002F
_FIRST_RECORDS = 6


class XlsSheet:
    """One sheet. calamine reads it whole; the format ends at 65,536 rows. Rows are numbered as Excel numbers them."""

    encoding = ""
    separator = ""
    exact_numbers = False
    date1904 = False  # calamine applies the workbook's epoch itself
    ragged_is_wrong = False

    def __init__(self, book: calamine.CalamineWorkbook, file: str, name: str, columns: int) -> None:
        self.name = name
        self._book, self._file, self._columns = book, file, columns

    def rows(self, width: int = 0) -> Iterator[Row]:
        """See `cells.Sheet`."""
        errors = frozenset(load_data("values.toml")["cells"]["errors"])
        with _refusing_damage(self._file):
            top, cells = _all_cells(self._book, self.name)
        for number, row in enumerate(cells, top + 1):
            yield Row(number, [_cell(cell, errors) for cell in row[: self._columns]])


def _all_cells(book: calamine.CalamineWorkbook, name: str) -> tuple[int, list[list[Any]]]:
    """(rows above the first that has cells, the rows from there on, each from column A)."""
    sheet = book.get_sheet_by_name(name)
    top, left = sheet.start or (0, 0)
    return top, [[None] * left + row for row in sheet.to_python(skip_empty_area=True)]


def _cell(cell: Any, errors: frozenset[str]) -> Cell:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, str) and cell in errors:
        return Flaw.ERROR
    return cell  # type: ignore[no-any-return]


def sheets_of(path: Path, file: str, limits: Limits) -> list[XlsSheet]:
    """The sheets of an .xls. Raises UnreadableFile for a password, damage, or a file over `limits.xls_bytes`."""
    size = path.stat().st_size
    if size > limits.xls_bytes:
        limit = limits.xls_bytes // MEGABYTE
        raise UnreadableFile(file, "too_large", megabytes=size // MEGABYTE, limit=limit)
    if _has_file_pass(path):
        raise UnreadableFile(file, "password_protected")
    with _refusing_damage(file):
        book = calamine.CalamineWorkbook.from_path(str(path))
    names = [m.name for m in book.sheets_metadata if m.typ == calamine.SheetTypeEnum.WorkSheet]
    return [XlsSheet(book, file, name, limits.columns) for name in names]


@contextmanager
def _refusing_damage(file: str) -> Iterator[None]:
    try:
        yield
    except calamine.PasswordError as error:
        raise UnreadableFile(file, "password_protected") from error
    except BaseException as error:
        # A broken file can make calamine panic, which pyo3 raises as a BaseException of its own.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise UnreadableFile(file, "damaged_file", reason="BIFF") from error
        raise


def _has_file_pass(path: Path) -> bool:
    """Whether the workbook's first records hold FilePass ([MS-XLS] 2.4.117); calamine overlooks its oldest method."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        starts = [at for bof in _BOF_OF_GLOBALS if (at := data.find(bof)) >= 0]
        if not starts:
            return False
        at = min(starts)
        for _ in range(_FIRST_RECORDS):
            if at + 4 > len(data):
                return False
            number, length = struct.unpack_from("<HH", data, at)
            if number == _FILE_PASS:
                return True
            at += 4 + length
    return False
