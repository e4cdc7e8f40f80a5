"""One row of a sheet to one order: values, checks, and the same number twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from hashlib import blake2b
from typing import Any, get_type_hints

from wenxiao.orders.intake import values
from wenxiao.orders.intake.cells import Cell, Flaw, Row, is_blank
from wenxiao.orders.intake.encodings import UNDECODABLE
from wenxiao.orders.intake.layout import Layout
from wenxiao.orders.intake.limits import EXCEL_CELL, Limits
from wenxiao.orders.intake.problems import Place, Problem, load_data
from wenxiao.recognition.schema import Order

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER_TEXTS = ("order", "phone", "previous_order")
_READABLE = ("title", "content", "reply", "handling")


@dataclass(slots=True)
class Batch:
    """Some rows of a file. Every row that is not blank is in exactly one of `orders`, `rejects` and `skipped`.

    `skipped` are rows left out on purpose (the same row again, the header again); `warnings` are about rows in `orders`.
    """

    orders: list[Order] = field(default_factory=list)
    rejects: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    skipped: list[Problem] = field(default_factory=list)
    blank: int = 0


@dataclass(slots=True)
class Seen:
    """The order numbers met so far: where, and a digest of what the row said. About 150 bytes an order.

    One `Seen` may serve several files of one source, so that overlapping exports are not counted twice.
    """

    rows: dict[str, tuple[str, str, int, bytes]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """What the rows of one sheet have in common."""

    file: str
    sheet: str
    stem: str
    encoding: str
    exact_numbers: bool
    date1904: bool
    strict_width: bool
    header: tuple[str, ...]


_Reader = Callable[[Cell], tuple[Any, str]]


def _readers(origin: Origin) -> dict[str, _Reader]:
    """How each field of an order is read from a cell."""
    readers: dict[str, _Reader] = {}
    for name, hint in get_type_hints(Order).items():
        kinds = getattr(hint, "__args__", (hint,))
        if name in _NUMBER_TEXTS:
            readers[name] = partial(values.read_number_text, exact=origin.exact_numbers)
        elif datetime in kinds:
            readers[name] = partial(values.read_time, date1904=origin.date1904)
        elif date in kinds:
            readers[name] = partial(values.read_date, date1904=origin.date1904)
        elif bool in kinds:
            readers[name] = values.read_flag
        elif int in kinds:
            readers[name] = values.read_count
        elif float in kinds:
            readers[name] = partial(values.read_degrees, bound=180.0 if name == "longitude" else 90.0)
        else:
            readers[name] = lambda cell: (values.read_text(cell), "")
    return readers


class RowReader:
    """Reads the rows of one sheet into batches."""

    def __init__(self, layout: Layout, origin: Origin, limits: Limits, seen: Seen) -> None:
        self._origin, self._limits, self._seen = origin, limits, seen
        self._names = {c.index: c.name for c in layout.columns}
        readers = _readers(origin)
        self._fields = [
            (name, places, readers[name], isinstance(getattr(Order(), name), str))
            for name, places in layout.places.items()
            if places != layout.levels
        ]
        self._levels = layout.levels
        rule = load_data("headers.toml")["levels"]
        self._level_field, self._join = rule["field"], rule["join"]
        self._placed = sorted({i for places in layout.places.values() for i in places})
        self._has = {name: name in layout.places for name in ("order", "content", "reply")}
        self._header = {i: origin.header[i] for i in self._placed if i < len(origin.header)}
        self._times = [
            (a, b)
            for a, b in load_data("values.toml")["order_of_times"]["pairs"]
            if a in layout.places and b in layout.places
        ]
        self._places = layout.places
        #: Characters of text read so far.
        self.chars = 0

    def read(self, row: Row, batch: Batch) -> None:
        """Put the row where it belongs."""
        place = Place(self._origin.file, self._origin.sheet, row.number, row.line)
        if row.fault:
            batch.rejects.append(place.problem(row.fault.code, "", **row.fault.values))
        elif all(map(is_blank, row.cells)):
            batch.blank += 1
        elif self._is_header(row.cells):
            batch.skipped.append(place.problem("repeated_header"))
        elif reject := self._reject_of(row.cells, place):
            batch.rejects.append(reject)
        else:
            self._read_order(row, place, batch)

    def _is_header(self, cells: list[Cell]) -> bool:
        pairs = self._header.items()
        return len(pairs) > 1 and all(
            i < len(cells) and isinstance(text := cells[i], str) and text.strip() == name for i, name in pairs
        )

    def _reject_of(self, cells: list[Cell], place: Place) -> Problem | None:
        """What makes a row unusable before it is looked at closely."""
        width = len(self._origin.header)
        if self._origin.strict_width and len(cells) > width and not all(map(is_blank, cells[width:])):
            return place.problem("too_many_cells", cells=len(cells), extra=len(cells) - width)
        limit = self._limits.cell_chars
        for i in self._placed:
            cell = cells[i] if i < len(cells) else None
            if isinstance(cell, str) and len(cell) > limit:
                return place.problem("cell_too_long", self._names[i], chars=len(cell), limit=limit)
        return None

    def _read_order(self, row: Row, place: Place, batch: Batch) -> None:
        order = Order(row=row.number, file=self._origin.file, sheet=self._origin.sheet)
        warnings: list[Problem] = []
        if row.oddity:
            warnings.append(place.problem(row.oddity))
        if self._origin.strict_width and len(row.cells) < len(self._origin.header):
            warnings.append(place.problem("too_few_cells", cells=len(row.cells)))
        lost = self._fill(order, row.cells, place, warnings)
        if not any(getattr(order, name).strip() for name in _READABLE):
            batch.rejects.append(place.problem("nothing_to_read"))
            return
        self._check_times(order, place, warnings)
        problem, is_reject = self._settle_number(order, place, lost, warnings)
        if problem:
            (batch.rejects if is_reject else batch.skipped).append(problem)
            return
        if self._has["reply"] and not order.reply.strip():
            warnings.append(place.problem("missing_reply", self._header_of("reply")))
        if self._has["content"] and not order.content.strip():
            warnings.append(place.problem("missing_content", self._header_of("content")))
        batch.orders.append(order)
        batch.warnings.extend(warnings)

    def _header_of(self, name: str) -> str:
        return self._names[self._places[name][0]]

    def _fill(self, order: Order, cells: list[Cell], place: Place, warnings: list[Problem]) -> bool:
        """Read every field; True when the order number has lost digits."""
        lost = False
        for name, columns, read, is_text in self._fields:
            cell, column = self._pick(cells, columns, place, warnings)
            if cell is None:
                continue
            value, code = read(cell)
            if code:
                warnings.append(place.problem(code, self._names[column]))
                lost = lost or (name == "order" and code == "number_lost_digits")
            if value is not None:
                setattr(order, name, value)
            if is_text and value and not value.isprintable():
                self._look_at_characters(value, place, column, warnings)
            if is_text and len(value) >= EXCEL_CELL:
                code = "long_cell" if len(value) > EXCEL_CELL else "cell_at_excel_limit"
                warnings.append(place.problem(code, self._names[column], chars=len(value)))
        if self._levels:
            texts = [values.read_text(cells[i]).strip() for i in self._levels if i < len(cells)]
            setattr(order, self._level_field, self._join.join(filter(None, texts)))
        return lost

    def _pick(
        self, cells: list[Cell], columns: list[int], place: Place, warnings: list[Problem]
    ) -> tuple[Cell, int]:
        """The first cell with something in it, of the columns of one field."""
        for column in columns:
            cell = cells[column] if column < len(cells) else None
            if isinstance(cell, Flaw):
                warnings.append(place.problem(cell.value, self._names[column]))
            elif cell is not None and cell != "" and (len(columns) == 1 or not is_blank(cell)):
                return cell, column
        return None, columns[0]

    def _look_at_characters(self, text: str, place: Place, column: int, warnings: list[Problem]) -> None:
        if _CONTROL.search(text):
            warnings.append(place.problem("control_characters", self._names[column]))

    def _check_times(self, order: Order, place: Place, warnings: list[Problem]) -> None:
        """A later step before an earlier one. A bare date is midnight, so it is compared by day."""
        for before, after in self._times:
            first, second = getattr(order, before), getattr(order, after)
            if first is None or second is None or second >= first:
                continue
            if time() in (first.time(), second.time()) and second.date() == first.date():
                continue
            other = self._header_of(before)
            warnings.append(place.problem("times_out_of_order", self._header_of(after), other=other))

    def _settle_number(
        self, order: Order, place: Place, lost: bool, warnings: list[Problem]
    ) -> tuple[Problem | None, bool]:
        """(why the row stays out, whether that is a reject); (None, False) when the order is new.

        Rows without a number, and rows whose number a sheet has rounded into that of another, get file name and row.
        """
        said = self._said(order)
        try:
            digest = blake2b(said.encode("utf-8"), digest_size=16).digest()
        except UnicodeEncodeError:
            return self._bad_characters(order, place), True
        self.chars += len(said)
        if not order.order:
            order.order = self._surrogate(place, digest)
            if self._has["order"]:
                warnings.append(place.problem("missing_number", self._header_of("order")))
            return None, False
        mine = place.file, place.sheet, place.row, digest
        known = self._seen.rows.setdefault(order.order, mine)
        if known is mine:
            return None, False
        first, first_digest = known[2:]
        if first_digest != digest and lost:
            order.order = self._surrogate(place, digest)
            return None, False
        where, where_en = _where(known[0], known[1], place)
        code = "duplicate_row" if first_digest == digest else "same_number_different_content"
        column = self._header_of("order") if self._has["order"] else ""
        return place.problem(
            code, column, first=first, where=where, where_en=where_en
        ), first_digest != digest

    def _surrogate(self, place: Place, digest: bytes) -> str:
        """File name and row; a second file of the same name in one run gets a mark behind it."""
        base = number = f"{self._origin.stem}#{place.row}"
        again = 1
        while number in self._seen.rows:
            again += 1
            number = f"{base}~{again}"
        self._seen.rows[number] = place.file, place.sheet, place.row, digest
        return number

    def _said(self, order: Order) -> str:
        """Everything that the row says, for telling whether two rows say the same."""
        names = [name for name, _, _, _ in self._fields] + [self._level_field] * bool(self._levels)
        return "\x1f".join([str(getattr(order, name)) for name in names])

    def _bad_characters(self, order: Order, place: Place) -> Problem:
        broken = next(
            (
                name
                for name, _, _, is_text in self._fields
                if is_text and _SURROGATE.search(getattr(order, name))
            ),
            self._level_field,
        )
        column = self._header_of(broken)
        if self._origin.encoding and UNDECODABLE in getattr(order, broken):
            return place.problem("bad_encoding", column, encoding=self._origin.encoding.upper())
        return place.problem("bad_characters", column)


def _where(file: str, sheet: str, place: Place) -> tuple[str, str]:
    """The file and sheet of an earlier row, as far as they are others than those of this one."""
    where, where_en = "", ""
    if file != place.file:
        where, where_en = f"文件“{file}”", f' of "{file}"'
    if sheet and (file, sheet) != (place.file, place.sheet):
        where, where_en = f"{where}工作表“{sheet}”", f'{where_en} in sheet "{sheet}"'
    return where, where_en
