"""Fit the commitment model on labelled replies and write src/wenxiao/recognition/data/commitment_model.npz.

    python tools/fit_commitments.py --replies replies.xlsx --labels train.jsonl [read2.jsonl ...] [--out OUT.npz]

Labels are JSON lines with `id` and `commitments` (`span`, `concrete`); nothing of the texts is stored
but weights of hashed characters and of words that are in data/commitment_words.toml.
Where the lines are drawn is not fitted here: data/commitments.toml, by `python -m bench.commitments --sweep`.

A labelled span may cover several clauses; which of them is the promise is learned too: first the last one, then,
twice, the one that the model of the other folds likes best. The rest are "part of one", a class of its own in
fitting only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
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
from wenxiao.recognition.commitments import features
from wenxiao.recognition.commitments.batch import Batch
from wenxiao.recognition.commitments.document import Lists
from wenxiao.recognition.commitments.features import SIZE
from wenxiao.recognition.commitments.find import time_slots
from wenxiao.recognition.commitments.model import scales
from wenxiao.recognition.commitments.moments import TABLE
from wenxiao.recognition.commitments.reading import Conventions
from wenxiao.recognition.commitments.settings import default_settings
from wenxiao.recognition.commitments.words import default_words
from wenxiao.recognition.reference import signed_or_given
from wenxiao.recognition.text import normalise

OUT = Path(__file__).parent.parent / "src/wenxiao/recognition/data/commitment_model.npz"
VERSION = 2
FOLDS = 5
#: Inverse strength of the penalty; chosen by cross-validation on train.
C = 0.1
#: A feature must occur in this many clauses.
LEAST = 4
#: Share of the listed commitments that must pass the look at words, before their times are seen.
PASS = 0.98
#: The lowest probability of any commitment that `listed` in data/commitments.toml may be set to.
LEAST_LISTED = 0.05
#: Log-odds that a weight's whole number stands for.
UNIT = 0.004
NOTHING, PART, VAGUE, CONCRETE = range(4)


@dataclass
class Clauses:
    """All clauses of all replies: their features (one row a clause, by its scale), the reply each is of, and the labelled spans as
    bags of clauses."""

    x: sp.csr_matrix
    reply: np.ndarray
    bags: list[tuple[list[int], bool]] = field(default_factory=list)


def read_replies(path: Path) -> dict[int, tuple[str, date | None]]:
    """Reply and day of reply by number."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    number, reply, when = (rows[0].index(name) for name in ("留言编号", "答复意见", "答复时间"))
    return {int(float(row[number])): (str(row[reply]), _day(row[when])) for row in rows[1:]}


def _day(cell: Any) -> date | None:
    if isinstance(cell, date):
        return date(cell.year, cell.month, cell.day)
    parts = str(cell).split(" ", 1)[0].replace("-", "/").split("/")
    return date(*map(int, parts)) if len(parts) == 3 else None


def read_labels(paths: Iterable[Path]) -> list[dict[str, Any]]:
    return [
        json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line
    ]


def gather(labels: list[dict[str, Any]], replies: dict[int, tuple[str, date | None]]) -> Clauses:
    """Features of every clause, the times of every clause included, and which clauses each label covers."""
    texts = [replies[label["id"]] for label in labels]
    normals = [normalise(text) for text, _ in texts]
    written = [normal.text for normal in normals]
    batch = Batch.of(written)
    looked = features.Clauses(batch, default_words())
    rows, slots = looked.features()
    n = len(batch.starts)
    conventions = Conventions(default_calendar(), default_settings())
    bags, time_rows, time_columns = [], [], []
    lists = Lists.of(batch, looked.hits, written, conventions.settings)
    for number, (label, (text, day), normal) in enumerate(zip(labels, texts, normals, strict=True)):
        signed = signed_or_given(text, day, None).day
        assert signed, f"reply {label['id']} has no date"
        doc = lists.document(number, (text, normal, signed), conventions)
        first = lists.bounds[number]
        for i in range(len(doc.starts)):
            found = time_slots(doc, i)
            time_rows += [first + i] * len(found)
            time_columns += found
        places = [normal.span(*place) for place in zip(doc.starts, doc.ends, strict=True)]
        for commitment in label["commitments"]:
            bag = [first + i for i, place in enumerate(places) if _covers(commitment["span"], place)]
            if bag:
                bags.append((bag, bool(commitment["concrete"])))
    scale = sp.diags(scales(np.bincount(rows, minlength=n)))
    rows, slots = np.concatenate((rows, time_rows)), np.concatenate((slots, time_columns))
    x = sp.csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, slots)), shape=(n, TABLE))
    return Clauses((scale @ x).tocsr(), np.array([label["id"] for label in labels])[batch.reply], bags)


