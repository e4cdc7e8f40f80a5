"""Which pairs are worth comparing: those that share something rare. Everything else is different unseen.

The work per order is bounded, whatever the size of the collection: a word that is in too many orders proposes nobody
by itself (it only ties each order to the next few that have it), and of those proposed only the likeliest are compared.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import scipy.sparse as sp

from wenxiao.recognition.matters import bare
from wenxiao.recognition.matters.columns import (
    FLAGS,
    HEAD,
    NAME,
    NAMED,
    PIECE,
    Columns,
    matrix,
    row_of,
    stack,
)
from wenxiao.recognition.matters.threads import in_threads
from wenxiao.recognition.matters.vocabulary import RARE, Weights

#: Partners looked at for one order, the likeliest by shared rare words.
PARTNERS = 24
#: Pairs whose rare words agree less than this are hardly ever one matter.
FLOOR = 0.05
#: A word in more orders than this proposes nobody by itself ...
CROWD = 400
#: ... but ties an order to this many of the next ones that have it, if the word is rare all the same.
NEXT = 3
#: Crowded words of an order that tie it so, the weightiest: in a large collection most of what is looked up is crowded.
CROWDED = 4
#: The rarest words of an order that are looked up.
LOOKED_UP = 64
#: How much a word counts when orders are looked up, by its flags: in a name, in the title, in a name of the opening.
_WORTH = np.array([0.5 + 2 * (f & HEAD > 0) + 2 * (f & NAME > 0) + (f & NAMED > 0) for f in range(FLAGS)])
#: Products worked out at a time: bounds memory (some 50 bytes a product while the likeliest are chosen).
WORK = 2_000_000


def candidates(c: Columns, w: Weights) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (left < right) to compare, each once, sorted."""
    count = len(c)
    m = stack([signature(piece, w) for piece in c.pieces()])
    seen = np.bincount(m.indices, minlength=m.shape[1])
    keys = [_crowded(m, seen)]
    m = _columns_where(m, (seen >= 2) & (seen <= CROWD))
    keys += _by_words(m, seen)
    left, right = bare.candidates(c)
    keys.append(left * count + right)
    found = _once(np.concatenate(keys))
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
    keep = _best(row_of(m), m.indices, m.data, LOOKED_UP)
    indptr = np.concatenate([[0], np.cumsum(np.minimum(sizes, LOOKED_UP))])
    return matrix(m.data[keep], m.indices[keep], indptr, m.shape[1])


def _by_words(m: sp.csr_matrix, seen: np.ndarray) -> list[np.ndarray]:
    count = m.shape[0]
    other = m.T.tocsr()
    # Products to be worked out up to each row.
    work = np.zeros(count + 1, dtype=np.int64)
    for at in range(0, count, PIECE):
        ends = m.indptr[at : at + PIECE + 1].astype(np.int64)
        done = np.concatenate([[0], np.cumsum(seen[m.indices[ends[0] : ends[-1]]])])
        work[at : at + PIECE + 1] = work[at] + done[ends - ends[0]]
    cuts = np.searchsorted(work, np.arange(0, work[-1] + WORK, WORK))
    cuts = np.unique(np.concatenate([[0], np.minimum(cuts, count), [count]]))
    return in_threads(
        lambda ends: _likeliest((m[ends[0] : ends[1]] @ other).tocsr(), int(ends[0]), count),
        [(a, b) for a, b in pairwise(cuts) if b > a],
    )


def _columns_where(m: sp.csr_matrix, keep: np.ndarray) -> sp.csr_matrix:
    """The entries of some columns."""
    places = np.flatnonzero(keep[m.indices])
    return matrix(m.data[places], m.indices[places], np.searchsorted(places, m.indptr), m.shape[1])


def _likeliest(scores: sp.csr_matrix, first: int, count: int) -> np.ndarray:
    """The likeliest partners of each row, as keys left * count + right."""
    row, other, value = row_of(scores), scores.indices, scores.data
    keep = np.flatnonzero((value >= FLOOR) & (other != row + first))
    row, other, value = row[keep], other[keep], value[keep]
    best = _best(row, other, value, PARTNERS)
    row, other = row[best] + first, other[best].astype(np.int64)
    return _once(np.minimum(row, other) * count + np.maximum(row, other))


def _best(row: np.ndarray, other: np.ndarray, value: np.ndarray, most: int) -> np.ndarray:
    """The places of the `most` highest of each row's values (positive, 32 bits), ties by `other`. `row` ascends."""
    if not len(row):
        return np.zeros(0, dtype=np.int64)
    # Floats above nothing are in the order of their bits: one plain sort of whole numbers, the highest first.
    keys = (row << 32) | (0xFFFF_FFFF - value.view(np.uint32).astype(np.int64))
    sizes = np.bincount(row)
    last = np.cumsum(sizes) - sizes + np.minimum(sizes, most) - 1
    limit = np.sort(keys)[last]
    keep = np.flatnonzero(keys <= limit[row])
    over = np.bincount(row[keep])[row[keep]] > most
    tied = keep[over]
    if not len(tied):
        return keep
    tied = tied[np.lexsort((other[tied], -value[tied], row[tied]))]
    top = np.arange(len(tied)) - np.searchsorted(row[tied], row[tied], side="left") < most
    return np.sort(np.concatenate([keep[~over], tied[top]]))


def _once(keys: np.ndarray) -> np.ndarray:
    """Each key once, sorted."""
    keys = np.sort(keys)
    return keys[np.diff(keys, prepend=-1) > 0]


def _crowded(m: sp.csr_matrix, seen: np.ndarray) -> np.ndarray:
    """Orders of one crowded but rare word, each with the next few."""
    count = m.shape[0]
    is_crowded = (seen > CROWD) & (seen < max(count / 150, CROWD))
    m = _columns_where(m, is_crowded)
    best = _best(row_of(m), m.indices, m.data, CROWDED)
    rows, words = row_of(m)[best], m.indices[best]
    by_word = np.sort((words.astype(np.int64) << 32) | rows)
    words, rows = by_word >> 32, by_word & 0xFFFF_FFFF
    found = [np.zeros(0, dtype=np.int64)]
    for step in range(1, min(NEXT, len(rows) - 1) + 1):
        same = words[:-step] == words[step:]
        found.append(rows[:-step][same] * count + rows[step:][same])
    return np.concatenate(found)
