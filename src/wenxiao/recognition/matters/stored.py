"""What grouping keeps of one order, as bytes: so that a database can hold each order's, and give back any few of them.

The content is that of `packed.PACKED`, whatever its columns are: first the plain ones and the lengths of the sparse
rows, then the sparse rows. Bytes of another `version()` must be read out of the order anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from wenxiao.recognition.matters.columns import Columns, matrix
from wenxiao.recognition.matters.packed import PACKED, SPARSE

_DATA = ("matters.toml", "matters_problems.toml", "matters_topics.npz")
#: Raised by hand when orders are read otherwise though neither the columns nor the words have changed.
_READING = 1


@cache
def _layout() -> tuple[np.dtype[Any], dict[str, np.dtype[Any]]]:
    """The head of a row (plain columns, and how long each list is), and the lists with the type of their values."""
    lists = {f.name: _kind(f.type.value_type) for f in PACKED if pa.types.is_list(f.type)}
    plain = [(f.name, _kind(f.type)) for f in PACKED if f.name not in lists]
    return np.dtype([*plain, *((f"{name} length", np.uint16) for name in lists)]), lists


def _kind(arrow: pa.DataType) -> np.dtype[Any]:
    """Flags are small: a byte each. A vector is so many numbers in a row."""
    if pa.types.is_fixed_size_list(arrow):
        return np.dtype((arrow.value_type.to_pandas_dtype(), arrow.list_size))
    return np.dtype(np.int8 if arrow == pa.int16() else arrow.to_pandas_dtype())


def _plain_type(arrow: pa.DataType) -> pa.DataType:
    return arrow.value_type if pa.types.is_fixed_size_list(arrow) else arrow


@cache
def version() -> int:
    """A number for all that decides what the bytes mean: 31 bits, so that any database has a column for it."""
    seen = blake2b(f"{_READING} {PACKED}".encode(), digest_size=4)
    for name in _DATA:
        seen.update((files("wenxiao.recognition") / "data" / name).read_bytes())
    return int.from_bytes(seen.digest()) >> 1


def to_bytes(batch: pa.RecordBatch) -> list[bytes]:
    """One value for each row of a batch of `PACKED`."""
    layout, lists = _layout()
    head = np.zeros(batch.num_rows, layout)
    for name in layout.names or ():
        if not name.endswith(" length"):
            column = batch.column(name)
            vector = pa.types.is_fixed_size_list(column.type)
            head[name] = np.array(column.flatten()).reshape(len(head), -1) if vector else np.array(column)
    parts: list[list[bytes]] = []
    for name, kind in lists.items():
        column = batch.column(name)
        ends = np.array(column.offsets).astype(np.int64)
        ends -= ends[0]
        head[f"{name} length"] = np.diff(ends)
        values = np.array(column.flatten()).astype(kind, copy=False).tobytes()
        at = (ends * kind.itemsize).tolist()
        parts.append([values[a:b] for a, b in pairwise(at)])
    heads, size = head.tobytes(), layout.itemsize
    starts = [heads[at : at + size] for at in range(0, len(heads), size)]
    return [b"".join(row) for row in zip(starts, *parts, strict=True)]


def from_bytes(rows: Sequence[bytes]) -> Columns:
    """The columns of some orders, row for row: what `unpack` makes of `to_packed`. Arrow is left out, because of a few orders
    it costs more than all the rest."""
    head, lists = _read(rows)
    made: dict[str, Any] = {f.name: head[f.name].copy() for f in PACKED if f.name in (head.dtype.names or ())}
    for name, bits in SPARSE.items():
        ends, values = lists[name]
        made[name] = matrix(lists[f"{name}_flags"][1], values, ends, 1 << bits)
    return Columns(**made)


def to_packed(rows: Sequence[bytes]) -> pa.RecordBatch:
    """A batch of `PACKED` again, row for row."""
    head, lists = _read(rows)
    made: dict[str, pa.Array] = {}
    for field in PACKED:
        if field.name in lists:
            ends, values = lists[field.name]
            kind = field.type.value_type
            plain = pa.array(values.astype(kind.to_pandas_dtype()), type=kind)
            made[field.name] = pa.ListArray.from_arrays(pa.array(ends.astype(np.int32)), plain)
            continue
        values = pa.array(head[field.name].ravel(), type=_plain_type(field.type), from_pandas=False)
        vector = pa.types.is_fixed_size_list(field.type)
        made[field.name] = (
            pa.FixedSizeListArray.from_arrays(values, field.type.list_size) if vector else values
        )
    return pa.RecordBatch.from_arrays([made[name] for name in PACKED.names], schema=PACKED)


def _read(rows: Sequence[bytes]) -> tuple[np.ndarray, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """The heads of the rows, and of each list where the rows begin (one more than rows) and all its values."""
    layout, lists = _layout()
    size = layout.itemsize
    head = np.frombuffer(b"".join([row[:size] for row in rows]), layout)
    found = {}
    at = [size] * len(rows)
    for name, kind in lists.items():
        lengths = head[f"{name} length"].astype(np.int64)
        ends = [a + n for a, n in zip(at, (lengths * kind.itemsize).tolist(), strict=True)]
        values = np.frombuffer(b"".join([row[a:b] for row, a, b in zip(rows, at, ends, strict=True)]), kind)
        at = ends
        found[name] = np.concatenate([[0], np.cumsum(lengths)]), values
    return head, found
