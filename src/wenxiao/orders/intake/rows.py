"""One row of a sheet to one order: values, checks, the same number twice, and one order on several rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from wenxiao.orders.intake import times, values
from wenxiao.orders.intake.cells import Cell, Flaw, Nested, Row, is_blank
from wenxiao.orders.intake.characters import clean_text, is_broken
from wenxiao.orders.intake.evaluations import Evaluations
from wenxiao.orders.intake.headers import ROLE, can_be_read
from wenxiao.orders.intake.layout import Layout
from wenxiao.orders.intake.limits import EXCEL_CELL, Limits
from wenxiao.orders.intake.merging import (
    OpenOrder,
    caller_digest,
    is_continuation,
    read_role,
    row_digest,
    says_who_called,
)
from wenxiao.orders.intake.problems import Place, Problem, load_data
from wenxiao.orders.intake.readers import DEADLINES, Origin, readers_of
from wenxiao.orders.intake.seen import Met, Seen
from wenxiao.recognition.evaluation import COLUMNS as EVALUATED
from wenxiao.recognition.schema import TEXT_FIELDS, Order

_LOST = ("number_lost_digits", "scientific_number")
#: Fields whose cells no report shows, not even masked.
_PERSONS = ("caller", "phone", "address")
_READABLE = ("title", "content", "reply", "handling")
#: What a file without any text is read by.
_SORTED = ("category", "request_type", "address", "latitude")


@dataclass(slots=True)
class Batch:
    """Some rows of a file. Every row that is not blank is in exactly one of `orders`, `merged`, `rejects` and `skipped`.

    `merged` are rows that became part of an order above them (which may stand in the next batch); `skipped` are rows left
    out on purpose (the same row again, the header again, a total); `warnings` are about rows in `orders` and `merged`.
    """

    orders: list[Order] = field(default_factory=list)
    merged: list[Problem] = field(default_factory=list)
    rejects: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    skipped: list[Problem] = field(default_factory=list)
    blank: int = 0


class RowReader:
    """Reads the rows of one sheet into batches."""

    def __init__(
        self, layout: Layout, origin: Origin, limits: Limits, seen: Seen, evaluations: Evaluations
    ) -> None:
        self._origin, self._limits, self._seen = origin, limits, seen
        self._names = {c.index: c.name for c in layout.columns}
        readers = readers_of(origin)
        # Deadlines last: what names no year is told by the other times of its row.
        self._fields = [
            (name, layout.places[name], readers[name], isinstance(getattr(Order(), name), str))
            for name in sorted(layout.places, key=lambda name: name in DEADLINES)
            if layout.places[name] != layout.levels and name in readers
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
        self._texts = sorted({i for name in _READABLE for i in layout.places.get(name, ())})
        self._roles = layout.places.get(ROLE, [])
        totals = load_data("values.toml")["totals"]
        self._total, self._figure = re.compile(totals["pattern"]), re.compile(totals["figure"])
        self._evaluations = evaluations.of(layout.columns)
        self._verdicts = evaluations.verdicts(layout.columns)
        self._open: OpenOrder | None = None
        #: Characters of text read so far.
        self.chars = 0

    def read(self, row: Row, batch: Batch) -> None:
        """Put the row where it belongs. An order comes into a batch when the first row that is not part of it is read."""
        place = Place(self._origin.file, self._origin.sheet, row.number, row.line)
        if row.fault:
            batch.rejects.append(place.problem(row.fault.code, "", **row.fault.values))
        elif all(map(is_blank, row.cells)):
            batch.blank += 1
        elif self._is_header(row.cells):
            batch.skipped.append(place.problem("repeated_header"))
        elif self._is_total(row.cells):
            batch.skipped.append(place.problem("total_row"))
        elif reject := self._reject_of(row.cells, place):
            batch.rejects.append(reject)
        else:
            self._read_order(row, place, batch)

    def finish(self, batch: Batch) -> None:
        """No more rows: what is still open goes into the batch."""
        self._close(batch)

    def _close(self, batch: Batch) -> None:
        open_order, self._open = self._open, None
        if open_order is None or open_order.order is None:
            return
        order, place, warnings = open_order.close(), open_order.place, open_order.warnings
        for name in ("reply", "content"):
            if self._has[name] and not getattr(order, name).strip():
                warnings.append(place.problem(f"missing_{name}", self._header_of(name)))
        batch.orders.append(order)
        batch.warnings.extend(warnings)

    def _is_total(self, cells: list[Cell]) -> bool:
        """A row that begins with 合计 or the like and has figures where orders have texts."""
        first = next((cell for cell in cells if not is_blank(cell)), None)
        if not isinstance(first, str) or not self._total.fullmatch("".join(first.split())):
            return False
        texts = [values.read_text(cells[i]) for i in self._texts if i < len(cells) and cells[i] is not first]
        return all(self._figure.fullmatch("".join(text.split())) for text in texts)

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
        if is_broken(order.order):
            batch.rejects.append(place.problem("bad_number", self._header_of("order")))
            return
        self._check_times(order, place, warnings)
        self._take_verdicts(order)
        role = self._role_of(row.cells)
        if self._continues(order, lost, place):
            self._merge(order, role, place, warnings, batch)
            return
        self._close(batch)
        if not self._is_telling(order):
            batch.rejects.append(self._nothing_to_read(warnings, place))
            return
        self._settle_number(order, place, lost, warnings, batch)
        if self._open is not None and self._open.order is order:
            self._open.role = role

    def _take_verdicts(self, order: Order) -> None:
        """What a column such as 回访结果 says of the result, where no column of its own says it."""
        if not self._verdicts:
            return
        for name in EVALUATED:
            if name not in self._places and self._verdicts.read(name, order.callback) not in (
                "",
                "none",
                None,
            ):
                setattr(order, name, order.callback.strip())

    def _is_telling(self, order: Order) -> bool:
        if self._texts:
            return any(getattr(order, name).strip() for name in _READABLE)
        return can_be_read([name for name in _SORTED if getattr(order, name) not in ("", None)])

    def _nothing_to_read(self, warnings: list[Problem], place: Place) -> Problem:
        headers = {self._names[i] for i in self._texts}
        flawed = [w for w in warnings if w.code == Flaw.UNCALCULATED.value and w.column in headers]
        return (
            place.problem("only_formulas", flawed[0].column) if flawed else place.problem("nothing_to_read")
        )

    def _role_of(self, cells: list[Cell]) -> bool | None:
        for i in self._roles:
            if i < len(cells) and not is_blank(cells[i]):
                return read_role(values.read_text(cells[i]))
        return None

    def _continues(self, order: Order, lost: bool, place: Place) -> bool:
        """Whether the row belongs to the order of the row above it."""
        above = self._open
        if above is None or lost or not above.number:
            return False
        if self._has["order"] and is_continuation(order) and place.row == above.last_row + 1:
            order.order = above.number
            return True
        if order.order != above.number or above.order is None:
            return False
        met = self._seen.get(order.order)
        return above.agrees(order) and not (met and met.knows(row_digest(self._said(order))))

    def _merge(
        self, order: Order, role: bool | None, place: Place, warnings: list[Problem], batch: Batch
    ) -> None:
        above, digest = self._open, row_digest(self._said(order))
        assert above is not None
        met = self._seen.get(order.order)
        known = met is not None and met.knows(digest)
        if met is not None and (above.order is None or known):
            self._leave_out(
                "duplicate_row" if known else "same_order_apart", order.order, met, (place, batch)
            )
            above.last_row = place.row
        elif above.rows >= self._limits.merged_rows or above.chars > self._limits.cell_chars:
            batch.rejects.append(place.problem("merged_too_many", limit=self._limits.merged_rows))
        else:
            above.add(order, role, place)
            above.warnings.extend(warnings)
            self._seen.add_digest(order.order, digest)
            batch.merged.append(place.problem("merged_row", first=above.place.row))

    def _header_of(self, name: str) -> str:
        return self._names[self._places[name][0]]

    def _fill(self, order: Order, cells: list[Cell], place: Place, warnings: list[Problem]) -> bool:
        """Read every field; True when the order number has lost digits."""
        lost = False
        for name, columns, read, is_text in self._fields:
            cell, column = self._pick(name, cells, columns, place, warnings)
            if cell is None:
                continue
            value, code = read(cell)
            if name in DEADLINES:
                value, code = self._deadline(order, name, (cell, value, code))
            if code:
                shown = "" if name in _PERSONS else cell
                warnings.append(place.problem(code, self._names[column], cell=shown))
                lost = lost or (name == "order" and code in _LOST)
            if is_text and value:
                value = self._clean(value, place, column, warnings)
                value = self._evaluate(value, place, column, warnings)
            if value is not None:
                setattr(order, name, value)
        if self._levels:
            texts = [values.read_text(cells[i]).strip() for i in self._levels if i < len(cells)]
            joined = self._join.join(filter(None, texts))
            setattr(order, self._level_field, self._clean(joined, place, self._levels[0], warnings))
        return lost

    def _deadline(
        self, order: Order, name: str, read: tuple[Cell, Any, str]
    ) -> tuple[date | datetime | None, str]:
        """The deadline, in the order's own year where the cell names none."""
        cell, value, code = read
        if code == "date_without_year":
            known = (getattr(order, other) for other in DEADLINES[name])
            after = next((when.date() for when in known if when), None)
            value, code = times.read_deadline(cell, self._origin.date1904, after)
        is_day = name == "planned_finish" and isinstance(value, datetime)
        return (value.date() if is_day else value), code

    def _evaluate(self, text: str, place: Place, column: int, warnings: list[Problem]) -> str:
        """The text of an evaluation column with its figure in words, else the text as it is."""
        if column not in self._evaluations or not text.strip():
            return text
        kept, warning = self._evaluations[column].read(text, place)
        if warning:
            warnings.append(warning)
        return kept

    def _pick(
        self, name: str, cells: list[Cell], columns: list[int], place: Place, warnings: list[Problem]
    ) -> tuple[Cell, int]:
        """The first cell with something in it, of the columns of one field."""
        for column in columns:
            cell = cells[column] if column < len(cells) else None
            if isinstance(cell, Flaw):
                warnings.append(place.problem(cell.value, self._names[column]))
            elif isinstance(cell, Nested):
                if name in TEXT_FIELDS:
                    warnings.append(place.problem("nested_text", self._names[column]))
                    return cell.text, column
                warnings.append(place.problem("nested_value", self._names[column]))
            elif cell is not None and cell != "" and (len(columns) == 1 or not is_blank(cell)):
                return cell, column
        return None, columns[0]

    def _clean(self, text: str, place: Place, column: int, warnings: list[Problem]) -> str:
        """The text without what no text may hold, and a word about it and about its length."""
        if not text.isprintable():
            text, codes = clean_text(text)
            for code in codes:
                encoding = self._origin.encoding.upper()
                warnings.append(place.problem(code, self._names[column], encoding=encoding))
        if len(text) >= EXCEL_CELL:
            code = "long_cell" if len(text) > EXCEL_CELL else "cell_at_excel_limit"
            warnings.append(place.problem(code, self._names[column], chars=len(text)))
        return text

    def _check_times(self, order: Order, place: Place, warnings: list[Problem]) -> None:
        """A later step before an earlier one. A bare date is midnight, so it is compared by day."""
        for before, after in self._times:
            first, second = getattr(order, before), getattr(order, after)
            if first is None or second is None or second >= first:
                continue
            if time() in (first.time(), second.time()) and second.date() == first.date():
                continue
            here, other = self._header_of(after), self._header_of(before)
            warnings.append(place.problem("times_out_of_order", here, cell=second, other=other))

    def _settle_number(
        self, order: Order, place: Place, lost: bool, warnings: list[Problem], batch: Batch
    ) -> None:
        """Open the order if it is new, else say why the row stays out.

        Rows without a number, and rows whose number a sheet has rounded into that of another, get file name and row.
        """
        said = self._said(order)
        digest, caller = row_digest(said), caller_digest(order)
        self.chars += len(said)
        number, known = order.order, self._seen.get(order.order)
        if not number:
            order.order = self._surrogate(place, caller + digest)
            if self._has["order"]:
                warnings.append(place.problem("missing_number", self._header_of("order")))
        elif known is None:
            self._seen.put(number, place.file, place.sheet, place.row, caller + digest)
        elif known.knows(digest):
            self._leave_out("duplicate_row", number, known, (place, batch))
        elif lost:
            order.order, number = self._surrogate(place, caller + digest), ""
        else:
            apart = says_who_called(order) and known.is_same_caller(caller)
            code = "same_order_apart" if apart else "same_number_different_content"
            self._leave_out(code, number, known, (place, batch))
        is_new = known is None or not number
        self._open = OpenOrder(number, place, order if is_new else None, warnings=warnings)

    def _leave_out(self, code: str, number: str, met: Met, at: tuple[Place, Batch]) -> None:
        """The row of a number that is known already."""
        place, batch = at
        where, where_en = _where(met.file, met.sheet, place)
        column = self._header_of("order") if self._has["order"] else ""
        problem = place.problem(code, column, cell=number, first=met.row, where=where, where_en=where_en)
        (batch.skipped if code == "duplicate_row" else batch.rejects).append(problem)

    def _surrogate(self, place: Place, digest: bytes) -> str:
        """File name and row; a second file of the same name in one run gets a mark behind it."""
        base = number = f"{self._origin.stem}#{place.row}"
        again = 1
        while number in self._seen:
            again += 1
            number = f"{base}~{again}"
        self._seen.put(number, place.file, place.sheet, place.row, digest)
        return number

    def _said(self, order: Order) -> str:
        """Everything that the row says, for telling whether two rows say the same."""
        names = [name for name, _, _, _ in self._fields] + [self._level_field] * bool(self._levels)
        return "\x1f".join([str(getattr(order, name)) for name in names])


def _where(file: str, sheet: str, place: Place) -> tuple[str, str]:
    """The file and sheet of an earlier row, as far as they are others than those of this one."""
    where, where_en = "", ""
    if file != place.file:
        where, where_en = f"文件“{file}”", f' of "{file}"'
    if sheet and (file, sheet) != (place.file, place.sheet):
        where, where_en = f"{where}工作表“{sheet}”", f'{where_en} in sheet "{sheet}"'
    return where, where_en
