"""Fits the models of demands and writes demands_model.json: `python -m tools.train_demands`.

Fits on the `fit` part of bench/labels/demands.jsonl only. The two thresholds of asking are chosen by cross-validation
within it, by message, and so are the strengths of the penalties (noted below). Common bigrams are counted over all
messages and replies of the public board that are not in the `report` part. What is written holds weights and bigrams
of two characters, no text.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from bench.demands import Case, Label, cases, data_folder, figures, orders, overlap, pairs
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from wenxiao.recognition.demands import answering as answer
from wenxiao.recognition.demands import asking as ask
from wenxiao.recognition.demands.answering import ANSWERS, CLAIMS, Asked, Reply
from wenxiao.recognition.demands.clauses import KINDS, Cut, Cutter
from wenxiao.recognition.demands.reader import MODEL, WORDS, DemandReader
from wenxiao.recognition.demands.weights import bucket
from wenxiao.recognition.lexicon import read_data
from wenxiao.recognition.schema import Order

OUT = Path(__file__).resolve().parent.parent / "src" / "wenxiao" / "recognition" / "data" / MODEL
#: Inverse strengths of the penalties, chosen by cross-validation on `fit` (a factor of three either way is as good).
ASKING_C, CLAIM_C, VERDICT_C = 0.1, 0.3, 0.1
#: How far behind the best an unlikely clause may be, in log-odds. More finds as many rightly as wrongly: F1 is the same
#: within 0.01, and a reader of the list forgives a missed demand sooner than an invented one.
BEHIND = (0.3, 0.6, 0.9)
#: A bigram is common where at least this share of the texts has it.
COMMON = 0.01
FOLDS = 6
Features = dict[str, float]


@dataclass
class Fitted:
    """Weights by feature name, and the constant."""

    weights: dict[str, float]
    bias: float

    def group(self, name: str, keys: Iterable[str]) -> dict[str, float]:
        return {key: round(self.weights.get(f"{name}/{key}", 0.0), 4) for key in keys}

    def table(self, name: str, size: int) -> list[float]:
        return list(self.group(name, map(str, range(size))).values())


def fit(rows: Sequence[Features], targets: Sequence[Any], strength: float) -> dict[Any, Fitted]:
    """A logistic model by class; two classes give one entry, for the second."""
    vectors = DictVectorizer()
    model = LogisticRegression(C=strength, max_iter=5000).fit(vectors.fit_transform(rows), targets)
    names = vectors.get_feature_names_out()
    classes = model.classes_[1:] if len(model.coef_) == 1 else model.classes_
    return {
        label: Fitted(dict(zip(names, map(float, weights), strict=True)), float(bias))
        for label, weights, bias in zip(classes, model.coef_, model.intercept_, strict=True)
    }


def bits(words: Cutter, mask: int, group: str) -> Features:
    return {f"{group}/{name}": 1.0 for name in words.lists(mask)}


def common_bigrams(texts: Iterable[str]) -> tuple[dict[str, str], float]:
    """Common bigrams by their rounded rarity, and the rarity of all others."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        total += 1
        counts.update({a + b for a, b in pairwise(text)})
    kept: dict[str, list[str]] = {}
    for word, count in sorted(counts.items()):
        if count >= COMMON * total and all("\u4e00" <= char <= "\u9fff" for char in word):
            kept.setdefault(f"{math.log(total / count):.1f}", []).append(word)
    return {idf: " ".join(kept[idf]) for idf in sorted(kept, key=float)}, round(-math.log(COMMON) + 1.0, 1)


def asking_rows(words: Cutter, cut: Cut) -> list[Features]:
    """The features of each clause, named as `Asking` looks them up."""
    count = len(cut.ends)
    return [
        {
            **bits(words, cut.masks[at], "own"),
            f"close/{KINDS[cut.kinds[at]]}": 1.0,
            f"length/{bucket(cut.ends[at] - cut.starts[at], ask.LENGTHS)}": 1.0,
            f"distance/{bucket(count - 1 - at, ask.DISTANCES)}": 1.0,
            f"count/{bucket(count, ask.COUNTS)}": 1.0,
        }
        for at in range(count)
    ]


