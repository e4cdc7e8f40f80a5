"""The engine on this machine: batches through worker processes, results in the order of the input.

The first batch is read in this process: small files never pay for starting workers, and a large one shows its first
results at once.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from itertools import chain, islice
from typing import TypeVar

import pyarrow as pa

from wenxiao.recognition.engine import Engine
from wenxiao.recognition.settings import Settings

Pair = tuple[pa.RecordBatch, pa.RecordBatch]
R = TypeVar("R")
#: Reads one batch of `ORDERS`.
Read = Callable[[Engine, pa.RecordBatch], R]

#: Batches in flight per worker; more would only hold memory.
AHEAD = 2
#: Seconds between a worker's looks at whether its parent is still there.
LOOK = 2.0

_engine: Engine | None = None


def _start(settings: Settings | None) -> None:
    global _engine  # noqa: PLW0603 -- one engine a worker process, loaded when it starts
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the caller's to answer; it ends the pool
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    if settings is not None:
        _engine = Engine(settings)


def _leave_with(parent: int) -> None:
    """End this worker when its parent is gone, however it went: a killed parent tells nobody."""
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(1)


def _work(read: Read[R], batch: pa.RecordBatch) -> R:
    assert _engine is not None
    return read(_engine, batch)


def available_processes() -> int:
    """The processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1


def read_batches(
    batches: Iterable[pa.RecordBatch], settings: Settings, processes: int | None = None
) -> Iterator[Pair]:
    """(orders, findings) for each batch of `ORDERS`, in order. `processes` of 1 reads everything here."""
    return read_each(batches, settings, Engine.read_batch, processes)


def read_each(
    batches: Iterable[pa.RecordBatch], settings: Settings, read: Read[R], processes: int | None = None
) -> Iterator[tuple[pa.RecordBatch, R]]:
    """The same with another way to read a batch: a function that can travel to worker processes by its name."""
    engine = Engine(settings)
    waiting = iter(batches)
    first = list(islice(waiting, 2))
    for batch in first[:1]:
        yield batch, read(engine, batch)
    rest = chain(first[1:], waiting)
    count = processes or available_processes()
    if count == 1 or len(first) < 2:
        for batch in rest:
            yield batch, read(engine, batch)
    else:
        yield from spread(rest, partial(_work, read), count, settings)


def spread(
    batches: Iterable[pa.RecordBatch],
    work: Callable[[pa.RecordBatch], R],
    count: int,
    settings: Settings | None = None,
) -> Iterator[tuple[pa.RecordBatch, R]]:
    """Each batch with what `work` makes of it in one of `count` processes, in order. Without `settings`, the processes
    have no engine: `work` then needs none."""
    # Workers are spawned, not forked: the caller may have threads (a progress bar), and a fork would copy their locks.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_start, initargs=(settings,)) as pool:
        flying: deque[tuple[pa.RecordBatch, Future[R]]] = deque()
        try:
            for batch in batches:
                flying.append((batch, pool.submit(work, batch)))
                if len(flying) > count * AHEAD:
                    done, future = flying.popleft()
                    yield done, future.result()
            while flying:
                done, future = flying.popleft()
                yield done, future.result()
        finally:
            for _, future in flying:
                future.cancel()
