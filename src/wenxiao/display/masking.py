"""Personal data in free text, masked one character for one, so that every offset keeps its meaning.

Mobile numbers, identity cards and bank cards are found by their form; landlines and hotline numbers of offices are
public and stay. Names in free text cannot be found reliably and are not claimed to be.
"""

from __future__ import annotations

import re

# Mainland mobile numbers have 11 digits from 1[3-9]; identity cards 17 digits and a digit or X (GB 11643-1999);
# bank cards 16 to 19 digits (GB/T 15694.1). The look-arounds keep longer order numbers whole.
_PERSONAL = re.compile(
    r"(?<![0-9A-Za-z０-９])(?:\d{17}[0-9Xx０-９Ｘｘ]|\d{16,19}|[1１][3-9３-９]\d[ \-－]?\d{4}[ \-－]?\d{4})(?![0-9A-Za-z０-９])"
)
KEEP_HEAD, KEEP_TAIL = 3, 2


def mask(text: str) -> str:
    """`text` with personal numbers starred out; its length does not change."""
    return _PERSONAL.sub(_stars, text)


def _stars(match: re.Match[str]) -> str:
    found = match.group()
    return found[:KEEP_HEAD] + "*" * (len(found) - KEEP_HEAD - KEEP_TAIL) + found[-KEEP_TAIL:]
