"""The zip file that an .xlsx is: looked over before anything is inflated, and inflated under a limit."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.parsers import expat

from wenxiao.orders.intake.limits import MEGABYTE, Limits
from wenxiao.orders.intake.problems import UnreadableFile

_PIECE = 1 << 17
_ENCRYPTED = 0x1


@contextmanager
def refusing_damage(file: str) -> Iterator[None]:
    """Whatever zip, inflate and XML say about a broken file becomes UnreadableFile with code damaged_file."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise UnreadableFile(file, "damaged_file", reason="ZIP") from error
    except (expat.ExpatError, UnicodeDecodeError, ValueError, KeyError, IndexError) as error:
        raise UnreadableFile(file, "damaged_file", reason="XML") from error


class Archive:
    """A workbook's parts. Raises UnreadableFile when the directory alone shows a bomb, a password or damage."""

    def __init__(self, path: Path, file: str, limits: Limits) -> None:
        self.file = file
        self._limits = limits
        with refusing_damage(file):
            self._zip = zipfile.ZipFile(path)
        entries = self._zip.infolist()
        if any(e.flag_bits & _ENCRYPTED for e in entries):
            raise UnreadableFile(file, "password_protected")
        self._refuse_bombs(sum(e.file_size for e in entries), max(path.stat().st_size, 1))
        # Names are compared without case: some programs write xl/SharedStrings.xml.
        self._names = {e.filename.lower().lstrip("/"): e.filename for e in entries}

    def _refuse_bombs(self, inflated: int, packed: int) -> None:
        limits = self._limits
        ratio, megabytes = inflated // packed, inflated // MEGABYTE
        if ratio > limits.bomb_ratio and inflated > limits.bomb_bytes:
            raise UnreadableFile(self.file, "zip_bomb", megabytes=megabytes, ratio=ratio)
        if inflated > limits.inflated_bytes:
            limit = limits.inflated_bytes // MEGABYTE
            raise UnreadableFile(self.file, "too_large", megabytes=megabytes, limit=limit)

    def has(self, part: str) -> bool:
        """Whether the part exists."""
        return part.lower() in self._names

    def matching(self, begin: str, end: str) -> list[str]:
        """The parts whose names begin and end so, in the order of the archive."""
        return [n for n in self._names if n.startswith(begin) and n.endswith(end)]

    def size(self, part: str) -> int:
        """Bytes of the part, inflated, as the directory says."""
        return self._zip.getinfo(self._names[part.lower()]).file_size

    def parse(self, part: str, on_start: Any, on_end: Any = None, on_text: Any = None) -> Iterator[None]:
        """Run an expat parser over the part, yielding after each piece so that the caller can hand on what it has.

        Tag names come without their prefix. A DOCTYPE, which entity bombs need, is refused. The zip module stops at the size
        that the directory names and checks the sum, so a lying directory ends as damage.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype

        def choose_handlers(tag: str, attrs: dict[str, str]) -> None:
            """At the root element: only a document that uses prefixes pays for taking them off."""
            prefixed = ":" in tag
            parser.StartElementHandler = _without_prefix(on_start) if prefixed else on_start
            if on_end:
                parser.EndElementHandler = _without_prefix(on_end) if prefixed else on_end
            parser.StartElementHandler(tag, attrs)

        parser.StartElementHandler = choose_handlers
        if on_text:
            parser.CharacterDataHandler = on_text
        with refusing_damage(self.file), self._zip.open(self._names[part.lower()]) as stream:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
                yield
            parser.Parse(b"", True)
        yield

    def pieces(self, part: str) -> Iterator[bytes]:
        """The part as it is, inflated piece by piece."""
        with refusing_damage(self.file), self._zip.open(self._names[part.lower()]) as stream:
            while piece := stream.read(_PIECE):
                yield piece

    def parse_all(self, part: str, on_start: Any, on_end: Any = None, on_text: Any = None) -> None:
        """`parse` to its end."""
        for _ in self.parse(part, on_start, on_end, on_text):
            pass

    def _refuse_doctype(self, *_: object) -> None:
        raise UnreadableFile(self.file, "forbidden_xml")

    def close(self) -> None:
        """Close the file."""
        self._zip.close()


def _without_prefix(handler: Callable[..., None]) -> Callable[..., None]:
    def call(tag: str, *rest: Any) -> None:
        handler(tag.rpartition(":")[2] if ":" in tag else tag, *rest)

    return call
