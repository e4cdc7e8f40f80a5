"""Where findings go: a writer for each file name, and files that appear whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from wenxiao.reporting.lines import CsvWriter, JsonLinesWriter
from wenxiao.reporting.page import PageWriter
from wenxiao.reporting.workbook import WorkbookWriter
from wenxiao.scanning.result import Writer

FORMS = (".jsonl", ".xlsx", ".csv", ".html")


class UnknownForm(ValueError):
    """An output file whose ending names no form that we write."""


def check_forms(paths: Sequence[Path]) -> None:
    """Refuse an ending that we do not write before anything is read."""
    for path in paths:
        if path.suffix.lower() not in FORMS:
            raise UnknownForm(f"{path.name}：不认识的输出格式，请用 {'、'.join(FORMS)}")


@contextmanager
def open_writers(paths: Sequence[Path], as_of: date) -> Iterator[list[Writer]]:
    """Writers for `paths`. Each writes beside its file and takes its name only when all went well."""
    makers: dict[str, Callable[[Path], Writer]] = {
        ".jsonl": JsonLinesWriter,
        ".csv": CsvWriter,
        ".html": PageWriter,
        ".xlsx": lambda path: WorkbookWriter(path, as_of),
    }
    parts = [path.with_name(f".{path.name}.part") for path in paths]
    try:
        yield [makers[path.suffix.lower()](part) for path, part in zip(paths, parts, strict=True)]
        for path, part in zip(paths, parts, strict=True):
            part.replace(path)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
