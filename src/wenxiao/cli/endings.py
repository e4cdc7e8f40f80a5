"""How a command ends when somebody else ends it: a signal, or a standard output that takes no more."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: Exit codes of a command that was stopped: 128 and the signal's number, as shells count.
STOPPED, TERMINATED = 130, 143


class Terminated(BaseException):
    """The process was asked to end (SIGTERM, SIGHUP); like KeyboardInterrupt it is for nobody on the way to catch."""

    def __init__(self, number: int) -> None:
        self.code = 128 + number
        super().__init__(number)


@contextmanager
def terminable() -> Iterator[None]:
    """Inside, a request to end unwinds the stack, so that what was begun is cleaned up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, _terminate) for number in names}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated(number)


def discard_stdout() -> None:
    """Send the rest of standard output nowhere: what is still in its buffer must not fail again at exit."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):  # a standard output that is no file at all
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 -- until the process ends
