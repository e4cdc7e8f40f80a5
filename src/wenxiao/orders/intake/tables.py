"""Which sheets of a file are tables of orders: all of them by default, each with its own header and columns.

A workbook of a hotline often has a sheet for every month, and beside them a legend or a summary. Sheets that are left
out are named in the notes with the reason, and naming a sheet overrides every judgement made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from wenxiao.orders.intake.cells import Cell, Row, Sheet, column_letters, is_blank
from wenxiao.orders.intake.headers import Header, find_header, label
from wenxiao.orders.intake.layout import Layout, check_mapping, has_column, place_columns
from wenxiao.orders.intake.limits import Limits
from wenxiao.orders.intake.problems import UnreadableFile, load_data

_SHOWN = 20
_SAYS_WHY = {
    "no_header": "不像工单表，没有读",
    "weak_header": "只有少数几列像工单，多半是汇总或说明，没有读",
    "hidden": "是隐藏的，没有读",
    "no_rows": "只有表头，没有数据",
}


@dataclass(slots=True)
class Table:
    """One sheet that is read. `header_row` counts from 1 as `problems.Problem` does (0 in JSON)."""

    sheet: Sheet
    header: Header
    header_row: int
    layout: Layout


@dataclass(slots=True)
class _Sheet:
    """A sheet that was looked at: its first rows, the header in them, and why it is not read ("" if it is)."""

    sheet: Sheet
    head: list[Row]
    header: Header | None
    why: str = ""

    @property
    def score(self) -> float:
        return self.header.score if self.header else 0.0

    @property
    def below(self) -> list[Row]:
        return self.head[self.header.first + self.header.depth :] if self.header else []


@dataclass(slots=True)
class Tables:
    """The sheets that are read, in their order, what to tell a person about them and about the others, and the names
    of all that the file has."""

    tables: list[Table]
    notes: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


_ASKED = "没有认出任何一列。请指明哪一列是诉求内容（或标题）、哪一列是答复内容，其余能指明的也指明。"


def open_tables(
    sheets: Sequence[Sheet],
    wanted: Sequence[str],
    mapping: Mapping[str, str],
    limits: Limits,
    file: str,
    *,
    unsure: bool = False,
) -> Tables:
    """Look at every sheet and settle which are read and how.

    `wanted` names sheets (none: all that look like orders). Raises UnreadableFile when none is left, when a named one is
    not there, or when no sheet has a column that the mapping names; ValueError for a mapped field that does not exist.
    `unsure`: where no header names anything known, the row that looks most like one is taken for it, and a note asks which
    column is which.
    """
    check_mapping(mapping)
    looked = [_look(sheet, limits, list(mapping.values())) for sheet in _named(sheets, wanted, file)]
    asked = unsure and all(one.header is None for one in looked) and _take_likely(looked)
    if all(one.header is None for one in looked):
        raise _no_columns([one.head for one in looked], file)
    _choose(looked, strictly=not wanted)
    chosen = [one for one in looked if not one.why]
    if not chosen:
        raise UnreadableFile(file, "no_rows")
    _check_mapped_columns(chosen, mapping, file)
    notes = [_ASKED] * asked + _notes_on_sheets(looked)
    tables = [_table(one, mapping) for one in chosen]
    notes += _merged_notes([(t.sheet.name, t.layout.notes) for t in tables])
    return Tables(tables, notes, [sheet.name for sheet in sheets if sheet.name])


def _named(sheets: Sequence[Sheet], wanted: Sequence[str], file: str) -> list[Sheet]:
    """The sheets with these names, in the order of the file."""
    if not wanted:
        return list(sheets)
    there = {sheet.name for sheet in sheets}
    if missing := [name for name in wanted if name not in there]:
        names = "、".join(sheet.name for sheet in sheets if sheet.name)
        raise UnreadableFile(file, "no_sheet", sheet=missing[0], sheets=names or "（无）")
    return [sheet for sheet in sheets if sheet.name in wanted]


def _look(sheet: Sheet, limits: Limits, mapped: Sequence[str]) -> _Sheet:
    head: list[Row] = []
    chars = 0
    for row in islice(sheet.rows(), limits.header_rows + limits.sample_rows):
        head.append(row)
        chars += sum(len(cell) for cell in row.cells if isinstance(cell, str))
        if chars > limits.batch_chars:
            break
    return _Sheet(sheet, head, find_header([row.cells for row in head[: limits.header_rows]], mapped))


def _choose(looked: Sequence[_Sheet], strictly: bool) -> None:
    """Say of each sheet why it is not read; `strictly` off takes every sheet that has a header and rows."""
    for one in looked:
        one.why = "no_header" if one.header is None else "" if one.below else "no_rows"
    filled = [one for one in looked if not one.why]
    if not strictly or not filled:
        return
    shown = [one for one in filled if not one.sheet.hidden]
    for one in filled:
        if shown and one.sheet.hidden:
            one.why = "hidden"
    rule = load_data("headers.toml")["sheets"]
    best = max(one.score for one in shown or filled)
    least = min(best, max(rule["least_score"], best * rule["least_share"]))
    for one in looked:
        if one.header and one.score < least and one.why != "hidden":
            one.why = "weak_header"


def _check_mapped_columns(chosen: Sequence[_Sheet], mapping: Mapping[str, str], file: str) -> None:
    for name, header in mapping.items():
        if not any(one.header and has_column(one.header.names, header) for one in chosen):
            raise UnreadableFile(file, "mapping_column_missing", column=header, label=label(name))


def _table(one: _Sheet, mapping: Mapping[str, str]) -> Table:
    """With the mapping as far as the sheet has its columns; the aliases settle the rest."""
    assert one.header is not None
    here = {name: header for name, header in mapping.items() if has_column(one.header.names, header)}
    layout = place_columns(one.header.names, [row.cells for row in one.below], here)
    for name in mapping.keys() - here.keys():
        layout.notes.append(f"没有“{mapping[name]}”列，“{label(name)}”按表头别名判断。")
    number = one.head[one.header.first].number
    one.head = []  # the sample has done its work, and its texts may be long
    return Table(one.sheet, one.header, number, layout)


def _notes_on_sheets(looked: Sequence[_Sheet]) -> list[str]:
    """One sentence for each reason, naming the sheets; sheets without a cell are not worth a word."""
    notes = []
    for code, why in _SAYS_WHY.items():
        names = [one.sheet.name for one in looked if one.why == code and _has_cells(one.head)]
        if names:
            notes.append(
                f"工作表{_quoted(names)}{why}。"
                + ("要读请点名指定（命令行用 --sheet）。" * (code != "no_rows"))
            )
    return notes


def _has_cells(head: Iterable[Row]) -> bool:
    return any(not is_blank(cell) for row in head for cell in row.cells)


def _merged_notes(notes: Sequence[tuple[str, list[str]]]) -> list[str]:
    """What every sheet says is said once; what some say, with their names."""
    who: dict[str, list[str]] = {}
    for name, said in notes:
        for note in dict.fromkeys(said):
            who.setdefault(note, []).append(name)
    return [
        note if len(names) == len(notes) else f"工作表{_quoted(names)}：{note}" for note, names in who.items()
    ]


def _quoted(names: Sequence[str]) -> str:
    shown = "、".join(f"“{name}”" for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown}等 {len(names)} 张"


def _no_columns(heads: Iterable[list[Row]], file: str) -> UnreadableFile:
    """Names the headers that were seen, unless the likeliest header looks like data, which must not be repeated."""
    rows = [row.cells for head in heads for row in head[:6]]
    rows = [row for row in rows if not all(map(is_blank, row))]
    if not rows:
        return UnreadableFile(file, "empty_file")
    if likely := _likely_header(rows):
        names = "、".join([str(c).strip() for c in likely if not is_blank(c)][:_SHOWN])
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


def _likely_header(rows: list[list[Cell]]) -> list[Cell] | None:
    """The row that looks like a header of several columns, with data below it; None where the first rows are all alike."""
    likely = max(rows[:5], key=lambda row: sum(_could_be_header(c) for c in row))
    below = rows[rows.index(likely) + 1 :][:1]
    shown = [c for c in likely if not is_blank(c)]
    looks_different = all(not all(_could_be_header(c) for c in row if not is_blank(c)) for row in below)
    return likely if len(shown) > 1 and looks_different and all(map(_could_be_header, shown)) else None


def _take_likely(looked: Sequence[_Sheet]) -> bool:
    """Take the likely row of each sheet for its header; whether any sheet has one."""
    for one in looked:
        rows = [row.cells for row in one.head[:6] if not all(map(is_blank, row.cells))]
        if rows and (likely := _likely_header(rows)):
            first = next(at for at, row in enumerate(one.head) if row.cells is likely)
            names = tuple("" if is_blank(cell) else str(cell).strip() for cell in likely)
            one.header = Header(first, 1, names, 0.0)
    return any(one.header for one in looked)


def _could_be_header(cell: Cell) -> bool:
    """Short, and without figures: not a name with a number, a telephone or a sentence."""
    return isinstance(cell, str) and len(cell.strip()) <= 16 and not any(c.isdigit() for c in cell)
