"""Orders and their findings on disk between the two passes, so that memory does not grow with the file.

The first pass reads every order; what only the whole collection shows is known after the last one; the second pass
writes. In between, batches wait in temporary files without a name: however the process ends, nothing stays behind.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

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


class NoRoom(Exception):
    """The folder for temporary files is full, not writable or not there. `folder` is "" where there is none at all."""

    def __init__(self, folder: str, reason: str) -> None:
        self.folder, self.reason = folder, reason
        super().__init__(f"{folder}: {reason}")


@contextmanager
def temporary_room() -> Iterator[None]:
    """Turns what the system says about a temporary file into `NoRoom`."""
    try:
        yield
    except OSError as error:
        raise NoRoom(tempfile.tempdir or "", error.strerror or str(error)) from error


class Spill:
    """Two Arrow streams, written once and then read once."""

    def __init__(self) -> None:
        with temporary_room():
            self._files: list[IO[bytes]] = [
                tempfile.TemporaryFile(prefix="wenxiao-")  # noqa: SIM115 -- open until close()
                for _ in range(2)
            ]
            self._writers = [
                pa.ipc.new_stream(file, schema, options=_OPTIONS)
                for file, schema in zip(self._files, (ORDERS, FINDINGS), strict=True)
            ]

    def add(self, orders: pa.RecordBatch, findings: pa.RecordBatch) -> None:
        """Put one batch of each aside; they have the same rows."""
        with temporary_room():
            for writer, batch in zip(self._writers, (orders, findings), strict=True):
                writer.write_batch(batch)

    def seal(self) -> None:
        """No more batches; needed before reading."""
        with temporary_room():
            for writer, file in zip(self._writers, self._files, strict=True):
                writer.close()
                file.flush()
                file.seek(0)

    def __iter__(self) -> Iterator[tuple[Order, Finding]]:
        with (
            pa.ipc.open_stream(self._files[0]) as orders,
            pa.ipc.open_stream(self._files[1]) as found,
        ):
            for order_batch, finding_batch in zip(orders, found, strict=True):
                yield from zip(batch_to_orders(order_batch), batch_to_findings(finding_batch), strict=True)

    def close(self) -> None:
        """Give the disk back."""
        for file in self._files:
            with suppress(OSError):  # what is still in its buffer has nowhere to go, and nobody waits for it
                file.close()
