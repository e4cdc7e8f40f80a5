"""The door of intake: a path in, orders out, and a word about everything that stayed behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from wenxiao.orders.intake import html, xls, xlsx
from wenxiao.orders.intake.cells import Fault, Row, Sheet
from wenxiao.orders.intake.characters import legible
from wenxiao.orders.intake.delimited import DelimitedSheet
from wenxiao.orders.intake.evaluations import Evaluations
from wenxiao.orders.intake.headers import normalise
from wenxiao.orders.intake.jsonlines import JsonSheet
from wenxiao.orders.intake.layout import Column
from wenxiao.orders.intake.limits import Limits
from wenxiao.orders.intake.problems import UnreadableFile
from wenxiao.orders.intake.readers import Origin
from wenxiao.orders.intake.rows import Batch, RowReader
from wenxiao.orders.intake.seen import Seen
from wenxiao.orders.intake.sniff import sniff
from wenxiao.orders.intake.tables import Table, Tables, open_tables
from wenxiao.recognition.schema import ORDER_FIELDS

_NAMED_SHEETS = 5


class Source:
    """One file of orders, opened: what its columns are, and its rows on demand.

    `file` is the name that orders and problems carry; `kind` is xlsx, xls, html, jsonl, parquet or delimited; `sheets` are the names of
    the sheets that are read, `sheet` the same in one text, `all_sheets` those that could be read as well; `encoding` and `separator` are "" where the format has none;
    `header_row` is that of the first sheet and counts from 1 (0 in JSON, whose keys are the header). `columns` are those of
    all sheets, a header that several have once. `notes` are complete when the last batch has been read.
    """

    def __init__(
        self, kind: str, file: str, stem: str, found: Tables, limits: Limits, rules: Path | None
    ) -> None:
        first = found.tables[0]
        self.kind, self.file = kind, file
        self.sheets = [table.sheet.name for table in found.tables if table.sheet.name]
        self.sheet = _in_one_text(self.sheets)
        self.all_sheets = list(found.names)
        self.encoding, self.separator = first.sheet.encoding, first.sheet.separator
        self.header_row = first.header_row
        self.columns = _all_columns(found.tables)
        self.notes: list[str] = list(found.notes)
        self._stem, self._found, self._limits, self._rules = stem, found, limits, rules

    @property
    def unplaced(self) -> list[str]:
        """The columns that fill no field, by name."""
        return [column.name for column in self.columns if column.field is None]

    @property
    def without(self) -> dict[str, frozenset[str]]:
        """For each sheet that is read ("" where the format has none) the fields that none of its columns fills."""
        fields = frozenset(ORDER_FIELDS)
        return {table.sheet.name: fields - table.layout.places.keys() for table in self._found.tables}

    def batches(self, size: int = 2048, *, seen: Seen | None = None) -> Iterator[Batch]:
        """All rows below the headers, sheet by sheet, at most `size` of them in a batch; again from the top at every call.

        `seen` carries the numbers of other files of the same source. Damage that shows only on the way ends the last batch
        of its sheet with a reject; what came before it stays valid.
        """
        known = Seen() if seen is None else seen
        self.notes[:] = self._found.notes
        evaluations = Evaluations(self._rules)
        for table in self._found.tables:
            reader = RowReader(table.layout, self._origin(table), self._limits, known, evaluations)
            yield from _batches_of(table, reader, size, self._limits.batch_chars)
            for note in table.sheet.last_notes():
                named = len(self._found.tables) > 1
                self.notes.append(f"工作表“{table.sheet.name}”：{note}" if named else note)
        self.notes += evaluations.unknowns.notes()

    def _origin(self, table: Table) -> Origin:
        sheet = table.sheet
        return Origin(
            file=self.file,
            sheet=sheet.name,
            stem=self._stem if len(self._found.tables) == 1 else f"{self._stem}#{sheet.name}",
            encoding=sheet.encoding,
            exact_numbers=sheet.exact_numbers,
            date1904=sheet.date1904,
            strict_width=sheet.ragged_is_wrong,
            header=table.header.names,
        )


def _batches_of(table: Table, reader: RowReader, size: int, most_chars: int) -> Iterator[Batch]:
    batch, count = Batch(), 0
    for row in _rows(table):
        reader.read(row, batch)
        count += 1
        if count >= size or reader.chars >= most_chars:
            yield batch
            batch, count, reader.chars = Batch(), 0, 0
    reader.finish(batch)
    if count or batch.orders:
        yield batch


def _rows(table: Table) -> Iterator[Row]:
    """The rows below the header. Damage on the way becomes a last row with a fault."""
    header = table.header
    rows = table.sheet.rows(width=len(header.names))
    last = 0
    try:
        for row in islice(rows, header.first + header.depth, None):
            last = row.number
            yield row
    except UnreadableFile:
        yield Row(last + 1, [], fault=Fault("rest_unreadable"))


def _in_one_text(names: Sequence[str]) -> str:
    more = f"等 {len(names)} 张" if len(names) > _NAMED_SHEETS else ""
    return "、".join(names[:_NAMED_SHEETS]) + more


def _all_columns(tables: Sequence[Table]) -> list[Column]:
    """The columns of the first sheet, then those of the others that have a header of their own."""
    columns = list(tables[0].layout.columns)
    known = {normalise(column.header) for column in columns}
    for table in tables[1:]:
        for column in table.layout.columns:
            if column.header and normalise(column.header) not in known:
                known.add(normalise(column.header))
                columns.append(column)
    return columns


def open_source(  # noqa: PLR0913 - all but the file are for the few who need them
    path: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    sheet: str | Sequence[str] | None = None,
    source_name: str | None = None,
    limits: Limits | None = None,
    rules: Path | None = None,
    unsure: bool = False,
) -> Source:
    """Find out what the file is, which sheets and rows hold the headers, and which column is which.

    `mapping` names headers for fields of `Order` and wins over the aliases. `sheet` names the sheets to read, one or several;
    without it all that look like orders are read. `source_name` replaces the file's name in orders and problems.
    `rules` is a folder with an administrator's own evaluation.toml. `unsure`: a person will say which column is which, so a
    header that names nothing known will do. Raises UnreadableFile when nothing can be read, ValueError for a mapped field that does not exist.
    """
    path = Path(path)
    limits = limits or Limits()
    file = legible(source_name or path.name)
    mapped = dict(mapping or {})
    wanted = [sheet] if isinstance(sheet, str) else list(sheet or ())
    kind = sniff(path, file)
    sheets = _sheets(kind, path, file, limits, list(mapped.values()))
    found = open_tables(sheets, wanted, mapped, limits, file, unsure=unsure)
    return Source(kind, file, legible(path.stem), found, limits, rules)


def _sheets(kind: str, path: Path, file: str, limits: Limits, mapped: Sequence[str]) -> Sequence[Sheet]:
    if kind == "xlsx":
        return xlsx.sheets_of(path, file, limits)
    if kind == "xls":
        return xls.sheets_of(path, file, limits)
    if kind == "html":
        return html.sheets_of(path, file, limits)
    if kind == "jsonl":
        return [JsonSheet(path, file, limits)]
    if kind == "parquet":
        from wenxiao.orders.intake.parquet import ParquetSheet

        return [ParquetSheet(path, file, limits)]
    return [DelimitedSheet(path, file, limits, mapped)]


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
