"""Lines of Chinese on a terminal: broken wherever a printer would, not only at the few spaces."""

from __future__ import annotations

import re
from typing import Any

from rich.cells import cell_len
from rich.containers import Lines
from rich.text import Text

#: What a line may not begin with, and what it may not end with.
_CLOSING, _OPENING = "，。、；：！？）》”’…％%,.;:!?)]}", "（《“‘([{"
#: What stays together: figures and Latin letters with what binds them, else one character.
_PIECE = re.compile(rf"[{re.escape(_OPENING)}]*(?:[!-~]+|[^\s])[{re.escape(_CLOSING)}]*|\s+")


class FlowingText(Text):
    """Text that is wrapped as Chinese is."""

    def wrap(self, console: Any, width: int, **options: Any) -> Lines:
        """The lines of `width` cells; a piece longer than a line is left to rich."""
        if options.get("no_wrap") or any(cell_len(piece) > width for piece in _PIECE.findall(self.plain)):
            return super().wrap(console, width, **options)
        lines = Lines()
        for line in self.split(allow_blank=True):
            for part in line.divide(_breaks(line.plain, width)):
                part.rstrip()
                lines.append(part)
        return lines


def flowing(text: Text) -> FlowingText:
    """The same text, styles included."""
    made = FlowingText(text.plain, style=text.style, end=text.end, overflow=text.overflow)
    made.spans = text.spans
    return made


def _breaks(line: str, width: int) -> list[int]:
    """Where `line` is broken: before the piece that does not fit."""
    places, used = [], 0
    for piece in _PIECE.finditer(line):
        length = cell_len(piece[0])
        if used and used + length > width and not piece[0].isspace():
            places.append(piece.start())
            used = 0
        used += length
    return places
