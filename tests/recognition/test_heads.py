"""How clauses' kinds are gathered into features of a text."""

import numpy as np

from wenxiao.recognition.heads import BLOCKS, COMPARED, CONCRETE, DONE, pooled
from wenxiao.recognition.wording import split

KINDS = 10


def gathered(*kinds: int) -> np.ndarray:
    """Features of one text whose clauses are surely of these kinds, one after another."""
    values = np.full((len(kinds), KINDS), -9.0)
    values[np.arange(len(kinds)), kinds] = 9.0
    return pooled(values, split(["，".join("说完的话" for _ in kinds)]), 1)[0][0]


def test_a_result_after_a_promise_reads_otherwise_than_before_it() -> None:
    after, before = gathered(CONCRETE, DONE), gathered(DONE, CONCRETE)
    compared = slice(BLOCKS * KINDS, BLOCKS * KINDS + COMPARED)
    assert after[compared][0] == 1
    assert before[compared][0] == 0
    late = 3 * KINDS + DONE
    assert after[late] > before[late]


def test_leaders_are_the_clauses_that_are_most_of_each_kind() -> None:
    values = np.full((3, KINDS), -2.0)
    values[[0, 2], [CONCRETE, DONE]] = 2.0
    _, leaders = pooled(values, split(["甲说，乙说，丙说"]), 1)
    assert (leaders[0, CONCRETE], leaders[0, DONE]) == (0, 2)


def test_a_text_without_clauses_has_no_leader() -> None:
    features, leaders = pooled(np.full((1, KINDS), 1.0), split(["", "有话", ""]), 3)
    assert (leaders[[0, 2]] == -1).all()
    assert not features[[0, 2]].any()
