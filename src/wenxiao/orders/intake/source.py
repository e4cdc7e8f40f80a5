"""The door of intake: a path in, orders out, and a word about everything that stayed behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from wenxiao.orders.intake import html, xls, xlsx
from wenxiao.orders.intake.cells import Cell, Fault, Row, Sheet, column_letters, is_blank
from wenxiao.orders.intake.delimited import DelimitedSheet
from wenxiao.orders.intake.headers import Header, find_header
from wenxiao.orders.intake.jsonlines import JsonSheet
from wenxiao.orders.intake.layout import Column, Layout, place_columns
from wenxiao.orders.intake.limits import Limits
from wenxiao.orders.intake.problems import UnreadableFile
from wenxiao.orders.intake.rows import Batch, Origin, RowReader, Seen
from wenxiao.orders.intake.sniff import sniff

_SHOWN = 20


@dataclass(slots=True)
class _Chosen:
    sheet: Sheet
    head: list[Row]
    header: Header


class Source:
    """One file of orders, opened: what its columns are, and its rows on demand.

    `file` is the name that orders and problems carry; `kind` is xlsx, xls, html, jsonl or delimited; `sheet`, `encoding` and
    `separator` are "" where the format has none; `header_row` counts from 1 (0 in JSON, whose keys are the header).
    """

    def __init__(
        self, kind: str, file: str, stem: str, chosen: _Chosen, layout: Layout, limits: Limits
    ) -> None:
        self.kind, self.file = kind, file
        self.sheet = chosen.sheet.name
        self.encoding = chosen.sheet.encoding
        self.separator = chosen.sheet.separator
        self.header_row = chosen.head[chosen.header.first].number
        self.columns: list[Column] = layout.columns
        self.notes: list[str] = layout.notes
        self._stem, self._chosen, self._layout, self._limits = stem, chosen, layout, limits

    @property
    def unplaced(self) -> list[str]:
        """The columns that fill no field, by name."""
        return [column.name for column in self.columns if column.field is None]

    def batches(self, size: int = 2048, *, seen: Seen | None = None) -> Iterator[Batch]:
        """All rows below the header, at most `size` of them in a batch; again from the top at every call.

        `seen` carries the numbers of other files of the same source. Damage that shows only on the way ends the last batch
        with a reject; what came before it stays valid.
        """
        reader = RowReader(self._layout, self._origin(), self._limits, Seen() if seen is None else seen)
        batch, count = Batch(), 0
        for row in self._rows():
            reader.read(row, batch)
            count += 1
            if count >= size or reader.chars >= self._limits.batch_chars:
                yield batch
                batch, count, reader.chars = Batch(), 0, 0
        if count:
            yield batch

    def _rows(self) -> Iterator[Row]:
        """The rows below the header. Damage on the way becomes a last row with a fault."""
        header = self._chosen.header
        rows = self._chosen.sheet.rows(width=len(header.names))
        last = 0
        try:
            for row in islice(rows, header.first + header.depth, None):
                last = row.number
                yield row
        except UnreadableFile:
            yield Row(last + 1, [], fault=Fault("rest_unreadable"))

    def _origin(self) -> Origin:
        sheet = self._chosen.sheet
        return Origin(
            file=self.file,
            sheet=sheet.name,
            stem=self._stem,
            encoding=sheet.encoding,
            exact_numbers=sheet.exact_numbers,
            date1904=sheet.date1904,
            strict_width=sheet.ragged_is_wrong,
            header=self._chosen.header.names,
        )


def open_source(
    path: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    sheet: str | None = None,
    source_name: str | None = None,
    limits: Limits | None = None,
) -> Source:
    """Find out what the file is, which sheet and row hold the header, and which column is which.

    `mapping` names headers for fields of `Order` and wins over the aliases. `source_name` replaces the file's name in orders and
    problems. Raises UnreadableFile when nothing can be read, ValueError for a mapped field that does not exist.
    """
    path = Path(path)
    limits = limits or Limits()
    file = source_name or path.name
    mapped = list((mapping or {}).values())
    kind = sniff(path, file)
    sheets = _sheets(kind, path, file, limits, mapped)
    if sheet is not None:
        sheets = _named(sheets, sheet, file)
    candidates, heads = _with_headers(sheets, limits, mapped)
    if not candidates:
        raise _no_columns(heads, file)
    chosen = max(candidates, key=lambda c: c.header.score)
    below = chosen.head[chosen.header.first + chosen.header.depth :]
    layout = place_columns(chosen.header.names, [row.cells for row in below], mapping, file)
    layout.notes[:0] = _notes_on_sheets(chosen, candidates)
    if not below:
        raise UnreadableFile(file, "no_rows")
    source = Source(kind, file, path.stem, chosen, layout, limits)
    chosen.head = []  # the sample has done its work, and its texts may be long
    return source


def _sheets(kind: str, path: Path, file: str, limits: Limits, mapped: Sequence[str]) -> Sequence[Sheet]:
    if kind == "xlsx":
        return xlsx.sheets_of(path, file, limits)
    if kind == "xls":
        return xls.sheets_of(path, file, limits)
    if kind == "html":
        return html.sheets_of(path, file, limits)
    if kind == "jsonl":
        return [JsonSheet(path, file, limits)]
    return [DelimitedSheet(path, file, limits, mapped)]


def _named(sheets: Sequence[Sheet], wanted: str, file: str) -> list[Sheet]:
    found = [s for s in sheets if s.name == wanted]
    if not found:
        names = "、".join(s.name for s in sheets)
        raise UnreadableFile(file, "no_sheet", sheet=wanted, sheets=names or "（无）")
    return found


def _with_headers(
    sheets: Sequence[Sheet], limits: Limits, mapped: Sequence[str]
) -> tuple[list[_Chosen], list[list[Row]]]:
    """The sheets that have a header of orders, and the first rows of all of them."""
    chosen, heads = [], []
    for sheet in sheets:
        head = _head_of(sheet, limits)
        heads.append(head)
        header = find_header([row.cells for row in head[: limits.header_rows]], mapped)
        if header:
            chosen.append(_Chosen(sheet, head, header))
    return chosen, heads


def _head_of(sheet: Sheet, limits: Limits) -> list[Row]:
    head: list[Row] = []
    chars = 0
    for row in islice(sheet.rows(), limits.header_rows + limits.sample_rows):
        head.append(row)
        chars += sum(len(cell) for cell in row.cells if isinstance(cell, str))
        if chars > limits.batch_chars:
            break
    return head


def _notes_on_sheets(chosen: _Chosen, candidates: Sequence[_Chosen]) -> list[str]:
    notes = []
    for other in candidates:
        if other is not chosen and len(other.head) > other.header.first + other.header.depth:
            notes.append(f"工作表“{other.sheet.name}”里也有工单，本次只读了“{chosen.sheet.name}”。")
    return notes


def _no_columns(heads: Iterable[list[Row]], file: str) -> UnreadableFile:
    """Names the headers that were seen, unless the likeliest header looks like data, which must not be repeated."""
    rows = [row.cells for head in heads for row in head[:6]]
    rows = [row for row in rows if not all(map(is_blank, row))]
    if not rows:
        return UnreadableFile(file, "empty_file")
    likely = max(rows[:5], key=lambda row: sum(_could_be_header(c) for c in row))
    below = rows[rows.index(likely) + 1 :][:1]
    shown = [str(c).strip() for c in likely if not is_blank(c)]
    looks_different = all(not all(_could_be_header(c) for c in row if not is_blank(c)) for row in below)
    if len(shown) > 1 and looks_different and all(_could_be_header(c) for c in shown):
        names = "、".join(shown[:_SHOWN])
        return UnreadableFile(
            file, "no_columns", seen=f"看到的表头：{names}。", seen_en=f"Headers seen: {names}."
        )
    columns = f"{column_letters(0)}–{column_letters(max(map(len, rows)) - 1)}"
    return UnreadableFile(
        file,
        "no_columns",
        seen=f"前几行像是数据，没有表头（{columns}列）。",
        seen_en=f"The first rows look like data without a header (columns {columns}).",
    )


def _could_be_header(cell: Cell) -> bool:
    """Short, and without figures: not a name with a number, a telephone or a sentence."""
    return isinstance(cell, str) and len(cell.strip()) <= 16 and not any(c.isdigit() for c in cell)


def read_orders(
    paths: Iterable[str | Path],
    *,
    mapping: Mapping[str, str] | None = None,
    size: int = 2048,
    limits: Limits | None = None,
) -> Iterator[tuple[Source, Batch]]:
    """The batches of several files, in order, as one source: a number in two of them is one order.

    Raises UnreadableFile at the file that cannot be opened; to carry on with the others, open each with `open_source`
    and share one `Seen`.
    """
    seen = Seen()
    for path in paths:
        source = open_source(path, mapping=mapping, limits=limits)
        for batch in source.batches(size, seen=seen):
            yield source, batch
