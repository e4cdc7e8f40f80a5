"""What the columns of a matter say, worked out from its orders. The same for a new matter and for an old one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from wenxiao.library.calls import CallRules, Standing, calls_of, standings
from wenxiao.library.calls import load as call_rules
from wenxiao.library.choices import COMMITMENT_OPEN, Kind
from wenxiao.library.models import Commitment, Matter, MatterLink
from wenxiao.library.rules import NO_RANK, RANKS, Rules, grade_of, rules_folder
from wenxiao.orders import bulk
from wenxiao.orders.models import OrderUnit, WorkOrder
from wenxiao.recognition.callers import caller_of

_TITLE = 200
#: The title of a matter all of whose orders are confidential.
CONFIDENTIAL_TITLE = "保密事项"
_COLUMNS = (
    "title",
    "content",
    "called_at",
    "closed_at",
    "replied_at",
    "caller",
    "phone",
    "rehandled",
    "is_urgent",
    "is_supervised",
    "is_confidential",
    "gist__problems",
    "finding__unresolved",
    *(f"finding__is_{kind}" for kind in Kind.values),
)
#: What `matter_columns` gives.
MATTER_COLUMNS = (
    "title",
    "grade",
    "grade_rank",
    "grade_reasons",
    "order_count",
    "unit_count",
    "caller_count",
    "first_called",
    "last_called",
    "next_due",
    *(f"is_{kind}" for kind in Kind.values),
)
#: What a link says of its order as a call.
_STANDING = ("call", "after_days", "own_after_days", "again_days", "own_again_days", "fresh")


@dataclass(slots=True)
class Facts:
    """All that the columns of one matter are made of. `promises` are the due days of open, concrete commitments."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    units: set[int] = field(default_factory=set)
    promises: list[date] = field(default_factory=list)


def gather(groups: Mapping[int, Iterable[int]]) -> dict[int, Facts]:
    """The facts of several groups of orders (any key → ids of orders), in three queries."""
    owner = {pk: key for key, pks in groups.items() for pk in pks}
    facts: dict[int, Facts] = defaultdict(Facts)
    for row in bulk.select(WorkOrder, ("id", *_COLUMNS), {"id": list(owner)}, order_by=["called_at", "id"]):
        facts[owner[row[0]]].rows.append(dict(zip(("pk", *_COLUMNS), row, strict=True)))
    of_orders = {"order": list(owner)}
    for pk, unit in bulk.select(OrderUnit, ("order", "unit"), of_orders):
        facts[owner[pk]].units.add(unit)
    promised = bulk.select(Commitment, ("order", "due", "state"), {**of_orders, "concrete": True})
    for pk, due, state in promised:
        if due is not None and state in COMMITMENT_OPEN:
            facts[owner[pk]].promises.append(due)
    return facts


def matter_columns(facts: Facts, rules: Rules, today: date) -> dict[str, Any]:
    """The columns that follow from the orders; the grade too, which a person may have set instead."""
    rows = facts.rows
    calls: list[datetime] = [row["called_at"] for row in rows if row["called_at"] is not None]
    kinds = {kind: any(row[f"finding__is_{kind}"] for row in rows) for kind in Kind.values}
    grade, reasons = grade_of(_measures(facts, kinds, rules, today), rules)
    return {
        "title": _title(rows),
        "grade": grade,
        "grade_rank": RANKS.get(grade, NO_RANK),
        "grade_reasons": reasons,
        "order_count": len(rows),
        "unit_count": len(facts.units),
        "caller_count": _callers(rows),
        "first_called": min(calls, default=None),
        "last_called": max(calls, default=None),
        "next_due": min(facts.promises, default=None),
        **{f"is_{kind}": applies for kind, applies in kinds.items()},
    }


