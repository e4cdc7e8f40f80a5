"""Findings as JSON Lines (the public format) and as CSV (the workbook's columns)."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path

from wenxiao.display.harmless import harmless, is_formula
from wenxiao.recognition.schema import Finding, Order
from wenxiao.reporting.records import record
from wenxiao.reporting.rows import COLUMNS, Cell
from wenxiao.scanning.result import ScanResult

# What acts on a terminal or turns the direction of a line (see display/harmless.py): legal inside JSON, and so written
# as an escape, which is the same text to every reader and harmless to whoever looks at the file as it is.
_ACTING = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


class JsonLinesWriter:
    """One JSON object an order; see docs/findings.md."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def add(self, order: Order, finding: Finding) -> None:
        line = json.dumps(record(finding), ensure_ascii=False)
        self._file.write(_ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", line) + "\n")

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
    if isinstance(value, str):
        text = harmless(value)
        return "'" + text if is_formula(text) else text
    return value.isoformat() if isinstance(value, date) else value
