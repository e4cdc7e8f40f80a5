"""Scores of single characters and character pairs, for every clause of a reply at once.

Characters and pairs are hashed into fixed tables, so that scoring is a handful of array operations whatever the
text: the cheap first look that lets most clauses go.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SINGLES = 1 << 14
PAIRS = 1 << 16
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


def slots(text: str) -> tuple[Ints, Ints]:
    """Table slots of each character, and of each pair of neighbours (one fewer)."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    return (codes * 40503 >> 2) & (SINGLES - 1), (codes[:-1] * 31 + codes[1:]) * 40503 >> 3 & (PAIRS - 1)


def clause_slots(text: str, start: int, end: int) -> list[int]:
    """All slots of one clause, pairs counted from SINGLES on, each once: what fitting sees."""
    singles, pairs = slots(text[start:end])
    return sorted({*singles.tolist(), *(pairs + SINGLES).tolist()})


def sums(text: str, clauses: list[tuple[int, int]], single: Floats, pair: Floats) -> Floats:
    """For each clause the sum of its characters' and pairs' weights; one column for each column of the tables."""
    ones, twos = slots(text)
    weights = single[ones]
    weights[1:] += pair[twos]
    total = np.zeros((len(text) + 1, weights.shape[1]), dtype=np.float64)
    np.cumsum(weights, axis=0, out=total[1:])
    starts = np.fromiter((start for start, _ in clauses), dtype=np.int64, count=len(clauses))
    ends = np.fromiter((end for _, end in clauses), dtype=np.int64, count=len(clauses))
    inside = (total[ends] - total[starts]).astype(np.float32)
    # The pair that reaches from the character before a clause into it is not the clause's.
    crossing = starts > 0
    inside[crossing] -= pair[twos[starts[crossing] - 1]]
    return inside
