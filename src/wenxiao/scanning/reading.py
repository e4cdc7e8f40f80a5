"""How a scan reads: here, or on a cluster. Both see every batch once, in input order, and give every order back with
its finding once, in the same order; what comes of them is the same row for row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import pyarrow as pa

from wenxiao.recognition.collection import Assigned
from wenxiao.recognition.engine import Engine, without_collector
from wenxiao.recognition.engines.local import read_batches, read_each
from wenxiao.recognition.matters import Grouper
from wenxiao.recognition.matters.packed import pack_orders
from wenxiao.recognition.schema import Finding, Order, batch_to_orders, findings_to_batch
from wenxiao.recognition.settings import Settings
from wenxiao.scanning.spill import Spill


class Reading(Protocol):
    """One scan's way through its orders: `take`, then `group`, then iterate, then `close`."""

    def take(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Put every batch of `ORDERS` aside, to be recognised, and hand it on for those who look at the whole."""
        ...

    def recognise(self) -> None:
        """Finish recognising what was taken."""
        ...

    def group(self) -> Sequence[Assigned] | None:
        """The matter of each order; None where matters are not asked for."""
        ...

    def __iter__(self) -> Iterator[tuple[Order, Finding]]: ...
    def close(self) -> None: ...


def read_packed(engine: Engine, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """`ORDERS` in; `FINDINGS` and what grouping compares (`matters.packed`) out. Orders are taken out of the batch once."""
    with without_collector():
        orders = list(batch_to_orders(batch))
        return findings_to_batch(engine.read_orders(orders)), pack_orders(orders)


class LocalReading:
    """Recognises batches in processes of this machine while they come in."""

    def __init__(self, settings: Settings, processes: int | None, *, matters: bool) -> None:
        self._settings, self._processes = settings, processes
        self._grouper = Grouper() if matters else None
        self._spill = Spill()

    def take(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See `Reading`; a batch is handed on when it has been recognised."""
        for orders, findings in self._read(batches):
            self._spill.add(orders, findings)
            yield orders

    def _read(self, batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
        if self._grouper is None:
            yield from read_batches(batches, self._settings, self._processes)
            return
        for orders, (findings, packed) in read_each(batches, self._settings, read_packed, self._processes):
            self._grouper.add_packed(packed)
            yield orders, findings

    def recognise(self) -> None:
        """All is recognised when the last batch has been handed on."""
        self._spill.seal()

    def group(self) -> Sequence[Assigned] | None:
        """See `Reading`."""
        return None if self._grouper is None else self._grouper.group()

    def __iter__(self) -> Iterator[tuple[Order, Finding]]:
        return iter(self._spill)

    def close(self) -> None:
        """Give the disk back."""
        self._spill.close()
