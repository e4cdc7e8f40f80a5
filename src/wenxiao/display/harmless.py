"""Characters that act instead of showing: terminal sequences, and marks that turn the direction of what follows.

An order's text is written by strangers. In a terminal an escape sequence can rewrite what stands above it, and a
direction override makes a line read as something that it does not say, in a terminal and on a page alike.
"""

from __future__ import annotations

import re

SHOWN_INSTEAD = "\ufffd"

# C0 and C1 controls and DEL (ECMA-48), less tab and new line; the bidirectional embeddings, overrides and isolates
# of Unicode (UAX #9, "Trojan Source", CVE-2021-42574); lone surrogates and non-characters, which no file can hold.
_ACTING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_FORMULA = frozenset("=+-@＝＋－＠")
_LINE_ENDS = str.maketrans("\r\u0085\u2028\u2029", " \n\n\n")


def harmless(text: str) -> str:
    """`text` with every acting character replaced by U+FFFD, one for one; tabs and new lines stay."""
    if text.isprintable():
        return text
    return _ACTING.sub(SHOWN_INSTEAD, text.translate(_LINE_ENDS))


def one_line(text: str) -> str:
    """`text` harmless and on one line, each run of white space one space."""
    return " ".join(harmless(text).split())


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may run the cell (CWE-1236, OWASP "CSV injection"): it begins, white space and full width
    aside, with a sign that begins a formula."""
    return text.lstrip()[:1] in _FORMULA
