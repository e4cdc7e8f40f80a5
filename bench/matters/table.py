"""Ours beside the rivals on the read pairs, in one run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import GroupKFold

from bench.matters.data import Labelled, labelled, made_features, messages
from bench.matters.fit import fit
from bench.matters.rivals import RIVALS, missing
from wenxiao.recognition.matters.candidates import candidates
from wenxiao.recognition.matters.facts import read_facts
from wenxiao.recognition.matters.grouping import Linker, Pairs
from wenxiao.recognition.matters.history import History
from wenxiao.recognition.matters.model import read_model
from wenxiao.recognition.schema import Order

FOLDS = 6


def figures(together: np.ndarray, pairs: Labelled, weight: np.ndarray) -> tuple[float, float, float]:
    """Precision, recall and F1 as `score.py pairs` counts them: related pairs neither help nor hurt."""
    same, far = pairs.label == "same", pairs.label == "different"
    hit, false, lost = (
        float((weight * mask).sum()) for mask in (together & same, together & far, ~together & same)
    )
    precision, recall = hit / max(hit + false, 1e-9), hit / max(hit + lost, 1e-9)
    return precision, recall, 2 * hit / max(2 * hit + false + lost, 1e-9)


def best_threshold(score: np.ndarray, pairs: Labelled, weight: np.ndarray) -> float:
    """The threshold with the best weighted F1."""
    tried = np.unique(score[weight > 0])
    return float(max(tried, key=lambda t: figures(score >= t, pairs, weight)[2]))


def out_of_fold(orders: list[Order], pairs: Labelled, seed: int = 0) -> np.ndarray:
    """Whether our grouping puts each pair together, by a model that has seen none of the pair's orders."""
    history = History.of([read_facts(order) for order in orders])
    made = made_features(orders)
    left, right = candidates(history.columns, history.weights)
    found = history.features(left, right)
    group = fold_groups(len(orders), pairs, seed)
    together = np.zeros(len(pairs.label), dtype=bool)
    for train, test in GroupKFold(FOLDS).split(group, groups=group):
        judge = read_model({"version": "fold", **fit(pairs, made, train)})
        score = replace(history, model=judge).score
        labels = Linker(judge.one, score).group(len(orders), Pairs(left, right, judge.probability(found)))
        together[test] = (labels[pairs.left] == labels[pairs.right])[test]
    return together


def fold_groups(count: int, pairs: Labelled, seed: int) -> np.ndarray:
    """Pairs that share orders stay in one fold."""
    edges = sp.coo_matrix((np.ones(len(pairs.left)), (pairs.left, pairs.right)), shape=(count, count))
    _, part = connected_components(edges, directed=False)
    return np.random.default_rng(seed).permutation(part.max() + 1)[part[pairs.left]]


def main() -> None:
    """Print the table."""
    orders = messages()
    pairs = labelled(orders)
    dev = np.where(pairs.is_dev, pairs.weight, 0.0)
    sets = {
        "dev weighted": dev,
        "dev plain": pairs.is_dev.astype(float),
        "dev sure, weighted": dev * pairs.sure,
        "extra plain": (~pairs.is_dev).astype(float),
    }
    print(f"{'precision / recall / F1':26}" + "".join(f"{name:>24}" for name in sets))
    together = {"ours, out of fold, grouped": out_of_fold(orders, pairs)}
    for name, rival in RIVALS.items():
        score = rival(orders, pairs.left, pairs.right)
        together[name] = score >= best_threshold(score, pairs, dev)
    for name, one in together.items():
        cells = ["{:.3f} / {:.3f} / {:.3f}".format(*figures(one, pairs, weight)) for weight in sets.values()]
        print(f"{name:26}" + "".join(f"{cell:>24}" for cell in cells))
    related = int((together["ours, out of fold, grouped"] & (pairs.label == "related") & pairs.is_dev).sum())
    print(
        f"Of {int(((pairs.label == 'related') & pairs.is_dev).sum())} related dev pairs, ours puts {related} together."
    )
    print(
        "Rivals: pairs by threshold, the threshold chosen on these very dev pairs, no grouping. Ours: grouped, by"
    )
    print("models that saw no order of the pair; word lists were improved while reading dev and extra pairs.")
    for name in missing():
        print(f"{name}: skipped, not installed (pip install -r bench/matters/requirements.txt).")
