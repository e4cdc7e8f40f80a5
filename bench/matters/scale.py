"""How cost grows with size: a whole history grouped from nothing, stage by stage, on made orders (`generator.py`).

Each size runs in a process of its own, which reads the orders from a file, has their facts read in as many processes
as are asked for, and groups them. Processor time is what the work costs, and other work on the machine lengthens it
less than the clock; peak memory is that of the grouping process, or of it and its readers while those run.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.matters.generator import Generator
from wenxiao.recognition.engines.local import spread
from wenxiao.recognition.matters import Grouper
from wenxiao.recognition.matters.packed import pack
from wenxiao.recognition.schema import ORDERS, orders_to_batch

BATCH = 4_000
PROCESSES = 2
BAR = 60
GIB = 1024**2  # of the KiB that Linux counts memory in


@dataclass(slots=True)
class Spent:
    """Seconds of processor (all processes) and of the clock by stage, peak memory in GiB, and how right the pairs are."""

    count: int
    cpu: dict[str, float] = field(default_factory=dict)
    clock: dict[str, float] = field(default_factory=dict)
    peak: dict[str, float] = field(default_factory=dict)
    precision: float = 0.0
    recall: float = 0.0

    def __str__(self) -> str:
        cpu, clock = sum(self.cpu.values()), sum(self.clock.values())
        stages = ", ".join(
            f"{stage} {1e6 * self.cpu[stage] / self.count:.0f} us ({self.clock[stage]:.0f} s, {self.peak[stage]:.2f} GiB)"
            for stage in self.cpu
        )
        return (
            f"{self.count:>9,} orders: {clock:7.1f} s by the clock, {cpu:7.1f} s of processor, {1e6 * cpu / self.count:5.0f} us an order, "
            f"peak {max(self.peak.values()):.2f} GiB; pairs: precision {self.precision:.3f}, recall {self.recall:.3f}\n"
            f"          {stages}"
        )


class Watch:
    """Tells what each stage costs."""

    def __init__(self, spent: Spent) -> None:
        self._spent, self._stage = spent, ""
        self._cpu, self._clock = _cpu(), time.perf_counter()

    def __call__(self, stage: str) -> None:
        """The stage before is over, this one begins; "" ends the last."""
        cpu, clock = _cpu(), time.perf_counter()
        if self._stage:
            self._spent.cpu[self._stage], self._spent.clock[self._stage] = (
                cpu - self._cpu,
                clock - self._clock,
            )
            self._spent.peak[self._stage] = _peak()
            if self._stage == "read":
                readers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / GIB
                self._spent.peak["read"] += readers * PROCESSES
        self._stage, self._cpu, self._clock = stage, cpu, clock


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIB


def make(count: int, path: Path, *, reword: bool) -> None:
    """Write `count` made orders, and the numbers of their matters beside them."""
    rows = Generator(reword=reword).orders(count)
    truth: list[int] = []
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, ORDERS, options=options) as writer:
        while some := list(islice(rows, BATCH)):
            truth += [matter for _, matter in some]
            writer.write_batch(orders_to_batch([order for order, _ in some]))
    np.save(path.with_suffix(".npy"), np.array(truth))


def measure(count: int, path: Path, processes: int) -> Spent:
    """Read and group the orders of a file."""
    spent = Spent(count)
    tell = Watch(spent)
    grouper = Grouper()
    tell("read")
    for _, packed in spread(_batches(path), pack, processes):
        grouper.add_packed(packed)
    found = [a.matter for a in grouper.group(tell)]
    tell("")
    truth = np.load(path.with_suffix(".npy"))
    spent.precision, spent.recall = pair_figures(truth, np.unique(found, return_inverse=True)[1])
    return spent


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
        yield from reader


def pair_figures(truth: np.ndarray, found: np.ndarray) -> tuple[float, float]:
    """Precision and recall over all pairs of orders."""

    def pairs(labels: np.ndarray) -> int:
        sizes = np.unique(labels, return_counts=True)[1].astype(np.int64)
        return int((sizes * (sizes - 1) // 2).sum())

    both = pairs(truth.astype(np.int64) * (int(found.max()) + 1) + found)
    return both / max(pairs(found), 1), both / max(pairs(truth), 1)


def draw(results: list[Spent]) -> Iterator[str]:
    """Processor time an order at each size as a bar, and where it would end on the line n log n through the first."""
    first = results[0]
    each = [1e6 * sum(one.cpu.values()) / one.count for one in results]
    line = [each[0] * math.log(one.count) / math.log(first.count) for one in results]
    unit = max(*each, *line) / BAR
    yield "microseconds of processor an order (#), and n log n from the first size on (|)"
    for one, cost, expected in zip(results, each, line, strict=True):
        bar = list(("#" * round(cost / unit)).ljust(BAR + 1))
        bar[round(expected / unit)] = "|"
        yield f"{one.count:>9,} {''.join(bar)} {cost:5.0f}, on the line {expected:5.0f}"


def main(sizes: list[int], *, reword: bool = True, processes: int = PROCESSES) -> None:
    """Measure each size in a process of its own, the smallest first, and draw how the cost grows."""
    spawn = multiprocessing.get_context("spawn")
    results: list[Spent] = []
    for size in sorted(sizes):
        with tempfile.TemporaryDirectory(prefix="wenxiao-matters-") as folder:
            path = Path(folder, "orders.arrow")
            with ProcessPoolExecutor(1, mp_context=spawn) as pool:
                pool.submit(make, size, path, reword=reword).result()
            with ProcessPoolExecutor(1, mp_context=spawn) as pool:
                results.append(pool.submit(measure, size, path, processes).result())
            load = "load {:.1f}, {:.1f}, {:.1f}".format(*os.getloadavg())
            print(
                f"{results[-1]}\n          {load} over 1, 5 and 15 minutes, {os.cpu_count()} processors",
                flush=True,
            )
    print("\n".join(draw(results)))
