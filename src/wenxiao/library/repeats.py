"""The rate of repeat calls about one matter (同一事项重复来电率): by month and against the year before, by unit, kind and place.

Three variants are usual (domain.md §5), all over orders of the actor's scope. CALLS: repeat calls, of all calls. MATTERS: matters
with a repeat call, of all matters called about. CLOSED: closed orders after which somebody called again, of all closed orders.
Each figure carries the query that opens the orders which it counted.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce, Substr

from wenxiao.library.calls import CallRules, load
from wenxiao.library.choices import Kind, RateVariant
from wenxiao.library.counting import MonthOf
from wenxiao.library.filters import OrderFilter
from wenxiao.library.rules import rules_folder
from wenxiao.library.selectors import came_back, orders_matching, repeat_within
from wenxiao.orders.choices import UnitRole
from wenxiao.orders.models import WorkOrder
from wenxiao.units.models import Unit
from wenxiao.units.scope import Actor, visible_units

#: Rows of the tables by unit and by place.
SHOWN = 30
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """The variant, and the days after closing within which a call is a repeat."""

    variant: RateVariant
    days: int

    @classmethod
    def of(cls, variant: str, days: str, rules: CallRules) -> Asked:
        """What a page was asked for; what makes no sense is as the rules say."""
        known = RateVariant(variant) if variant in RateVariant.values else RateVariant(rules.variant)
        return cls(known, int(days) if days.isdecimal() and 0 < int(days) <= 3650 else rules.repeat_days)


@dataclass(frozen=True, slots=True)
class Share:
    """`value` of `of`; `query` opens the orders of `value`."""

    value: int
    of: int
    query: str

    @property
    def rate(self) -> float | None:
        """In percent; None where there is nothing to take a share of."""
        return 100 * self.value / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of one period and of the same period a year before. `running`: the period is not over."""

    key: str
    label: str
    now: Share
    before: Share
    running: bool = False

    @property
    def points(self) -> float | None:
        """By how many percentage points the rate rose; None without the year before."""
        if self.now.rate is None or self.before.rate is None:
            return None
        return self.now.rate - self.before.rate

    @property
    def percent(self) -> float | None:
        """By how many percent of its former value the rate rose; None without the year before, or from nothing."""
        points = self.points
        return None if points is None or not self.before.rate else 100 * points / self.before.rate


@dataclass(frozen=True, slots=True)
class Rates:
    """All figures of the page. The period is twelve calendar months; `since` and `until` are its first and last day."""

    asked: Asked
    since: date
    until: date
    total: Row
    months: list[Row]
    units: list[Row]
    kinds: list[Row]
    places: list[Row]


def repeat_rates(actor: Actor, today: date, asked: Asked) -> Rates:
    """The rates of the twelve months that end with this one; the number of queries does not depend on the data."""
    return _Reading(actor, today, asked).rates()


