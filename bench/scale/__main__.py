"""Orders a second on one and on two workers: `python -m bench.scale [ORDERS]` (20,000 unless told).

Each engine scans the same orders, made from the real messages by the generator of `bench.matters.generator`, with the replies of the
real letters under them, from Parquet to Parquet. Clock time says what this machine does now, with whatever else runs on
it; CPU seconds say what the work costs, and carry over to another machine.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.data import replies
from bench.matters.generator import Generator
from wenxiao.recognition.schema import Order, orders_to_batch

COUNT, SMALL = 20_000, 2_000
PART = 1_024
ENGINES = {
    "local, 1 process": ("--processes", "1"),
    "local, 2 processes": ("--processes", "2"),
    "spark, 1 worker": ("--engine", "spark", "--part", str(PART), "--master", "local-cluster[1,1,1024]"),
    "spark, 2 workers": ("--engine", "spark", "--part", str(PART), "--master", "local-cluster[2,1,1024]"),
    "the same, --no-matters": (
        *("--engine", "spark", "--part", str(PART), "--master", "local-cluster[2,1,1024]"),
        "--no-matters",
    ),
}
TICKS = 100  # of /proc, a second (proc(5): USER_HZ)


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the clock and of CPU; `driver` is the part of the CPU time that one process spent: more workers don't help it."""

    clock: float
    cpu: float
    driver: float


def orders(count: int) -> list[Order]:
    """Made messages under real replies."""
    given = cycle(replies())
    made = []
    for order, _ in Generator().orders(count):
        answer = next(given)
        order.reply, order.replied_at, order.unit = answer.reply, answer.replied_at, answer.unit
        made.append(order)
    return made


def spend(source: Path, options: tuple[str, ...], folder: Path) -> Spent:
    """Scan once; what the command and all its processes cost."""
    out = folder / "findings.parquet"
    names = [sys.executable, "-m", "wenxiao", "scan", str(source), "--as-of", "2020-01-31", "--out", str(out)]
    began = time.perf_counter()
    scan = subprocess.Popen([*names, *options], stdout=subprocess.DEVNULL)
    driver = total = 0.0
    while scan.poll() is None:
        own, below = _cpu(scan.pid)
        driver, total = max(driver, own), max(total, own + below)
        time.sleep(0.2)
    if scan.returncode:
        sys.exit(f"the scan ended with {scan.returncode}: {' '.join(options)}")
    return Spent(time.perf_counter() - began, total, driver)


def _cpu(pid: int) -> tuple[float, float]:
    """CPU seconds of a process, and of all below it: those that live, and those that were waited for."""
    stats: dict[int, tuple[int, float, float]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        own, waited = (sum(map(int, fields[a : a + 2])) / TICKS for a in (11, 13))
        stats[int(entry.name)] = int(fields[1]), own, waited
    if pid not in stats:
        return 0.0, 0.0
    below = stats[pid][2]
    for one, (_, own, waited) in stats.items():
        at = one
        while at in stats and at != pid:
            at = stats[at][0]
        if at == pid and one != pid:
            below += own + waited
    return stats[pid][1], below


def main(count: int) -> None:
    """Measure each engine on few and on many orders: the difference is what an order costs, the rest is starting."""
    with tempfile.TemporaryDirectory(prefix="wenxiao-scale-") as name:
        folder = Path(name)
        made = pa.Table.from_batches([orders_to_batch(orders(count))]).drop_columns(["row", "file", "sheet"])
        sources = {size: folder / f"{size}.parquet" for size in (SMALL, count)}
        for size, path in sources.items():
            pq.write_table(made.slice(0, size), path, compression="zstd")
        print(f"{count:,} orders, {sources[count].stat().st_size / count:,.0f} bytes each as Parquet (zstd)")
        print(
            "engine                 clock s    CPU s  one process s   orders/s   CPU us an order  of it one process us"
        )
        for engine, options in ENGINES.items():
            if "spark" in options and find_spec("pyspark") is None:
                print(f"{engine:<22} left out: the extra `spark` is not installed")
                continue
            few, many = (spend(path, options, folder) for path in sources.values())
            more = count - SMALL
            each, alone = (many.cpu - few.cpu) / more, (many.driver - few.driver) / more
            print(
                f"{engine:<22} {many.clock:7.1f} {many.cpu:8.1f} {many.driver:14.1f} {count / many.clock:10,.0f} "
                f"{1e6 * each:17,.0f} {1e6 * alone:21,.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
