"""Characters that no text of an order may hold: control characters, terminal escapes, bytes that were no text.

Tabs and line ends stay. A text that is changed here is the text from then on: offsets of findings count in it.
"""

from __future__ import annotations

import re
import sys

from wenxiao.orders.intake.encodings import UNDECODABLE

# ECMA-48: CSI and OSC sequences as ESC or as one C1 character, then any other two-character escape.
_ESCAPES = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"
    "|(?:\x1b\\]|\x9d)[^\x07\x1b\x9c\n]{0,4096}(?:\x07|\x1b\\\\|\x9c)"
    "|\x1b[ -/]*[0-~]"
)
#: Line ends of Word and of mainframes, which a table cell can carry.
_LINE_ENDS = re.compile("[\x0b\x0c\x85]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> tuple[str, list[str]]:
    """The text as it is kept, and the codes of warnings about what was done to it."""
    codes = []
    kept = _CONTROL.sub("", _LINE_ENDS.sub("\n", _ESCAPES.sub("", text)))
    if kept != text:
        codes.append("control_characters")
    if _SURROGATE.search(kept):
        codes.append("bad_encoding" if UNDECODABLE in kept else "bad_characters")
        kept = _SURROGATE.sub("\ufffd", kept)
    return kept, codes


def legible(name: str) -> str:
    """A file name as it can be shown and stored, also where its bytes are not those of the system's encoding."""
    if not _SURROGATE.search(name):
        return name
    raw = name.encode(sys.getfilesystemencoding(), "surrogateescape")
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def is_broken(text: str) -> bool:
    """Whether a part of the text could not be read, so that it names nothing."""
    return "\ufffd" in text
