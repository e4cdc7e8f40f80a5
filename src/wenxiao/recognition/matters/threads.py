"""Pieces of array work side by side: numpy and scipy let go of the interpreter while they compute."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

#: Pieces at a time: bounds memory, changes nothing.
THREADS = 2

P = TypeVar("P")
T = TypeVar("T")


def in_threads(work: Callable[[P], T], pieces: Sequence[P]) -> list[T]:
    """What `work` makes of each piece, in order."""
    if len(pieces) < 2:
        return [work(piece) for piece in pieces]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, pieces))
