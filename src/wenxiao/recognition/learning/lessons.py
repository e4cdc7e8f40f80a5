"""What the shipped engine sees of each order that people's answers about kinds and commitments can teach by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from wenxiao.recognition.commitments import Clause, clauses_of_many
from wenxiao.recognition.engine import Engine, Reading, without_collector
from wenxiao.recognition.schema import batch_to_orders

#: The kinds whose line can be moved; the others are what columns and other orders say.
KINDS = ("enforcement", "crossing")


@dataclass(frozen=True, slots=True)
class Question:
    """How far the model is above the line of a kind (log-odds), and the traits that people may judge it by. `stated` is
    what a column says, then nothing else counts; `nothing`: nothing is named that the kind could be of."""

    above: float
    traits: tuple[str, ...]
    stated: bool | None = None
    nothing: bool = False


@dataclass(frozen=True, slots=True)
class Lesson:
    """One order: the questions by kind, and the clauses of its reply."""

    kinds: Mapping[str, Question]
    clauses: tuple[Clause, ...]


def read_lessons(engine: Engine, batch: pa.RecordBatch) -> list[Lesson]:
    """The lesson of each row of `ORDERS`. The engine must be one without an adjustment."""
    with without_collector():
        read = engine.readings(list(batch_to_orders(batch)))
        orders = [one.order for one in read]
        clauses = clauses_of_many(
            orders, calendar=engine.calendar, references=[one.reference for one in read]
        )
        enforcement = engine.enforcement.read_many(orders)
        return [
            Lesson(
                {
                    "enforcement": Question(engine.above("enforcement", one.scores), acts.traits),
                    "crossing": _crossing(engine, one),
                },
                tuple(found),
            )
            for one, acts, found in zip(read, enforcement, clauses, strict=True)
        ]


def _crossing(engine: Engine, read: Reading) -> Question:
    _, across = engine.crossed(read)
    asked = read.crossing
    return Question(engine.above("crossing", read.scores), tuple(asked.facts), asked.stated, not across)
