"""Splink as somebody who knows it would set it up for work orders: names, problems and words as sets, caller and day.

It is handed the names and kinds of problem that our own reader finds, which favours it: out of the box it has none.
Weights are learned by its own means (random pairs, then expectation maximisation), without labels.
"""

from __future__ import annotations

import logging
from collections import defaultdict

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import splink.comparison_library as cl  # type: ignore[import-not-found]
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from wenxiao.recognition.matters.facts import read_facts
from wenxiao.recognition.schema import Order


def match_weights(orders: list[Order], left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The match weight of each pair."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    linker = Linker(DuckDBAPI().register(_table(orders, left, right)), _settings())
    names = {"blocking_rule": "l.name = r.name and l.name is not null", "sql_dialect": "duckdb"}
    linker.training.estimate_probability_two_random_records_match([names], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e5, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(names)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("caller"))
    found = linker.inference.predict(threshold_match_weight=-1000).as_pandas_dataframe()
    weight = {
        (min(i, j), max(i, j)): w
        for i, j, w in zip(found.unique_id_l, found.unique_id_r, found.match_weight, strict=True)
    }
    ends = zip(left.tolist(), right.tolist(), strict=True)
    return np.array([weight[min(i, j), max(i, j)] for i, j in ends])


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.ArrayIntersectAtSizes("names", [2, 1]),
            cl.ArrayIntersectAtSizes("problems", [2, 1]),
            cl.JaccardAtThresholds("title", [0.7, 0.5, 0.3]),
            cl.ArrayIntersectAtSizes("words", [12, 6, 3]),
            cl.ExactMatch("caller"),
            cl.AbsoluteDateDifferenceAtThresholds(
                "day", input_is_string=False, metrics=["day", "day", "month"], thresholds=[3, 30, 6]
            ),
        ],
        # Exactly the pairs that are asked for.
        blocking_rules_to_generate_predictions=[block_on("asked", arrays_to_explode=["asked"])],
    )


def _table(orders: list[Order], left: np.ndarray, right: np.ndarray) -> pd.DataFrame:
    asked = defaultdict(list)
    for pair, ends in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        for row in ends:
            asked[row].append(pair)
    rows = []
    for row, order in enumerate(orders):
        facts = read_facts(order)
        names = sorted({name.text for name in (*facts.names, *facts.body_names)})
        title = order.title.strip()
        rows.append(
            {
                "unique_id": row,
                "title": title,
                "names": names,
                "name": names[0] if names else None,
                "problems": sorted(facts.problems),
                "words": sorted({title[k : k + 2] for k in range(len(title) - 1)}),
                "caller": order.caller or None,
                "day": order.called_at,
                "asked": asked[row],
            }
        )
    return pd.DataFrame(rows)
