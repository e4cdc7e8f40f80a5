"""Old binary workbooks (.xls, BIFF), by way of calamine in a process of its own (see xls_child)."""

from __future__ import annotations

import mmap
import pickle
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wenxiao.orders.intake.cells import Cell, Flaw, Row, no_notes
from wenxiao.orders.intake.limits import MEGABYTE, Limits
from wenxiao.orders.intake.problems import UnreadableFile, load_data
from wenxiao.orders.intake.xls_child import PASSWORD

#: BOF of the workbook globals in BIFF8 and BIFF5, and the record that says "encrypted", which follows soon.
_BOF_OF_GLOBALS = (b"\x09\x08\x10\x00\x00\x06\x05\x00", b"\x09\x08\x08\x00\x00\x05\x05\x00")
_FILE_PASS = 0x002F
_FIRST_RECORDS = 6


class XlsSheet:
    """One sheet, numbered as Excel numbers rows. calamine reads it whole; the format ends at 65,536 rows."""

    encoding = ""
    separator = ""
    exact_numbers = False
    date1904 = False  # calamine applies the workbook's epoch itself
    ragged_is_wrong = False

    def __init__(self, path: Path, file: str, name: str, columns: int, hidden: bool = False) -> None:
        self.name, self.hidden = name, hidden
        self._path, self._file, self._columns = path, file, columns

    last_notes = no_notes

    def rows(self, width: int = 0) -> Iterator[Row]:
        """See `cells.Sheet`."""
        errors = frozenset(load_data("values.toml")["cells"]["errors"])
        for first, rows in _ask(self._path, self._file, self.name):
            for number, row in enumerate(rows, first):
                yield Row(number, [_cell(cell, errors) for cell in row[: self._columns]])


def _ask(path: Path, file: str, *sheet: str) -> Iterator[Any]:
    """What the child sends, up to its None. Raises UnreadableFile when it breaks off."""
    # -P: the child's folder holds modules that are named like those of Python (html).
    command = [
        sys.executable,
        "-P",
        str(Path(__file__).with_name("xls_child.py")),
        str(path.absolute()),
        *sheet,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        try:
            while (sent := pickle.load(child.stdout)) is not None:
                yield sent
        except (EOFError, pickle.UnpicklingError) as error:
            code = "password_protected" if child.wait() == PASSWORD else "damaged_file"
            raise UnreadableFile(file, code, reason="BIFF") from error
        finally:
            child.kill()


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
    names = next(_ask(path, file))
    return [XlsSheet(path, file, name, limits.columns, hidden) for name, hidden in names]


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
