"""A forest says the same of a pair whatever it is judged together with: by few or by many at a time."""

from __future__ import annotations

import numpy as np
import pytest

from wenxiao.recognition.matters.model import FEW, model


@pytest.mark.parametrize("few", [1, 2, 48, FEW - 1])
def test_few_pairs_are_judged_as_among_many(few: int) -> None:
    judge = model()
    names = {*judge.same.names, *judge.tied.names}
    rng = np.random.default_rng(7)
    found = {name: rng.normal(1, 1, 4 * FEW) for name in names}
    some = {name: values[:few] for name, values in found.items()}
    for forest in (judge.same, judge.tied):
        assert np.array_equal(forest.logit(some, few), forest.logit(found, 4 * FEW)[:few])
