"""The history as a new order looks it up: in the database, a few questions whatever its size, no service beside it.

Every order is listed under its rarest words. The lists of the whole history are written in one go, many to a row; orders
that came since stand beside them, a row for each word, until they are a twentieth of the whole and all is written anew.
What words weigh is as it was when the lists were written, so that lists and weights fit each other.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any, TypeVar

import numpy as np
from django.db import transaction
from django.db.models import Max

from wenxiao.library.history_models import OrderGist, Posting, PostingList, Vocabulary
from wenxiao.library.models import MatterLink
from wenxiao.orders import bulk
from wenxiao.recognition.matters.arriving import LISTED, WORD_BITS, listed_under
from wenxiao.recognition.matters.columns import Columns
from wenxiao.recognition.matters.stored import from_bytes, version
from wenxiao.recognition.matters.vocabulary import Seen, Weights, weights

#: Words to a row of lists, as a power of two: some hundred entries a row in a history of a million. A new order asks for one
#: row a word, so what else is in them is read in vain.
_TOGETHER = 3
#: Parts of the words, a power of two, that lists are written in: bounds memory, changes nothing.
_PARTS = 16
#: Gists read, rows written, and values asked for at a time.
_READ, _WRITE, _ASKED = 4_000, 4_000, 5_000
#: Written anew when what came since is this share of the history, and at least so many orders.
_SHARE, _LEAST = 0.05, 500

Check = Callable[[], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class InUse:
    """The vocabulary in use: what words weigh in the history, and which lists go with it."""

    generation: int
    last_order: int
    seen: Seen
    weights: Weights


def _form() -> int:
    """Says how words and lists were made."""
    return version() ^ _TOGETHER


def in_use() -> InUse | None:
    """The newest vocabulary; None where there is none yet, or it was made by an engine that read otherwise."""
    newest = Vocabulary.objects.order_by("-generation").values_list("pk", "form").first()
    return _load(newest[0]) if newest is not None and newest[1] == _form() else None


@lru_cache(maxsize=1)
def _load(pk: int) -> InUse:
    """Kept by each process: 80 MB of numbers, and a third of a second to make."""
    row = Vocabulary.objects.get(pk=pk)
    seen = Seen.nothing()
    for name in ("words", "problems", "areas"):
        _unpack(getattr(row, name), getattr(seen, name))
    seen.count = row.count
    return InUse(row.generation, row.last_order, seen, weights(seen))


def _pack(counts: np.ndarray) -> bytes:
    """The counts that are not nothing: where, then how many."""
    at = np.flatnonzero(counts).astype(np.uint32)
    return zlib.compress(at.tobytes() + counts[at].astype(np.uint32).tobytes(), 1)


def _unpack(data: bytes, counts: np.ndarray) -> None:
    at, many = np.frombuffer(zlib.decompress(data), np.uint32).reshape(2, -1)
    counts[at] = many


class Lists:
    """The history as `arriving.Lookup`, by the lists of a generation."""

    def __init__(self, generation: int) -> None:
        self._generation = generation

    def posted(self, words: Sequence[int]) -> Mapping[int, np.ndarray]:
        """The orders of each word, ascending, without repetition."""
        wanted: dict[int, list[int]] = defaultdict(list)
        for word in words:
            wanted[word >> _TOGETHER].append(word)
        found: dict[int, np.ndarray] = {}
        for buckets in _some(wanted, _ASKED):
            mine = {"generation": self._generation, "bucket": buckets}
            rows = bulk.select(PostingList, ("bucket", "entries"), mine)
            for bucket, entries in rows:
                found |= _lists(bytes(entries), wanted[bucket])
        since: dict[int, list[int]] = defaultdict(list)
        for some in _some(words, _ASKED):
            for word, order in bulk.select(Posting, ("word", "order"), {"word": some}):
                since[word].append(order)
        for word, orders in since.items():
            before = found.get(word, np.zeros(0, np.int64))
            found[word] = np.unique(np.concatenate([before, np.array(orders, dtype=np.int64)]))
        return found

    def columns(self, orders: Sequence[int]) -> Columns:
        """What the orders say; all of them have a gist."""
        rows: dict[int, bytes] = {}
        for some in _some(orders, _ASKED):
            gists = bulk.select(OrderGist, ("order", "facts"), {"order": some})
            rows |= {order: bytes(facts) for order, facts in gists}
        return from_bytes([rows[order] for order in orders])

    def groups(self, orders: Sequence[int]) -> Mapping[int, int]:
        """The matters of those that are in one."""
        found: dict[int, int] = {}
        for some in _some(orders, _ASKED):
            found |= dict(bulk.select(MatterLink, ("order", "matter"), {"order": some}))
        return found

    def members(self, groups: Sequence[int]) -> Mapping[int, list[int]]:
        """The orders of matters."""
        found: dict[int, list[int]] = defaultdict(list)
        for some in _some(groups, _ASKED):
            links = bulk.select(MatterLink, ("order", "matter"), {"matter": some}, order_by=["order"])
            for order, matter in links:
                found[matter].append(order)
        return found


def _some(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """A few at a time."""
    left = iter(items)
    while some := list(islice(left, size)):
        yield some


def _lists(entries: bytes, words: Sequence[int]) -> dict[int, np.ndarray]:
    both = np.frombuffer(entries, np.uint32).reshape(2, -1)
    ends = np.searchsorted(both[0], np.array([words, [word + 1 for word in words]]))
    return {word: both[1][a:b].astype(np.int64) for word, a, b in zip(words, *ends.tolist(), strict=True)}


def post(orders: Sequence[int], packed: Columns, w: Weights) -> None:
    """List new orders beside the lists. Call in a transaction; posting twice does no harm."""
    rows, words = listed_under(packed, w)
    pairs = zip(rows.tolist(), words.tolist(), strict=True)
    bulk.insert(Posting, ("word", "order"), [(word, orders[row]) for row, word in pairs])


def is_due(now: InUse, newest: int) -> bool:
    """Whether so much has come since the lists were written, up to order `newest`, that they should be written anew."""
    most = max(_LEAST, _SHARE * now.seen.count)
    # Keys have gaps but never repeat, so mostly the newest tells enough, and nothing is counted.
    if newest - now.last_order <= most:
        return False
    return OrderGist.objects.filter(order__gt=now.last_order).count() > most


def write_anew(check: Check = lambda: None) -> None:
    """Count the words of the whole history and write the lists anew, beside those that are in use, then turn to them.

    Reads nothing but gists. May be stopped anywhere: what was written is not in use and goes with the next writing.
    """
    newest = Posting.objects.aggregate(last=Max("pk"))["last"] or 0
    seen = Seen.nothing()
    last_order = 0
    for orders, packed in _all_gists():
        check()
        seen.add(packed)
        last_order = int(orders[-1])
    w = weights(seen)
    generation = (Vocabulary.objects.aggregate(last=Max("generation"))["last"] or 0) + 1
    _delete(PostingList.objects.exclude(generation=generation - 1), check)
    rows = (row for entries in _entries(w, check) for row in _rows(entries))
    for some in _some(rows, _WRITE):
        with transaction.atomic():
            check()
            bulk.insert(
                PostingList, ("generation", "bucket", "entries"), [(generation, *row) for row in some]
            )
    with transaction.atomic():
        check()
        counts = {name: _pack(getattr(seen, name)) for name in ("words", "problems", "areas")}
        Vocabulary.objects.create(
            generation=generation, form=_form(), count=seen.count, last_order=last_order, **counts
        )
        Vocabulary.objects.exclude(generation=generation).delete()
        Posting.objects.filter(pk__lte=newest).delete()
    _delete(PostingList.objects.exclude(generation=generation), check)


def _delete(rows: Any, check: Check) -> None:
    while some := list(rows.values_list("pk", flat=True)[:_WRITE]):
        with transaction.atomic():
            check()
            PostingList.objects.filter(pk__in=some).delete()


def _all_gists() -> Iterator[tuple[np.ndarray, Columns]]:
    last = 0
    while True:
        rows = list(
            OrderGist.objects.filter(order__gt=last, form=version())
            .order_by("order")
            .values_list("order", "facts")[:_READ]
        )
        if not rows:
            return
        yield np.array([order for order, _ in rows]), from_bytes([bytes(facts) for _, facts in rows])
        last = rows[-1][0]


def _entries(w: Weights, check: Check) -> Iterator[np.ndarray]:
    """Word and order of every listing, as one number each, sorted, a part of the words at a time; of a crowded word the newest
    orders only."""
    ends = np.arange(_PARTS + 1, dtype=np.uint64) << np.uint64(32 + WORD_BITS - _PARTS.bit_length() + 1)
    parts: list[list[np.ndarray]] = [[] for _ in range(_PARTS)]
    for orders, packed in _all_gists():
        check()
        rows, words = listed_under(packed, w)
        entries = words.astype(np.uint64) << np.uint64(32) | orders.astype(np.uint64)[rows]
        entries.sort()
        for part, (start, end) in zip(parts, pairwise(np.searchsorted(entries, ends)), strict=True):
            part.append(entries[start:end].copy())
    for part in parts:
        entries = np.concatenate([np.zeros(0, np.uint64), *part])
        part.clear()
        entries.sort()
        word = entries >> np.uint64(32)
        last = np.searchsorted(word, word, side="right")
        yield entries[last - np.arange(len(entries)) <= LISTED]


def _rows(entries: np.ndarray) -> Iterator[tuple[int, bytes]]:
    """Bucket and lists, packed: all words, then all orders."""
    word, order = (entries >> np.uint64(32)).astype(np.uint32), entries.astype(np.uint32)
    buckets = (word >> np.uint32(_TOGETHER)).astype(np.int64)
    first = np.flatnonzero(np.diff(buckets, prepend=-1))
    for bucket, (start, end) in zip(
        buckets[first].tolist(), pairwise([*first.tolist(), len(word)]), strict=True
    ):
        yield bucket, word[start:end].tobytes() + order[start:end].tobytes()
