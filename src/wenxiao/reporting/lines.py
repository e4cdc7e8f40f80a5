"""Findings as JSON Lines (the public format) and as CSV (the workbook's columns)."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

from wenxiao.recognition.schema import Finding, Order
from wenxiao.reporting.records import record
from wenxiao.reporting.rows import COLUMNS, Cell
from wenxiao.scanning.result import ScanResult

#: A cell that begins so would be run as a formula by a spreadsheet that opens the CSV (CWE-1236).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class JsonLinesWriter:
    """One JSON object an order; see docs/findings.md."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def add(self, order: Order, finding: Finding) -> None:
        # A lone surrogate in a damaged cell cannot be written as UTF-8; JSON escapes carry it whole.
        line = json.dumps(record(finding), ensure_ascii=False)
        try:
            self._file.write(line + "\n")
        except UnicodeEncodeError:
            self._file.write(json.dumps(record(finding)) + "\n")

    def finish(self, result: ScanResult) -> None:
        self._file.close()


class CsvWriter:
    """UTF-8 with a byte order mark, so that spreadsheets read the Chinese; formulas are made harmless."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", errors="replace", newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow([column.header for column in COLUMNS])

    def add(self, order: Order, finding: Finding) -> None:
        self._rows.writerow([_plain(column.value(order, finding)) for column in COLUMNS])

    def finish(self, result: ScanResult) -> None:
        self._file.close()


def _plain(value: Cell) -> Cell:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value.isoformat() if isinstance(value, date) else value
