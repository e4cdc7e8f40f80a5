"""Fit the model of same-matter recognition: `python -m bench.matters.fit` writes matters_model.json.

Trained on the shared development pairs (two readings each) and on `pairs_extra.jsonl` (ours, one reading each, by
reading), and on pairs made from messages (`made.py`). The hidden pairs that judge it were never seen. Pairs marked unsure count half.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from bench.matters.data import Labelled, labelled, made_features, messages
from wenxiao.recognition.matters.pairs import Features

MODEL = Path(__file__).parents[2] / "src/wenxiao/recognition/data/matters_model.json"
#: A feature that starts so may only raise, or only lower, the answer.
RAISES = (
    "cos_",
    "head_",
    "full_in",
    "rare_",
    "name_in",
    "name_cos",
    "name_rare",
    "problem",
    "topic",
    "wish",
    "same_",
)
LOWERS = ("name_lost", "other_", "problem_missed", "gap", "area_other")
#: Identifiers too seldom in the labels to learn from: differing number plates, documents and trains are other matters.
FIXED = {
    "other_plate": -12.0,
    "other_document": -4.0,
    "other_train": -4.0,
    "clash_train": -8.0,
    "clash_route": -8.0,
    "clash_metro": -3.0,
    "clash_junction": -8.0,
    "clash_town": -8.0,
    "clash_village": -8.0,
    "clash_group": -8.0,
    "clash_house": -8.0,
    "clash_unit": -8.0,
    "clash_number": -8.0,
    "clash_road": -5.0,
    "other_town": -3.0,
    "other_village": -1.0,
    "other_group": -2.0,
    "problem_apart": -2.0,
    "topic_apart": -6.0,
    "renamed": -5.0,
    "core_apart": -6.0,
    "near": 0.7,
    "far": -4.0,
}
#: Told by their clash alone: as things to learn from they made models worse on pairs that these had not seen.
_FEW = ("plate", "document", "train", "junction", "town", "village", "group", "unit", "road")
#: What a made pair counts beside a read one.
MADE = 0.1
LEFT_OUT = (
    "near",
    "far",
    "problem_apart",
    "topic_apart",
    "renamed",
    "core_apart",
    *(f"{how}_{kind}" for kind in _FEW for how in ("same", "other")),
)


def names_of(found: Features) -> list[str]:
    """The features that the forests may use."""
    return [name for name in found if name not in LEFT_OUT and not name.startswith("clash_")]


def _direction(name: str) -> int:
    if name.startswith(LOWERS):
        return -1
    return 1 if name.startswith(RAISES) else 0


def fit_forest(found: Features, wanted: np.ndarray, weight: np.ndarray, trees: int = 150) -> dict[str, Any]:
    """A forest as the model file holds it."""
    names = names_of(found)
    learner = HistGradientBoostingClassifier(
        max_iter=trees,
        learning_rate=0.08,
        max_leaf_nodes=5,
        min_samples_leaf=8,
        l2_regularization=5,
        monotonic_cst=[_direction(name) for name in names],
        early_stopping=False,
        random_state=0,
    )
    learner.fit(np.column_stack([found[name] for name in names]), wanted, sample_weight=weight)
    grown = [_tree(predictors[0].nodes, names) for predictors in learner._predictors]
    return {"start": round(float(learner._baseline_prediction.item()), 6), "trees": grown}


def _tree(nodes: Any, names: list[str]) -> list[Any]:
    """A tree as questions and a table: entry k is the value when the answers, read as bits, are k."""
    inner = [k for k, node in enumerate(nodes) if not node["is_leaf"]]
    values = []
    for answers in range(1 << len(inner)):
        at = 0
        while not nodes[at]["is_leaf"]:
            above = answers >> inner.index(at) & 1
            at = int(nodes[at]["right"] if above else nodes[at]["left"])
        values.append(round(float(nodes[at]["value"]), 5))
    features = [names[int(nodes[k]["feature_idx"])] for k in inner]
    return [features, [round(float(nodes[k]["num_threshold"]), 6) for k in inner], values]


def fit(pairs: Labelled, made: tuple[Features, np.ndarray], rows: np.ndarray | None = None) -> dict[str, Any]:
    """The whole model from the labelled pairs (those of `rows`) and the made ones."""
    rows = np.arange(len(pairs.label)) if rows is None else rows
    real = {name: values[rows] for name, values in pairs.features.items()}
    found = {name: np.concatenate([values, made[0][name]]) for name, values in real.items()}
    label = np.concatenate([pairs.label[rows], made[1]])
    weight = np.concatenate([np.where(pairs.sure[rows], 1.0, 0.5), np.full(len(made[1]), MADE)])
    far = pairs.label[rows] == "different"
    return {
        "one": 0.22,
        "link": 0.6,
        "fixed": FIXED,
        "neutral": {n: round(float(np.median(v[far])), 4) for n, v in real.items()},
        "same": fit_forest(found, label == "same", weight),
        "tied": fit_forest(found, label != "different", weight),
    }


def main() -> None:
    """Fit on everything and write the model file."""
    orders = messages()
    pairs = labelled(orders)
    print_of = hashlib.sha256(
        repr(sorted(zip(pairs.a, pairs.b, pairs.label, strict=True))).encode()
    ).hexdigest()
    made = {
        "version": f"matters/3-{print_of[:8]}",
        "pairs": len(pairs.label),
        **fit(pairs, made_features(orders)),
    }
    MODEL.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{MODEL.name}: {made['version']}, {made['pairs']} pairs, {MODEL.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
