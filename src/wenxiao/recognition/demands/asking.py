"""Which clauses of a message ask for something: a logistic model over what each clause looks like.

A clause's log-odds are a sum of looked-up weights: the word lists it touches, the mark that ends it, its length, its
distance from the end, and how many clauses there are. (Words shared with the title were tried: +0.01 F1 at a fifth of
the time.) Every message asks for something, so its best clause counts whatever its score; others count when they are more likely than not, or not much
less likely than the best.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from wenxiao.recognition.demands.clauses import KINDS, Cuts, Ints
from wenxiao.recognition.demands.weights import spread
from wenxiao.recognition.kernels import demands as kernels

#: Upper edges of buckets: a clause's length in code points, its distance from the last clause, the number of clauses.
LENGTHS = (4, 7, 10, 14, 18, 22, 28, 35, 50)
DISTANCES = (0, 1, 2, 3, 5, 8, 15)
COUNTS = (1, 2, 3, 5, 8, 12, 20, 32, 60)


class Asking:
    """The model of asking, from its table in `demands_model.json`. `names` are the word lists, in the order of bits."""

    def __init__(self, model: Mapping[str, Any], names: Sequence[str]) -> None:
        self._tables = (
            np.array([model["own"].get(name, 0.0) for name in names]),
            np.array([model["close"][kind] for kind in KINDS]),
            np.array(spread(model["length"], LENGTHS)),
            np.array(spread(model["distance"], DISTANCES)),
            np.array(model["count"], dtype=np.float64),
            np.array(COUNTS),
        )
        self._bias = float(model["bias"])
        self.threshold: float = model["threshold"]
        self.behind: float = model["behind"]

    def pick(self, cuts: Cuts, most: int) -> Ints:
        """(text, clause, its number among those that ask, how many they are) of each clause that asks: the likeliest of a
        message that has any, and at most `most` of each."""
        bounds = self._bias, float(self.threshold), float(self.behind)
        return kernels.picked(cuts.arrays, self._tables, bounds, most)
