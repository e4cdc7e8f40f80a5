"""How fast an order is read: `python -m bench.recognition`. One core, the real replies, and where the time goes."""

from __future__ import annotations

import cProfile
import pstats
import time
from datetime import date

from bench.data import replies
from wenxiao.recognition.engine import Engine
from wenxiao.recognition.schema import orders_to_batch
from wenxiao.recognition.settings import Settings

#: Orders a second on one core: a year of Beijing, 24 million, in under 45 minutes on two.
REACH, BATCH, ROUNDS = 5000, 2048, 5


def main() -> None:
    """Time whole batches, Arrow in and out; print the median of a few rounds and its ratio to what is to be reached."""
    engine, orders = Engine(Settings(as_of=date(2020, 1, 31))), replies()
    batches = [orders_to_batch(orders[at : at + BATCH]) for at in range(0, len(orders), BATCH)]
    rates = []
    for _ in range(ROUNDS + 1):
        began = time.process_time()
        for batch in batches:
            engine.read_batch(batch)
        rates.append(len(orders) / (time.process_time() - began))
    median = sorted(rates[1:])[ROUNDS // 2]
    print(
        f"recognition: {median:,.0f} orders a second on one core, {median / REACH:.2f} of what is to be reached"
    )
    profile = cProfile.Profile()
    profile.runcall(lambda: [engine.read_batch(batch) for batch in batches])
    pstats.Stats(profile).strip_dirs().sort_stats("tottime").print_stats(12)


if __name__ == "__main__":
    main()
