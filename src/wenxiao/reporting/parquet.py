"""Findings as Parquet: the engine's own table (`recognition.schema.FINDINGS`), for programs and for Spark."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from wenxiao.recognition.schema import FINDINGS, FORMAT, Finding, Order, findings_to_batch
from wenxiao.scanning.result import ScanResult

#: Findings of one row group: what stays in memory.
_ROWS = 16_384


class ParquetWriter:
    """One row an order, in input order; the file's metadata names the format and the day (`as_of`)."""

    def __init__(self, path: Path, as_of: str) -> None:
        schema = FINDINGS.with_metadata({"format": FORMAT, "as_of": as_of})
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")
        self._schema = schema
        self._waiting: list[Finding] = []

    def add(self, order: Order, finding: Finding) -> None:
        self._waiting.append(finding)
        if len(self._waiting) >= _ROWS:
            self._write()

    def finish(self, result: ScanResult) -> None:
        self._write()
        self._writer.close()

    def _write(self) -> None:
        if self._waiting:
            batch = findings_to_batch(self._waiting)
            self._writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=self._schema))
            self._waiting = []
