"""Counts of the lists. What is asked of findings alone is counted in findings alone: the rows of orders are wide, and looking
up each costs ten times what counting it does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import CharField, Count, Func, Q, QuerySet

from wenxiao.library.choices import ClosureClass, Decision, Kind
from wenxiao.library.filters import OrderFilter
from wenxiao.library.models import Finding
from wenxiao.library.selectors import LIKELY, finding_conditions, orders_matching
from wenxiao.units.scope import Actor, sees_all


class MonthOf(Func):
    """The month of a time, as 2026-03. SQLite keeps times as text, and a truncating function of Python's for each row is
    most of what a count by month costs there."""

    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> Any:
        return self.as_sql(compiler, connection, template="substr(%(expressions)s, 1, 7)")

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(compiler, connection, template="to_char(%(expressions)s, 'YYYY-MM')")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many orders each tab and chip of the list would show, the rest of the filter as it is."""

    total: int
    decisions: dict[str, int]
    kinds: dict[str, int]
    classes: dict[str, int]
    likely: int


def tallied(actor: Actor, narrowed: OrderFilter) -> tuple[QuerySet[Any], str]:
    """What a filter leaves, to be counted by columns of findings: rows, and the prefix of those columns in them."""
    if sees_all(actor) and _asks_findings_only(narrowed):
        return Finding.objects.filter(finding_conditions(narrowed, "")), ""
    return orders_matching(actor, narrowed).order_by(), "finding__"


def _asks_findings_only(narrowed: OrderFilter) -> bool:
    plain = replace(
        OrderFilter(),
        kinds=narrowed.kinds,
        classes=narrowed.classes,
        least=narrowed.least,
        most=narrowed.most,
        decision=narrowed.decision,
        captured=narrowed.captured,
        sort=narrowed.sort,
    )
    return narrowed == plain


def kind_counts(prefix: str) -> dict[str, Count]:
    """A count for each kind, and `likely`: probably not resolved."""
    counts = {kind.value: Count("pk", filter=Q(**{f"{prefix}is_{kind.value}": True})) for kind in Kind}
    return counts | {"likely": Count("pk", filter=Q(**{f"{prefix}unresolved__gte": LIKELY / 100}))}


def list_counts(actor: Actor, narrowed: OrderFilter) -> Counts:
    """Counts for the present filter: `total` agrees with `work_list`, `decisions` counts the other tabs too. One query."""
    rows, prefix = tallied(actor, replace(narrowed, decision=""))
    decision, closure = f"{prefix}decision", f"{prefix}closure_class"
    decisions = dict.fromkeys(Decision.values, 0)
    classes = dict.fromkeys(ClosureClass.values, 0)
    kinds = dict.fromkeys([*Kind.values, "likely"], 0)
    for row in rows.values(decision, closure).annotate(n=Count("pk"), **kind_counts(prefix)).order_by():
        decisions[row[decision]] += row["n"]
        if narrowed.decision in ("", row[decision]):
            classes[row[closure]] += row["n"]
            for name in kinds:
                kinds[name] += row[name]
    likely = kinds.pop("likely")
    return Counts(sum(classes.values()), decisions, kinds, classes, likely)
