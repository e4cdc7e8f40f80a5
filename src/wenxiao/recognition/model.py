"""The closure model: from an order's texts, signals and named bodies to calibrated log-odds, every part of it shown.

Two steps (`heads`, `stack`) weigh the wording; each fired signal adds its own weight to that. The parts add up to the
log-odds: a constant, what each clause adds, what each signal adds. The file (`data/model.json`) says what it was
trained on and how well it does. Nothing here depends on the size of a batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from math import exp
from pathlib import Path
from typing import Any

import numpy as np

from wenxiao.recognition.crossing import CrossingDetails, crossing_details, crossing_facts
from wenxiao.recognition.enforcement import enforcement_facts
from wenxiao.recognition.heads import BLOCKS, Floats, Heads, Read, plain
from wenxiao.recognition.receipts import Answers
from wenxiao.recognition.schema import Commitment, Evidence, Order
from wenxiao.recognition.stack import Stack
from wenxiao.recognition.text import is_clause_of_form
from wenxiao.recognition.wordclasses import WordClasses
from wenxiao.recognition.wording import Clauses

#: How many clauses are shown as what the wording says.
SHOWN = 3
#: A clause that adds less than this to the log-odds is not worth showing.
LEAST = 0.15
#: A clause is taken for the reason of a kind only when it is of that kind with at least these log-odds.
LIKELY = -1.5
#: Orders and about how many characters are read at once; bounds the memory, changes no result. With 64 orders the calls of
#: numpy themselves took a third of the time.
BATCH, CHARACTERS = 512, 1 << 20
#: Which text heads are kinds of closing.
HOW = slice(1, 9)


@dataclass(slots=True)
class Scores:
    """What the model says of one order. `logit` is calibrated: `unresolved` is its logistic.

    `signal_weights` is what each fired signal added to `logit`; `wording` the clauses that added most, either way;
    `how` the chance of each kind of closing (done, informed, refused …).
    """

    logit: float
    unresolved: float
    signal_weights: dict[str, float]
    wording: list[Evidence]
    enforcement: float
    crossing: float
    is_enforcement: bool
    is_crossing: bool
    how: dict[str, float] = field(default_factory=dict)


@cache
def fitted_signals(path: Path | None = None) -> frozenset[str]:
    """`Model.fitted` of a model file, without making the model."""
    return frozenset(_content(path)["signals"])


@cache
def shipped_name() -> str:
    """The name of the model that comes with the package, without making the model."""
    return str(_content(None)["name"])


def _content(path: Path | None) -> dict[str, Any]:
    source = path or files("wenxiao.recognition") / "data" / "model.json"
    content: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return content


class BadModel(ValueError):
    """The file is no model that this version reads; the message is for an administrator."""


class Model:
    """A trained model, read from its file once. Safe to share between threads. `fitted` are the signals that it has a weight
    for; every other one weighs what its data file says."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.name: str = content["name"]
        self.info: dict[str, Any] = content["info"]
        self._heads = Heads(content["first"], WordClasses.load())
        self._plain = plain(len(self._heads.heads), len(self._heads.kinds))
        self._facts: list[str] = content["facts"]
        self._enforcement = enforcement_facts
        #: Which topic heads each target is judged by.
        self._topics = {
            kind: [self._heads.topics.index(name) for name in names]
            for kind, names in content["topics_of"].items()
        }
        self._stacks = {name: Stack(part) for name, part in content["stacks"].items()}
        self._last: dict[str, dict[str, float]] = content["last"]
        self._signals: dict[str, float] = content["signals"]
        self.fitted = frozenset(self._signals)
        #: From which chance on an order is of a kind.
        self.thresholds: dict[str, float] = content["thresholds"]

    @classmethod
    def load(cls, path: Path | None = None) -> Model:
        """The model in `path`, or the one that comes with the package. It is read once: the tables of its n-grams take
        a seventh of a second, more than the reading of a day's few orders."""
        stat = path.stat() if path else None
        return _loaded(path, (stat.st_mtime_ns, stat.st_size) if stat else None)

    def read(self, order: Order, signals: Sequence[Evidence], commitments: Sequence[Commitment]) -> Scores:
        """What the model says of one order."""
        return self.read_many([order], [signals], [commitments])[0]

    def read_many(
        self,
        orders: Sequence[Order],
        signals: Sequence[Sequence[Evidence]],
        commitments: Sequence[Sequence[Commitment]],
        crossing: Sequence[CrossingDetails] | None = None,
        answers: Sequence[Answers] | None = None,
    ) -> list[Scores]:
        """What the model says of each order; the same as one by one, several times faster.

        `crossing` is what `crossing` read in each order, `answers` its texts without receipts, where the caller has them.
        """
        del commitments  # the clause heads were taught by labelled commitments themselves
        named = [crossing_details(order) for order in orders] if crossing is None else crossing
        written = [Answers.of(order) for order in orders] if answers is None else answers
        out = []
        for part in _batches(orders):
            out += self._batch(orders[part], signals[part], named[part], written[part])
        return out

    def _batch(
        self,
        orders: Sequence[Order],
        signals: Sequence[Sequence[Evidence]],
        named: Sequence[CrossingDetails],
        answers: Sequence[Answers],
    ) -> list[Scores]:
        replies = [written.reply or written.handling for written in answers]
        messages = [f"{o.title}\n{o.content}" for o in orders]
        read = self._heads.read(replies, messages, [len(o.title) for o in orders])
        facts = np.array([[f in found for f in self._facts] for found in map(crossing_facts, named)], float)
        topics = {name: read.topics[:, at] for name, at in self._topics.items()}
        parts, constant = self._stacks["unresolved"].parts(
            np.column_stack((read.features, topics["unresolved"]))
        )
        parts *= self._last["unresolved"]["slope"]
        wording = parts.sum(axis=1) + constant * self._last["unresolved"]["slope"]
        kinds = {"enforcement": self._enforcement(orders), "crossing": facts}
        basic = read.features[:, self._plain]
        chances = {
            name: self._chances(name, np.column_stack((basic, topics[name], rules)))
            for name, rules in kinds.items()
        }
        weights = self._by_clause(read, parts)
        strongest = _strongest(read.clauses, weights, len(orders))
        how = np.round(1 / (1 + np.exp(-read.texts[:, HOW])), 4).tolist()
        out = []
        for at, order in enumerate(orders):
            fired = {e.signal for e in signals[at]} & self._signals.keys()
            by_signal = {name: self._signals[name] for name in sorted(fired)}
            logit = float(wording[at]) + self._last["unresolved"]["constant"] + sum(by_signal.values())
            enforcement, crosses = float(chances["enforcement"][at]), float(chances["crossing"][at])
            text = ("reply" if order.reply else "handling", replies[at])
            out.append(
                Scores(
                    logit,
                    _logistic(logit),
                    by_signal,
                    _evidence(strongest[at], text),
                    enforcement,
                    crosses,
                    enforcement >= self.thresholds["enforcement"],
                    crosses >= self.thresholds["crossing"],
                    how=dict(zip(self._heads.heads[HOW], how[at], strict=True)),
                )
            )
        return out

    def _chances(self, name: str, features: Floats) -> Floats:
        logit = self._stacks[name].scores(features) * self._last[name]["slope"] + self._last[name]["constant"]
        return np.asarray(1 / (1 + np.exp(-logit)))

    def _by_clause(self, read: Read, parts: Floats) -> Floats:
        """What each clause of a batch adds to the log-odds of its order.

        A kind's part goes to the clause that is most of that kind, if it is likely of it at all; the part of the text
        heads (and of the one by rarity, which is last) is shared out among the clauses that speak for its side, by how much they do.
        """
        heads, kinds = len(self._heads.heads), len(self._heads.kinds)
        owners = read.clauses.owners
        weights = np.zeros(len(owners))
        by_kind = parts[:, heads : heads + BLOCKS * kinds].reshape(len(parts), BLOCKS, kinds).sum(axis=1)
        text, kind = np.nonzero(read.leaders >= 0)
        clause = read.leaders[text, kind]
        likely = read.kinds[clause, kind] >= LIKELY
        np.add.at(weights, clause[likely], by_kind[text, kind][likely])
        whole = (parts[:, :heads].sum(axis=1) + parts[:, -1])[owners]
        speaking = np.maximum(np.where(whole > 0, read.shares, -read.shares), 0)
        total = np.bincount(owners, speaking, len(parts))[owners]
        shared: Floats = whole * speaking / np.where(total > 0, total, 1)
        return weights + shared


