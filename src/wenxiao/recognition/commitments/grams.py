"""Scores of single characters and character pairs, for every clause of many replies at once.

Characters and pairs are hashed into fixed tables, so that scoring is a handful of array operations whatever the
text: the cheap first look that lets most clauses go. Weights are whole numbers, so sums do not depend on what else
is in the batch.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SINGLES = 1 << 14
PAIRS = 1 << 16
Ints = npt.NDArray[np.int64]
#: Texts joined into one array at a time, in characters: bounds the memory, large enough to make the calls cheap.
BLOCK = 1 << 18


def slots(text: str) -> tuple[Ints, Ints]:
    """Table slots of each character, and of each pair of neighbours (one fewer)."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    return (codes * 40503 >> 2) & (SINGLES - 1), ((codes[:-1] * 31 + codes[1:]) * 40503 >> 3) & (PAIRS - 1)


def clause_slots(text: str) -> list[int]:
    """All slots of one clause as often as they occur, pairs counted from SINGLES on: what fitting sees."""
    singles, pairs = slots(text)
    return [*singles.tolist(), *(pairs + SINGLES).tolist()]


def sums(text: str, starts: list[int], ends: list[int], single: Ints, pair: Ints) -> Ints:
    """For each clause [start, end) the sum of the weights of its characters and pairs, one column a table column."""
    ones, twos = slots(text)
    first, last = np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)
    by_one = np.zeros((len(ones) + 1, single.shape[1]), dtype=np.int64)
    np.cumsum(single[ones], axis=0, out=by_one[1:])
    by_two = np.zeros((len(twos) + 1, pair.shape[1]), dtype=np.int64)
    np.cumsum(pair[twos], axis=0, out=by_two[1:])
    inside: Ints = by_one[last] - by_one[first] + by_two[last - 1] - by_two[first]
    return inside
