"""Fit the commitment model on labelled replies and write src/wenxiao/recognition/data/commitment_model.npz.

    python tools/fit_commitments.py --replies replies.xlsx --labels train.jsonl [read2.jsonl ...] [--out OUT.npz]

Labels are JSON lines with `id`, `answered` and `commitments` (`span`, `concrete`); nothing of the texts is stored
but weights of hashed characters and of words that are in data/commitment_words.toml. Thresholds are chosen on
predictions for replies that the fold's model has not seen.

A labelled span may cover several clauses; which of them is the promise is learned too: first the last one, then,
twice, the one that the model of the other folds likes best. The rest are "part of one", a class of its own in
fitting only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from python_calamine import CalamineWorkbook
from sklearn.linear_model import LogisticRegression

from wenxiao.calendars import default_calendar
from wenxiao.recognition.commitments.features import Document, Key, keys
from wenxiao.recognition.commitments.grams import PAIRS, SINGLES, clause_slots
from wenxiao.recognition.commitments.settings import default_settings
from wenxiao.recognition.commitments.words import default_words
from wenxiao.recognition.text import clauses, normalise

OUT = Path(__file__).parent.parent / "src/wenxiao/recognition/data/commitment_model.npz"
VERSION = 1
FOLDS = 5
#: Inverse strength of the penalty, for the decision and for the first look; chosen by cross-validation on train.
C, C_LOOK = 0.05, 0.1
#: A feature must occur in this many clauses.
LEAST = 4
#: Share of the concrete commitments that must pass the first look.
PASS = 0.93
NOTHING, PART, VAGUE, CONCRETE = range(4)


@dataclass
class Clauses:
    """All clauses of all replies: features, the reply each is of, and the labelled spans as bags of clauses."""

    reply: list[int] = field(default_factory=list)
    rows: list[list[Key]] = field(default_factory=list)
    grams: list[list[int]] = field(default_factory=list)
    bags: list[tuple[list[int], bool]] = field(default_factory=list)


def read_replies(path: Path) -> dict[str, str]:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    head = rows[0]
    number, reply = head.index("留言编号"), head.index("答复意见")
    return {str(int(float(row[number]))): str(row[reply]) for row in rows[1:]}


def read_labels(paths: Iterable[Path]) -> list[dict[str, Any]]:
    return [
        json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line
    ]


def document(text: str, answered: str) -> Document:
    cut = clauses(text)
    return Document(
        text,
        cut,
        date.fromisoformat(answered),
        default_calendar(),
        default_settings(),
        default_words(),
    )


def gather(labels: list[dict[str, Any]], replies: dict[str, str]) -> Clauses:
    out = Clauses()
    for label in labels:
        normal = normalise(replies[str(label["id"])])
        doc = document(normal.text, label["answered"])
        at = len(out.rows)
        for i, (start, end) in enumerate(doc.clauses):
            out.reply.append(int(label["id"]))
            out.rows.append(keys(doc, i))
            out.grams.append(clause_slots(doc.text[start:end]))
        places = [normal.span(start, end) for start, end in doc.clauses]
        for commitment in label["commitments"]:
            bag = [at + i for i, place in enumerate(places) if _covers(commitment["span"], place)]
            if bag:
                out.bags.append((bag, bool(commitment["concrete"])))
    return out


def _covers(span: list[int], place: tuple[int, int]) -> bool:
    shared = min(span[1], place[1]) - max(span[0], place[0])
    return shared >= min(4, (span[1] - span[0]) / 2, (place[1] - place[0]) / 2)


def matrix(rows: list[list[Any]], columns: dict[Any, int]) -> sp.csr_matrix:
    indices: list[int] = []
    pointers = [0]
    for row in rows:
        indices.extend(columns[key] for key in row if key in columns)
        pointers.append(len(indices))
    data = np.ones(len(indices), dtype=np.float32)
    return sp.csr_matrix((data, indices, pointers), shape=(len(rows), len(columns)))


def columns_of(rows: list[list[Any]]) -> dict[Any, int]:
    counts = Counter(key for row in rows for key in set(row))
    return {key: i for i, key in enumerate(sorted((k for k, n in counts.items() if n >= LEAST), key=str))}


def targets(bags: list[tuple[list[int], bool]], liking: np.ndarray) -> np.ndarray:
    y = np.full(len(liking), NOTHING)
    for bag, _ in bags:
        y[bag] = PART
    for bag, concrete in sorted(bags, key=lambda b: b[1]):
        y[max(bag, key=lambda i: liking[i])] = CONCRETE if concrete else VAGUE
    return y


def out_of_fold(x: sp.csr_matrix, y: np.ndarray, fold: np.ndarray, c: float) -> np.ndarray:
    """Probabilities by class from models that did not see the reply. x may be given for rows to be fitted on."""
    chances = np.zeros((len(y), y.max() + 1))
    for k in range(FOLDS):
        fitted = LogisticRegression(C=c, max_iter=200).fit(x[fold != k], y[fold != k])
        chances[fold == k] = fitted.predict_proba(x[fold == k])
    return chances


def fit(labels: list[dict[str, Any]], replies: dict[str, str]) -> dict[str, Any]:
    """Everything the model file holds."""
    data = gather(labels, replies)
    fold = np.array([reply * 7919 % 104729 % FOLDS for reply in data.reply])
    row_columns, gram_columns = columns_of(data.rows), columns_of(data.grams)
    x = sp.hstack([matrix(data.rows, row_columns), matrix(data.grams, gram_columns)]).tocsr()
    liking = np.arange(len(fold), dtype=float)
    for _ in range(3):
        y = targets(data.bags, liking)
        chances = out_of_fold(x, y, fold, C)
        liking = chances[:, VAGUE] + chances[:, CONCRETE]
    y = targets(data.bags, liking)
    final = LogisticRegression(C=C, max_iter=300).fit(x, y)
    looked = (y >= VAGUE).astype(int)
    grams = matrix(data.grams, gram_columns)
    look_chance = out_of_fold(grams, looked, fold, C_LOOK)[:, 1]
    first = LogisticRegression(C=C_LOOK, max_iter=300).fit(grams, looked)
    cut = float(np.quantile(look_chance[y == CONCRETE], 1 - PASS))
    return {
        "rows": row_columns,
        "grams": gram_columns,
        "final": final,
        "first": first,
        "look": float(np.log(cut / (1 - cut)) - first.intercept_[0]),
        "looked": float((look_chance >= cut).mean()),
        "replies": len(labels),
        "clauses": len(y),
    }


def pack(
    fitted: dict[str, Any], labels: list[dict[str, Any]], thresholds: tuple[float, float]
) -> dict[str, Any]:
    """The arrays of the model file: weights against "no commitment", in steps of a 127th of the largest."""
    final, first = fitted["final"], fitted["first"]
    against = final.coef_[[CONCRETE, VAGUE]] - final.coef_[NOTHING]
    bias = final.intercept_[[CONCRETE, VAGUE]] - final.intercept_[NOTHING]
    n = len(fitted["rows"])
    tables = np.zeros((SINGLES + PAIRS, 3))
    for slot, column in fitted["grams"].items():
        tables[slot] = first.coef_[0, column], *against[:, n + column]
    rows = {key: against[:, column] for key, column in fitted["rows"].items()}
    rows[0] = rows.get(0, np.zeros(2)) + bias
    steps = 127 / np.abs(tables).max(axis=0)
    unit = float(max(np.abs(weights).max() for weights in rows.values())) / 32767
    numbers = [key for key in rows if isinstance(key, int)]
    strings = [key for key in rows if isinstance(key, str)]
    small = np.round(tables * steps).astype(np.int8)
    about = {
        "version": VERSION,
        "fingerprint": hashlib.sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest(),
        "replies": fitted["replies"],
        "clauses": fitted["clauses"],
        "steps": steps.tolist(),
        "unit": unit,
        "look": int(np.floor(fitted["look"] * steps[0])),
        "looked_at": round(fitted["looked"], 3),
        "listed": thresholds[0],
        "checkable": thresholds[1],
    }
    return {
        "single": small[:SINGLES],
        "pair": small[SINGLES:],
        "numbers": np.array(numbers, dtype=np.int32),
        "strings": np.array(strings, dtype=np.str_),
        "values": np.array([np.round(rows[k] / unit) for k in [*numbers, *strings]], dtype=np.int16),
        "about": np.array(json.dumps(about, ensure_ascii=False)),
    }


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--replies", type=Path, required=True)
    options.add_argument("--labels", type=Path, nargs="+", required=True)
    options.add_argument("--out", type=Path, default=OUT)
    options.add_argument("--listed", type=float, default=0.2)
    options.add_argument("--checkable", type=float, default=0.4)
    given = options.parse_args()
    labels = read_labels(given.labels)
    fitted = fit(labels, read_replies(given.replies))
    arrays = pack(fitted, labels, (given.listed, given.checkable))
    np.savez_compressed(given.out, **arrays)
    print(
        f"{len(labels)} replies, {fitted['clauses']} clauses; {given.out} {given.out.stat().st_size:,} bytes"
    )


if __name__ == "__main__":
    main()
