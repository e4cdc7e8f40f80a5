"""Which columns of a sheet go into which field, and what happens to the others.

Nothing is guessed in silence: every column that goes nowhere, and every choice between two columns, is in the notes.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wenxiao.orders.intake.cells import Cell, column_letters, is_blank
from wenxiao.orders.intake.headers import PROCESS, ROLE, Match, label, match_header, normalise
from wenxiao.orders.intake.problems import load_data
from wenxiao.orders.intake.values import read_text
from wenxiao.recognition.schema import ORDER_FIELDS

#: Columns of the order that the reader fills in itself.
OWN_FIELDS = ("row", "file", "sheet")
MAPPABLE = (*(f for f in ORDER_FIELDS if f not in OWN_FIELDS), ROLE)
_SAMPLES = 3
_LINE_ENDS = re.compile(r"\s*[\r\n]+\s*")
_LONGEST_NAME = 60


@dataclass(slots=True)
class Column:
    """One column of the sheet: `index` from 0, `header` as written ("" if nameless), the field it fills or None.

    `samples` are cells of the file and may hold personal data: show them only to the person who brought the file.
    """

    index: int
    header: str
    field: str | None = None
    how: str = ""
    filled: int = 0
    samples: list[str] = dataclasses.field(default_factory=list, repr=False)

    @property
    def name(self) -> str:
        """The header on one line, or the letter of a nameless column."""
        one_line = _LINE_ENDS.sub("", self.header)
        return one_line[:_LONGEST_NAME] or f"{column_letters(self.index)}列（无表头）"


@dataclass(slots=True)
class Layout:
    """`places`: the columns of each field, the first preferred. `levels`: category columns to be joined."""

    columns: list[Column]
    places: dict[str, list[int]]
    levels: list[int]
    notes: list[str]


@dataclass(slots=True)
class _Candidate:
    column: Column
    match: Match

    @property
    def preference(self) -> tuple[bool, bool, int, int, int]:
        """Best first: has anything in it, exact alias, earlier alias, fuller, further left."""
        exact = self.match.share == 1.0
        return (self.column.filled == 0, not exact, self.match.rank, -self.column.filled, self.column.index)


def make_columns(names: Sequence[str], sample: Sequence[Sequence[Cell]]) -> list[Column]:
    """The columns with a few of their values; nameless ones only where there is something in them."""
    width = max([len(names), *(len(row) for row in sample)], default=0)
    columns = []
    for i in range(width):
        column = Column(i, names[i] if i < len(names) else "")
        cells = [row[i] for row in sample if i < len(row) and not is_blank(row[i])]
        column.filled = len(cells)
        column.samples = [read_text(cell)[:80] for cell in cells[:_SAMPLES]]
        if column.header or column.filled:
            columns.append(column)
    return columns


def place_columns(
    names: Sequence[str], sample: Sequence[Sequence[Cell]], mapping: Mapping[str, str]
) -> Layout:
    """Settle every column. `mapping` (field to header) wins over the aliases; its columns must be there."""
    layout = Layout(make_columns(names, sample), {}, [], [])
    taken = _place_mapped(layout, mapping)
    candidates = _candidates(layout, taken)
    _place_levels(layout, candidates)
    for other in candidates.pop(PROCESS, []):
        other.column.how = "process"
        layout.notes.append(
            f"列“{other.column.name}”是对过程或接听服务的评价，不当作对办理结果的评价，未导入。"
        )
    for name, found in candidates.items():
        if name in layout.places:
            _note_losers(layout, name, found)
        else:
            _place_best(layout, name, found)
    _promote(layout, candidates)
    _note_missing(layout)
    _note_unplaced(layout)
    return layout


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Raises ValueError for a field that does not exist."""
    for name in mapping:
        if name not in MAPPABLE:
            raise ValueError(f"no such field of an order: {name}")


def has_column(names: Sequence[str], header: str) -> bool:
    """Whether one of the headers is this one, as headers are compared."""
    return any(name and normalise(name) == normalise(header) for name in names)


