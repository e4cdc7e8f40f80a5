"""Parquet files, as data platforms hand them over, a few rows at a time."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from wenxiao.orders.intake.cells import Cell, Flaw, Nested, Row, no_notes
from wenxiao.orders.intake.limits import Limits
from wenxiao.orders.intake.problems import UnreadableFile

#: Rows taken apart at a time.
_ROWS = 512
#: China has one time zone (GB/T 7408.1-2023 writes it +08:00); an instant is shown by the clock of the hotline.
_CHINA = timezone(timedelta(hours=8))


class ParquetSheet:
    """The names of the columns are the header, as row 0. Rows are numbered from 1."""

    name = ""
    encoding = ""
    separator = ""
    exact_numbers = True
    date1904 = False
    ragged_is_wrong = False
    hidden = False
    last_notes = no_notes

    def __init__(self, path: Path, file: str, limits: Limits) -> None:
        self._path, self._file = path, file
        with self._opened() as parquet:
            self.columns = [field.name for field in parquet.schema_arrow][: limits.columns]

    def rows(self, width: int = 0) -> Iterator[Row]:
        """See `cells.Sheet`."""
        yield Row(0, list(self.columns))
        done = 0
        with self._opened() as parquet:
            batches = parquet.iter_batches(_ROWS, use_threads=False)
            while (batch := self._next(batches)) is not None:
                columns = batch.columns[: len(self.columns)]
                cells = zip(
                    *([_cell(value) for value in column.to_pylist()] for column in columns), strict=True
                )
                yield from (Row(number, list(row)) for number, row in enumerate(cells, done + 1))
                done += batch.num_rows

    def _opened(self) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(self._path, memory_map=False, pre_buffer=False)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged() from error

    def _next(self, batches: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
        try:
            return next(batches, None)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged() from error

    def _damaged(self) -> UnreadableFile:
        return UnreadableFile(self._file, "damaged_file", reason="Parquet")


def _cell(value: Any) -> Cell:
    match value:
        case None | str() | bool() | int() | timedelta() | time():
            return value
        case float():
            return value if math.isfinite(value) else Flaw.NOT_FINITE
        case datetime():
            return value if value.tzinfo is None else value.astimezone(_CHINA).replace(tzinfo=None)
        case date():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case bytes():  # text of a program that does not say that it is text
            return value.decode("utf-8", "replace")
        case list() if value and all(isinstance(item, str) for item in value):
            return Nested("\n".join(value))
        case _:
            return Nested(json.dumps(value, ensure_ascii=False, default=str)) if value else None
