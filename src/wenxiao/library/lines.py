"""Moving the lines of kinds and commitments by what people said, and the report on each that a person decides by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from wenxiao.library.teaching import Lessons
from wenxiao.recognition.learning import (
    AS_SHIPPED,
    PARTS,
    Adjustment,
    Example,
    Policy,
    Shift,
    TooFewExamples,
    fit_shift,
    part_figures,
)


def move_lines(
    lessons: Lessons, present: Adjustment | None, policy: Policy
) -> tuple[dict[str, Shift], dict[str, Any]]:
    """The shifts that the answers ask for (only those that move anything), and a report for each of `PARTS`.

    A report: `cases` learned from, `corrected` ones among them, `apart` kept apart from `from` to `to`; `too_few`, where
    nothing could be learned, with what there is and what it takes; figures of the lines as `shipped`, as `present`ly used
    and as `trained`; `scale`, `constant` and what was `learned` of each trait.
    """
    shifts, report = {}, {}
    for part in PARTS:
        shift, report[part] = _move(
            lessons.examples[part], present.part(part) if present else AS_SHIPPED, policy
        )
        if shift != AS_SHIPPED:
            shifts[part] = shift
    return shifts, report


def _move(examples: Sequence[Example], present: Shift, policy: Policy) -> tuple[Shift, dict[str, Any]]:
    learn, apart = split_by_order(examples, policy.holdout)
    shift, too_few = AS_SHIPPED, None
    try:
        shift = fit_shift(learn, policy)
    except TooFewExamples as few:
        too_few = {"have": few.have, "least_side": few.least_side, "corrected": few.corrected}
    times = [one.at for one in apart]
    report = {
        "cases": len(learn),
        "corrected": sum(one.corrected for one in learn),
        "apart": len(apart),
        "from": min(times).date().isoformat() if times else None,
        "to": max(times).date().isoformat() if times else None,
        "too_few": too_few,
        "shipped": part_figures(apart, AS_SHIPPED),
        "present": part_figures(apart, present),
        "trained": part_figures(apart, shift),
        "scale": shift.scale,
        "constant": shift.constant,
        "learned": _largest(shift.signals),
    }
    return shift, report


def _largest(signals: Mapping[str, float]) -> list[dict[str, Any]]:
    rows = [{"signal": name, "added": value} for name, value in signals.items()]
    return sorted(rows, key=lambda row: (-abs(float(row["added"])), row["signal"]))


def split_by_order(examples: Sequence[Example], share: float) -> tuple[list[Example], list[Example]]:
    """What to learn from, and the newest share of the orders, which is only reported on. The clauses of an order stay
    together, at the time of the last thing said of it."""
    last: dict[str, datetime] = {}
    for one in examples:
        last[one.order] = max(one.at, last.get(one.order, one.at))
    orders = sorted(last, key=lambda order: (last[order], order))
    kept = set(orders[len(orders) - round(len(orders) * share) :])
    return [one for one in examples if one.order not in kept], [one for one in examples if one.order in kept]


def dates_report(lessons: Lessons) -> dict[str, Any]:
    """How often the last day of a commitment had been read right, by those that people confirmed or corrected. Nothing is
    learned from it: where a person gave another day, theirs stands."""
    times = [at for at, _ in lessons.dates]
    return {
        "cases": len(lessons.dates),
        "right": sum(right for _, right in lessons.dates),
        "from": min(times).date().isoformat() if times else None,
        "to": max(times).date().isoformat() if times else None,
    }
