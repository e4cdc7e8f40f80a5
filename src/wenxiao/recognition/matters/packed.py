"""What grouping keeps of orders, as Arrow columns: read out of the texts on any machine, compared on one.

No text is in it: words are numbers (`grams.py`), names of callers digests. `pack` and `unpack` together are `columns`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from wenxiao.recognition.matters.columns import SIGN_BITS, Columns, columns, matrix
from wenxiao.recognition.matters.facts import read_facts
from wenxiao.recognition.matters.grams import BITS
from wenxiao.recognition.matters.topics import SIZE
from wenxiao.recognition.schema import Order, batch_to_orders

#: The sparse matrices of `Columns`: name, bits of a column's number. In Arrow each is two lists an order.
SPARSE = {"words": BITS, "signs": SIGN_BITS}
_PLAIN = {
    "kinds": pa.int32(),
    "head_kinds": pa.int32(),
    "caller": pa.int64(),
    "category": pa.int64(),
    "address": pa.int64(),
    "day": pa.float64(),
    "bare": pa.bool_(),
    "longitude": pa.float64(),
    "latitude": pa.float64(),
}
PACKED = pa.schema(
    [
        *(pa.field(name, pa.list_(pa.int32())) for name in SPARSE),
        *(pa.field(f"{name}_flags", pa.list_(pa.int16())) for name in SPARSE),
        *(pa.field(name, kind) for name, kind in _PLAIN.items()),
        pa.field("topic", pa.list_(pa.int8(), SIZE)),
    ]
)


def pack(orders: pa.RecordBatch) -> pa.RecordBatch:
    """`PACKED` of a batch of `schema.ORDERS`, row for row."""
    return pack_orders(batch_to_orders(orders))


def pack_orders(orders: Iterable[Order]) -> pa.RecordBatch:
    """`PACKED` of orders."""
    read = columns([read_facts(order) for order in orders])
    made: dict[str, pa.Array] = {name: _plain(getattr(read, name), kind) for name, kind in _PLAIN.items()}
    for name in SPARSE:
        rows: sp.csr_matrix = getattr(read, name)
        ends = pa.array(rows.indptr.astype(np.int32))
        made[name] = pa.ListArray.from_arrays(ends, _plain(rows.indices, pa.int32()))
        made[f"{name}_flags"] = pa.ListArray.from_arrays(ends, _plain(rows.data, pa.int16()))
    made["topic"] = pa.FixedSizeListArray.from_arrays(pa.array(read.topic.ravel()), SIZE)
    return pa.RecordBatch.from_arrays([made[name] for name in PACKED.names], schema=PACKED)


def _plain(values: np.ndarray, kind: pa.DataType) -> pa.Array:
    """Numbers as they are: what is "not a number" stays that, and is not "no value"."""
    return pa.array(values.astype(kind.to_pandas_dtype(), copy=False), type=kind, from_pandas=False)


def unpack(batch: pa.RecordBatch) -> Columns:
    """The columns that were packed."""
    made: dict[str, Any] = {name: np.array(batch.column(name)) for name in _PLAIN}
    for name, bits in SPARSE.items():
        rows, flags = batch.column(name), batch.column(f"{name}_flags")
        ends = np.array(rows.offsets).astype(np.int64)
        made[name] = matrix(
            np.array(flags.flatten()).astype(np.int8), np.array(rows.flatten()), ends - ends[0], 1 << bits
        )
    made["topic"] = np.array(batch.column("topic").flatten()).reshape(-1, SIZE)
    return Columns(**made)
