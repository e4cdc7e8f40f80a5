"""The model's second step: a small sum of a linear model and boosted trees over the heads, every part attributable.

A tree's part is shared out along the path that a case takes: each split gives its feature the change of the mean that
it makes. These shares and the constant add up to the log-odds exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.kernels import heads as kernels

Floats = npt.NDArray[np.float64]


class Stack:
    """Log-odds from features: half a linear model, half boosted trees; without trees, a linear model alone.

    `trees` holds all nodes of all trees in arrays: `feature` (-1 in a leaf), `cut` (left if not above), `left`,
    `right`, `value` (the mean below), and `root`, where each tree starts.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self._mean, self._scale = np.array(content["mean"]), np.array(content["scale"])
        self._slope, self._constant = np.array(content["slope"]), float(content["constant"])
        trees = content["trees"]
        self._root = np.array(trees["root"], dtype=np.int64)
        self._feature = np.array(trees["feature"], dtype=np.int64)
        self._cut = np.array(trees["cut"], dtype=np.float64)
        self._left = np.array(trees["left"], dtype=np.int64)
        self._right = np.array(trees["right"], dtype=np.int64)
        self._value = np.array(trees["value"], dtype=np.float64)
        # A leaf leads to itself: walking on from it changes nothing.
        leaf = np.flatnonzero(self._feature < 0)
        self._left[leaf], self._right[leaf], self._feature[leaf] = leaf, leaf, 0
        self._base = float(trees["base"]) + float(self._value[self._root].sum())
        self._depth = int(trees["depth"])
        self._halves = 2 if len(self._root) else 1

    def scores(self, features: Floats) -> Floats:
        """The log-odds of each case."""
        linear = ((features - self._mean) / self._scale * self._slope).sum(axis=1)
        cases = np.arange(len(features))[:, None]
        node = np.broadcast_to(self._root, (len(features), len(self._root)))
        for _ in range(self._depth):
            feature = self._feature[node]
            goes_left = features[cases, feature] <= self._cut[node]
            node = np.where(goes_left, self._left[node], self._right[node])
        trees = (self._value[node] - self._value[self._root]).sum(axis=1)
        return np.asarray((linear + trees + self._constant + self._base) / self._halves)

    def parts(self, features: Floats) -> tuple[Floats, float]:
        """What each feature adds to the log-odds of each case, and the constant to which they are added."""
        linear = (features - self._mean) / self._scale * self._slope
        trees = self._root, self._feature, self._cut, self._left, self._right, self._value
        added = kernels.tree_parts(np.ascontiguousarray(features, np.float64), trees, self._depth)
        return (linear + added) / self._halves, (self._constant + self._base) / self._halves
