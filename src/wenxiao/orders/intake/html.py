"""A table in HTML that calls itself .xls, as many government systems export it."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from wenxiao.orders.intake.cells import Cell, Row, no_notes
from wenxiao.orders.intake.encodings import Lines, detect_encoding
from wenxiao.orders.intake.limits import Limits
from wenxiao.orders.intake.problems import UnreadableFile

_MOST_SPAN = 200


class HtmlSheet:
    """One table of the file, the outermost ones only. Rows are numbered within the table, from 1."""

    separator = ""
    exact_numbers = True  # the cells are text
    date1904 = False
    ragged_is_wrong = False
    hidden = False

    def __init__(self, path: Path, file: str, encoding: tuple[str, int], table: int, limits: Limits) -> None:
        self.name = f"表格{table}"
        self.encoding, self._skip = encoding
        self._path, self._file, self._table, self._limits = path, file, table, limits

    last_notes = no_notes

    def rows(self, width: int = 0) -> Iterator[Row]:
        """See `cells.Sheet`."""
        number = 0
        for table, cells in _read(self._path, self._file, self.encoding, self._skip, self._limits):
            if table == self._table:
                number += 1
                yield Row(number, list[Cell](cells))
            elif table > self._table:
                return


def sheets_of(path: Path, file: str, limits: Limits) -> list[HtmlSheet]:
    """Every table of the file."""
    encoding = detect_encoding(path, file)
    tables = dict.fromkeys(table for table, _ in _read(path, file, *encoding, limits))
    return [HtmlSheet(path, file, encoding, table, limits) for table in tables]


def _read(path: Path, file: str, encoding: str, skip: int, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    lines = Lines(path, encoding, skip, limits.record_chars)
    parser = _TableParser(limits)
    try:
        while piece := lines.next_piece():
            parser.feed(piece)
            if len(parser.rawdata) > limits.record_chars:
                raise UnreadableFile(file, "damaged_file", reason="HTML")  # a tag that never ends
            if parser.done:
                done, parser.done = parser.done, []
                yield from done
        parser.finish()
        yield from parser.done
    finally:
        lines.close()


class _TableParser(HTMLParser):
    """Rows of outermost tables. A nested table's text belongs to the cell that it stands in."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self._limits = limits
        self.done: list[tuple[int, list[str]]] = []
        self._table = self._depth = 0
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._chars = 0
        self._span = (1, 1)
        self._hanging: dict[int, tuple[int, str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._table += 1
                self._hanging = {}
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")
        elif self._depth == 1 and tag == "tr":
            self._end_row()
            self._row = []
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
            self._cell, self._chars = [], 0
            given = dict(attrs)
            self._span = (_span(given.get("colspan")), _span(given.get("rowspan")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            if self._depth == 1:
                self._end_row()
            self._depth = max(0, self._depth - 1)
        elif self._depth == 1 and tag == "tr":
            self._end_row()
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and self._chars <= self._limits.record_chars:
            self._cell.append(data)
            self._chars += len(data)

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        if self._row is None:
            self._row = []
        text = "".join(self._cell).replace("\xa0", " ")
        across, down = self._span
        self._fill_hanging()
        for i in range(across):
            if len(self._row) >= self._limits.columns:
                break
            if down > 1:
                self._hanging[len(self._row)] = (down - 1, text if i == 0 else "")
            self._row.append(text if i == 0 else "")
        self._cell = None

    def _fill_hanging(self) -> None:
        """A cell that spans rows stands in each of them: one unit's name beside several orders."""
        row = self._row if self._row is not None else []
        while len(row) in self._hanging:
            left, text = self._hanging.pop(len(row))
            if left > 1:
                self._hanging[len(row)] = (left - 1, text)
            row.append(text)

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            self._fill_hanging()
            self.done.append((self._table, self._row))
        self._row = None

    def finish(self) -> None:
        """The file is at its end, whether or not its tags are closed."""
        self.close()
        self._end_row()


def _span(text: str | None) -> int:
    return min(int(text), _MOST_SPAN) if text and text.isdigit() else 1
