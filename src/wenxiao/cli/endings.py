"""How a command ends when somebody else ends it: a signal, or a standard output that takes no more."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

#: Exit codes of a command that was stopped: 128 and the signal's number, as shells count.
STOPPED, TERMINATED = 130, 143
#: Seconds after which a request to end that came at a bad moment is made again.
_AGAIN = 0.1


class Terminated(BaseException):
    """The process was asked to end (SIGTERM, SIGHUP); like KeyboardInterrupt it is for nobody on the way to catch."""

    def __init__(self, number: int) -> None:
        self.code = 128 + number
        super().__init__(number)


@contextmanager
def terminable() -> Iterator[None]:
    """Inside, a request to end (by keyboard too) unwinds the stack, so that what was begun is cleaned up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # One that the process was started deaf to (nohup, the background of a shell) stays unheard.
    heard = [number for number in names if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, _terminate) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _terminate(number: int, frame: FrameType | None) -> None:
    if _is_compiling(frame):
        # An exception there is lost in a callback from C, and the request with it: ask again when it is done.
        again = threading.Timer(_AGAIN, os.kill, (os.getpid(), number))
        again.daemon = True
        again.start()
    elif number == signal.SIGINT:
        raise KeyboardInterrupt
    else:
        raise Terminated(number)


def _is_compiling(frame: FrameType | None) -> bool:
    """Whether a loop of the engine is being compiled, or loaded from the cache, by the frame or one that it serves."""
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] in ("numba", "llvmlite"):
            return True
        frame = frame.f_back
    return False


def discard_stdout() -> None:
    """Send the rest of standard output nowhere: what is still in its buffer must not fail again at exit."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):  # a standard output that is no file at all
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 -- until the process ends


def leave(code: int) -> NoReturn:
    """End the process with this code, after all that was begun has been cleaned up. Where a KeyboardInterrupt passed through
    code from C, Python (3.11, `unhandled_keyboard_interrupt`) would end by the signal instead, though it was caught."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)
