"""What fitting the closure model needs: labelled orders, matrices of n-grams as the model itself reads them, ridge fits."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from python_calamine import CalamineWorkbook
from scipy.optimize import minimize
from sklearn.model_selection import StratifiedKFold

from wenxiao.recognition import wording
from wenxiao.recognition.receipts import answer
from wenxiao.recognition.schema import Order
from wenxiao.recognition.wordclasses import WordClasses, sorts

ROOT = Path(__file__).resolve().parent.parent
LABELS = ROOT / "bench" / "labels"
HOW = ("done", "informed", "refused", "promised", "ongoing", "referred", "measures", "vague")
#: What one clause can be: an undertaking that can be checked, one that cannot, or what decided the reading, by kind.
KINDS = ("concrete", "intention", *(f"key_{how}" for how in HOW))
#: What a whole text is read for; "unresolved" comes first.
HEADS = ("unresolved", *HOW, "commits_concrete", "commits", "enforcement", "crossing")
#: The longest n-gram of a message; its words need no classes.
MESSAGE_LONGEST = 3
#: Folds of every step, and the seed by which they and everything else are drawn.
FOLDS, SEED = 5, 3
Matrix = sp.csr_matrix
Array = np.ndarray


@dataclass
class Data:
    """Labelled orders: the first `train` to fit on, first those of the `board`, then letters; the rest to report on.

    Targets lie between 0 and 1; `known` says where there are any: letters were read for "unresolved" alone. `source`
    tells which set each order is of: train, letters, dev or letters_test. `asked` are messages without replies, read for
    enforcement alone: text, length of its title, label.
    """

    orders: list[Order]
    labels: list[dict[str, Any]]
    targets: dict[str, Array]
    known: dict[str, Array]
    sure: Array
    board: int
    train: int
    source: Array
    fingerprint: str
    asked: list[tuple[str, int, int]]

    @property
    def messages(self) -> list[str]:
        """What the callers wrote, as the model reads it."""
        return [f"{o.title}\n{o.content}" for o in self.orders]

    @property
    def replies(self) -> list[str]:
        """What they were answered, without receipts."""
        return [answer(o.reply) for o in self.orders]


def load() -> Data:
    """Texts and labels, joined by number. Where a second reading differs, the order counts half on either side."""
    folder = Path(os.environ.get("WENXIAO_DATA", ROOT.parent / "shared" / "data"))
    letters = lines(LABELS / "letters.jsonl")
    sets = {
        "train": lines(folder / "tipdm" / "labels" / "train.jsonl") + lines(LABELS / "read2.jsonl"),
        "letters": [x for x in letters if x["part"] == "fit"],
        "dev": lines(folder / "tipdm" / "labels" / "dev.jsonl"),
        "letters_test": [x for x in letters if x["part"] == "test"],
    }
    labels = [x for part in sets.values() for x in part]
    source = np.repeat(list(sets), [len(part) for part in sets.values()])
    board, train = len(sets["train"]), len(sets["train"]) + len(sets["letters"])
    again = {x["id"]: x for x in lines(LABELS / "again.jsonl")}
    targets = {name: np.array([_target(name, x, again.get(x["id"])) for x in labels]) for name in HEADS}
    known = {name: np.array([float(name in x or "how" in x) for x in labels]) for name in HEADS}
    texts = _texts(folder)
    orders = [texts[x["id"]] for x in labels]
    asked = lines(LABELS / "messages.jsonl")
    used = [labels[:train], sorted(again.values(), key=lambda x: x["id"]), asked]
    mark = hashlib.sha256(json.dumps(used, sort_keys=True).encode()).hexdigest()[:16]
    sure = np.array([x["sure"] for x in labels])
    return Data(orders, labels, targets, known, sure, board, train, source, mark, _asked(folder, asked))


def _asked(folder: Path, labels: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """The labelled messages of the sheet without replies."""
    sheet = CalamineWorkbook.from_path(folder / "tipdm" / "messages.xlsx").get_sheet_by_index(0)
    texts = {int(float(row[0])): (str(row[2]), str(row[4])) for row in sheet.to_python()[1:]}
    rows = [(*texts[x["id"]], x["enforcement"]) for x in labels]
    return [(f"{title}\n{content}", len(title), truth) for title, content, truth in rows]


def _texts(folder: Path) -> dict[int | str, Order]:
    """Every message or letter with its reply, by number."""
    sheet = CalamineWorkbook.from_path(folder / "tipdm" / "replies.xlsx").get_sheet_by_index(0)
    out: dict[int | str, Order] = {
        int(row[0]): Order(str(row[0]), title=str(row[2]), content=str(row[4]), reply=str(row[5]))
        for row in sheet.to_python()[1:]
    }
    for x in lines(folder / "letters" / "letters.jsonl"):
        out[x["id"]] = Order(x["id"], title=x["title"], content=x["content"], reply=x["reply"])
    return out


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _target(name: str, label: dict[str, Any], again: dict[str, Any] | None) -> float:
    if name not in label and "how" not in label:
        return 0.0
    if name == "commits_concrete":
        return float(any(c["concrete"] for c in label["commitments"]))
    if name == "commits":
        return float(bool(label["commitments"]))
    key = "cross" if name == "crossing" else name
    readings = [x for x in (label, again) if x is not None]
    return float(np.mean([key in x["how"] if key in HOW else x[key] for x in readings]))


@dataclass
class Grams:
    """Which n-grams stand in which clause of a list of texts, of those in enough of the training texts."""

    clauses: wording.Clauses
    matrix: Matrix
    keys: list[int]

    def by_text(self, texts: int) -> Matrix:
        """Which n-grams stand in which text, rows scaled by the root of their number."""
        count = len(self.clauses.owners)
        gather = sp.csr_matrix((np.ones(count), (self.clauses.owners, np.arange(count))), (texts, count))
        return scaled(sp.csr_matrix((gather @ self.matrix) > 0, dtype=np.float32))


def grams(
    texts: Sequence[str], train: int, least: int, classes: WordClasses | None, longest: int = wording.LONGEST
) -> Grams:
    """All n-grams of characters (and, with `classes`, of word classes) that at least `least` training texts have."""
    cut = wording.split(texts)
    found = sorts(cut, classes, longest)
    unique, column = np.unique(np.concatenate([key for key, _ in found]), return_inverse=True)
    rows = np.concatenate([clause for _, clause in found])
    shape = (len(cut.owners), len(unique))
    matrix = sp.csr_matrix((np.ones(len(rows), np.float32), (rows, column)), shape)
    gather = sp.csr_matrix(
        (np.ones(len(cut.owners)), (cut.owners, np.arange(len(cut.owners)))), (len(texts), len(cut.owners))
    )
    kept = np.flatnonzero(np.asarray(((gather @ matrix)[:train] > 0).sum(0)).ravel() >= least)
    return Grams(cut, sp.csr_matrix(matrix[:, kept]), [int(key) for key in unique[kept]])


def found_in(texts: Sequence[str], keys: list[int], longest: int) -> tuple[Matrix, wording.Clauses]:
    """Which of the known n-grams (`Grams.keys`) stand in which clause of other texts."""
    cut = wording.split(texts)
    found = sorts(cut, None, longest)
    known = np.array(keys, dtype=np.uint64)
    every = np.concatenate([key for key, _ in found])
    column = np.minimum(np.searchsorted(known, every), len(known) - 1)
    hit = known[column] == every
    rows = np.concatenate([clause for _, clause in found])[hit]
    shape = (len(cut.owners), len(known))
    return sp.csr_matrix((np.ones(len(rows), np.float32), (rows, column[hit])), shape), cut


def scaled(matrix: Matrix) -> Matrix:
    """Each row divided by the root of its sum, as the model divides."""
    return sp.csr_matrix(sp.diags(1 / np.sqrt(np.maximum(1, np.asarray(matrix.sum(1)).ravel()))) @ matrix)


def beside(owners: Array) -> tuple[Matrix, Matrix]:
    """Matrices that lead from each clause to the one before and the one after in the same text."""
    count = len(owners)
    same = np.concatenate(([False], owners[1:] == owners[:-1])).astype(np.float32)
    before = sp.csr_matrix((same[1:], (np.arange(1, count), np.arange(count - 1))), (count, count))
    return before, sp.csr_matrix(before.T)


def clause_targets(data: Data, cut: wording.Clauses) -> tuple[Array, Array]:
    """What each clause is, by `KINDS`, and how much that counts: nothing where it was not read for."""
    target = np.zeros((len(cut.owners), len(KINDS)))
    weight = np.zeros_like(target)
    for at, owner in enumerate(cut.owners):
        label = data.labels[owner]
        if owner >= data.board:
            continue
        weight[at, :2] = 1
        span = int(cut.starts[at]), int(cut.ends[at])
        for c in label["commitments"]:
            target[at, 0 if c["concrete"] else 1] += _shares(span, c["span"])
        if "key" in label:
            weight[at, 2:] = 1
            for key in label["key"]:
                if key["how"] in HOW:
                    target[at, 2 + HOW.index(key["how"])] += _shares(span, key["span"])
    target = np.minimum(target, 1)
    return target, weight * np.where(target > 0, 2, 1)


def _shares(a: tuple[int, int], b: Sequence[int]) -> bool:
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return shared > 0 and shared >= 0.5 * min(a[1] - a[0], b[1] - b[0])


def ridge(x: Matrix, target: Array, weight: Array, c: float, steps: int = 60) -> tuple[Array, Array]:
    """Weights and constants of one ridge logistic regression per column of `target`."""
    x = sp.csr_matrix(x, dtype=np.float32)
    size, heads, transposed = x.shape[1], target.shape[1], x.T.tocsr()

    def loss(flat: Array) -> tuple[float, Array]:
        v = flat.reshape(size + 1, heads)
        z = x @ v[:-1].astype(np.float32) + v[-1]
        gap = weight * (1 / (1 + np.exp(-z)) - target)
        value = c * (weight * (np.logaddexp(0, z) - target * z)).sum() + 0.5 * (v[:-1] ** 2).sum()
        slope = np.vstack([c * (transposed @ gap.astype(np.float32)) + v[:-1], c * gap.sum(0)])
        return float(value), slope.ravel().astype(np.float64)

    start = np.zeros((size + 1, heads))
    start[-1] = -2
    v = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": steps}).x
    v = v.reshape(size + 1, heads)
    return v[:-1], v[-1]


def bounded(x: Array, target: Array, least: Array, most: Array, stiff: Array) -> Array:
    """Weights and (last) constant of a logistic regression within bounds; `stiff` is each weight's penalty."""

    def loss(v: Array) -> tuple[float, Array]:
        z = x @ v[:-1] + v[-1]
        gap = 1 / (1 + np.exp(-z)) - target
        value = (np.logaddexp(0, z) - target * z).sum() + 0.5 * (stiff * v[:-1] ** 2).sum()
        return float(value), np.append(x.T @ gap + stiff * v[:-1], gap.sum())

    bounds = [*zip(least, most, strict=True), (None, None)]
    return minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds).x


def folds(data: Data) -> Iterator[tuple[Array, Array]]:
    """The seeded folds of the training orders, the same for every step."""
    hard = data.targets["unresolved"][: data.train] >= 0.5
    yield from StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(np.zeros(data.train), hard)


def short(values: Array) -> list[float]:
    """Numbers as they are written into the model file."""
    return [round(float(v), 6) for v in values]