def _batches(orders: Sequence[Order]) -> Iterator[slice]:
    """The orders in parts of at most `BATCH`, and of about `CHARACTERS`."""
    first = size = 0
    for at, order in enumerate(orders, 1):
        size += len(order.title) + len(order.content) + len(order.reply) + len(order.handling)
        if size >= CHARACTERS or at - first == BATCH or at == len(orders):
            yield slice(first, at)
            first, size = at, 0


def _strongest(clauses: Clauses, weights: Floats, texts: int) -> list[list[tuple[int, int, float]]]:
    """The clauses of each text that add enough to be shown, strongest first: where each stands, and what it adds."""
    strong = np.flatnonzero(np.abs(weights) >= LEAST)
    owners = clauses.owners[strong]
    order = np.lexsort((-np.abs(weights[strong]), owners))
    strong = strong[order]
    rows = list(
        zip(*(values[strong].tolist() for values in (clauses.starts, clauses.ends, weights)), strict=True)
    )
    bounds = np.searchsorted(owners, np.arange(texts + 1)).tolist()
    return [rows[first:stop] for first, stop in pairwise(bounds)]


def _evidence(clauses: Sequence[tuple[int, int, float]], text: tuple[str, str]) -> list[Evidence]:
    """Of the clauses of one order, strongest first, those that are shown."""
    found: list[Evidence] = []
    for start, end, weight in clauses[: 3 * SHOWN]:
        if len(found) == SHOWN:
            break
        piece = text[1][start:end]
        # A greeting or "our answer follows" weighs by the company it keeps; it convinces nobody as a reason.
        if not is_clause_of_form(piece):
            found.append(Evidence("wording", text[0], start, end, piece, round(weight, 3)))
    return found


def _logistic(logit: float) -> float:
    return 1 / (1 + exp(-logit)) if logit >= 0 else exp(logit) / (1 + exp(logit))


@lru_cache(maxsize=2)
def _loaded(path: Path | None, written: tuple[int, int] | None) -> Model:
    """`written` tells a file that was replaced from the one that was read."""
    del written
    try:
        return Model(_content(path))
    except (KeyError, IndexError, TypeError, json.JSONDecodeError) as problem:
        raise BadModel(
            f"{path}：不是这一版能读的模型文件（{type(problem).__name__}: {problem}）。模型文件随程序升级，"
            "旧版的整个模型不能沿用；请换用随程序来的模型，再用本中心的研判结论重新训练。"
        ) from problem
