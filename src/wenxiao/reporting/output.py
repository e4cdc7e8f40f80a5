"""Where findings go: a writer for each file name, and files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from errno import EACCES, EDQUOT, EISDIR, ENAMETOOLONG, ENOENT, ENOSPC, ENOTDIR, EPERM, EROFS
from pathlib import Path

from xlsxwriter.exceptions import XlsxWriterException

from wenxiao.recognition.schema import Finding, Order
from wenxiao.reporting.lines import CsvWriter, JsonLinesWriter
from wenxiao.reporting.page import PageWriter
from wenxiao.reporting.parquet import ParquetWriter
from wenxiao.reporting.workbook import WorkbookWriter
from wenxiao.scanning.result import ScanResult, Writer
from wenxiao.scanning.spill import temporary_room

FORMS = (".jsonl", ".xlsx", ".csv", ".html", ".parquet")


class UnknownForm(ValueError):
    """An output file whose ending names no form that we write."""


class CannotWrite(Exception):
    """An output file that could not be written; nothing of it is left. `reason` is in the system's words."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}")


def check_forms(paths: Sequence[Path]) -> None:
    """Refuse an ending that we do not write before anything is read."""
    for path in paths:
        if path.suffix.lower() not in FORMS:
            raise UnknownForm(f"{path.name}：不认识的输出格式，请用 {'、'.join(FORMS)}")


@contextmanager
def open_writers(paths: Sequence[Path], result: ScanResult) -> Iterator[list[Writer]]:
    """Writers for `paths`. Each writes beside its file and takes its name only when all went well.

    Raises `CannotWrite`; a folder that is not there or not writable is found before anything is read.
    """
    with temporary_room():
        room = tempfile.TemporaryDirectory(prefix="wenxiao-")
    with room as scratch:
        makers: dict[str, Callable[[Path], Writer]] = {
            ".jsonl": JsonLinesWriter,
            ".csv": CsvWriter,
            ".parquet": lambda path: ParquetWriter(path, result.as_of.isoformat()),
            ".html": lambda path: PageWriter(path, result.listing),
            ".xlsx": lambda path: WorkbookWriter(path, result.as_of, scratch, result.listing),
        }
        parts = [path.with_name(f".{path.name}.part") for path in paths]
        try:
            yield [
                _Guarded(path, part, makers[path.suffix.lower()])
                for path, part in zip(paths, parts, strict=True)
            ]
            # What read nothing has nothing to say, and must not take the place of what an earlier run said.
            for path, part in zip(paths, parts, strict=True) if result.orders else ():
                with _guard(path):
                    part.replace(path)
        finally:
            for part in parts:
                with suppress(OSError):
                    part.unlink(missing_ok=True)


class _Guarded:
    """A writer whose troubles name the file that it was to write."""

    def __init__(self, path: Path, part: Path, make: Callable[[Path], Writer]) -> None:
        self._path = path
        with _guard(path):
            if path.is_dir():
                raise IsADirectoryError(21, os.strerror(21))
            part.touch()
            self._writer = make(part)

    def add(self, order: Order, finding: Finding) -> None:
        with _guard(self._path):
            self._writer.add(order, finding)

    def finish(self, result: ScanResult) -> None:
        with _guard(self._path):
            self._writer.finish(result)


@contextmanager
def _guard(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(path, _reason(path, error)) from error
    except XlsxWriterException as error:
        cause = error.args[0] if error.args else error
        raise CannotWrite(path, _reason(path, cause) if isinstance(cause, OSError) else str(error)) from error


_WORDS = {
    ENOENT: "没有这个文件夹",
    ENOTDIR: "没有这个文件夹",
    EISDIR: "这是一个文件夹",
    EACCES: "没有写入的权限",
    EPERM: "没有写入的权限",
    EROFS: "这个盘只能读",
    ENOSPC: "磁盘已满",
    EDQUOT: "磁盘配额已满",
    ENAMETOOLONG: "文件名太长",
}


def _reason(path: Path, error: OSError) -> str:
    reason = _WORDS.get(error.errno or 0) or error.strerror or str(error)
    if path.suffix.lower() == ".xlsx" and error.errno in (ENOSPC, EDQUOT):
        # A workbook is put together in the temporary folder; the system does not say which of the two is full.
        return f"{reason}（{path.parent} 或临时文件夹 {tempfile.gettempdir()} 已满）"
    return reason