def asking_table(fitted: Fitted, words: Cutter, threshold: float, behind: float) -> dict[str, Any]:
    return {
        "bias": round(fitted.bias, 4),
        "threshold": threshold,
        "behind": behind,
        "own": fitted.group("own", words.names),
        "close": fitted.group("close", KINDS),
        "length": fitted.table("length", len(ask.LENGTHS) + 1),
        "distance": fitted.table("distance", len(ask.DISTANCES) + 1),
        "count": fitted.table("count", len(ask.COUNTS) + 1),
    }


def blank(words: Cutter, replies: Cutter, common: dict[str, str], rare: float) -> dict[str, Any]:
    """A model whose weights are all nothing, to read features with."""
    nothing = Fitted({}, 0.0)
    return {
        "common": common,
        "asking": asking_table(nothing, words, 0.0, 0.0),
        "answering": {
            "rare": rare,
            "prior": {},
            "claims": dict.fromkeys(CLAIMS, 0.0),
            "verdict": {a: verdict_table(nothing, words, replies) for a in ANSWERS},
        },
    }


def verdict_table(fitted: Fitted, words: Cutter, replies: Cutter) -> dict[str, Any]:
    return {
        "bias": round(fitted.bias, 4),
        "asked": fitted.group("asked", words.names),
        "clause": fitted.group("clause", replies.names),
        "share": fitted.table("share", len(answer.SHARES) + 1),
        "found": fitted.table("found", len(answer.SHARES) + 1),
        "length": fitted.table("length", len(answer.LENGTHS) + 1),
        "many": fitted.table("many", len(answer.MANY) + 1),
    }


class Trainer:
    """Fits one part after the other on labelled messages, each with the parts before it."""

    def __init__(self, found: dict[int, Order], held: set[int]) -> None:
        data = read_data(WORDS)
        self.words = Cutter(data["message"], data["ordinals"])
        self.replies = Cutter(data["reply"], data["ordinals"])
        texts = (t for number, o in found.items() if number not in held for t in (o.content, o.reply))
        self.common, self.rare = common_bigrams(texts)

    def reader(self, content: dict[str, Any]) -> DemandReader:
        return DemandReader(model=content)

    def fit(self, chosen: Sequence[Case], threshold: float, behind: float) -> dict[str, Any]:
        model = blank(self.words, self.replies, self.common, self.rare)
        model["asking"] = asking_table(self._asking(chosen, model), self.words, threshold, behind)
        answers = model["answering"]
        claims = self._claims(chosen, model)
        answers["prior"] = claims.group("prior", self.replies.names)
        answers["claims"] = claims.group("claim", CLAIMS)
        verdicts = self._verdicts(chosen, model)
        answers["verdict"] = {a: verdict_table(verdicts[a], self.words, self.replies) for a in ANSWERS}
        return model

    def _asking(self, chosen: Sequence[Case], model: dict[str, Any]) -> Fitted:
        reader = self.reader(model)
        rows: list[Features] = []
        targets: list[bool] = []
        for case in chosen:
            name, cut = reader.message(case.order)
            if name == "content":
                rows += asking_rows(self.words, cut)
                spans = [f.span for f in case.labels if f.field == name]
                targets += [any(overlap(cut.span(at), s) for s in spans) for at in range(len(cut.ends))]
        return fit(rows, targets, ASKING_C)[True]

    def _asked(self, chosen: Sequence[Case], reader: DemandReader) -> Iterator[tuple[Label, Asked, Reply]]:
        """Each labelled demand of the content, as it would be looked for, with its reply made ready."""
        for case in chosen:
            name, cut = reader.message(case.order)
            reply = reader.answering.reply(case.order.reply)
            labels = sorted((f for f in case.labels if f.field == name), key=lambda f: f.span)
            if name != "content" or not reply.cut.ends:
                continue
            for rank, label in enumerate(labels, 1):
                at = max(range(len(cut.ends)), key=lambda i: _shared(cut.span(i), label.span))
                yield label, reader.asked(cut, at, rank, len(labels)), reply

    def _claims(self, chosen: Sequence[Case], model: dict[str, Any]) -> Fitted:
        """Claims are linear, so each is read by itself with a weight of one."""
        units = {
            name: self.reader(
                {
                    **model,
                    "answering": {**model["answering"], "claims": {n: float(n == name) for n in CLAIMS}},
                }
            )
            for name in CLAIMS
        }
        base = units[CLAIMS[0]]
        rows: list[Features] = []
        targets: list[bool] = []
        for label, asked, reply in self._asked(chosen, base):
            if label.by is None:
                continue
            weights = base.answering.weights(asked, reply)
            values = {name: unit.answering.claims(asked, reply, weights) for name, unit in units.items()}
            for at, mask in enumerate(reply.cut.masks):
                claims = {f"claim/{name}": claim[at] for name, claim in values.items()}
                rows.append({**bits(self.replies, mask, "prior"), **claims})
                targets.append(overlap(reply.cut.span(at), label.by))
        return fit(rows, targets, CLAIM_C)[True]

    def _verdicts(self, chosen: Sequence[Case], model: dict[str, Any]) -> dict[Any, Fitted]:
        reader = self.reader(model)
        rows: list[Features] = []
        targets: list[str] = []
        for label, asked, reply in self._asked(chosen, reader):
            match = reader.answering.match(asked, reply)
            rows.append(
                {
                    **bits(self.words, asked.mask, "asked"),
                    **bits(self.replies, reply.cut.masks[match.at], "clause"),
                    f"share/{bucket(100 * match.share, answer.SHARES)}": 1.0,
                    f"found/{bucket(100 * match.found, answer.SHARES)}": 1.0,
                    f"length/{reply.length}": 1.0,
                    f"many/{bucket(asked.many, answer.MANY)}": 1.0,
                }
            )
            targets.append(label.answered)
        return fit(rows, targets, VERDICT_C)


