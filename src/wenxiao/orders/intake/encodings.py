"""Which encoding a text file is in, and its lines."""

from __future__ import annotations

import codecs
import io
from collections import deque
from pathlib import Path

from wenxiao.orders.intake.problems import UnreadableFile

#: What an undecodable byte becomes; no text of a real encoding can hold it, and it cannot be stored by mistake.
UNDECODABLE = "\udcff"
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_BLOCK = 1 << 20
#: The share of lines that must be free of flaws where the flaws are many.
_LEAST_WHOLE = 0.5


def _mark(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return UNDECODABLE, error.end


codecs.register_error("wenxiao.mark", _mark)


def detect_encoding(path: Path, name: str) -> tuple[str, int]:
    """(codec, length of its byte order mark). Raises UnreadableFile when the bytes fit none.

    UTF-8 is tried first because GB18030 accepts nearly anything. A file that is plain ASCII for long is read on
    until something else comes.
    """
    with path.open("rb") as stream:
        block = stream.read(_BLOCK)
        for bom, codec in _BOMS:
            if block.startswith(bom):
                return codec, len(bom)
        if codec := utf16_without_mark(block):
            return codec, 0
        while block and block.isascii():
            block = stream.read(_BLOCK)
        # A character may be cut at either end of the block; whole lines are safe in UTF-8 and GB18030.
        cut = block.rfind(b"\n") + 1 or len(block) - 4
        block = block[:cut] if len(block) == _BLOCK else block
    return _best_multibyte(block, name), 0


def utf16_without_mark(block: bytes) -> str:
    """The codec, or "". UTF-16 puts a NUL beside every ASCII character, such as separators and line ends; no text has many others."""
    even, odd = block[:4096:2].count(0), block[1:4096:2].count(0)
    least = len(block[:4096]) // 40
    if max(even, odd) <= max(least, 1) or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _best_multibyte(block: bytes, name: str) -> str:
    """The first codec under which few enough of the non-ASCII bytes are flaws, or under which most lines have none.

    Nearly no Chinese text in GB18030 is UTF-8 by chance, so a UTF-8 file may be quite damaged and still be known.
    """
    high = len(block.translate(None, bytes(range(128))))
    for codec, tolerated in (("utf-8", 0.2), ("gb18030", 0.05)):
        if block.decode(codec, "wenxiao.mark").count(UNDECODABLE) <= high * tolerated:
            return codec
    lines = [line for line in block.splitlines() if not line.isascii()]
    for codec in ("utf-8", "gb18030"):
        whole = sum(UNDECODABLE not in line.decode(codec, "wenxiao.mark") for line in lines)
        if whole > len(lines) * _LEAST_WHOLE:
            return codec
    raise UnreadableFile(name, "unknown_encoding")


class Lines:
    """The lines of a text file with their ends, one at a time, and never more of one than `limit` characters.

    Lines can be pushed back and then come again, so that a reader can give up a record and start over behind it.
    """

    def __init__(self, path: Path, encoding: str, skip: int, limit: int) -> None:
        raw = path.open("rb")
        raw.seek(skip)
        # newline="" splits at \n, \r\n and \r, and leaves them as they are.
        self._stream = io.TextIOWrapper(raw, encoding, errors="wenxiao.mark", newline="")
        self._limit = limit
        self._pushed: deque[str] = deque()
        #: Lines given out so far, without those that were pushed back.
        self.number = 0
        #: Length of the last line if it was cut at the limit, else 0; the rest of it has been skipped.
        self.overlong = 0
        self._at_start = True

    def next_line(self) -> str:
        """The next line, "" at the end of the file."""
        self.overlong = 0
        if self._pushed:
            self.number += 1
            line = self._pushed.popleft()
            self.overlong = len(line) if self._is_cut(line) else 0
            return line
        line = self._stream.readline(self._limit)
        if not line:
            return ""
        self.number += 1
        if self._is_cut(line):
            self._skip_rest(len(line))
        return line

    def _is_cut(self, line: str) -> bool:
        return len(line) >= self._limit and not line.endswith(("\n", "\r"))

    def _skip_rest(self, length: int) -> None:
        while rest := self._stream.readline(self._limit):
            length += len(rest)
            if rest.endswith(("\n", "\r")):
                break
        else:
            length = max(length, self._limit)
        self.overlong = length

    def next_piece(self, size: int = 1 << 16) -> str:
        """The next characters, to the end of a line at most, and never ending in a backslash before its character.

        For formats that are not made of lines. `number` is the line that the piece stands in.
        """
        self.number += self._at_start
        piece = self._stream.readline(size)
        while piece.endswith("\\") and (more := self._stream.readline(1)):
            piece += more
        self._at_start = piece.endswith(("\n", "\r"))
        return piece

    def push_back(self, lines: list[str]) -> None:
        """Give these lines out again, the first of them first."""
        self._pushed.extendleft(reversed(lines))
        self.number -= len(lines)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
