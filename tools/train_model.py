"""Fit the shipped closure model: `python -m tools.train_model [--out model.json]`.

Reads the labels `train` of the public board (960, one reading each) and our own in bench/labels: `read2.jsonl` (1,260,
one reading) and `again.jsonl` (a second reading of 630 of both that were unsure or surprised an earlier model; where
the two differ, the order counts half on either side). `dev` is only reported on. Texts are not in the repository; they
are read from $WENXIAO_DATA or ../shared/data. Nothing is random but the seeded folds, so the same data give the same file.

The model is a logistic regression over n-grams of the reply, n-grams of the message, signals, and (for crossing) the
bodies that are named. Signals are held to the side that their names lean to. Log-odds are calibrated by Platt's method
on out-of-fold scores.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from python_calamine import CalamineWorkbook
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold

from wenxiao.recognition import wording
from wenxiao.recognition.crossing import ACROSS, MOST_BODIES, crossing_details, crossing_facts
from wenxiao.recognition.demands import find_demands, unanswered
from wenxiao.recognition.schema import Order
from wenxiao.recognition.signals import TextSignals

ROOT = Path(__file__).resolve().parent.parent
LABELS = ROOT / "bench" / "labels"
OUT = ROOT / "src" / "wenxiao" / "recognition" / "data" / "model.json"
TARGETS = {"unresolved": "unresolved", "enforcement": "enforcement", "crossing": "cross"}
#: Orders that an n-gram must stand in; inverse regularisation; how much a message counts beside a reply; folds.
#: Chosen by five-fold cross-validation on the training labels.
LEAST, C, MESSAGE, FOLDS, SEED = 8, {"unresolved": 4.0, "enforcement": 6.0, "crossing": 6.0}, 0.7, 5, 3
#: Scale of signals and facts against length-normalised n-grams.
SIGNAL, FACT = 0.7, 0.7
FACTS = [f"bodies_{n}" for n in range(1, MOST_BODIES + 1)] + ["joint", *ACROSS]

Matrix = sp.csr_matrix


@dataclass
class Data:
    """Labelled orders: `train` of them to fit on, the rest is dev. Targets are 0, 0.5 or 1."""

    orders: list[Order]
    targets: dict[str, np.ndarray]
    sure: np.ndarray
    train: int
    fingerprint: str


def load() -> Data:
    """Texts and labels, joined by number."""
    folder = Path(os.environ.get("WENXIAO_DATA", ROOT.parent / "shared" / "data")) / "tipdm"
    rows = CalamineWorkbook.from_path(folder / "replies.xlsx").get_sheet_by_index(0).to_python()[1:]
    texts = {int(row[0]): row for row in rows}
    sets = [
        _lines(p)
        for p in (folder / "labels" / "train.jsonl", LABELS / "read2.jsonl", folder / "labels" / "dev.jsonl")
    ]
    again = {x["id"]: x for x in _lines(LABELS / "again.jsonl")}
    train = len(sets[0]) + len(sets[1])
    labels = [x for part in sets for x in part]
    targets = {}
    for name, key in TARGETS.items():
        values = [x[key] for x in labels]
        for at, x in enumerate(labels[:train]):
            if x["id"] in again:
                values[at] = (values[at] + again[x["id"]][key]) / 2
        targets[name] = np.array(values, float)
    orders = [
        Order(str(x["id"]), title=str(r[2]), content=str(r[4]), reply=str(r[5]))
        for x in labels
        for r in [texts[x["id"]]]
    ]
    mark = hashlib.sha256(json.dumps(labels[:train], sort_keys=True).encode()).hexdigest()[:16]
    return Data(orders, targets, np.array([x["sure"] for x in labels]), train, mark)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def grams(texts: list[str], train: int) -> tuple[Matrix, list[int]]:
    """Which n-grams (their keys) stand in which text; only those that enough training texts have."""
    cut = wording.split(texts)
    rows, keys = [], []
    for found, at in wording.keys(cut.codes):
        rows.append(cut.owners[np.searchsorted(cut.firsts, at, side="right") - 1])
        keys.append(found)
    unique, column = np.unique(np.concatenate(keys), return_inverse=True)
    ones = np.ones(len(column))
    matrix = sp.csr_matrix((ones, (np.concatenate(rows), column)), shape=(len(texts), len(unique)))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    kept = np.asarray(matrix[:train].sum(0)).ravel() >= LEAST
    return matrix[:, kept].tocsr(), [int(k) for k in unique[kept]]


def _spread(matrix: Matrix, keys: list[int], vocabulary: dict[int, int]) -> Matrix:
    """The matrix over the common vocabulary, each row scaled by the root of its number of n-grams, as the model does."""
    places = [vocabulary[key] for key in keys]
    moved = matrix @ sp.csr_matrix(
        (np.ones(len(places)), (range(len(places)), places)), shape=(len(places), len(vocabulary))
    )
    counts = np.maximum(1, np.asarray(moved.sum(1)).ravel())
    return sp.csr_matrix(sp.diags(1 / np.sqrt(counts)) @ moved)


def fit(
    x: Matrix, target: np.ndarray, c: float, bounds: list[tuple[float | None, float | None]]
) -> np.ndarray:
    """Weights and constant of a ridge logistic regression on targets between 0 and 1, within bounds."""
    columns, transposed = x.shape[1], x.T.tocsr()

    def loss(v: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ v[:-1] + v[-1]
        gap = 1 / (1 + np.exp(-z)) - target
        value = c * (np.logaddexp(0, z) - target * z).sum() + 0.5 * (v[:-1] ** 2).sum()
        return value, np.append(c * (transposed @ gap) + v[:-1], c * gap.sum())

    start = np.zeros(columns + 1)
    return minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)], options={"maxiter": 300}
    ).x


def calibrate(scores: np.ndarray, target: np.ndarray) -> tuple[float, float]:
    """Slope and constant by Platt's method, on soft targets."""
    both = np.concatenate((scores, scores))[:, None]
    truth = np.repeat([1, 0], len(scores))
    weight = np.concatenate((target, 1 - target))
    used = weight > 0
    line = LogisticRegression(C=1e6).fit(both[used], truth[used], sample_weight=weight[used])
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def main() -> None:
    """Fit, report and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    out: Path = parser.parse_args().out
    data = load()
    replies, reply_keys = grams([o.reply for o in data.orders], data.train)
    messages, message_keys = grams([f"{o.title}\n{o.content}" for o in data.orders], data.train)
    vocabulary = {key: at for at, key in enumerate(sorted({*reply_keys, *message_keys}))}
    words = [_spread(replies, reply_keys, vocabulary), MESSAGE * _spread(messages, message_keys, vocabulary)]
    signals, names, sides = _signals(data.orders)
    facts = sp.csr_matrix(
        [[float(f in crossing_facts(crossing_details(o))) for f in FACTS] for o in data.orders]
    )
    free: list[tuple[float | None, float | None]] = [(None, None)] * (2 * len(vocabulary))
    extra = {
        "unresolved": (SIGNAL * signals, sides),
        "enforcement": (sp.csr_matrix((len(data.orders), 0)), []),
        "crossing": (FACT * facts, [(None, None)] * len(FACTS)),
    }
    heads: dict[str, np.ndarray] = {}
    bias, thresholds, figures, more = {}, {}, {}, {}
    for name in TARGETS:
        x = sp.hstack([*words, extra[name][0]]).tocsr()
        head = _head(x, data, name, [*free, *extra[name][1]])
        size = len(vocabulary)
        heads[f"{name}/reply"] = head.weights[:size]
        heads[f"{name}/message"] = MESSAGE * head.weights[size : 2 * size]
        more[name] = head.weights[2 * size :]
        bias[name], figures[name] = head.constant, head.figures
        if name != "unresolved":
            thresholds[name] = head.threshold
        print(name, head.figures)
    table = np.array(list(heads.values())).T
    unit = float(np.abs(table).max() / 30000)
    content = {
        "format": "wenxiao.model/1",
        "name": f"closure-{data.fingerprint[:8]}",
        "info": {
            "trained_on": "960 + 1,260 labelled replies of one provincial message board (2011-2020), 630 of them read twice",
            "fingerprint": data.fingerprint,
            "figures": figures,
        },
        "bias": bias,
        "signals": {n: round(float(v) * SIGNAL, 4) for n, v in zip(names, more["unresolved"], strict=True)},
        "crossing_facts": {
            n: round(float(v) * FACT, 4) for n, v in zip(FACTS, more["crossing"], strict=True)
        },
        "thresholds": thresholds,
        "heads": list(heads),
        "unit": unit,
        "grams": " ".join(wording.gram_of(key) for key in vocabulary),
        "weights": base64.b64encode(np.round(table / unit).astype("<i2").tobytes()).decode(),
    }
    out.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    print(f"{out}: {len(vocabulary)} n-grams, {out.stat().st_size / 1e6:.2f} MB")


def _signals(orders: list[Order]) -> tuple[Matrix, list[str], list[tuple[float | None, float | None]]]:
    rules = TextSignals()
    names = [name for name, signal in rules.signals.items() if "reply" in signal.fields] + [
        "demands_unanswered"
    ]
    fired = [
        {e.signal for e in rules.read(o)} | ({"demands_unanswered"} if unanswered(find_demands(o)) else set())
        for o in orders
    ]
    leans = [rules.signals[n].leans if n in rules.signals else "unresolved" for n in names]
    sides: list[tuple[float | None, float | None]] = [
        (0, None) if s == "unresolved" else (None, 0) for s in leans
    ]
    return sp.csr_matrix([[float(n in f) for n in names] for f in fired]), names, sides


@dataclass
class Head:
    """One fitted and calibrated head."""

    weights: np.ndarray
    constant: float
    threshold: float
    figures: dict[str, float]


def _head(x: Matrix, data: Data, name: str, bounds: list[tuple[float | None, float | None]]) -> Head:
    target, n = data.targets[name], data.train
    hard = target >= 0.5
    scores = np.zeros(n)
    for a, b in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(np.zeros(n), hard[:n]):
        v = fit(x[a], target[a], C[name], bounds)
        scores[b] = x[b] @ v[:-1] + v[-1]
    slope, constant = calibrate(scores, target[:n])
    v = fit(x[:n], target[:n], C[name], bounds)
    dev = slope * (x[n:] @ v[:-1] + v[-1]) + constant
    chances = 1 / (1 + np.exp(-(slope * scores + constant)))
    best = max(np.arange(0.1, 0.8, 0.01), key=lambda t: f1_score(hard[:n], chances >= t))
    figures = {
        "cv_auroc": roc_auc_score(hard[:n], scores),
        "dev_auroc": roc_auc_score(target[n:], dev),
        "dev_auroc_sure": roc_auc_score(target[n:][data.sure[n:]], dev[data.sure[n:]]),
        "cv_f1": f1_score(hard[:n], chances >= best),
        "dev_f1": f1_score(target[n:], 1 / (1 + np.exp(-dev)) >= best),
    }
    rounded = {key: round(float(value), 3) for key, value in figures.items()}
    return Head(slope * v[:-1], slope * float(v[-1]) + constant, float(best), rounded)


if __name__ == "__main__":
    main()
