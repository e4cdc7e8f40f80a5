"""Which pairs are worth comparing: those that share something rare. Everything else is different unseen.

The work per order is bounded, whatever the size of the collection: a word that is in too many orders proposes nobody
by itself (it only ties each order to the next few that have it), and of those proposed only the likeliest are compared.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import scipy.sparse as sp

from wenxiao.recognition.matters import bare
from wenxiao.recognition.matters.columns import FLAGS, HEAD, NAME, NAMED, Columns, matrix, row_of
from wenxiao.recognition.matters.vocabulary import RARE, Weights

#: Partners looked at for one order, the likeliest by shared rare words.
PARTNERS = 24
#: Pairs whose rare words agree less than this are hardly ever one matter.
FLOOR = 0.05
#: A word in more orders than this proposes nobody by itself ...
CROWD = 400
#: ... but ties an order to this many of the next ones that have it, if the word is rare all the same.
NEXT = 3
#: The rarest words of an order that are looked up.
LOOKED_UP = 64
#: How much a word counts when orders are looked up, by its flags: in a name, in the title, in a name of the opening.
_WORTH = np.array([0.5 + 2 * (f & HEAD > 0) + 2 * (f & NAME > 0) + (f & NAMED > 0) for f in range(FLAGS)])
#: Products worked out at a time: bounds memory (some 100 bytes a product while the likeliest are chosen).
WORK = 4_000_000


def candidates(c: Columns, w: Weights) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (left < right) to compare, each once, sorted."""
    count = len(c)
    m = signature(c, w)
    seen = np.bincount(m.indices, minlength=m.shape[1])
    keys = [*_by_words(m, seen), _crowded(m, seen)]
    left, right = bare.candidates(c)
    keys.append(left * count + right)
    found = np.unique(np.concatenate(keys))
    left, right = found // count, found % count
    alike = c.bare[left] == c.bare[right]
    return left[alike], right[alike]


def signature(c: Columns, w: Weights) -> sp.csr_matrix:
    """What an order is looked up by: its rarest words, names and title before the rest, each row of length 1."""
    words = c.words
    weight = w.word[words.indices]
    keep = (weight > RARE - 2) & ~np.repeat(c.bare, np.diff(words.indptr))
    sizes = np.bincount(row_of(words)[keep], minlength=len(c))
    data = (_WORTH[words.data] * weight)[keep].astype(np.float32)
    m = matrix(data, words.indices[keep], np.concatenate([[0], np.cumsum(sizes)]), words.shape[1])
    m = _rarest(m)
    length = np.sqrt(np.bincount(row_of(m), weights=m.data**2, minlength=len(c)))
    m.data /= np.repeat(length, np.diff(m.indptr)).astype(np.float32)
    return m


def _rarest(m: sp.csr_matrix) -> sp.csr_matrix:
    """At most LOOKED_UP entries a row, the heaviest; ties by column."""
    sizes = np.diff(m.indptr)
    if not len(sizes) or sizes.max() <= LOOKED_UP:
        return m
    order = np.lexsort((m.indices, -m.data, row_of(m)))
    rank = np.arange(len(order)) - np.repeat(m.indptr[:-1], sizes)
    keep = np.sort(order[rank < LOOKED_UP])
    indptr = np.concatenate([[0], np.cumsum(np.minimum(sizes, LOOKED_UP))])
    return matrix(m.data[keep], m.indices[keep], indptr, m.shape[1])


def _by_words(m: sp.csr_matrix, seen: np.ndarray) -> list[np.ndarray]:
    count = m.shape[0]
    useful = m.copy()
    useful.data[(seen[m.indices] > CROWD) | (seen[m.indices] < 2)] = 0
    useful.eliminate_zeros()
    other = useful.T.tocsr()
    work = np.zeros(count + 1)
    np.cumsum(np.bincount(row_of(useful), weights=seen[useful.indices], minlength=count), out=work[1:])
    cuts = np.searchsorted(work, np.arange(0, work[-1] + WORK, WORK))
    cuts = np.unique(np.concatenate([[0], np.minimum(cuts, count), [count]]))
    return [_likeliest((useful[a:b] @ other).tocsr(), int(a), count) for a, b in pairwise(cuts) if b > a]


def _likeliest(scores: sp.csr_matrix, first: int, count: int) -> np.ndarray:
    """The likeliest partners of each row, as keys left * count + right."""
    row = np.repeat(np.arange(scores.shape[0]), np.diff(scores.indptr)) + first
    other, value = scores.indices.astype(np.int64), scores.data
    keep = (value >= FLOOR) & (other != row)
    row, other, value = row[keep], other[keep], value[keep]
    many = np.bincount(row - first, minlength=scores.shape[0])[row - first] > PARTNERS
    best_row, best_other = _best(row[many], other[many], value[many])
    row, other = np.concatenate([row[~many], best_row]), np.concatenate([other[~many], best_other])
    return np.asarray(np.minimum(row, other) * count + np.maximum(row, other))


def _best(row: np.ndarray, other: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The PARTNERS highest values of each row, ties by `other`."""
    order = np.lexsort((other, -value, row))
    row, other = row[order], other[order]
    top = np.arange(len(row)) - np.searchsorted(row, row, side="left") < PARTNERS
    return row[top], other[top]


def _crowded(m: sp.csr_matrix, seen: np.ndarray) -> np.ndarray:
    """Orders of one crowded but rare word, each with the next few."""
    count = m.shape[0]
    rows = np.repeat(np.arange(count, dtype=np.int64), np.diff(m.indptr))
    crowded = (seen[m.indices] > CROWD) & (seen[m.indices] < max(count / 150, CROWD))
    rows, words = rows[crowded], m.indices[crowded]
    order = np.lexsort((rows, words))
    rows, words = rows[order], words[order]
    found = [np.zeros(0, dtype=np.int64)]
    for step in range(1, min(NEXT, len(rows) - 1) + 1):
        same = words[:-step] == words[step:]
        found.append(rows[:-step][same] * count + rows[step:][same])
    return np.concatenate(found)