def _shared(a: tuple[int, int], b: tuple[int, int]) -> int:
    return min(a[1], b[1]) - max(a[0], b[0])


def folds(chosen: Sequence[Case]) -> list[tuple[list[Case], list[Case]]]:
    """Fits and tests of the cross-validation, by message."""
    numbers = np.arange(len(chosen))
    return [
        ([chosen[i] for i in a], [chosen[i] for i in b])
        for a, b in GroupKFold(FOLDS).split(numbers, groups=numbers)
    ]


def thresholds(
    trainer: Trainer, chosen: Sequence[Case]
) -> tuple[float, float, list[tuple[DemandReader, list[Case]]]]:
    """The threshold and the distance behind the best with the highest F1 over the folds, and the folds' readers."""
    readers = [(trainer.reader(trainer.fit(a, 0.0, 0.0)), b) for a, b in folds(chosen)]
    best = (0.0, 0.0, 0.0)
    for threshold in np.arange(-2.0, 0.4, 0.1):
        for behind in BEHIND:
            right = total = 0
            for reader, tests in readers:
                reader.asking.threshold, reader.asking.behind = float(threshold), behind
                for case in tests:
                    demands = reader.read(case.order)
                    right += len(pairs(case.labels, demands))
                    total += len(demands) + len(case.labels)
            best = max(best, (2 * right / total, round(float(threshold), 2), behind))
    for reader, _ in readers:
        reader.asking.threshold, reader.asking.behind = best[1:]
    return best[1], best[2], readers


def main() -> None:
    folder = data_folder()
    if folder is None:
        print("The real texts are not here; name their folder in WENXIAO_DATA.")
        return
    found = orders(folder)
    chosen = cases(found, "fit")
    held = {number for number, o in found.items() if o in [c.order for c in cases(found, "report")]}
    trainer = Trainer(found, held)
    threshold, behind, readers = thresholds(trainer, chosen)
    print(f"threshold {threshold}, behind {behind}; by cross-validation within fit:")
    parts = [figures(reader, tests) for reader, tests in readers]
    for name in ("demands", "answered", "spans", "left", "signal"):
        total = getattr(parts[0], name)
        for part in parts[1:]:
            score = getattr(part, name)
            total.add(score.right, score.found, score.there)
        print(f"  {name:10} {total}")
    model = trainer.fit(chosen, threshold, behind)
    OUT.write_text(json.dumps(model, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"wrote {OUT.name}, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
