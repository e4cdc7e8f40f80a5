"""Fitting the topic heads of the closure model, which weigh n-grams by rarity; a part of `tools.train_model`.

"asked" reads the message alone, for enforcement. So it can learn from messages without replies too: those of
bench/labels/messages.jsonl, the ones that a head fitted without them was least sure of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from tools.training import MESSAGE_LONGEST, SEED, Array, Data, Grams, folds, found_in, short
from wenxiao.recognition import heads

#: Topic heads: how much reply, message and title count, and inverse regularisation. Enforcement is in what is asked, crossing
#: in what is answered. RARITY is the unit of the squares of rarities.
TOPICS = {
    "enforcement": (0.85, 1.0, 0.7, 20.0),
    "crossing": (1.0, 0.5, 0.3, 10.0),
    "asked": (0.0, 1.0, 0.7, 20.0),
    "unresolved": (1.0, 0.5, 0.3, 20.0),
}
#: Which topic heads each target is judged by.
TOPICS_OF = {"enforcement": ["enforcement", "asked"], "crossing": ["crossing"], "unresolved": ["unresolved"]}
TARGETS = {"asked": "enforcement"}
RARITY = 2


class Topics:
    """The topic heads: linear in n-grams by their rarity, one for each kind, fitted apart from the other heads."""

    def __init__(self, data: Data, replies: Grams, messages: Grams) -> None:
        count, asked = len(data.orders), messages.clauses
        titles = np.array([len(o.title) for o in data.orders])
        reply = _present(replies.matrix, replies.clauses.owners, count)
        message = _present(messages.matrix, asked.owners, count)
        in_title = asked.starts < titles[asked.owners]
        title = _present(messages.matrix[in_title], asked.owners[in_title], count)
        self.data = data
        self.rarity = [_rarity(part[: data.train]) for part in (reply, message, title)]
        self.parts = [_by_rarity(p, r) for p, r in zip((reply, message, title), self.rarity, strict=True)]
        texts = data.asked
        table, cut = found_in([text for text, _, _ in texts], messages.keys, MESSAGE_LONGEST)
        in_title = cut.starts < np.array([length for _, length, _ in texts])[cut.owners]
        without = (
            sp.csr_matrix((len(texts), reply.shape[1])),
            _by_rarity(_present(table, cut.owners, len(texts)), self.rarity[1]),
            _by_rarity(_present(table[in_title], cut.owners[in_title], len(texts)), self.rarity[2]),
        )
        self.asked = _weighed(without, "asked"), np.array([truth for _, _, truth in texts])

    def fit(self, name: str, orders: Array) -> LogisticRegression:
        """One head on these orders; soft targets count on both sides."""
        of = TARGETS.get(name, name)
        orders = orders[self.data.known[of][orders] > 0]
        target, x = self.data.targets[of][orders], self.matrix(name)[orders]
        if name == "asked":
            target, x = np.concatenate((target, self.asked[1])), sp.vstack([x, self.asked[0]]).tocsr()
        truth, weight = np.repeat([1, 0], len(target)), np.concatenate((target, 1 - target))
        used = weight > 0
        line = LogisticRegression(C=TOPICS[name][3], solver="liblinear", random_state=SEED)
        return line.fit(sp.vstack([x, x]).tocsr()[used], truth[used], weight[used])

    def matrix(self, name: str) -> sp.csr_matrix:
        """All orders, the parts weighed as this head weighs them."""
        return _weighed(self.parts, name)

    def scores(self, name: str) -> Array:
        """What the head says of every order; of training orders one that was fitted without them."""
        x, n = self.matrix(name), self.data.train
        out = self.fit(name, np.arange(n)).decision_function(x)
        for a, b in folds(self.data):
            out[b] = self.fit(name, a).decision_function(x[b])
        return np.round(out, 6)

    def content(self) -> dict[str, Any]:
        """The topic heads' part of the model file."""
        lines = [self.fit(name, np.arange(self.data.train)) for name in TOPICS]
        out: dict[str, Any] = {
            "names": list(TOPICS),
            "bias": short(np.array([line.intercept_[0] for line in lines])),
            "unit": {},
        }
        start = 0
        for at, part in enumerate(heads.TOPIC_PARTS):
            rarity = self.rarity[at]
            end = start + len(rarity)
            slopes = np.stack([line.coef_[0][start:end] for line in lines], axis=1)
            slopes *= np.sqrt(rarity)[:, None] * np.array([weights[at] for weights in TOPICS.values()])
            most = np.abs(slopes).max(0)
            unit = np.where(most > 0, most, 127) / 127
            out["unit"][part] = [float(f"{u:.6g}") for u in unit]
            out[part] = heads.pack(np.column_stack((rarity, np.rint(slopes / unit))).astype(np.int8))
            start = end
        return out


def _weighed(parts: Sequence[sp.csr_matrix], name: str) -> sp.csr_matrix:
    """Reply, message and title side by side as one head weighs them."""
    return sp.hstack([w * part for w, part in zip(TOPICS[name][:3], parts, strict=True)]).tocsr()


def _present(matrix: sp.csr_matrix, owners: Array, texts: int) -> sp.csr_matrix:
    """Which n-grams stand in which text."""
    gather = sp.csr_matrix((np.ones(len(owners)), (owners, np.arange(len(owners)))), (texts, len(owners)))
    return sp.csr_matrix((gather @ matrix) > 0, dtype=np.float64)


def _rarity(part: sp.csr_matrix) -> Array:
    """Squares of the n-grams' inverse document frequencies, as whole numbers of 1/RARITY."""
    idf = 1 + np.log((1 + part.shape[0]) / (1 + np.asarray(part.sum(0)).ravel()))
    return np.minimum(127, np.rint(RARITY * idf**2))


def _by_rarity(part: sp.csr_matrix, rarity: Array) -> sp.csr_matrix:
    length = np.sqrt(np.maximum(1, part @ rarity))
    return sp.csr_matrix(sp.diags(1 / length) @ part @ sp.diags(np.sqrt(rarity)))
