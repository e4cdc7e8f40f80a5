"""The shared strings of a workbook: in memory while they are few, in a temporary file beyond that."""

from __future__ import annotations

import re
import tempfile
from array import array
from collections.abc import Callable
from typing import IO, Any

from wenxiao.orders.intake.archive import Archive

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """_xHHHH_ stands for a character that XML cannot hold (ECMA-376 part 1, 22.9.2.19); _x005F_ for an underscore."""
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


class SharedStrings:
    """Strings by their number. Text of phonetic hints is left out."""

    def __init__(self, archive: Archive, part: str, in_memory: int) -> None:
        self._list: list[str] = []
        self._offsets = array("Q", [0])
        self._file: IO[bytes] | None = None
        if archive.has(part):
            if archive.size(part) > in_memory:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the workbook
            reader = _Reader(self._add)
            archive.parse_all(part, reader.start, reader.end, reader.text)

    def _add(self, text: str) -> None:
        if self._file is None:
            self._list.append(text)
            return
        self._offsets.append(self._offsets[-1] + self._file.write(text.encode("utf-8", "surrogatepass")))

    def __getitem__(self, index: int) -> str:
        if index < 0:
            raise IndexError(index)
        if self._file is None:
            return self._list[index]
        start, end = self._offsets[index], self._offsets[index + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode("utf-8", "surrogatepass")


class _Reader:
    def __init__(self, add: Callable[[str], None]) -> None:
        self._add = add
        self._pieces: list[str] = []
        self._in_text = False
        self._phonetic = False

    def start(self, tag: str, _: dict[str, Any]) -> None:
        if tag == "t":
            self._in_text = not self._phonetic
        elif tag == "si":
            self._pieces = []
        elif tag == "rPh":
            self._phonetic = True

    def end(self, tag: str) -> None:
        if tag == "t":
            self._in_text = False
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "si":
            self._add(unescape("".join(self._pieces)))

    def text(self, data: str) -> None:
        if self._in_text:
            self._pieces.append(data)
