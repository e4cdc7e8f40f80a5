"""The log on the terminal: what an administrator needs, and nothing that a caller said."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Any

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Discreet(logging.Formatter):
    """One line a record; under an error, where in the code it happened.

    The words of an exception stay out: a database quotes the row that it refused, a parser the text that it could not
    read. Its type, the state that the database gave it, and the lines of code are enough to find the fault. Below an
    error (a page that is not there, or not for this person) there is no trace at all. `with_values` shows everything,
    for development.
    """

    def __init__(self, *, with_values: bool = False) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")
        self._with_values = with_values

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        if record.levelno >= logging.ERROR or not record.exc_info:
            return super().format(record)
        bare = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None})
        return super().format(bare)

    def formatException(self, ei: Any) -> str:
        """The trace without the exceptions' words."""
        if self._with_values:
            return super().formatException(ei)
        raised: _Raised = ei
        lines: list[str] = []
        error = raised[1]
        while error is not None:
            frames = "".join(traceback.format_tb(error.__traceback__))
            lines.insert(0, f"{frames}{_name(error)}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nwhich led to\n".join(lines)


def _name(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    state = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    place = getattr(getattr(error, "diag", None), "constraint_name", None)
    said = [str(part) for part in (state, place) if part]
    return f"{kind} ({', '.join(said)})" if said else kind
