"""`wenxiao scan`: from files of orders to findings, with no database.

Two passes. The first reads files batch by batch, recognises each order and puts both aside on disk; then the
collection speaks (same matter, repeats, copied replies); the second pass writes every order out, in input order.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from wenxiao.orders.intake import Seen, Source, UnreadableFile, open_source
from wenxiao.recognition.collection import ANSWERS, Added, Collection, conclude_finding, without_replies
from wenxiao.recognition.columns import ColumnSignals
from wenxiao.recognition.engine import learned
from wenxiao.recognition.schema import batch_to_orders, orders_to_batch
from wenxiao.recognition.settings import Settings
from wenxiao.scanning.familiar import Familiarity
from wenxiao.scanning.reading import LocalReading, Reading
from wenxiao.scanning.result import ScanResult, SourceNote, Writer
from wenxiao.scanning.spill import NoRoom

if TYPE_CHECKING:
    from wenxiao.scanning.cluster import Where


class Progress(Protocol):
    """Told how far the scan is: a stage, what is done, and of how many (None where that is not known)."""

    def __call__(self, stage: str, done: int, total: int | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What to scan and how. `matters` off leaves the grouping out, and memory flat at any size. `sheets` names the sheets of
    workbooks that are read; none means all that look like orders. `columns` names headers for fields, where the aliases do
    not know them. `spark` names the cluster to recognise on; None is here."""

    files: Sequence[Path]
    settings: Settings
    processes: int | None = None
    matters: bool = True
    sheets: Sequence[str] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    spark: Where | None = None


def scan(plan: Plan, result: ScanResult, writers: Sequence[Writer], progress: Progress) -> None:
    """Scan `plan.files` into `result` and `writers`. Files that cannot be read are in the result's `refused`.

    Raises `NoRoom` when the temporary folder cannot take what has to wait there; on a cluster also what
    `recognition.engines.spark` raises.
    """
    began = time.perf_counter()
    with closing(_open_reading(plan)) as reading:
        added = _first_pass(plan, reading, result, progress)
        familiar = Familiarity(plan.settings, result)
        for done, ((order, finding), more) in enumerate(zip(reading, added, strict=True), 1):
            concluded = conclude_finding(finding, more)
            if (order.file, order.sheet) in result.without_replies:
                concluded = without_replies(concluded)
            result.count(order, concluded)
            familiar.add(order)
            for writer in writers:
                writer.add(order, concluded)
            progress("write", done, len(added))
    familiar.finish()
    result.seconds = time.perf_counter() - began
    for writer in writers:
        writer.finish(result)


def _open_reading(plan: Plan) -> Reading:
    if plan.spark is None:
        return LocalReading(plan.settings, plan.processes, matters=plan.matters)
    from wenxiao.scanning.cluster import SparkReading  # asks for pyspark only when it is wanted

    return SparkReading(plan.settings, plan.spark, matters=plan.matters)


def _first_pass(plan: Plan, reading: Reading, result: ScanResult, progress: Progress) -> Sequence[Added]:
    collection = Collection(ColumnSignals(plan.settings.data, learned(plan.settings)), sees_all=True)
    done = 0
    for orders in reading.take(_batches(plan, result)):
        for order in batch_to_orders(orders):
            collection.add(order)
        done += orders.num_rows
        progress("read", done, None)
    if plan.spark is not None:
        progress("cluster", 0, None)
    reading.recognise()
    if plan.matters:
        progress("matters", 0, None)
    return collection.conclude(reading.group())


def _batches(plan: Plan, result: ScanResult) -> Iterator[pa.RecordBatch]:
    """Every file's good rows, batch by batch; what went wrong goes into `result`.

    The files are one collection: an order number that stands in two of them is one order, or an error that is named.
    """
    seen = Seen()
    for path, name in zip(plan.files, distinct_names(plan.files), strict=True):
        try:
            # Numbers wait in a temporary file too (orders/intake/seen.py), which SQLite keeps.
            source = open_source(
                path,
                mapping=plan.columns,
                sheet=plan.sheets,
                source_name=name,
                rules=plan.settings.data,
            )
            yield from _file_batches(source, seen, result)
        except UnreadableFile as refused:
            result.refused.append(refused)
        except sqlite3.Error as error:
            raise NoRoom(tempfile.gettempdir(), str(error)) from error


def distinct_names(files: Sequence[Path]) -> list[str]:
    """What each file is called in findings and messages: its name, with as many folders as tell it from the others."""
    names = []
    for path in files:
        others = [other.parts for other in files if other != path and other.name == path.name]
        parts = path.parts
        length = next(
            (n for n in range(1, len(parts)) if all(o[-n:] != parts[-n:] for o in others)), len(parts)
        )
        names.append("/".join(parts[-length:]) or str(path))
    return names


def _file_batches(source: Source, seen: Seen, result: ScanResult) -> Iterator[pa.RecordBatch]:
    note = SourceNote(source.file, _form(source))
    result.sources.append(note)
    silent = {(source.file, sheet) for sheet, absent in source.without.items() if absent >= set(ANSWERS)}
    result.without_replies |= silent
    for batch in source.batches(seen=seen):
        for problem in batch.rejects:
            result.rejected.add(problem)
        for problem in (*batch.skipped, *batch.merged, *batch.warnings):
            result.warned.add(problem)
        note.rows += len(batch.orders)
        if batch.orders:
            yield orders_to_batch(batch.orders)
    note.notes = list(source.notes)


def _form(source: Source) -> str:
    """How the file was understood, in a few words: its form, and where its header stands."""
    about = [_FORMS.get(source.kind, source.kind)]
    if source.sheet:
        about.append(f"工作表“{source.sheet}”")
    if source.encoding:
        about.append(source.encoding)
    if source.header_row > 1:
        about.append(f"表头在第 {source.header_row} 行")
    return "，".join(about)


_FORMS = {
    "xlsx": "Excel",
    "xls": "Excel 97-2003",
    "html": "网页表格",
    "jsonl": "JSON",
    "parquet": "Parquet",
    "delimited": "CSV",
}
