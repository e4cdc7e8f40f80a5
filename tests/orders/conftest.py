"""Files of orders, made on the spot: text, .xlsx, and the smallest .xls that a reader accepts."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from wenxiao.orders.intake import Batch, Problem, Source, open_source
from wenxiao.recognition.schema import Order

HEADER = ["工单编号", "来电时间", "诉求内容", "答复内容", "办结时间"]


@dataclass
class Read:
    """Everything that came out of a file."""

    source: Source
    orders: list[Order] = field(default_factory=list)
    merged: list[Problem] = field(default_factory=list)
    rejects: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    skipped: list[Problem] = field(default_factory=list)
    blank: int = 0

    def add(self, batch: Batch) -> None:
        self.orders += batch.orders
        self.merged += batch.merged
        self.rejects += batch.rejects
        self.warnings += batch.warnings
        self.skipped += batch.skipped
        self.blank += batch.blank

    def places(self, kind: str) -> list[tuple[int, str, str]]:
        """(row, column, code) of the problems of one kind."""
        return [(p.row, p.column, p.code) for p in getattr(self, kind)]


@pytest.fixture
def read() -> Callable[..., Read]:
    def run(path: Path, **options: Any) -> Read:
        result = Read(open_source(path, **options))
        for batch in result.source.batches(7):
            result.add(batch)
        return result

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def run(content: str | bytes, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return path

    return run


@pytest.fixture
def xlsx(tmp_path: Path) -> Callable[..., Path]:
    def run(*sheets: list[list[Any]], name: str = "orders.xlsx", epoch1904: bool = False) -> Path:
        book = openpyxl.Workbook()
        if epoch1904:
            book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        for number, rows in enumerate(sheets):
            sheet = book.active if number == 0 else book.create_sheet()
            sheet.title = f"表{number + 1}"
            for row_number, row in enumerate(rows, 1):
                for column, value in enumerate(row, 1):
                    if value is not None:
                        sheet.cell(row_number, column, value)
        path = tmp_path / name
        book.save(path)
        return path

    return run


@pytest.fixture
def with_part() -> Callable[..., Path]:
    """A copy of a workbook with one of its parts replaced."""

    def run(path: Path, part: str, content: bytes) -> Path:
        copy = path.with_name(f"changed-{path.name}")
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, content if name == part else old.read(name))
        return copy

    return run


def _record(number: int, body: bytes) -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def _biff_string(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _biff_cell(row: int, column: int, value: str | float) -> bytes:
    if isinstance(value, str):
        return _record(0x0204, struct.pack("<HHH", row, column, 0) + _biff_string(value))
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def _biff_sheet(rows: list[list[Any]]) -> bytes:
    cells = b"".join(
        _biff_cell(r, c, v) for r, row in enumerate(rows) for c, v in enumerate(row) if v is not None
    )
    bof = struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 0x06)
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    return _record(0x0809, bof) + _record(0x0200, size) + cells + _record(0x000A, b"")


def _biff_book(sheets: list[list[list[Any]]], locked: bool, hidden: tuple[int, ...] = ()) -> bytes:
    """A workbook stream of BIFF8 ([MS-XLS] 2.1.7.20): globals with the names of the sheets, then the sheets."""
    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 0x06)
    password = _record(0x002F, struct.pack("<HHH", 0, 0x1234, 0x5678)) if locked else b""
    head, end = _record(0x0809, bof) + password, _record(0x000A, b"")
    names = ["工单", *(f"表{n}" for n in range(2, len(sheets) + 1))]
    bodies = [_biff_sheet(rows) for rows in sheets]
    named = [struct.pack("<BBBB", i in hidden, 0, 2, 1) + n.encode("utf-16-le") for i, n in enumerate(names)]
    offset = len(head) + sum(4 + 4 + len(name) for name in named) + len(end)
    for name, body in zip(named, bodies, strict=True):
        head += _record(0x0085, struct.pack("<I", offset) + name)
        offset += len(body)
    return head + end + b"".join(bodies)


def _ole_entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    nothing = 0xFFFFFFFF
    entry = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, nothing, nothing, child)
    return entry + bytes(36) + struct.pack("<IQ", start, size)


def ole_file(stream_name: str, stream: bytes) -> bytes:
    """A compound file of one stream ([MS-CFB]): sector 0 the FAT, 1 the directory, the stream from 2."""
    stream = stream.ljust(4096, b"\0")
    stream += bytes(-len(stream) % 512)
    count = len(stream) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + count), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(6) + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * 432
    directory = _ole_entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    directory += _ole_entry(stream_name, 2, 0xFFFFFFFF, 2, len(stream)) + bytes(256)
    return header + struct.pack("<128I", *fat) + directory + stream


@pytest.fixture
def ole(tmp_path: Path) -> Callable[..., Path]:
    def run(stream_name: str, content: bytes = b"x") -> Path:
        path = tmp_path / "ole.xls"
        path.write_bytes(ole_file(stream_name, content))
        return path

    return run


@pytest.fixture
def xls(tmp_path: Path) -> Callable[..., Path]:
    def run(*sheets: list[list[Any]], locked: bool = False, hidden: tuple[int, ...] = ()) -> Path:
        path = tmp_path / "old.xls"
        path.write_bytes(ole_file("Workbook", _biff_book(list(sheets), locked, hidden)))
        return path

    return run