def _title(rows: Sequence[Mapping[str, Any]]) -> str:
    """The title (or opening) of the first order that may be shown. A confidential order never lends its words: they
    would stand in lists, in searches and on paper, where its content does not."""
    open_rows = [row for row in rows if not row["is_confidential"]]
    if not open_rows:
        return CONFIDENTIAL_TITLE
    first = open_rows[0]
    return (first["title"].strip() or " ".join(first["content"].split()))[:_TITLE] or "（无标题）"


def _measures(facts: Facts, kinds: Mapping[str, bool], rules: Rules, today: date) -> dict[str, int]:
    rows = facts.rows
    first_due = min(facts.promises, default=today)
    likely = any((row["finding__unresolved"] or 0.0) >= rules.likely for row in rows)
    return {
        "orders": len(rows),
        "callers": _callers(rows),
        "overdue_days": max(0, (today - first_due).days),
        "rehandled": max((row["rehandled"] or 0 for row in rows), default=0),
        "crossing": int(kinds[Kind.CROSSING]),
        "urgent": int(any(row["is_urgent"] for row in rows)),
        "supervised": int(any(row["is_supervised"] for row in rows)),
        "signals": sum(kinds.values()) + int(likely),
    }


def _callers(rows: Sequence[Mapping[str, Any]]) -> int:
    """Different callers: by telephone, else by name. Those who gave neither count as one, not as many."""
    return len({caller_of(row["phone"], row["caller"]) for row in rows})


def refresh(matters: Sequence[Matter], rules: Rules, today: date) -> list[Matter]:
    """Bring matters up to date with their orders, in memory, and what each call of them is, in the database; returns
    those that changed. A matter that lost all its orders keeps its columns, and its history."""
    links = bulk.select(MatterLink, ("matter", "order", *_STANDING), {"matter": [m.pk for m in matters]})
    groups: dict[int, list[int]] = defaultdict(list)
    stood: dict[int, tuple[Any, ...]] = {}
    for matter_id, order_id, *standing in links:
        groups[matter_id].append(order_id)
        stood[order_id] = tuple(standing)
    facts = gather(groups)
    again = call_rules(rules_folder())
    _stand(facts.values(), stood, again)
    changed = []
    for matter in matters:
        if matter.pk not in facts:
            continue
        columns = raised(matter_columns(facts[matter.pk], rules, today), matter.reopened, again)
        if matter.grade_by_id is not None:
            columns = {name: value for name, value in columns.items() if not name.startswith("grade")}
        if any(getattr(matter, name) != value for name, value in columns.items()):
            for name, value in columns.items():
                setattr(matter, name, value)
            changed.append(matter)
    return changed


def _stand(facts: Iterable[Facts], stood: Mapping[int, tuple[Any, ...]], rules: CallRules) -> None:
    """Write what each call is, where that has changed."""
    changed = []
    for one in facts:
        for order, standing in standings(calls_of(one.rows), rules).items():
            values = _values(standing)
            if stood.get(order) != values:
                changed.append((*values, order))
    bulk.update(MatterLink, "order", _STANDING, changed)


def _values(standing: Standing) -> tuple[Any, ...]:
    """The values of _STANDING."""
    days = (standing.after_days, standing.own_after_days, standing.again_days, standing.own_again_days)
    return (str(standing.kind), *days, "、".join(standing.fresh)[:_TITLE])


def raised(columns: dict[str, Any], reopened: int, rules: CallRules) -> dict[str, Any]:
    """The columns with the grade that many steps worse for each time that the matter was opened again, and why."""
    if not reopened or not rules.steps:
        return columns
    grades = list(RANKS)
    rank = max(0, min(columns["grade_rank"], len(grades)) - reopened * rules.steps)
    reason = {
        "rule": "reopened",
        "value": reopened,
        "text": rules.reason.format(value=reopened),
        "text_en": rules.reason_en.format(value=reopened),
    }
    why = [*columns["grade_reasons"], reason]
    return {**columns, "grade": grades[rank], "grade_rank": rank, "grade_reasons": why}
