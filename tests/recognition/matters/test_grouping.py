"""Pairs into groups: what the rounds of joining ask, and what they make."""

from __future__ import annotations

from collections import Counter

import numpy as np

from wenxiao.recognition.matters.grouping import Linker, Pairs


def test_rounds_of_joining_weigh_only_groups_that_changed() -> None:
    """A pair of single orders that are not joined was weighed in the first round, and stays as it is."""
    size = 200
    asked = Counter[tuple[int, int]]()

    def score(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        asked.update(zip(left.tolist(), right.tolist(), strict=True))
        alone = (left >= size) | (right >= size)
        likely = 0.7 + (left * 7_919 + right * 104_729) % 1_000 / 5_000
        return np.where(alone, 0.1, likely)

    # One matter that takes rounds to join, and two orders that hang on it and on each other, but belong to nobody.
    left = np.append(np.arange(size - 1), [0, size])
    right = np.append(np.arange(1, size), [size, size + 1])
    labels = Linker(0.5, score).group(size + 2, Pairs(left, right, np.full(size + 1, 0.9)))
    assert labels.tolist() == [0] * size + [1, 2]
    assert asked[size, size + 1] == 1
