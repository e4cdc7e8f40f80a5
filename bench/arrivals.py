"""How long one new order takes against a large library: `python -m bench.arrivals 100000`.

On the database of DATABASE_URL (a new, empty one; SQLite in a temporary folder where it is not given). The history is made: the
demo county as it is imported and grouped, and copies of all of it (orders, findings, commitments, matters, replies) as of other
counties, whose names and rare words are others, so that lists, words and matters are as in a history of that size. Then later calls
about matters of the county itself, kept out so far, come in one by one. Of each is told

- what an analyst waits for: its text read, looked up in the history and compared: which matter, and the next best candidates;
- all of it: placed, concluded, graded and written as an import does it (`library.arrivals.group_new`).
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any

import numpy as np
import pyarrow as pa

#: How many later calls are measured, and since when they are looked for.
CALLS, SINCE = 200, datetime(2026, 1, 1)
#: Words in more than this share of the orders, and in no name, are the same in all copies.
COMMON = 1 / 150
TODAY = date(2026, 11, 1)


def main(size: int) -> None:
    """Make, measure, print."""
    with tempfile.TemporaryDirectory(prefix="wenxiao-bench-") as home:
        os.environ.setdefault("WENXIAO_HOME", home)
        from wenxiao.project.demo import fill_demo

        fill_demo()
        _measure(size)


@dataclass(slots=True)
class _Clock:
    """Milliseconds by the clock, and of this process's own time."""

    waits: list[float] = field(default_factory=list)
    works: list[float] = field(default_factory=list)

    def time(self, work: Callable[[], Any]) -> Any:
        began, busy = time.perf_counter(), time.process_time()
        answer = work()
        self.waits.append(1000 * (time.perf_counter() - began))
        self.works.append(1000 * (time.process_time() - busy))
        return answer

    def __str__(self) -> str:
        waits, works = (np.percentile(times, (50, 95)) for times in (self.waits, self.works))
        return f"p50 {waits[0]:.1f} ms, p95 {waits[1]:.1f} ms (own time {works[0]:.1f} / {works[1]:.1f})"


def _measure(size: int) -> None:
    from django.db import connection

    from wenxiao.library.arrivals import group_new, look_up
    from wenxiao.library.postings import write_anew
    from wenxiao.recognition.matters.facts import read_facts

    filling, writing, looking, placing = _Clock(), _Clock(), _Clock(), _Clock()
    late = _take_out()
    filling.time(lambda: _fill(size))
    before = _peak()
    writing.time(write_anew)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    group_new(TODAY)  # what a process loads once
    kept = _resident()
    same = 0
    for one in late:
        order = one.as_read()
        one.come()
        looked = looking.time(lambda: look_up(read_facts(order)))  # noqa: B023
        placing.time(lambda: group_new(TODAY))
        same += one.is_in(looked.group)
    print(
        f"{connection.vendor}, {_rows():,} orders, load {os.getloadavg()[0]:.1f}\n"
        f"looked up and compared: {looking}\nplaced, concluded, graded, written: {placing}\n"
        f"went where it was looked for: {same} of {len(late)}; joined others: {sum(one.has_joined() for one in late)}\n"
        f"history made in {filling.waits[0] / 1000:.0f} s, lists written in {writing.waits[0] / 1000:.0f} s "
        f"({writing.works[0] / 1000:.0f} s of processor); memory {before:.2f} GiB before that, {_peak():.2f} at most, {kept:.2f} when it "
        f"waits for the next order"
    )


def _peak() -> float:
    """GiB that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def _resident() -> float:
    """GiB that this process has now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1024**3


def _rows() -> int:
    from wenxiao.orders.models import WorkOrder

    return WorkOrder.objects.count()


class _Late:
    """An order with all that an import has written of it before it is grouped, out of the record until it comes."""

    def __init__(self, order: Any) -> None:
        self._order, self._rows = order, [order.finding, order.gist]
        self._rows += [*order.order_units.all(), *order.commitments.all()]

    def as_read(self) -> Any:
        """As recognition takes it."""
        from wenxiao.orders.records import CONTENT
        from wenxiao.recognition.schema import Order

        row = self._order
        return Order(order=row.number, row=row.row, **{name: getattr(row, name) for name in CONTENT})

    def come(self) -> None:
        """Into the record, to be placed."""
        self._order.pk = None
        self._order.save(force_insert=True)
        for row in self._rows:
            if row is not self._order.gist:
                row.pk = None
            row.order_id = self._order.pk
            row.todo = 2
            row.save(force_insert=True)

    def is_in(self, group: int) -> bool:
        """Whether it is in that matter, or in one with that order (a negative number; 0: alone)."""
        from wenxiao.library.models import MatterLink

        home = MatterLink.objects.filter(order=self._order.pk).values_list("matter", flat=True).first()
        if group > 0:
            return home == group
        others = MatterLink.objects.filter(matter=home, order=-group).exists()
        return others if group else not self.has_joined()

    def has_joined(self) -> bool:
        """Whether its matter has others."""
        from wenxiao.library.models import MatterLink

        homes = MatterLink.objects.filter(order=self._order.pk).values("matter")
        return MatterLink.objects.filter(matter__in=homes).count() > 1


