"""How long one new order takes against a large library: `python -m bench.arrivals 100000`.

On the database of DATABASE_URL (a new, empty one; SQLite in a temporary folder where it is not given). The history is made:
a block of orders from the demo county, and copies of it whose rare words are other words, so that lists and words are as long
and as rare as in a history of that size. Then later calls about matters of the first block come in one by one, and are placed,
concluded and graded as an import does it (`library.arrivals`).
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

#: Orders of the block that is copied, and how many later calls are measured.
BLOCK, CALLS = 5_000, 200
#: Words in more than this share of the orders are the same in all copies.
COMMON = 1 / 150


def main(count: int) -> None:
    """Make, measure, print."""
    with tempfile.TemporaryDirectory(prefix="wenxiao-bench-") as home:
        os.environ.setdefault("WENXIAO_HOME", home)
        from wenxiao.project.start import prepare

        prepare()
        _measure(count)


def _measure(count: int) -> None:
    from django.db import connection

    from wenxiao.library.arrivals import group_new
    from wenxiao.library.postings import write_anew

    packed, late = _block()
    began, busy = time.perf_counter(), time.process_time()
    _fill(packed, count)
    made = time.perf_counter() - began, time.process_time() - busy
    began, busy = time.perf_counter(), time.process_time()
    write_anew()
    lists = time.perf_counter() - began, time.process_time() - busy
    waits, works = [], []
    group_new(date(2026, 11, 1))  # what a process loads once
    for order in late:
        _arrive(order)
        began, busy = time.perf_counter(), time.process_time()
        group_new(date(2026, 11, 1))
        waits.append(1000 * (time.perf_counter() - began))
        works.append(1000 * (time.process_time() - busy))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{connection.vendor}, {count:,} orders: one new order p50 {np.percentile(waits, 50):.1f} ms, p95 {np.percentile(waits, 95):.1f} ms "
        f"(of this process's own time: {np.percentile(works, 50):.1f} / {np.percentile(works, 95):.1f}); joined a matter: {_joined()} of {len(late)}; "
        f"lists written in {lists[0]:.0f} s ({lists[1]:.0f} s of processor), history made in {made[0]:.0f} s; peak {memory:.2f} GiB"
    )


def _block() -> tuple[pa.RecordBatch, list[Any]]:
    """The packed orders of a block, and later calls of its matters (kept out of it)."""
    from wenxiao.demo import build_county
    from wenxiao.recognition.matters.packed import pack_orders
    from wenxiao.recognition.schema import Order

    county = build_county(orders=BLOCK)
    seen: set[str] = set()
    kept, late = [], []
    for one in county.orders:
        order = Order(
            order=one.number,
            title=one.title,
            content=one.content,
            address=one.address,
            category=f"{one.category1}/{one.category2}",
            phone=one.phone,
            called_at=one.called_at,
        )
        matter = county.truth[one.number].matter
        is_late = matter in seen and len(late) < CALLS and one.called_at > datetime(2026, 1, 1)
        (late if is_late else kept).append(order)
        seen.add(matter)
    return pack_orders(kept), late


def _fill(packed: pa.RecordBatch, count: int) -> None:
    from django.db import connection, transaction

    from wenxiao.library.models import Finding, OrderGist
    from wenxiao.orders import bulk
    from wenxiao.orders.models import Source, WorkOrder
    from wenxiao.recognition.matters.stored import to_bytes, version

    source = Source.objects.create(name="bench")
    first = WorkOrder.objects.create(source=source, number="0", digest="", called_at=datetime(2026, 1, 1))
    finding = Finding.objects.create(
        order=first, closure_class="unclear", unresolved=0.6, logit=0.4, captured=True
    )
    _repeat(connection, first, count, {"number": "CAST(n AS VARCHAR(20))"})
    _repeat(connection, finding, count, {"order_id": f"{first.pk} + n"})
    made = 0
    columns = ("order", "form", "facts", "reply", "problems", "escaped", "todo")
    for batch in _copies(packed):
        rows = to_bytes(batch)[: count - made]
        with transaction.atomic():
            keys = range(first.pk + made, first.pk + made + len(rows))
            bulk.insert(
                OrderGist,
                columns,
                [(pk, version(), row, 0, "", False, 0) for pk, row in zip(keys, rows, strict=True)],
            )
        made += len(rows)
        if made >= count:
            break


def _repeat(connection: Any, row: Any, count: int, other: dict[str, str]) -> None:
    """The row once more for each number up to `count`, with some columns given in SQL."""
    table = row._meta.db_table
    columns = [field.column for field in row._meta.concrete_fields]
    values = [f"{row.pk} + n" if name == "id" else other.get(name, f't."{name}"') for name in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count - 1}) "
            f'INSERT INTO "{table}" ({", ".join(f"{chr(34)}{c}{chr(34)}" for c in columns)}) '
            f'SELECT {", ".join(values)} FROM numbers, "{table}" t WHERE t."id" = {row.pk}'
        )
        if connection.vendor == "postgresql":
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))"
            )


def _copies(packed: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The block, then the block in other words, again and again."""
    from wenxiao.recognition.matters.grams import COLUMNS

    column = packed.column("words")
    words, flags = np.array(column.flatten()), np.array(packed.column("words_flags").flatten())
    ends = column.offsets
    row = np.repeat(np.arange(len(column)), np.diff(np.array(ends)))
    rare = np.bincount(words, minlength=COLUMNS)[words] < COMMON * len(column)
    yield packed
    masks = np.random.default_rng(1)
    while True:
        other = np.where(rare, words ^ int(masks.integers(1, COLUMNS)), words)
        order = np.lexsort((other, row))
        made = {
            "words": pa.ListArray.from_arrays(ends, pa.array(other[order], type=pa.int32())),
            "words_flags": pa.ListArray.from_arrays(ends, pa.array(flags[order], type=pa.int16())),
        }
        arrays = [made.get(name, packed.column(name)) for name in packed.schema.names]
        yield pa.RecordBatch.from_arrays(arrays, schema=packed.schema)


def _arrive(order: Any) -> None:
    """What an import has written of an order before it is grouped."""
    from wenxiao.library.gists import store_gists
    from wenxiao.library.models import Finding
    from wenxiao.orders.models import Source, WorkOrder
    from wenxiao.recognition.matters.packed import pack_orders
    from wenxiao.recognition.matters.stored import to_bytes

    row = WorkOrder.objects.create(
        source=Source.objects.get(),
        number=f"new-{order.order}",
        digest="",
        called_at=order.called_at,
        phone=order.phone,
        title=order.title,
    )
    Finding.objects.create(order=row, closure_class="unclear", unresolved=0.6, logit=0.4, captured=True)
    facts = to_bytes(pack_orders([order]))[0]
    store_gists({row.pk: {"facts": facts, "reply": 0, "problems": "", "escaped": False}})


def _joined() -> int:
    """How many of the calls are with others now."""
    from wenxiao.library.models import MatterLink

    return MatterLink.objects.filter(order__number__startswith="new-", matter__order_count__gt=1).count()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