def _place_mapped(layout: Layout, mapping: Mapping[str, str]) -> set[int]:
    for name, header in mapping.items():
        same = [c for c in layout.columns if c.header == header]
        same = same or [c for c in layout.columns if c.header and normalise(c.header) == normalise(header)]
        _place(layout, name, max(same, key=lambda c: c.filled), "mapping")
    return {i for places in layout.places.values() for i in places}


def _place(layout: Layout, name: str, column: Column, how: str) -> None:
    column.field, column.how = name, how
    layout.places.setdefault(name, []).append(column.index)


def _candidates(layout: Layout, taken: set[int]) -> dict[str, list[_Candidate]]:
    found: dict[str, list[_Candidate]] = {}
    for column in layout.columns:
        match = match_header(column.header) if column.header and column.index not in taken else None
        if match:
            found.setdefault(match.field, []).append(_Candidate(column, match))
    for candidates in found.values():
        candidates.sort(key=lambda c: c.preference)
    return found


def _place_levels(layout: Layout, candidates: dict[str, list[_Candidate]]) -> None:
    """Two or more level columns become the category together; a single one is a candidate like any other."""
    name = load_data("headers.toml")["levels"]["field"]
    by_level: dict[int, _Candidate] = {}
    for candidate in candidates.get(name, []):
        if candidate.match.level:
            by_level.setdefault(candidate.match.level, candidate)
    if len(by_level) < 2 or name in layout.places:
        return
    for level in sorted(by_level):
        _place(layout, name, by_level[level].column, "level")
    layout.levels = list(layout.places[name])


def _place_best(layout: Layout, name: str, found: list[_Candidate]) -> None:
    best, *others = found
    _place(layout, name, best.column, "alias" if best.match.share == 1.0 else "similar")
    if load_data("headers.toml")[name].get("coalesce"):
        for other in others:
            _place(layout, name, other.column, "fallback")
            layout.notes.append(
                f"“{label(name)}”先取“{best.column.name}”，该列为空时取“{other.column.name}”。"
            )
    else:
        _note_losers(layout, name, found)


def _note_losers(layout: Layout, name: str, found: list[_Candidate]) -> None:
    used = [c for c in layout.columns if c.field == name]
    winner = f"{column_letters(used[0].index)} 列“{used[0].name}”" if used else f"“{label(name)}”"
    for other in found:
        if other.column.field is None:
            other.column.how = "outdone"
            place = f"{column_letters(other.column.index)} 列“{other.column.name}”"
            layout.notes.append(f"{place}也像“{label(name)}”，已采用{winner}，此列未导入。")


def _promote(layout: Layout, candidates: dict[str, list[_Candidate]]) -> None:
    """With no column for the reply, the account of the handling is the reply, and the next such account takes its place."""
    rule = load_data("headers.toml")["promote"]
    source, target = rule["from"], rule["to"]
    if target in layout.places or source not in layout.places:
        return
    moved = layout.places.pop(source)
    layout.places[target] = moved
    for column in layout.columns:
        if column.index in moved:
            column.field = target
            layout.notes.append(f"没有单独的公开答复列，以“{column.name}”作为答复内容。")
    rest = [c for c in candidates.get(source, []) if c.column.field is None]
    if rest:
        layout.notes = [n for n in layout.notes if not (f"“{label(source)}”" in n and "也像" in n)]
        _place_best(layout, source, rest)


def _note_missing(layout: Layout) -> None:
    """A file without a reply, or without a message, can be read, but its findings say less: said once."""
    for name, outcome in load_data("headers.toml")["missing"].items():
        if name not in layout.places:
            layout.notes.append(f"没有找到“{label(name)}”列：{outcome}")


def _note_unplaced(layout: Layout) -> None:
    for column in layout.columns:
        if column.field is None and not column.how:
            layout.notes.append(
                f"列“{column.name}”没有认出，未导入。"
                if column.header
                else f"{column_letters(column.index)}列没有表头但有内容，未导入。"
            )
