"""How fast an order is read: `python -m bench.recognition`. One core, the real replies, and where the time goes.

All is CPU time of this process. A machine that does other work gives smaller figures, so the ratios count: each stage is
also given against a plain count of the same texts' character n-grams, timed in the same run.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

from bench.data import replies
from wenxiao.recognition import engine as parts
from wenxiao.recognition.engine import Engine
from wenxiao.recognition.schema import Order, batch_to_orders, orders_to_batch
from wenxiao.recognition.settings import Settings

#: Orders a second on one core: a year of Beijing, 24 million, in under 45 minutes on two.
REACH, BATCH, ROUNDS = 5000, 512, 5
#: The lengths of the n-grams that the plain count takes.
GRAMS = range(1, 5)
clock = time.process_time


class Stages:
    """CPU time by stage: what is spent in a stage, and not in a stage within it. The least of the rounds counts for each
    batch, since other work on the machine only ever adds."""

    def __init__(self) -> None:
        self.least: dict[tuple[str, int], float] = {}
        self._spent: defaultdict[str, float] = defaultdict(float)
        self._within = [0.0]

    def watch(self, owner: Any, name: str, stage: str) -> None:
        """Have the calls of `owner.name` counted as `stage`."""
        setattr(owner, name, self.timed(getattr(owner, name), stage))

    def timed(self, call: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            self._within.append(0.0)
            began = clock()
            try:
                return call(*given, **named)
            finally:
                took = clock() - began
                self._spent[stage] += took - self._within.pop()
                self._within[-1] += took

        return counted

    def end(self, batch: int) -> None:
        """Take note of a batch."""
        for stage, spent in self._spent.items():
            key = stage, batch
            self.least[key] = min(self.least.get(key, spent), spent)
        self._spent.clear()

    def each(self, orders: int) -> dict[str, float]:
        """Microseconds an order of each stage, the longest first."""
        total: defaultdict[str, float] = defaultdict(float)
        for (stage, _), spent in self.least.items():
            total[stage] += spent / orders * 1e6
        return dict(sorted(total.items(), key=lambda item: -item[1]))


def main() -> None:
    """Time whole batches, Arrow in and out; print the rate of a run that nothing watches, then its stages."""
    orders = replies()
    batches = [orders_to_batch(orders[at : at + BATCH]) for at in range(0, len(orders), BATCH)]
    engine = Engine(Settings(as_of=date(2020, 1, 31)))
    whole, stages = Stages(), Stages()
    run = whole.timed(engine.read_batch, "whole")
    plain = whole.timed(_grams, "plain")
    for _ in range(ROUNDS):
        for at, batch in enumerate(batches):
            run(batch)
            plain(orders[at * BATCH : (at + 1) * BATCH])
            whole.end(at)
    each = whole.each(len(orders))
    rate = 1e6 / each["whole"]
    print(
        f"recognition: {rate:,.0f} orders a second on one core, {rate / REACH:.2f} of what is to be reached"
    )
    print(f"{each['whole']:.0f} us an order; a plain count of its n-grams takes {each['plain']:.0f} us")
    watched = _watched(engine, stages)
    for _ in range(ROUNDS):
        for at, batch in enumerate(batches):
            watched(batch)
            stages.end(at)
    found = stages.each(len(orders))
    without = 1e6 / (each["whole"] - found["demands"])
    print(f"{without:,.0f} orders a second without demands, {without / REACH:.2f} of what is to be reached")
    print(f"\n{'stage':<40}{'us an order':>12}{'of the n-grams':>16}")
    for stage, spent in found.items():
        print(f"{stage:<40}{spent:>12.1f}{spent / each['plain']:>16.2f}")


def _grams(orders: list[Order]) -> int:
    """Count the n-grams of the same texts with what Python has for it."""
    found: Counter[str] = Counter()
    for order in orders:
        for text in (order.title, order.content, order.reply):
            for n in GRAMS:
                found.update(text[at : at + n] for at in range(len(text) - n + 1))
    return len(found)


def _watched(engine: Engine, stages: Stages) -> Callable[..., Any]:
    """`read_batch` with its stages watched. Watching costs a few microseconds an order."""
    stages.watch(parts, "findings_to_batch", "Arrow out")
    parts.batch_to_orders = stages.timed(lambda batch: list(batch_to_orders(batch)), "Arrow in")  # type: ignore[assignment]
    stages.watch(parts, "signatures_of_many", "day of the reply")
    stages.watch(parts, "reference_from", "day of the reply")
    stages.watch(parts, "answers_of_many", "receipts")
    stages.watch(parts, "commitments_of_many", "commitments")
    model = engine.model
    for owner, name, stage in (
        (engine.demands, "read_many", "demands"),
        (engine.text_signals, "read_many", "signals of texts"),
        (engine.column_signals.hollow, "emptied", "replies that say nothing"),
        (engine.crossing, "read_many", "bodies and crossing"),
        (model, "_enforcement", "model: words of enforcement"),
        (model, "read_many", "model: putting together, evidence"),
        (model._heads, "read", "model: sums of n-grams, pooling"),
        (model._heads._reply, "hits", "model: n-grams of replies"),
        (model._heads._message, "hits", "model: n-grams of messages"),
        (engine.column_signals, "read", "signals of columns"),
        (engine.repeats, "read_many", "calling again"),
        (engine.enforcement, "read_many", "fields and acts of enforcement"),
        (engine.missing, "shown", "what is missing"),
        (engine, "_finding", "finding: weights, class, kinds"),
    ):
        stages.watch(owner, name, stage)
    for stack in model._stacks.values():
        stages.watch(stack, "scores", "model: trees")
        stages.watch(stack, "parts", "model: trees")
    return stages.timed(engine.read_batch, "between the stages")


if __name__ == "__main__":
    main()
