"""Cutting a text at the edges of its evidence, so that overlapping spans can be marked without nesting."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple


class Span(NamedTuple):
    """[start, end) in code points and the name of what it marks."""

    start: int
    end: int
    name: str


class Segment(NamedTuple):
    """A stretch of text and the names of all spans that cover it, in the order they were given."""

    text: str
    names: tuple[str, ...]


def segments(text: str, spans: Iterable[Span]) -> list[Segment]:
    """`text` in pieces, in order, nothing lost; spans that fall outside the text are cut to it."""
    known = [s for s in spans if 0 <= s.start < s.end and s.start < len(text)]
    edges = sorted({0, len(text), *(s.start for s in known), *(min(s.end, len(text)) for s in known)})
    pieces = []
    for start, end in pairwise(edges):
        names = tuple(dict.fromkeys(s.name for s in known if s.start <= start and end <= s.end))
        pieces.append(Segment(text[start:end], names))
    return pieces
