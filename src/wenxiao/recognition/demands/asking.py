"""Which clauses of a message ask for something: a logistic model over what each clause looks like.

A clause's log-odds are a sum of looked-up weights: the word lists it touches, the mark that ends it, its length, its
distance from the end, and how many clauses there are. (Words shared with the title were tried: +0.01 F1 at a fifth of
the time.) Every message asks for something, so its best clause counts whatever its score; others count when they are more likely than not, or not much
less likely than the best.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wenxiao.recognition.demands.clauses import KINDS, Cut
from wenxiao.recognition.demands.weights import Weights, bucket, spread

#: Upper edges of buckets: a clause's length in code points, its distance from the last clause, the number of clauses.
LENGTHS = (4, 7, 10, 14, 18, 22, 28, 35, 50)
DISTANCES = (0, 1, 2, 3, 5, 8, 15)
COUNTS = (1, 2, 3, 5, 8, 12, 20, 32, 60)
#: A clause that is at least as likely as not asks, whatever the others do.
EVEN = 0.0


class Asking:
    """The model of asking, from its table in `demands_model.json`. `names` are the word lists, in the order of bits."""

    def __init__(self, model: Mapping[str, Any], names: Sequence[str]) -> None:
        self._own = Weights.named(model["own"], names)
        self._close = [model["close"][kind] for kind in KINDS]
        self._length = spread(model["length"], LENGTHS)
        self._distance = spread(model["distance"], DISTANCES)[::-1]
        self._count: list[float] = model["count"]
        self._bias: float = model["bias"]
        self.threshold: float = model["threshold"]
        self.behind: float = model["behind"]

    def pick(self, cut: Cut, most: int) -> list[int]:
        """The clauses that ask, in order: the likeliest of a message that has any, and at most `most`."""
        scores = self.scores(cut)
        best = max(scores)
        least = min(best, max(self.threshold, min(EVEN, best - self.behind)))
        picked = [at for at, score in enumerate(scores) if score >= least]
        if len(picked) > most:
            picked = sorted(sorted(picked, key=lambda at: (-scores[at], at))[:most])
        return picked

    def scores(self, cut: Cut) -> list[float]:
        """The log-odds that each clause asks for something of its own."""
        own, close, length, near = self._own, self._close, self._length, self._distance
        count, longest = len(cut.ends), len(length) - 1
        base = self._bias + self._count[bucket(count, COUNTS)]
        far = count - len(near)
        distances = [near[0]] * far + near if far > 0 else near[-count:]
        return [
            base
            + own[mask]
            + close[kind]
            + distance
            + length[end - start if end - start < longest else longest]
            for start, end, mask, kind, distance in zip(
                cut.starts, cut.ends, cut.masks, cut.kinds, distances, strict=True
            )
        ]
