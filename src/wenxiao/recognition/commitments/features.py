"""What the model sees of every clause of a batch, its times left out: characters, words by class and order,
the same of its neighbours, and its place in the reply.

A feature is a slot of one table of weights. Each family of features has its stretch of the table, and is a pair of
arrays: the clauses, and the slots that they have. Fitting and reading take the same arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wenxiao.recognition.commitments.batch import Batch, Bools
from wenxiao.recognition.commitments.words import MOST_CLASSES, Ints, Words

#: How many slots each family has. The order is part of the model's format.
FAMILIES = {
    "single": 1 << 14,
    "pair": 1 << 16,
    "first_two": 1 << 12,
    "last_two": 1 << 12,
    "last_one": 1 << 10,
    "before_first_two": 2 << 12,
    "before_last_two": 2 << 12,
    "mark_before": 1 << 10,
    "mark_after": 1 << 10,
    "class": MOST_CLASSES,
    "opens": MOST_CLASSES,
    "first_class": MOST_CLASSES,
    "last_class": MOST_CLASSES,
    "in_order": MOST_CLASSES**2,
    "before": 2 * MOST_CLASSES,
    "two_before": 2 * MOST_CLASSES,
    "following": 2 * MOST_CLASSES,
    "so_far": MOST_CLASSES,
    "join": 4 * MOST_CLASSES**2,
    "place": 64,
}
OFFSETS = dict(zip(FAMILIES, np.cumsum([0, *FAMILIES.values()])[:-1].tolist(), strict=True))
SIZE = sum(FAMILIES.values())
Family = tuple[str, Ints, Ints]


def features(batch: Batch, words: Words) -> tuple[Ints, Ints, Hits]:
    """(clause, slot) of every feature, and the words behind them."""
    hits = Hits.of(batch, words)
    rows, slots = [], []
    for name, row, slot in (
        *_characters(batch),
        *_words(batch, hits),
        *_neighbours(batch, hits),
        *_places(batch),
    ):
        rows.append(row)
        slots.append(slot + OFFSETS[name])
    return np.concatenate(rows), np.concatenate(slots), hits


@dataclass(frozen=True, slots=True)
class Hits:
    """The words of a batch in order of place: the clause, class and place of each.

    `first`, `last` are the class of each clause's first and last word, 0 where it has none; `once_row`, `once_class`
    the classes of each clause, each once.
    """

    row: Ints
    number: Ints
    place: Ints
    first: Ints
    last: Ints
    once_row: Ints
    once_class: Ints

    @classmethod
    def of(cls, batch: Batch, words: Words) -> Hits:
        """The words of `batch` that lie within a clause."""
        place, length, number = words.find(batch.codes)
        row = np.searchsorted(batch.starts, place, side="right") - 1
        inside = row >= 0
        inside[inside] &= (place + length)[inside] <= batch.ends[row[inside]]
        row, number, place = row[inside], number[inside], place[inside]
        n = len(batch.starts)
        first, last = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        first[row[::-1]] = number[::-1]
        last[row] = number
        once = np.unique(row * MOST_CLASSES + number)
        return cls(row, number, place, first, last, once // MOST_CLASSES, once % MOST_CLASSES)


def _pair_slot(first: Ints, second: Ints, bits: int) -> Ints:
    slot: Ints = (first * 31 + second) * 40503 >> 3 & ((1 << bits) - 1)
    return slot


def _one_slot(code: Ints, bits: int) -> Ints:
    slot: Ints = code * 40503 >> 2 & ((1 << bits) - 1)
    return slot


def _characters(batch: Batch) -> Iterator[Family]:
    codes, starts, ends = batch.codes, batch.starts, batch.ends
    n = len(starts)
    size = ends - starts
    row = np.repeat(np.arange(n), size)
    at = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size) + np.repeat(starts, size)
    yield "single", row, _one_slot(codes[at], 14)
    paired = at + 1 < ends[row] if n else at
    yield "pair", row[paired], _pair_slot(codes[at[paired]], codes[at[paired] + 1], 16)
    every = np.arange(n)
    second, last_but_one = np.minimum(starts + 1, ends - 1), np.maximum(ends - 2, starts)
    opening = _pair_slot(codes[starts], codes[second], 12)
    closing = _pair_slot(codes[last_but_one], codes[ends - 1], 12)
    yield "first_two", every, opening
    yield "last_two", every, closing
    yield "last_one", every, _one_slot(codes[ends - 1], 10)
    yield (
        "mark_before",
        every,
        _one_slot(np.where(starts > batch.base[batch.reply], codes[starts - 1], 0), 10),
    )
    yield "mark_after", every, _one_slot(codes[ends], 10)
    has, away = _neighbour(batch, 1)
    yield "before_first_two", every[has], opening[every[has] - 1] + (away << 12)
    yield "before_last_two", every[has], closing[every[has] - 1] + (away << 12)


def _neighbour(batch: Batch, back: int) -> tuple[Bools, Ints]:
    """Which clauses have one `back` before them in the same reply, and for those, 1 when it is of another sentence."""
    n = len(batch.starts)
    has = np.zeros(n, dtype=bool)
    has[back:] = batch.reply[back:] == batch.reply[: max(n - back, 0)]
    rows = np.flatnonzero(has)
    return has, (batch.sentence[rows] != batch.sentence[rows - back]).astype(np.int64)


def _words(batch: Batch, hits: Hits) -> Iterator[Family]:
    yield "class", hits.once_row, hits.once_class
    opens = hits.place == batch.starts[hits.row]
    yield "opens", hits.row[opens], hits.number[opens]
    every = np.arange(len(batch.starts))
    yield "first_class", every, hits.first
    yield "last_class", every, hits.last
    follows = (hits.row[1:] == hits.row[:-1]) & (hits.number[1:] != hits.number[:-1])
    pair = hits.number[:-1] * MOST_CLASSES + hits.number[1:]
    yield "in_order", hits.row[1:][follows], pair[follows]


def _neighbours(batch: Batch, hits: Hits) -> Iterator[Family]:
    n = len(batch.starts)
    for name, by in (("before", 1), ("two_before", 2), ("following", -1)):
        row = hits.once_row + by
        kept = (row >= 0) & (row < n)
        row, number, of = row[kept], hits.once_class[kept], hits.once_row[kept]
        same = batch.reply[row] == batch.reply[of]
        row, number, of = row[same], number[same], of[same]
        away = (batch.sentence[row] != batch.sentence[of]).astype(np.int64)
        yield name, row, number + away * MOST_CLASSES
    has, away = _neighbour(batch, 1)
    rows = np.flatnonzero(has)
    for half, of in enumerate((hits.last, hits.first)):
        pair = of[rows - 1] * MOST_CLASSES + hits.first[rows]
        yield "join", rows, pair + (away + 2 * half) * MOST_CLASSES**2
    yield _so_far(batch, hits)


def _so_far(batch: Batch, hits: Hits) -> Family:
    """The classes of the sentence up to the clause: a clause has those of every earlier one of its sentence.

    For each class the first clause of the sentence that has it gives it to all after; that is at most
    MOST_CLASSES x clauses of features, in line with the length of the text.
    """
    n = len(batch.starts)
    change = np.flatnonzero(np.diff(batch.sentence, prepend=-1)) if n else np.zeros(0, dtype=np.int64)
    stop = np.concatenate((change[1:], [n]))
    run = np.searchsorted(change, hits.once_row, side="right") - 1
    _, first = np.unique(run * MOST_CLASSES + hits.once_class, return_index=True)
    row, number, end = hits.once_row[first], hits.once_class[first], stop[run[first]]
    count = end - row - 1
    given = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return "so_far", np.repeat(row + 1, count) + given, np.repeat(number, count)


def _places(batch: Batch) -> Iterator[Family]:
    n = len(batch.starts)
    every = np.arange(n)
    size = batch.size[batch.reply]
    of_reply = np.searchsorted(batch.reply, batch.reply, side="right")
    index = every - np.searchsorted(batch.sentence, batch.sentence, side="left")
    yield "place", every, np.minimum((batch.ends - batch.starts) // 5, 7)
    yield "place", every, 8 + np.minimum(index, 4)
    yield (
        "place",
        every,
        16 + np.minimum(6 * (batch.starts - batch.base[batch.reply]) // np.maximum(size, 1), 5),
    )
    yield "place", every, 24 + np.minimum(of_reply - every, 6)
    yield "place", every, 32 + np.minimum(size // 120, 8)
