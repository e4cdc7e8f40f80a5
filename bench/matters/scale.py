"""How cost grows with size: orders made from the real messages, whose true groups are known.

A seeded generator takes a real message as a pattern, gives it a place and a party of its own, and tells the matter
one to many times: other sentences left out, another caller, another day. Places are made of syllables, so that a
million orders have as many names as a real province. Nothing made is stored.
"""

from __future__ import annotations

import random
import re
import resource
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

import numpy as np
import pyarrow as pa

from bench.matters.data import messages
from wenxiao.recognition.matters import Grouper
from wenxiao.recognition.matters.facts import find_names
from wenxiao.recognition.matters.words import words
from wenxiao.recognition.schema import Order, orders_to_batch

#: Characters that made names are built from.
SYLLABLES = "安平永和长兴金玉石桥青山白水龙泉凤凰松柏桃李荷塘梅溪云海星月东升西林南湖北岭天乐吉祥福寿康宁华盛景秀文昌德义仁信礼智明远宏达佳美嘉丽雅清新民建国立光辉春秋冬夏江河湖港洲岛坪冲垅坡岗岭"
#: Orders of a matter: most have one, a few have hundreds.
SIZES, SHARES = (1, 2, 3, 5, 8, 20, 60), (0.62, 0.18, 0.09, 0.06, 0.03, 0.015, 0.005)
BATCH = 4_000


class Generator:
    """Orders with the number of the matter that each belongs to."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._patterns = [(o, _names(o.title), _names(o.content)) for o in messages()]
        self._patterns = [pattern for pattern in self._patterns if pattern[1]]

    def orders(self, count: int) -> Iterator[tuple[Order, int]]:
        """`count` orders, matters told in a row (the day says when)."""
        made, matter = 0, 0
        while made < count:
            pattern = self._renamed(*self._random.choice(self._patterns))
            for _ in range(min(self._random.choices(SIZES, SHARES)[0], count - made)):
                yield self._told(pattern, made), matter
                made += 1
            matter += 1

    def _renamed(self, order: Order, head: list[str], body: list[str]) -> Order:
        swap = {name: self._name(name) for name in (*head, *body)}
        change = re.compile("|".join(map(re.escape, sorted(swap, key=len, reverse=True))))
        title, content = (change.sub(lambda m: swap[m[0]], text) for text in (order.title, order.content))
        return Order(title=title, content=content, called_at=order.called_at)

    def _name(self, like: str) -> str:
        """Another name of the same kind: it keeps nothing but the ending."""
        ending = max((e for e in words().kind_of if like.endswith(e)), key=len, default="")
        return "".join(self._random.choices(SYLLABLES, k=max(3, len(like) - len(ending)))) + ending

    def _told(self, pattern: Order, number: int) -> Order:
        parts = re.split(r"(?<=[。！？!?])", pattern.content)
        kept = [part for part in parts if self._random.random() < 0.7] or parts
        day = timedelta(days=self._random.expovariate(1 / 40))
        when = pattern.called_at + day if pattern.called_at else None
        return Order(
            order=str(number), title=pattern.title, content="".join(kept), caller=f"c{number}", called_at=when
        )


def _names(text: str) -> list[str]:
    return [name.text for name in find_names(text) if len(name.text) > 2]


def measure(count: int) -> None:
    """Make, add and group `count` orders; print time (also the processor's, which other work does not lengthen), peak
    memory and accuracy."""
    made = Generator().orders(count)
    grouper, truth, spent, worked = Grouper(), [], 0.0, 0.0
    while rows := list(islice(made, BATCH)):
        truth += [matter for _, matter in rows]
        batch: pa.RecordBatch = orders_to_batch([order for order, _ in rows])
        start, busy = time.perf_counter(), time.process_time()
        grouper.add(batch)
        spent += time.perf_counter() - start
        worked += time.process_time() - busy
    busy = time.process_time()
    start = time.perf_counter()
    found = [a.matter for a in grouper.group()]
    grouped, worked = time.perf_counter() - start, worked + time.process_time() - busy
    precision, recall = pair_figures(np.array(truth), np.unique(found, return_inverse=True)[1])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{count:>9,} orders: read {spent:7.1f} s, grouped {grouped:7.1f} s, {1e6 * (spent + grouped) / count:6.0f} us "
        f"an order ({1e6 * worked / count:.0f} us of processor), peak {memory:.2f} GiB; pairs: precision {precision:.3f}, recall {recall:.3f}",
        flush=True,
    )


def pair_figures(truth: np.ndarray, found: np.ndarray) -> tuple[float, float]:
    """Precision and recall over all pairs of orders."""

    def pairs(labels: np.ndarray) -> int:
        sizes = np.unique(labels, return_counts=True)[1].astype(np.int64)
        return int((sizes * (sizes - 1) // 2).sum())

    both = pairs(truth.astype(np.int64) * (int(found.max()) + 1) + found)
    return both / max(pairs(found), 1), both / max(pairs(truth), 1)


def main(sizes: list[int]) -> None:
    """Measure each size."""
    for size in sizes:
        measure(size)
