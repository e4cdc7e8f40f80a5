"""The second step: parts that add up, whatever the company."""

import numpy as np
import pytest

from wenxiao.recognition.stack import Stack

#: One tree: feature 0 at most 1 gives -1, else feature 1 at most 5 gives 0, above gives 2. Means are of equal halves.
TREE = {
    "base": 0.5,
    "depth": 2,
    "root": [0],
    "feature": [0, -1, 1, -1, -1],
    "cut": [1.0, 0, 5.0, 0, 0],
    "left": [1, 0, 3, 0, 0],
    "right": [2, 0, 4, 0, 0],
    "value": [0.0, -1.0, 1.0, 0.0, 2.0],
}
STACK = Stack({"mean": [0, 0], "scale": [1, 2], "slope": [1.0, 0.0], "constant": 0.25, "trees": TREE})


@pytest.mark.parametrize(
    ("case", "tree"), [((0.0, 9.0), -1.0), ((1.0, 0.0), -1.0), ((2.0, 5.0), 0.0), ((2.0, 6.0), 2.0)]
)
def test_half_the_line_and_half_the_tree(case: tuple[float, float], tree: float) -> None:
    assert STACK.scores(np.array([case])) == pytest.approx((case[0] + 0.25 + 0.5 + tree) / 2)


def test_parts_and_constant_add_up_to_the_score() -> None:
    cases = np.array([(0.0, 9.0), (2.0, 5.0), (2.0, 6.0)])
    parts, constant = STACK.parts(cases)
    assert parts.sum(axis=1) + constant == pytest.approx(STACK.scores(cases))


def test_each_split_is_its_own_features_part() -> None:
    parts, _ = STACK.parts(np.array([(2.0, 6.0)]))
    assert parts[0].tolist() == [(2.0 + 1.0) / 2, (0.0 + 1.0) / 2]


def test_a_stack_without_trees_is_its_line() -> None:
    none = {"base": 0, "depth": 0} | {k: [] for k in ("root", "feature", "cut", "left", "right", "value")}
    line = Stack({"mean": [1, 0], "scale": [1, 2], "slope": [1.0, 0.5], "constant": 0.25, "trees": none})
    cases = np.array([(3.0, 8.0), (1.0, 0.0)])
    assert line.scores(cases) == pytest.approx([2.0 + 2.0 + 0.25, 0.25])
    parts, constant = line.parts(cases)
    assert parts.sum(axis=1) + constant == pytest.approx(line.scores(cases))
