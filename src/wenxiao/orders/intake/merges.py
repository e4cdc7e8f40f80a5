"""Cells merged over several rows of an .xlsx: the value stands in the first of them and is meant for all.

One order of several units is often laid out so: the number and the message merged, a row for each unit beside them.
Excel writes the list of merged ranges behind the rows, so the part is looked through once for it before it is parsed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wenxiao.orders.intake.archive import Archive
from wenxiao.orders.intake.cells import Cell, is_blank

_RANGE = re.compile(rb'mergeCell\s[^>]{0,200}?ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
#: Longer than any element that names a range: what is kept of a piece, as a range may be cut at its end.
_OVERLAP = 256
#: More ranges than this are not followed; the rows are then read as they stand.
_MOST = 200_000


@dataclass(slots=True)
class Merges:
    """`starts`: row to (column from 0, last row of the range). Feed rows in their order to `fill`."""

    starts: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    _open: dict[int, tuple[int, Cell]] = field(default_factory=dict)

    def fill(self, number: int, cells: list[Cell]) -> None:
        """Repeat values in a row that has something of its own. Only the left column of a range has a value."""
        has_own = any(not is_blank(cell) for cell in cells)
        for column, (last, value) in list(self._open.items()):
            if number > last:
                del self._open[column]
            elif has_own:
                cells.extend([None] * (column + 1 - len(cells)))
                cells[column] = value if is_blank(cells[column]) else cells[column]
        for column, last in self.starts.get(number, ()):
            if column < len(cells) and not is_blank(cells[column]):
                self._open[column] = last, cells[column]


def find_merges(archive: Archive, part: str, columns: int) -> Merges:
    """The ranges of a sheet that go over several rows, left of column `columns`. Raises UnreadableFile for damage."""
    found = Merges()
    kept = b""
    count = 0
    for piece in archive.pieces(part):
        text = kept + piece
        kept = text[-_OVERLAP:]
        if b"mergeCell " not in text:
            continue
        end = 0
        for match in _RANGE.finditer(text):
            end = match.end()
            count += 1
            first, last, column = int(match[2]), int(match[3]), _index(match[1])
            if last > first and column < columns and count <= _MOST:
                found.starts.setdefault(first, []).append((column, last))
        kept = text[max(end, len(text) - _OVERLAP) :]
    return found


def _index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1
