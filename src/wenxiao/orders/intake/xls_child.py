"""Run as a program of its own: reads an old .xls with calamine and writes what it holds to standard output.

A damaged or hostile .xls can make the library ask for more memory than there is, which ends the process that it runs
in; so it runs in this one. Usage: xls_child.py FILE [SHEET]. Without a sheet: one pickle, the list of (sheet name, whether it is hidden).
With one: pickles of (number of the first row, rows). Exit status 3 means a password. Imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import pickle
import sys
from typing import Any

import python_calamine as calamine

PASSWORD = 3
_MOST_MEMORY = 4 << 30
_ROWS = 256


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _send(value: Any) -> None:
    pickle.dump(value, sys.stdout.buffer)


def main(path: str, sheet_name: str | None) -> int:
    """Write the answer; the exit status of the program."""
    _limit_memory()
    try:
        book = calamine.CalamineWorkbook.from_path(path)
    except calamine.PasswordError:
        return PASSWORD
    if sheet_name is None:
        shown = calamine.SheetVisibleEnum.Visible
        sheets = [m for m in book.sheets_metadata if m.typ == calamine.SheetTypeEnum.WorkSheet]
        _send([(m.name, m.visible != shown) for m in sheets])
        return 0
    sheet = book.get_sheet_by_name(sheet_name)
    top, left = sheet.start or (0, 0)
    rows = sheet.to_python(skip_empty_area=True)
    for at in range(0, len(rows), _ROWS):
        _send((top + at + 1, [[None] * left + row for row in rows[at : at + _ROWS]]))
    _send(None)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))