def _take_out() -> list[_Late]:
    """Later calls about matters of the county, out of the record; the others grouped as if these had not been."""
    from wenxiao.demo import build_county
    from wenxiao.library.grouping import group_all
    from wenxiao.orders.models import WorkOrder

    county = build_county()
    seen: set[str] = set()
    numbers = []
    for one in sorted(county.orders, key=lambda order: order.called_at):
        matter = county.truth[one.number].matter
        if matter in seen and one.called_at > SINCE and len(numbers) < CALLS:
            numbers.append(one.number)
        seen.add(matter)
    rows = (
        WorkOrder.objects.filter(number__in=numbers).select_related("finding", "gist").order_by("called_at")
    )
    late = [_Late(row) for row in rows]
    WorkOrder.objects.filter(number__in=numbers).delete()
    group_all(TODAY)
    return late


def _fill(size: int) -> None:
    """Copy the county until there are so many orders."""
    from wenxiao.library.models import Commitment, Finding, Matter, MatterLink
    from wenxiao.orders.models import OrderUnit, WorkOrder

    copies = max(-(-size // _rows()) - 1, 0)
    order, matter = _last(WorkOrder), _last(Matter)
    _repeat(WorkOrder, copies, {"id": order})
    _repeat(Matter, copies, {"id": matter})
    for model in (Finding, Commitment, OrderUnit):
        _repeat(model, copies, {"id": _last(model), "order_id": order})
    _repeat(MatterLink, copies, {"id": _last(MatterLink), "order_id": order, "matter_id": matter})
    _repeat_gists(copies, order)


def _last(model: Any) -> int:
    return int(model.objects.order_by("-pk").values_list("pk", flat=True)[0])


def _repeat(model: Any, copies: int, steps: dict[str, int]) -> None:
    """All rows once more for each copy, keys a step further each time, and the copy's number after the row's."""
    from django.db import connection

    table = model._meta.db_table
    columns = [field.column for field in model._meta.concrete_fields]
    values = [
        f"base.{name} + n * {steps[name]}"
        if name in steps
        else f"base.{name} || '-' || n"
        if name == "number"
        else f'base."{name}"'
        for name in columns
    ]
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE base AS SELECT {names} FROM "{table}"')
        cursor.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {copies}) "
            f'INSERT INTO "{table}" ({names}) SELECT {", ".join(values)} FROM numbers CROSS JOIN base'
        )
        cursor.execute("DROP TABLE base")
        if connection.vendor == "postgresql":
            last = f'(SELECT max(id) FROM "{table}")'
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})")


def _repeat_gists(copies: int, step: int) -> None:
    """The same for gists, each copy of another county."""
    from django.db import transaction

    from wenxiao.library.history_models import OrderGist
    from wenxiao.orders import bulk
    from wenxiao.recognition.matters.stored import to_bytes, to_packed

    columns = ("order", "form", "facts", "reply", "problems", "escaped", "todo")
    rows = list(OrderGist.objects.order_by("order").values_list(*columns))
    packed = to_packed([bytes(row[2]) for row in rows])
    for number, batch in zip(range(1, copies + 1), _elsewhere(packed)):  # noqa: B905 -- without end
        facts = to_bytes(batch)
        with transaction.atomic():
            made = (
                (pk + number * step, form, own, *rest)
                for (pk, form, _, *rest), own in zip(rows, facts, strict=True)
            )
            bulk.insert(OrderGist, columns, made)


def _elsewhere(packed: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The same orders of another county, again and again: what is rare, or stands in names, is other words; areas, exact
    identifiers, callers and addresses are others, and all lies further north."""
    from wenxiao.recognition.matters.columns import CORE, NAME, NAMED
    from wenxiao.recognition.matters.grams import BITS, COLUMNS

    words, flags = (
        np.array(packed.column("words").flatten()),
        np.array(packed.column("words_flags").flatten()),
    )
    seen = np.bincount(words, minlength=COLUMNS)
    in_names = np.bincount(words, weights=flags & (NAME | NAMED | CORE) > 0, minlength=COLUMNS)
    own = ((seen < COMMON * packed.num_rows) | (2 * in_names > seen))[words]
    signs = np.array(packed.column("signs").flatten())
    is_exact = signs >> BITS > 1
    masks = np.random.default_rng(1)
    for number in count(1):
        mask = int(masks.integers(1, COLUMNS))
        made = {
            **_sparse(packed, "words", np.where(own, words ^ mask, words)),
            **_sparse(packed, "signs", np.where(is_exact, signs ^ mask, signs)),
        }
        for name in ("caller", "address"):
            there = np.array(packed.column(name))
            made[name] = pa.array(np.where(there > 0, (there ^ mask) + 1, 0))
        made["latitude"] = pa.array(np.array(packed.column("latitude")) + 0.2 * number, from_pandas=False)
        arrays = [made.get(name, packed.column(name)) for name in packed.schema.names]
        yield pa.RecordBatch.from_arrays(arrays, schema=packed.schema)


def _sparse(packed: pa.RecordBatch, name: str, values: np.ndarray) -> dict[str, pa.Array]:
    """A list column with other values, and its flags, in the order of values."""
    ends = packed.column(name).offsets
    order = np.lexsort((values, np.repeat(np.arange(packed.num_rows), np.diff(np.array(ends)))))
    flags = np.array(packed.column(f"{name}_flags").flatten())[order]
    return {
        name: pa.ListArray.from_arrays(ends, pa.array(values[order], type=pa.int32())),
        f"{name}_flags": pa.ListArray.from_arrays(ends, pa.array(flags, type=pa.int16())),
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