def _covers(span: list[int], place: tuple[int, int]) -> bool:
    shared = min(span[1], place[1]) - max(span[0], place[0])
    return shared >= min(4, (span[1] - span[0]) / 2, (place[1] - place[0]) / 2)


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


def frequent(x: sp.csr_matrix) -> np.ndarray:
    """The columns that occur in enough clauses."""
    return np.flatnonzero(np.asarray((x > 0).sum(axis=0)).ravel() >= LEAST)


def fit(data: Clauses, listed: float) -> dict[str, Any]:
    """Weights for concrete and vague against nothing, and the cut of the look at words."""
    fold = data.reply * 7919 % 104729 % FOLDS
    columns = frequent(data.x)
    x = data.x[:, columns].tocsr()
    liking = np.arange(len(fold), dtype=float)
    for _ in range(3):
        y = targets(data.bags, liking)
        chances = out_of_fold(x, y, fold, C)
        liking = chances[:, VAGUE] + chances[:, CONCRETE]
    y = targets(data.bags, liking)
    final = LogisticRegression(C=C, max_iter=400).fit(x, y)
    weights = np.zeros((2, TABLE))
    weights[:, columns] = final.coef_[[CONCRETE, VAGUE]] - final.coef_[NOTHING]
    bias = final.intercept_[[CONCRETE, VAGUE]] - final.intercept_[NOTHING]
    without_times = data.x[:, :SIZE] @ weights[:, :SIZE].T + bias
    with_times = data.x @ weights.T + bias
    odds = np.exp(with_times).sum(axis=1)
    kept = odds / (1 + odds) >= listed
    look = float(np.quantile(without_times.max(axis=1)[kept], 1 - PASS))
    return {"weights": weights, "bias": bias, "look": look, "y": y, "chances": chances}


def pack(fitted: dict[str, Any], labels: list[dict[str, Any]]) -> dict[str, Any]:
    """The arrays of the model file."""
    about = {
        "version": VERSION,
        "fingerprint": hashlib.sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest(),
        "replies": len(labels),
        "clauses": len(fitted["y"]),
        "concrete": int((fitted["y"] == CONCRETE).sum()),
        "vague": int((fitted["y"] == VAGUE).sum()),
        "unit": UNIT,
        "bias": np.round(fitted["bias"] / UNIT).astype(int).tolist(),
        "look": int(np.floor(fitted["look"] / UNIT)),
    }
    return {
        "weights": np.round(fitted["weights"] / UNIT).astype(np.int16),
        "about": np.array(json.dumps(about, ensure_ascii=False)),
    }


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--replies", type=Path, required=True)
    options.add_argument("--labels", type=Path, nargs="+", required=True)
    options.add_argument("--out", type=Path, default=OUT)
    given = options.parse_args()
    labels = read_labels(given.labels)
    fitted = fit(gather(labels, read_replies(given.replies)), LEAST_LISTED)
    arrays = pack(fitted, labels)
    np.savez_compressed(given.out, **arrays)
    print(
        f"{len(labels)} replies, {len(fitted['y'])} clauses; {given.out} {given.out.stat().st_size:,} bytes"
    )


if __name__ == "__main__":
    main()
