"""One cell to one typed value; times are read in `times`.

Every reader returns `(value, code)`: the code is "" when all is well and a warning of data/messages.toml when the
cell held something that could not be used (then the value is None). Empty is (None, "").
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from functools import lru_cache

from wenxiao.orders.intake.cells import Cell, Flaw, Nested
from wenxiao.orders.intake.problems import load_data

#: Excel keeps 15 significant digits; a longer number has lost its tail.
_EXACT_DIGITS = 10**15

_INTEGER = re.compile(r"([+-]?\d+)(?:\.0+)?\s*(?:次|天|个|件|条)?")
_SCIENTIFIC = re.compile(r"\d(?:\.(?P<f>\d+))?e\+?(?P<e>\d{1,2})", re.I)
#: A whole number that passed through a program which keeps numbers as floats (20190501001.0).
_FLOAT_TEXT = re.compile(r"(\d{5,})\.0+", re.A)
#: Characters without width that stick to numbers copied from pages.
_UNSEEN: dict[int, int | None] = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF])
#: Full-width digits and letters are those of the input method, not of the number: elsewhere it is written in ASCII.
_UNSEEN.update({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
_FORMULA_TEXT = re.compile(r'="(.*)"', re.S)


@lru_cache(maxsize=1)
def _words() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    data = load_data("values.toml")
    return frozenset(data["yes"]), frozenset(data["no"]), frozenset(data["nothing"])


def plain(cell: str) -> str:
    """The cell as it is compared: full-width forms made plain, no white space around."""
    return unicodedata.normalize("NFKC", cell).strip()


def is_nothing(text: str) -> bool:
    """Whether the cell stands for nothing at all: empty, a dash, N/A."""
    return text.casefold() in _words()[2]


def read_flag(cell: Cell) -> tuple[bool | None, str]:
    """Yes, no, or None where the cell is empty or says something else."""
    if isinstance(cell, bool):
        return cell, ""
    if cell is None or isinstance(cell, (Flaw, Nested)):
        return None, ""
    text = plain(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell))
    text = "".join(text.split()).casefold()
    yes, no, nothing = _words()
    if text in yes or text in no:
        return text in yes, ""
    return None, "" if text in nothing else "unreadable_flag"


def read_count(cell: Cell) -> tuple[int | None, str]:
    """A count of 0 to a million; 是 counts once and 否 none, for columns such as 是否延期."""
    if isinstance(cell, bool):
        return int(cell), ""
    if cell is None or isinstance(cell, (Flaw, Nested)):
        return None, ""
    text = plain(str(cell))
    if is_nothing(text):
        return None, ""
    if found := _INTEGER.fullmatch(text):
        number = int(found[1]) if len(found[1]) < 10 else -1
        return (number, "") if 0 <= number <= 1_000_000 else (None, "out_of_range")
    flag, _ = read_flag(text)
    return (None, "unreadable_number") if flag is None else (int(flag), "")


def read_degrees(cell: Cell, bound: float) -> tuple[float | None, str]:
    """A longitude (bound 180) or latitude (bound 90) in decimal degrees; 0 is taken as "not known"."""
    if cell is None or isinstance(cell, (Flaw, Nested)):
        return None, ""
    text = plain(str(cell))
    if is_nothing(text):
        return None, ""
    try:
        number = float(text)
    except ValueError:
        return None, "unreadable_number"
    if not abs(number) <= bound:
        return None, "out_of_range"
    return (number or None), ""


def read_text(cell: Cell) -> str:
    """The cell as text, white space untouched; whole numbers without the .0 that a sheet stores."""
    if isinstance(cell, str):
        return cell
    if cell is None or isinstance(cell, (Flaw, Nested)):
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return str(cell)


def read_number_text(cell: Cell, exact: bool) -> tuple[str, str]:
    """An order number or a telephone number: opaque text, but digits that a sheet has lost are noticed.

    A number in scientific writing that has lost digits stays as it is written: what it was is not invented.
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return read_text(cell), "" if exact or abs(cell) < _EXACT_DIGITS else "number_lost_digits"
    text = read_text(cell)
    if not text.isascii():
        text = text.translate(_UNSEEN)
    text = text.strip()
    if found := _FORMULA_TEXT.fullmatch(text):
        return found[1].strip(), ""  # ="0012": how exports keep a spreadsheet from eating the zeros
    text = text.removeprefix("'")
    if found := _SCIENTIFIC.fullmatch(text):
        lost = int(found["e"]) > len(found["f"] or "")
        return (text, "scientific_number") if lost else (str(int(float(text))), "")
    if found := _FLOAT_TEXT.fullmatch(text):
        return found[1], "" if len(found[1]) <= 15 else "number_lost_digits"
    return text, ""
