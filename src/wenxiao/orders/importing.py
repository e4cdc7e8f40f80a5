"""Reading a file into the record, batch by batch.

Each batch is one transaction: its orders, versions, events and problems, and the checkpoint behind it. So a process
may die at any point, and the next one goes on where the record really is. Two imports of one source take turns batch
by batch (the row of the source is locked), and an order that is there already with the same content is left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from wenxiao.orders import bulk, search
from wenxiao.orders.choices import EventKind, RunState, UnitRole
from wenxiao.orders.intake import Batch, Problem, open_source
from wenxiao.orders.models import Event, ImportRun, OrderUnit, OrderVersion, RejectedRow, Source, WorkOrder
from wenxiao.orders.records import CONTENT, NUMBER_LENGTH, clean, content, digest, fill, search_text, values
from wenxiao.orders.runs import hold, living_runs, move
from wenxiao.recognition.collection import ANSWERS
from wenxiao.recognition.schema import Order
from wenxiao.units.naming import UnitMatcher, split_names

#: Rejected rows are all kept; of warnings, which may be as many as rows, the first ones (all are counted).
WARNINGS_KEPT = 10_000
_COLUMNS = (
    *CONTENT,
    "source",
    "number",
    "row",
    "digest",
    "version",
    "search",
    "first_run",
    "last_run",
    "created_at",
    "updated_at",
)


#: Narrows orders to those with which the caller has not yet done what an import is for.
Unread = Callable[["QuerySet[WorkOrder]"], "QuerySet[WorkOrder]"]


def read_run(run: ImportRun, unread: Unread) -> Iterator[int]:
    """Read the file of a claimed run to its end, from its checkpoint on; gives the rows done after each batch, so that
    the caller can do something with these orders meanwhile. Raises UnreadableFile, LostClaim.

    Orders that are there unchanged but `unread`, because the import that brought them failed, become this run's.
    """
    if run.total_rows is not None:
        return
    move(run, RunState.READING)
    opened = open_source(
        run.path,
        mapping=run.mapping or None,
        sheet=sheets_of(run),
        source_name=run.file_name,
        rules=_rules_folder(),
    )
    # What an empty reply means is told by whether the file has replies at all (recognition.collection.without_replies).
    silent = all(absent >= set(ANSWERS) for absent in opened.without.values())
    if silent != run.layout.get("no_answers", False):
        move(run, RunState.READING, layout={**run.layout, "no_answers": silent})
    units = UnitMatcher()
    for place, batch in enumerate(opened.batches(_batch_size(run)), 1):
        if place > run.done_batches:
            _keep_batch(run, batch, place, _Around(units, opened.file, unread))
            yield run.done_rows
    move(run, RunState.READING, total_rows=run.done_rows, notes=list(opened.notes))


def _rules_folder() -> Path | None:
    folder = Path(settings.RULES)
    return folder if folder.is_dir() else None


def sheets_of(run: ImportRun) -> list[str]:
    """The sheets that were named for the run; none means all that look like orders."""
    return list(run.layout.get("sheets", ())) or [run.sheet] * bool(run.sheet)


def _batch_size(run: ImportRun) -> int:
    """Rows in a batch of this run. The checkpoint counts batches, so the size stays what it was at the first one,
    whatever the setting has become when a killed run goes on."""
    if "batch" not in run.layout:
        move(run, RunState.READING, layout={**run.layout, "batch": settings.IMPORT_BATCH})
    return int(run.layout["batch"])


@dataclass(frozen=True, slots=True)
class _Around:
    """What the batches of one file share."""

    units: UnitMatcher
    file: str
    unread: Unread


def _keep_batch(run: ImportRun, batch: Batch, place: int, around: _Around) -> None:
    units = around.units
    made = units.created
    try:
        with transaction.atomic():
            held = hold(run)
            # The lock that lets two imports of one source take turns; SQLite has one writer anyway.
            Source.objects.select_for_update().get(pk=run.source_id)
            counts = Counter(held.counts)
            orders, too_long = _usable(batch.orders, around.file)
            counts.update(_Upsert(held, orders, around).write())
            counts.update(_keep_problems(held, [*batch.rejects, *too_long], batch.warnings))
            counts.update(
                rows=len(batch.orders) + len(batch.merged) + len(batch.rejects) + len(batch.skipped),
                duplicates=len(batch.skipped),
                merged=len(batch.merged),
                new_units=units.created - made,
            )
            held.counts = dict(counts)
            held.done_batches, held.done_rows = place, counts["rows"]
            held.save(update_fields=["counts", "done_batches", "done_rows"])
    except BaseException:
        units.reload()
        units.created = made
        raise
    run.counts, run.done_batches, run.done_rows = held.counts, held.done_batches, held.done_rows


def _usable(orders: Iterable[Order], file: str) -> tuple[list[Order], list[Problem]]:
    """The orders that a table can hold, and why others cannot."""
    kept, refused = [], []
    for order in orders:
        clean(order)
        order.order = _number(order, file)
        if len(order.order) > NUMBER_LENGTH:
            message = f"工单编号超过 {NUMBER_LENGTH} 个字符，请核对列对应。"
            message_en = f"The order number is longer than {NUMBER_LENGTH} characters."
            refused.append(Problem(file, order.sheet, order.row, "", "number_too_long", message, message_en))
        else:
            kept.append(order)
    return kept, refused


def _number(order: Order, file: str) -> str:
    """The number by which the order is known.

    Where a row has none, intake names it by file and row, which in a database would make the fifth row of next
    week's file a new version of this week's. Its content names it instead: the same row again is the same order.
    """
    stem = file.rpartition(".")[0] or file
    made_up = f"{stem}#{order.row}", f"{stem}#{order.sheet}#{order.row}"
    if re.sub(r"~\d+$", "", order.order) in made_up:
        return f"无编号-{digest(order)[:16]}"
    return order.order.strip()


def _keep_problems(run: ImportRun, rejects: Sequence[Problem], warnings: Sequence[Problem]) -> dict[str, int]:
    room = max(0, WARNINGS_KEPT - run.counts.get("warnings", 0))
    kept = [(p, False) for p in rejects] + [(p, True) for p in warnings[:room]]
    kept.sort(
        key=lambda one: one[0].row
    )  # a batch is of one sheet, so both kinds stand in the order of the file
    RejectedRow.objects.bulk_create(
        RejectedRow(
            run=run,
            sheet=p.sheet[:200],
            row=p.row,
            column=p.column[:200],
            code=p.code,
            message=p.message,
            message_en=p.message_en,
            is_warning=is_warning,
        )
        for p, is_warning in kept
    )
    return {"rejected": len(rejects), "warnings": len(warnings)}


@dataclass(slots=True)
class _Upsert:
    """One batch of orders against what is there."""

    run: ImportRun
    orders: list[Order]
    around: _Around
    now: datetime = field(default_factory=timezone.now)

    def write(self) -> dict[str, int]:
        numbers = [order.order for order in self.orders]
        there = WorkOrder.objects.filter(source=self.run.source_id, number__in=numbers)
        known = dict(there.values_list("number", "digest"))
        new: dict[str, tuple[Order, str]] = {}
        changed: dict[str, tuple[Order, str]] = {}
        for order in self.orders:
            print_ = digest(order)
            if order.order not in known:
                new[order.order] = order, print_
            elif known[order.order] != print_:
                changed[order.order] = order, print_
        self._insert(new)
        self._change(changed)
        same = known.keys() - changed.keys()
        return {
            "new": len(new),
            "changed": len(changed),
            "same": len(self.orders) - len(new) - len(changed),
            "resumed": self._take_over(same),
        }

    def _take_over(self, numbers: Iterable[str]) -> int:
        """Make unchanged orders this run's that another run brought and will not read; returns how many."""
        there = WorkOrder.objects.filter(source=self.run.source_id, number__in=numbers)
        others = [run.pk for run in living_runs()]
        return self.around.unread(there.exclude(last_run__in=others)).update(last_run=self.run)

    def _insert(self, new: dict[str, tuple[Order, str]]) -> None:
        if not new:
            return
        texts = {number: search_text(number, order) for number, (order, _) in new.items()}
        run, now = self.run.pk, self.now
        rows = (
            (
                *values(order),
                self.run.source_id,
                number,
                max(order.row, 0),
                print_,
                1,
                texts[number],
                run,
                run,
                now,
                now,
            )
            for number, (order, print_) in new.items()
        )
        bulk.insert(WorkOrder, _COLUMNS, rows)
        there = WorkOrder.objects.filter(source=self.run.source_id, number__in=new)
        keys = dict(there.values_list("number", "pk"))
        search.index([(keys[number], text) for number, text in texts.items()])
        self._link([(keys[number], order.unit, order.co_units) for number, (order, _) in new.items()])
        self._events(EventKind.IMPORTED, ((keys[number], {"run": run}) for number in new))

    def _change(self, changed: dict[str, tuple[Order, str]]) -> None:
        if not changed:
            return
        rows = list(WorkOrder.objects.filter(source=self.run.source_id, number__in=changed))
        search.unindex([(row.pk, row.search) for row in rows])
        versions, events = [], []
        for row in rows:
            order, print_ = changed[row.number]
            names = [name for name in CONTENT if getattr(row, name) != getattr(order, name)]
            versions.append(
                OrderVersion(
                    order=row, version=row.version, data=content(row), run=row.last_run, at=row.updated_at
                )
            )
            fill(row, order)
            row.digest, row.version, row.last_run, row.updated_at = (
                print_,
                row.version + 1,
                self.run,
                self.now,
            )
            events.append((row.pk, {"run": self.run.pk, "version": row.version, "fields": names}))
        OrderVersion.objects.bulk_create(versions)
        for row in rows:
            row.save()
        search.index([(row.pk, row.search) for row in rows])
        OrderUnit.objects.filter(order__in=rows).delete()
        self._link([(row.pk, row.unit, row.co_units) for row in rows])
        self._events(EventKind.CHANGED, events)

    def _link(self, orders: Iterable[tuple[int, str, str]]) -> None:
        """Units of orders given as (key, main unit, other units), the names as imported."""
        links = []
        for pk, main, others in orders:
            first = split_names(main)
            taken: set[int] = set()
            for place, name in enumerate([*first, *split_names(others)]):
                unit = self.around.units.find(name)
                if unit is not None and unit not in taken:
                    taken.add(unit)
                    links.append(
                        (pk, unit, UnitRole.MAIN.value if place == 0 and first else UnitRole.CO.value)
                    )
        bulk.insert(OrderUnit, ("order", "unit", "role"), links)

    def _events(self, kind: EventKind, rows: Iterable[tuple[int, dict[str, object]]]) -> None:
        actor = self.run.started_by_id
        columns = ("order", "kind", "at", "actor", "unit", "text", "data")
        bulk.insert(Event, columns, ((pk, kind.value, self.now, actor, None, "", data) for pk, data in rows))
