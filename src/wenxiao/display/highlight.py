"""Cutting a text at the borders of evidence, so that a template can mark each piece. Pure; knows no HTML.

Offsets count code points in the text exactly as it was imported, which is what Python's strings count too. Spans may
overlap in any way; a piece then belongs to several of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text to mark. `kind` is "up", "down" or "promise"; `number` is what the list beside it says."""

    start: int
    end: int
    number: str
    kind: str


@dataclass(slots=True)
class Piece:
    """A stretch without a border inside. `spans` cover it, `opens` are those that begin here."""

    text: str
    spans: list[Span] = field(default_factory=list)
    opens: list[Span] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """One name for the look of the piece: its only kind, or "both" where a promise is also evidence."""
        kinds = {span.kind for span in self.spans}
        if len(kinds) == 1:
            return kinds.pop()
        return "both" if "promise" in kinds else "up" if kinds else ""

    @property
    def numbers(self) -> str:
        return " ".join(span.number for span in self.spans)


def pieces(text: str, spans: Sequence[Span]) -> list[Piece]:
    """`text` less the white space around it, cut at every border; joined again the pieces are the text.

    A span that does not fit into the text (the order changed after it was read) is left out rather than shown wrong.
    """
    first = len(text) - len(text.lstrip())
    last = max(first, len(text.rstrip()))
    fitting = [s for s in spans if 0 <= s.start < s.end <= len(text)]
    borders = {min(max(at, first), last) for span in fitting for at in (span.start, span.end)}
    cuts = sorted(borders | {first, last})
    opened: set[Span] = set()
    found = []
    for start, end in pairwise(cuts):
        covering = [s for s in fitting if s.start < end and s.end > start]
        opens = [s for s in covering if s not in opened]
        opened.update(opens)
        found.append(Piece(text[start:end], covering, opens))
    return found


def promise_number(number: int) -> str:
    """Promises are lettered, so that they are not taken for signals: A, B, … Z, then Z27."""
    return chr(64 + number) if number <= 26 else f"Z{number}"
