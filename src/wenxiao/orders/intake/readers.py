"""How each field of an order is read from a cell, for the rows of one sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, get_type_hints

from wenxiao.orders.intake import times, values
from wenxiao.orders.intake.cells import Cell
from wenxiao.recognition.schema import Order

_NUMBER_TEXTS = ("order", "phone", "previous_order")
#: Fields that say until when, and the times from the first known of which on their next occurrence is meant.
DEADLINES = {
    "due_at": ("dispatched_at", "called_at"),
    "planned_finish": ("replied_at", "closed_at", "dispatched_at", "called_at"),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """What the rows of one sheet have in common."""

    file: str
    sheet: str
    stem: str
    encoding: str
    exact_numbers: bool
    date1904: bool
    strict_width: bool
    header: tuple[str, ...]


_Reader = Callable[[Cell], tuple[Any, str]]


def readers_of(origin: Origin) -> dict[str, _Reader]:
    """How each field of an order is read from a cell."""
    readers: dict[str, _Reader] = {}
    for name, hint in get_type_hints(Order).items():
        kinds = getattr(hint, "__args__", (hint,))
        if name in _NUMBER_TEXTS:
            readers[name] = partial(values.read_number_text, exact=origin.exact_numbers)
        elif name in DEADLINES:
            readers[name] = partial(times.read_deadline, date1904=origin.date1904)
        elif datetime in kinds:
            readers[name] = partial(times.read_time, date1904=origin.date1904)
        elif bool in kinds:
            readers[name] = values.read_flag
        elif int in kinds:
            readers[name] = values.read_count
        elif float in kinds:
            readers[name] = partial(values.read_degrees, bound=180.0 if name == "longitude" else 90.0)
        else:
            readers[name] = lambda cell: (values.read_text(cell), "")
    return readers
