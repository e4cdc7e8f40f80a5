"""The figures of the overview. Each carries the query that opens exactly the orders that it counted."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.db.models.functions import Substr

from wenxiao.library.choices import Due, Kind
from wenxiao.library.counting import MonthOf, kind_counts, tallied
from wenxiao.library.filters import LedgerFilter, OrderFilter
from wenxiao.library.ledger import ledger_counts
from wenxiao.library.selectors import LIKELY, orders_matching, repeated
from wenxiao.units.models import Unit
from wenxiao.units.scope import Actor, visible_units

_TOP_UNITS = 15


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` of `of` (None where there is no sensible whole). `page` is the list that `query` opens:
    "assess" or "commitments". `running`: the period that it counts is not over, so it will still grow."""

    key: str
    label: str
    value: int
    query: str
    of: int | None = None
    page: str = "assess"
    running: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """All figures of the page."""

    today: date
    orders: Figure
    captured: Figure
    pending: Figure
    confirmed: Figure
    kinds: list[Figure]
    units: list[Figure]
    due: list[Figure]
    repeats: list[Figure]


def overview(actor: Actor, today: date, months: int = 13) -> Overview:
    """The overview of everything in the actor's scope; `repeats` has the last `months` calendar months, oldest first."""
    everything = OrderFilter(decision="", captured=False)
    captured = OrderFilter(decision="")
    rows, prefix = tallied(actor, everything)
    is_captured = Q(**{f"{prefix}captured": True})
    counts = rows.aggregate(
        all=Count("pk"),
        on_list=Count("pk", filter=is_captured),
        pending=Count("pk", filter=is_captured & Q(**{f"{prefix}decision": "pending"})),
        confirmed=Count("pk", filter=Q(**{f"{prefix}decision": "confirmed"})),
        **kind_counts(prefix),
    )
    total = counts["all"]
    kinds = [
        Figure(
            kind.value, str(kind.label), counts[kind.value], _query(everything, kinds=(kind.value,)), total
        )
        for kind in Kind
    ]
    confirmed = OrderFilter(decision="confirmed", captured=False)
    return Overview(
        today=today,
        orders=Figure("orders", "", total, everything.query()),
        captured=Figure("captured", "", counts["on_list"], captured.query(), total),
        pending=Figure("pending", "", counts["pending"], OrderFilter().query(), counts["on_list"]),
        confirmed=Figure("confirmed", "", counts["confirmed"], confirmed.query(), total),
        kinds=kinds,
        units=unresolved_by_unit(actor),
        due=commitments_due(actor, today),
        repeats=repeats_by_month(actor, today, months),
    )


def _query(base: OrderFilter, **changes: object) -> str:
    return base.query(**changes)


def unresolved_by_unit(actor: Actor) -> list[Figure]:
    """Orders that are likely not resolved and not dismissed, by unit with all below it, of all that it handled.

    An order of two units counts for each, so the column may add up to more than the orders.
    """
    likely = OrderFilter(decision="", captured=False, least=LIKELY)
    units = list(visible_units(actor))
    top = min((unit.depth for unit in units), default=0)
    # The centre is the sum of all, and villages count for the town above them; a handler sees what is theirs.
    shown = Substr("order_units__unit__path", 1, Unit.steplen * (top if len(units) == 1 else top + 1))
    rows = orders_matching(actor, OrderFilter(decision="", captured=False)).order_by().values(path=shown)
    counted = rows.annotate(
        whole=Count("pk", distinct=True),
        found=Count("pk", distinct=True, filter=Q(finding__unresolved__gte=LIKELY / 100)),
    )
    found = {row["path"]: row for row in counted}
    figures = []
    for unit in units:
        is_shown = unit.depth == top + 1 or (unit.depth == top and (len(units) == 1 or not unit.numchild))
        if is_shown and unit.path in found and found[unit.path]["found"]:
            row, query = found[unit.path], likely.query(unit=unit.pk)
            figures.append(Figure(str(unit.pk), unit.name, row["found"], query, row["whole"]))
    return sorted(figures, key=lambda f: -f.value)[:_TOP_UNITS]


def commitments_due(actor: Actor, today: date) -> list[Figure]:
    """Open commitments by the parts of the ledger."""
    counts = ledger_counts(actor, LedgerFilter(), today)
    whole = sum(counts.values())
    return [
        Figure(
            part.value,
            str(part.label),
            counts[part.value],
            LedgerFilter(due=part.value).query(),
            whole,
            "commitments",
        )
        for part in Due
    ]


def repeats_by_month(actor: Actor, today: date, months: int) -> list[Figure]:
    """Repeat calls of each month, of all its calls. Past months without a call are there with 0,
    the month that is running only when it has calls."""
    first = _months_before(today, months - 1)
    everything = OrderFilter(decision="", captured=False, since=first, until=_month_end(today))
    rows = orders_matching(actor, everything).order_by().annotate(month=MonthOf("called_at"))
    counted = rows.values("month").annotate(calls=Count("pk"), again=Count("pk", filter=repeated(actor)))
    by_month = {date.fromisoformat(f"{row['month']}-01"): (row["again"], row["calls"]) for row in counted}
    figures = []
    for back in range(months - 1, -1, -1):
        month = _months_before(today, back)
        again, calls = by_month.get(month, (0, 0))
        query = everything.query(since=month, until=_month_end(month), repeated=True)
        running = month == today.replace(day=1) and today != _month_end(today)
        if running and not calls:
            continue  # nothing of it is here yet, which is not a month without repeats
        figures.append(Figure(f"{month:%Y-%m}", f"{month:%Y-%m}", again, query, calls, running=running))
    return figures


def _months_before(day: date, months: int) -> date:
    """The first day of the month so many months before that of a day."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
