"""A scan on Spark: orders wait as Parquet in a folder that every machine of the cluster sees, findings come back there.

What the whole collection shows is worked out here, by the same functions as in a scan on one machine: that keeps the
results equal row for row, and it is the limit of this engine (docs/scale.md has the figures).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wenxiao.recognition.collection import Assigned
from wenxiao.recognition.engines.spark import AT, FACTS, Cluster, read_parts
from wenxiao.recognition.matters import Grouper
from wenxiao.recognition.matters.packed import PACKED
from wenxiao.recognition.schema import FINDINGS, ORDERS, Finding, Order, batch_to_findings, batch_to_orders
from wenxiao.recognition.settings import Settings
from wenxiao.scanning.spill import temporary_room

#: Orders of one file, which is one task of Spark: seconds of work, so that little is lost with a worker.
PART = 8_192
#: A file is closed before its texts reach much more than this, in bytes.
PART_BYTES = 64 << 20
_STAGED = pa.schema([*ORDERS, AT])
_FACTS = pa.schema([FACTS])
_FOUND = pa.schema([*FINDINGS, AT])


@dataclass(frozen=True, slots=True)
class Where:
    """The cluster, the folder that all its machines can read and write (None: the temporary folder, which is
    right only where all run on this machine), and how many orders make one task."""

    cluster: Cluster = field(default_factory=Cluster)
    shared: Path | None = None
    part: int = PART


class SparkReading:
    """See `reading.Reading`."""

    def __init__(self, settings: Settings, where: Where, *, matters: bool) -> None:
        self._settings, self._where, self._matters = settings, where, matters
        with temporary_room():
            self._room = tempfile.TemporaryDirectory(prefix="wenxiao-", dir=where.shared)
            self._orders, self._findings = Path(self._room.name, "orders"), Path(self._room.name, "findings")
            self._orders.mkdir()
        self._waiting: list[pa.RecordBatch] = []
        self._count = 0

    def take(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See `reading.Reading`; nothing is recognised yet."""
        for batch in batches:
            for at in range(0, batch.num_rows, self._where.part):
                self._waiting.append(batch.slice(at, self._where.part))
                self._write_full()
            yield batch
        self._write()

    def _write_full(self) -> None:
        rows = sum(batch.num_rows for batch in self._waiting)
        if rows >= self._where.part or sum(batch.nbytes for batch in self._waiting) >= PART_BYTES:
            self._write()

    def _write(self) -> None:
        if not self._waiting:
            return
        table = pa.Table.from_batches(self._waiting, schema=ORDERS)
        places = pa.array(range(self._count, self._count + table.num_rows), AT.type)
        with temporary_room():
            path = self._orders / f"part-{self._count:012d}.parquet"
            pq.write_table(table.append_column(AT, places), path, compression="zstd")
        self._count += table.num_rows
        self._waiting = []

    def recognise(self) -> None:
        """Let Spark read all parts. Raises `NoSpark`, `ClusterFailed`."""
        if self._count:
            cluster = self._where.cluster
            read_parts(self._orders, self._findings, self._settings, cluster, matters=self._matters)

    def group(self) -> Sequence[Assigned] | None:
        """See `reading.Reading`."""
        if not self._matters:
            return None
        grouper = Grouper()
        for path in _in_order(self._findings):
            for batch in _table(path, _FACTS).to_batches():
                facts = batch.column(0)
                grouper.add_packed(pa.RecordBatch.from_arrays(facts.flatten(), schema=PACKED))
        return grouper.group()

    def __iter__(self) -> Iterator[tuple[Order, Finding]]:
        staged = sorted(self._orders.glob("*.parquet"))
        for orders, findings in zip(staged, _in_order(self._findings), strict=True):
            one, other = _table(orders, _STAGED), _table(findings, _FOUND)
            if not one.column(AT.name).equals(other.column(AT.name)):
                raise ValueError(f"{findings.name} holds other rows than {orders.name}")
            pairs = zip(_orders(one), _findings(other), strict=True)
            yield from pairs

    def close(self) -> None:
        """Leave nothing in the shared folder."""
        self._room.cleanup()


def _table(path: Path, schema: pa.Schema) -> pa.Table:
    """One file, with the types of `schema`: Parquet has no seconds, and Spark names the items of lists its own way."""
    with temporary_room():
        table = pq.read_table(path, columns=schema.names, partitioning=None)
    return table.select(schema.names).cast(schema)


def _in_order(folder: Path) -> list[Path]:
    """Spark's files, in the order of the orders in them."""
    return sorted((path for path in folder.glob("*.parquet")), key=_first_place)


def _first_place(path: Path) -> int:
    return int(pc.min(pq.read_table(path, columns=[AT.name], partitioning=None).column(AT.name)).as_py())


def _orders(table: pa.Table) -> Iterator[Order]:
    for batch in table.select(ORDERS.names).to_batches():
        yield from batch_to_orders(batch)


def _findings(table: pa.Table) -> Iterator[Finding]:
    for batch in table.select(FINDINGS.names).to_batches():
        yield from batch_to_findings(batch)
