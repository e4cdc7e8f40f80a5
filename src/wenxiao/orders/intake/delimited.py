"""CSV and its relatives, one record at a time, so that neither a large file nor a lost quote fills the memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from wenxiao.orders.intake.cells import Cell, Fault, Row, no_notes
from wenxiao.orders.intake.encodings import Lines, detect_encoding
from wenxiao.orders.intake.headers import find_header
from wenxiao.orders.intake.limits import Limits

SEPARATORS = (",", "\t", ";", "|", "，")
_SNIFF_LINES = 60
_SNIFF_CHARS = 2_000_000
#: How many lines of a doubtful record are tried as records of their own.
_SUSPECTS = 5


class _Runaway(Exception):
    """A record that would not end within the limit."""


class DelimitedSheet:
    """A text file as the one sheet that it is. Rows are numbered by record, as a spreadsheet would number them.

    \\n, \\r\\n and \\r all end a line outside quotes.
    """

    name = ""
    exact_numbers = False
    date1904 = False
    ragged_is_wrong = True
    hidden = False

    def __init__(self, path: Path, file: str, limits: Limits, mapped: Sequence[str] = ()) -> None:
        self._path, self._limits = path, limits
        self.encoding, self._skip = detect_encoding(path, file)
        self.separator = self._find_separator(mapped)

    def _find_separator(self, mapped: Sequence[str]) -> str:
        """The separator under which the header names the most fields; among equals, the more regular columns."""
        lines = Lines(self._path, self.encoding, self._skip, self._limits.record_chars)
        head: list[str] = []
        while len(head) < _SNIFF_LINES and sum(map(len, head)) < _SNIFF_CHARS and (line := lines.next_line()):
            head.append(line)
        lines.close()
        if head and head[0].lower().startswith("sep=") and len(head[0].strip()) == 5:
            return head[0].strip()[-1]

        def fitness(separator: str) -> tuple[float, float]:
            rows = _loose(head, separator)
            header = find_header(rows[: self._limits.header_rows], mapped)
            widths = [len(row) for row in rows if row]
            most = max(set(widths), key=widths.count) if widths else 1
            return (header.score if header else 0.0, widths.count(most) / len(widths) if most > 1 else 0.0)

        return max(SEPARATORS, key=fitness)

    last_notes = no_notes

    def rows(self, width: int = 0) -> Iterator[Row]:
        """See `cells.Sheet`. A record with a broken quote comes as a fault, and reading goes on one line below."""
        csv.field_size_limit(max(csv.field_size_limit(), self._limits.record_chars * 2))
        lines = Lines(self._path, self.encoding, self._skip, self._limits.record_chars)
        try:
            yield from _Records(lines, self.separator, width, self._limits).read()
        finally:
            lines.close()


class _Records:
    """Takes records from lines with the csv module, and steps in where its view of a record is unlikely."""

    def __init__(self, lines: Lines, separator: str, width: int, limits: Limits) -> None:
        self._lines, self._separator, self._width = lines, separator, width
        self._limit = limits.record_chars
        self._taken: list[str] = []
        self._chars = 0

    def _feed(self) -> Iterator[str]:
        while line := self._lines.next_line():
            self._taken.append(line)
            self._chars += len(line)
            if self._lines.overlong or self._chars > self._limit:
                raise _Runaway
            yield line

    def read(self) -> Iterator[Row]:
        """All records."""
        number = 0
        reader = self._new_reader()
        while True:
            number += 1
            self._taken, self._chars = [], 0
            start = self._lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _Runaway):
                yield self._recover(number, start)
                reader = self._new_reader()
                continue
            if len(self._taken) > 1 and self._swallowed(len(cells)):
                yield self._give_up(number, start)
                reader = self._new_reader()
                continue
            yield Row(number, list[Cell](cells), start)

    def _new_reader(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self._separator, strict=True)

    def _swallowed(self, cells: int) -> bool:
        """A record over several lines that has the wrong width while one of its lines has the right one."""
        if self._width < 2 or cells == self._width:
            return False
        suspects = _loose(self._taken[1 : 1 + _SUSPECTS], self._separator, singly=True)
        return any(len(row) == self._width for row in suspects)

    def _recover(self, number: int, start: int) -> Row:
        if self._lines.overlong:
            values = {"chars": self._lines.overlong, "limit": self._limit, "line": start}
            if len(self._taken) == 1:
                return Row(number, [], start, Fault("record_too_long", values))
        if len(self._taken) == 1:
            (cells,) = _loose(self._taken, self._separator, singly=True)
            if len(cells) == self._width or not self._width:
                return Row(number, list(cells), start, oddity="stray_quote")
        return self._give_up(number, start)

    def _give_up(self, number: int, start: int) -> Row:
        """Only the first line is lost; the others are read again."""
        self._lines.push_back(self._taken[1:])
        return Row(number, [], start, Fault("broken_quote", {"line": start}))


def _loose(lines: Sequence[str], separator: str, singly: bool = False) -> list[list[str]]:
    """The lines as records in the forgiving way; `singly` takes each line for a record of its own."""
    if singly:
        return [row for line in lines for row in (_loose([line], separator) or [[]])[:1]]
    try:
        return list(csv.reader(lines, delimiter=separator))
    except csv.Error:
        return [line.split(separator) for line in lines]
