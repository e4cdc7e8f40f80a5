"""Which pairs are worth comparing: those that share something rare. Everything else is different unseen."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from wenxiao.recognition.matters.collection import RARE, Columns

#: Partners looked at for one order, the likeliest by shared rare words.
PARTNERS = 30
#: A column in more orders than this proposes nobody by itself.
CROWD = 400
ROWS = 2_000


def candidates(c: Columns, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (left < right) to compare, each once, sorted."""
    m = _signature(c, weight)
    other = m.T.tocsr()
    pairs = [_nearest((m[at : at + ROWS] @ other).tocsr(), at) for at in range(0, len(c), ROWS)]
    keys = np.unique(np.concatenate(pairs)) if pairs else np.zeros(0, dtype=np.int64)
    return keys // max(len(c), 1), keys % max(len(c), 1)


def _signature(c: Columns, weight: np.ndarray) -> sp.csr_matrix:
    m = (c.head * 2 + c.names * 2 + c.body_names + c.full * 0.5).tocsr()
    seen = np.bincount(c.full.indices, minlength=len(weight))
    useful = (seen > 1) & (seen <= CROWD) & (weight > RARE - 2)
    keep = useful[m.indices]
    data = np.where(keep, m.data * weight[m.indices], 0).astype(np.float32)
    m = sp.csr_matrix((data, m.indices, m.indptr), shape=m.shape)
    m.eliminate_zeros()
    norm = np.sqrt(np.maximum(np.asarray(m.multiply(m).sum(1)).ravel(), 1e-9))
    return (sp.diags(1 / norm) @ m).tocsr().astype(np.float32)


def _nearest(scores: sp.csr_matrix, first: int) -> np.ndarray:
    count = scores.shape[1]
    found = []
    for row in range(scores.shape[0]):
        start, end = scores.indptr[row], scores.indptr[row + 1]
        columns, values = scores.indices[start:end].astype(np.int64), scores.data[start:end]
        if len(values) > PARTNERS + 1:
            top = np.argsort(-values, kind="stable")[: PARTNERS + 1]
            columns = columns[top]
        me = first + row
        columns = columns[columns != me]
        found.append(np.minimum(columns, me) * count + np.maximum(columns, me))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
