"""The figures of the overview. Each carries the query that opens exactly the orders that it counted."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from wenxiao.library.choices import Due, Kind
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
    counts = (
        orders_matching(actor, everything)
        .order_by()
        .aggregate(
            all=Count("pk"),
            captured=Count("pk", filter=Q(finding__captured=True)),
            pending=Count("pk", filter=Q(finding__captured=True, finding__decision="pending")),
            confirmed=Count("pk", filter=Q(finding__decision="confirmed")),
            **{kind: Count("pk", filter=Q(**{f"finding__is_{kind}": True})) for kind in Kind.values},
        )
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
        captured=Figure("captured", "", counts["captured"], captured.query(), total),
        pending=Figure("pending", "", counts["pending"], OrderFilter().query(), counts["captured"]),
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
    found = _by_unit(actor, likely)
    whole = _by_unit(actor, OrderFilter(decision="", captured=False))
    figures = []
    for unit in units:
        # The centre is the sum of all, and villages count for the town above them; a handler sees what is theirs.
        is_shown = unit.depth == top + 1 or (unit.depth == top and (len(units) == 1 or not unit.numchild))
        if is_shown and found.get(unit.pk):
            query = likely.query(unit=unit.pk)
            figures.append(Figure(str(unit.pk), unit.name, found[unit.pk], query, whole[unit.pk]))
    return sorted(figures, key=lambda f: -f.value)[:_TOP_UNITS]


def _by_unit(actor: Actor, narrowed: OrderFilter) -> dict[int, int]:
    """Distinct orders by unit, each unit with what is below it; one query."""
    pairs = (
        orders_matching(actor, narrowed).order_by().values_list("pk", "order_units__unit__path").distinct()
    )
    paths = {unit.path: unit.pk for unit in Unit.objects.only("path", "pk")}
    step = Unit.steplen
    orders: dict[int, set[int]] = {}
    for pk, path in pairs.iterator():
        for end in range(step, len(path or "") + 1, step):
            orders.setdefault(paths[path[:end]], set()).add(pk)
    return {unit: len(found) for unit, found in orders.items()}


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
    rows = orders_matching(actor, everything).order_by().annotate(month=TruncMonth("called_at"))
    counted = rows.values("month").annotate(calls=Count("pk"), again=Count("pk", filter=repeated(actor)))
    by_month = {row["month"].date(): (row["again"], row["calls"]) for row in counted}
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