class _Reading:
    """One reading of the rates."""

    def __init__(self, actor: Actor, today: date, asked: Asked) -> None:
        self._actor, self._asked, self._rules = actor, asked, load(rules_folder())
        self._since = _month(today, 1 - _MONTHS)
        self._until, self._today = _end(today), today
        self._before = _month(self._since, -_MONTHS), _end(_month(self._since, -1))
        self._on = "closed_at" if asked.variant == RateVariant.CLOSED else "called_at"

    def rates(self) -> Rates:
        """All of it."""
        return Rates(
            self._asked,
            self._since,
            self._until,
            self._total(),
            self._months(),
            self._units(),
            self._kinds(),
            self._places(),
        )

    def _orders(self) -> QuerySet[WorkOrder]:
        """The orders of both years."""
        orders = orders_matching(self._actor, OrderFilter(decision="", captured=False)).order_by()
        return orders.filter(self._within(self._before[0], self._until))

    def _within(self, since: date, until: date) -> Q:
        begin, end = datetime.combine(since, time()), datetime.combine(until, time.max)
        return Q(**{f"{self._on}__gte": begin, f"{self._on}__lte": end})

    def _hit(self) -> Q:
        if self._asked.variant == RateVariant.CLOSED:
            return came_back(self._asked.days, self._rules)
        return repeat_within(self._asked.days, self._rules)

    def _what(self) -> tuple[Any, bool]:
        """What is counted, and whether each of it counts once: orders, or the matters of several."""
        matters = self._asked.variant == RateVariant.MATTERS
        return (Coalesce(F("matter_link__matter"), -F("pk")) if matters else F("pk")), matters

    def _counted(self, name: str = "", more: Q | None = None) -> dict[str, Count]:
        """Four counts: of this year and the one before, those that count and all."""
        what, once = self._what()
        periods = {"now": self._within(self._since, self._until), "before": self._within(*self._before)}
        found = {}
        for period, within in periods.items():
            of = within & more if more is not None else within
            found[f"{name}{period}_of"] = Count(what, filter=of, distinct=once)
            found[f"{name}{period}"] = Count(what, filter=of & self._hit(), distinct=once)
        return found

    def _row(self, key: str, label: str, found: Any, name: str = "", **narrowed: Any) -> Row:
        def count(period: str, since: date, until: date) -> Share:
            query = self._query(since, until, **narrowed)
            return Share(found[f"{name}{period}"], found[f"{name}{period}_of"], query)

        return Row(key, label, count("now", self._since, self._until), count("before", *self._before))

    def _query(self, since: date, until: date, **narrowed: Any) -> str:
        """The list of the orders that count."""
        base = OrderFilter(decision="", captured=False)
        if self._asked.variant == RateVariant.CLOSED:
            return base.query(back=self._asked.days, closed_since=since, closed_until=until, **narrowed)
        return base.query(again=self._asked.days, since=since, until=until, **narrowed)

    def _total(self) -> Row:
        return self._row("", "", self._orders().aggregate(**self._counted()))

    def _months(self) -> list[Row]:
        what, once = self._what()
        rows = self._orders().annotate(month=MonthOf(self._on)).values("month")
        rows = rows.annotate(
            of=Count(what, distinct=once), hits=Count(what, filter=self._hit(), distinct=once)
        )
        found = {date.fromisoformat(f"{row['month']}-01"): (row["hits"], row["of"]) for row in rows}

        def count(month: date) -> Share:
            return Share(*found.get(month, (0, 0)), self._query(month, _end(month)))

        made = []
        for at in range(_MONTHS):
            month = _month(self._since, at)
            running = month == self._today.replace(day=1) and self._today != _end(month)
            made.append(
                Row(f"{month:%Y-%m}", f"{month:%Y-%m}", count(month), count(_month(month, -_MONTHS)), running)
            )
        return made

    def _units(self) -> list[Row]:
        """By the unit that has the main part, each with what is below it: an order counts once."""
        units = list(visible_units(self._actor))
        top = min((unit.depth for unit in units), default=0)
        main = self._orders().filter(order_units__role=UnitRole.MAIN)
        # Counted by the unit that is shown and not summed up from those below: a matter of two of them is one.
        shown = Substr("order_units__unit__path", 1, Unit.steplen * (top if len(units) == 1 else top + 1))
        found: dict[str, Any] = {
            row["path"]: row for row in main.values(path=shown).annotate(**self._counted())
        }
        made = [
            self._row(str(unit.pk), unit.name, found[unit.path], unit=unit.pk, main=True)
            for unit in units
            if unit.path in found
            and (unit.depth == top + 1 or (unit.depth == top and (len(units) == 1 or not unit.numchild)))
        ]
        return _likeliest(made)

    def _kinds(self) -> list[Row]:
        kinds = [kind for kind in Kind if kind != Kind.REPEAT]
        counts: dict[str, Count] = {}
        for kind in kinds:
            counts |= self._counted(f"{kind.value}_", Q(**{f"finding__is_{kind.value}": True}))
        found = self._orders().aggregate(**counts)
        return [
            self._row(kind.value, str(kind.label), found, f"{kind.value}_", kinds=(kind.value,))
            for kind in kinds
        ]

    def _places(self) -> list[Row]:
        rows = self._orders().exclude(area="").values("area").annotate(**self._counted())
        return _likeliest([self._row(row["area"], row["area"], row, area=row["area"]) for row in rows])


def _likeliest(rows: Sequence[Row]) -> list[Row]:
    """Most repeats first."""
    return sorted(rows, key=lambda row: (-row.now.value, -row.now.of, row.label))[:SHOWN]


def _month(day: date, later: int) -> date:
    """The first day of the month so many months after that of a day."""
    years, month = divmod(day.year * 12 + day.month - 1 + later, 12)
    return date(years, month + 1, 1)


def _end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
