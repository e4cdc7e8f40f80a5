"""What a record keeps of each order for the rules over a collection, so that it never reads all texts again.

`facts` is what grouping compares (`matters.stored`), `reply` the print of a reply that is long enough to be a copy (0: none),
`problems` are the kinds of problem that it names, `escaped` says that the order was closed under a label that needs no handling.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pyarrow as pa

from wenxiao.recognition.collection import comparable_reply
from wenxiao.recognition.columns import ColumnSignals
from wenxiao.recognition.engine import Engine, without_collector
from wenxiao.recognition.matters.columns import HEAD, Columns
from wenxiao.recognition.matters.packed import pack_orders, unpack
from wenxiao.recognition.matters.stored import to_bytes
from wenxiao.recognition.matters.words import words
from wenxiao.recognition.schema import Order, batch_to_orders, findings_to_batch
from wenxiao.recognition.traces import text_print

GIST = pa.schema(
    [("facts", pa.binary()), ("reply", pa.uint64()), ("problems", pa.string()), ("escaped", pa.bool_())]
)

#: Findings and gist of the same orders, row for row.
Read = tuple[pa.RecordBatch, pa.RecordBatch]


def read_with_gist(engine: Engine, batch: pa.RecordBatch) -> Read:
    """`ORDERS` in; `FINDINGS` and `GIST` out. The orders are taken out of the batch once."""
    with without_collector():
        orders = list(batch_to_orders(batch))
        return findings_to_batch(engine.read_orders(orders)), gist_of(orders, engine.column_signals)


def gist_of(orders: Sequence[Order], rules: ColumnSignals) -> pa.RecordBatch:
    """`GIST` of orders, row for row."""
    packed = pack_orders(orders)
    columns = (
        to_bytes(packed),
        [text_print(comparable_reply(order, rules)) for order in orders],
        _problems(unpack(packed)),
        [rules.escaped(order) for order in orders],
    )
    arrays = [pa.array(column, type=field.type) for field, column in zip(GIST, columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=GIST)


def _problems(read: Columns) -> list[str]:
    """The kinds of problem that each order names, those of its title with a star."""
    names = words().problem_names
    ends, kinds, flags = read.signs.indptr.tolist(), read.signs.indices.tolist(), read.signs.data.tolist()
    return [
        "|".join(
            f"*{names[kind]}" if flag & HEAD else names[kind]
            for kind, flag in zip(kinds[start:end], flags[start:end], strict=True)
            if kind < len(names)  # the kinds of problem are the first of the signs
        )
        for start, end in pairwise(ends)
    ]
