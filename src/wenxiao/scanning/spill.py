"""Orders and their findings on disk between the two passes, so that memory does not grow with the file.

The first pass reads every order; what only the whole collection shows is known after the last one; the second pass
writes. In between, batches wait in a temporary Arrow file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from wenxiao.recognition.schema import (
    FINDINGS,
    ORDERS,
    Finding,
    Order,
    batch_to_findings,
    batch_to_orders,
)

_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


class Spill:
    """Two Arrow streams in `folder`, written once and then read once."""

    def __init__(self, folder: Path) -> None:
        self._paths = folder / "orders.arrow", folder / "findings.arrow"
        self._writers = [
            pa.ipc.new_stream(str(path), schema, options=_OPTIONS)
            for path, schema in zip(self._paths, (ORDERS, FINDINGS), strict=True)
        ]

    def add(self, orders: pa.RecordBatch, findings: pa.RecordBatch) -> None:
        """Put one batch of each aside; they have the same rows."""
        for writer, batch in zip(self._writers, (orders, findings), strict=True):
            writer.write_batch(batch)

    def seal(self) -> None:
        """No more batches; needed before reading."""
        for writer in self._writers:
            writer.close()

    def __iter__(self) -> Iterator[tuple[Order, Finding]]:
        with (
            pa.ipc.open_stream(str(self._paths[0])) as orders,
            pa.ipc.open_stream(str(self._paths[1])) as found,
        ):
            for order_batch, finding_batch in zip(orders, found, strict=True):
                yield from zip(batch_to_orders(order_batch), batch_to_findings(finding_batch), strict=True)
