"""JSON Lines, and a JSON array of objects, one object at a time."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from wenxiao.orders.intake.cells import Cell, Fault, Flaw, Nested, Row
from wenxiao.orders.intake.encodings import Lines, detect_encoding
from wenxiao.orders.intake.limits import Limits

_MOST_LATE = 20
_LONGEST_KEY = 40
# What matters when looking for the end of an object; an escaped character is one token and means nothing.
_TOKEN = re.compile(r'\\.|["{}]', re.S)


class JsonSheet:
    """The keys are the header, as row 0. Rows are numbered by line, in an array by element, from 1."""

    name = ""
    separator = ""
    exact_numbers = True
    date1904 = False
    ragged_is_wrong = False
    hidden = False

    def __init__(self, path: Path, file: str, limits: Limits) -> None:
        self._path, self._limits = path, limits
        self.encoding, self._skip = detect_encoding(path, file)
        self._is_array = self._starts_with_bracket()
        #: The keys of the first objects, in the order of their coming; keys that come later are not read.
        self.keys: list[str] = []
        for _, _, found in islice(self._objects(), limits.sample_rows):
            if isinstance(found, dict):
                self.keys += [k for k in found if k not in self.keys]
        del self.keys[limits.columns :]
        self._known = set(self.keys)
        #: Keys with a value that come after the first objects, with the row of the first.
        self._late: dict[str, int] = {}

    def _starts_with_bracket(self) -> bool:
        lines = Lines(self._path, self.encoding, self._skip, self._limits.record_chars)
        piece = lines.next_piece()
        while piece and piece.isspace():
            piece = lines.next_piece()
        lines.close()
        return piece.lstrip().startswith("[")

    def rows(self, width: int = 0) -> Iterator[Row]:
        """See `cells.Sheet`."""
        yield Row(0, list(self.keys))
        for number, line, found in self._objects():
            if isinstance(found, Fault):
                yield Row(number, [], line, found)
            else:
                self._look_for_late_keys(found, number)
                oddity = "repeated_key" if isinstance(found, _Repeated) else ""
                yield Row(number, [_cell(found.get(key)) for key in self.keys], line, oddity=oddity)

    def _look_for_late_keys(self, found: dict[str, Any], number: int) -> None:
        for key in found.keys() - self._known:
            if found[key] not in (None, "") and len(self._late) < _MOST_LATE:
                self._late.setdefault(key, number)

    def last_notes(self) -> Iterator[str]:
        """See `cells.Sheet`."""
        for key, number in sorted(self._late.items(), key=lambda item: item[1]):
            yield f"键“{key[:_LONGEST_KEY]}”在第 {number} 行才第一次出现，没有读。请把含有它的一行放到文件开头。"

    def _objects(self) -> Iterator[tuple[int, int, dict[str, Any] | Fault]]:
        lines = Lines(self._path, self.encoding, self._skip, self._limits.record_chars)
        try:
            yield from self._in_array(lines) if self._is_array else self._by_line(lines)
        finally:
            lines.close()

    def _by_line(self, lines: Lines) -> Iterator[tuple[int, int, dict[str, Any] | Fault]]:
        while line := lines.next_line():
            number = lines.number
            if lines.overlong:
                yield number, number, self._too_long(lines.overlong, number)
            elif not line.isspace():
                yield number, number, _parse(line, number)

    def _too_long(self, chars: int, line: int) -> Fault:
        return Fault("record_too_long", {"chars": chars, "limit": self._limits.record_chars, "line": line})

    def _in_array(self, lines: Lines) -> Iterator[tuple[int, int, dict[str, Any] | Fault]]:
        """Objects are cut out by their braces; an object that is no JSON is a fault, and the next one is read."""
        found = _top_level_objects(lines, self._limits.record_chars)
        for number, (text, line, chars) in enumerate(found, 1):
            yield number, line, self._too_long(chars, line) if chars else _parse(text, line)


class _Repeated(dict[str, Any]):
    """An object in which a key stood twice with different values; the last one is kept."""


def _parse(text: str, line: int) -> dict[str, Any] | Fault:
    try:
        found = _DECODER.decode(text.strip().lstrip("\ufeff").lstrip())
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else Fault("bad_json", {"line": line})


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs) and any(found[key] != value for key, value in pairs):
        return _Repeated(found)
    return found


def _float(text: str) -> float | Flaw:
    number = float(text)
    return number if math.isfinite(number) else Flaw.NOT_FINITE


# NaN and Infinity are no JSON, but programs write them; 1e400 is JSON and no number that a machine can hold.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_float=_float, parse_constant=lambda _: Flaw.NOT_FINITE
)


class _Object:
    """The text of one object while it is being cut out; beyond the limit only its length is kept."""

    def __init__(self, line: int, limit: int) -> None:
        self.line, self._limit = line, limit
        self._pieces: list[str] = []
        self._chars = 0

    def add(self, text: str) -> None:
        self._chars += len(text)
        if self._chars > self._limit:
            self._pieces.clear()
        else:
            self._pieces.append(text)

    def result(self) -> tuple[str, int, int]:
        return "".join(self._pieces), self.line, self._chars if self._chars > self._limit else 0


def _top_level_objects(lines: Lines, limit: int) -> Iterator[tuple[str, int, int]]:
    """(text, line of its first brace, 0) of each object of the array; ("", line, characters) of one over the limit."""
    depth, in_string = 0, False
    found: _Object | None = None
    while piece := lines.next_piece():
        begin = 0
        for token in _TOKEN.finditer(piece):
            mark = token[0]
            if mark == '"':
                in_string = depth > 0 and not in_string
            elif in_string:
                continue
            elif mark == "{":
                depth += 1
                if depth == 1:
                    found, begin = _Object(lines.number, limit), token.start()
            elif mark == "}" and found:
                depth -= 1
                if depth == 0:
                    found.add(piece[begin : token.end()])
                    yield found.result()
                    found = None
        if found:
            found.add(piece[begin:])
    if found:  # the file ends inside an object
        yield found.result()


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, (str, int, float, bool, Flaw)):
        return value
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return Nested("\n".join(value))
    return Nested(json.dumps(value, ensure_ascii=False, default=str)) if value else None
