"""Hot matters: about which more people call now than before. The actor comes first; each counts what is in scope."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, TextField, Value
from django.db.models.functions import Coalesce, NullIf, Trim

from wenxiao.library.calls import CallRules, load
from wenxiao.library.choices import ProposalState
from wenxiao.library.models import Proposal
from wenxiao.library.rules import rules_folder
from wenxiao.library.shown import shown_matters
from wenxiao.orders.models import WorkOrder
from wenxiao.units.scope import Actor, scope_orders, sees_all

#: Hot matters shown; when there are more, the rest is on the list of the library.
SHOWN = 30


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a call came from, in degrees, and the order."""

    longitude: float
    latitude: float
    order: int


@dataclass(slots=True)
class Hot:
    """`now` different callers in the last days, `was` in as many days before; `days` are calls a day, oldest first.
    `rank` is its place in the list, from 1."""

    matter: Any
    now: int
    was: int
    rank: int = 0
    days: list[int] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)


def call_rules() -> CallRules:
    """The rules of this installation."""
    return load(rules_folder())


def hot_day(actor: Actor, today: date) -> date:
    """The day that "now" means: that of the newest call, where calls come in late (a file a month); else today. Calls older
    than `hot_late` days say nothing of now."""
    earlier = _called(
        actor, _midnight(today - timedelta(days=call_rules().hot_late)), _midnight(today + timedelta(days=1))
    )
    newest: datetime | None = earlier.aggregate(newest=Max("called_at"))["newest"]
    return newest.date() if newest is not None else today


def hot_matters(actor: Actor, today: date) -> list[Hot]:
    """The hot matters of a day (`hot_day`), the most callers first. The number of queries does not depend on how many there
    are."""
    rules = call_rules()
    now = _midnight(today - timedelta(days=rules.hot_days - 1))
    was, end = now - timedelta(days=rules.hot_days), _midnight(today + timedelta(days=1))
    counts = _callers(actor, was, now, end)
    hot = {pk: c for pk, c in counts.items() if c[0] >= rules.hot_callers and c[0] >= rules.hot_times * c[1]}
    best = sorted(hot, key=lambda pk: (-hot[pk][0], hot[pk][1], pk))[:SHOWN]
    shown = shown_matters(actor, best)
    found = [Hot(shown[pk], *hot[pk], rank=n) for n, pk in enumerate((p for p in best if p in shown), 1)]
    _draw(actor, {one.matter.pk: one for one in found}, was, end)
    return found


def alerts(actor: Actor, today: date) -> list[Hot]:
    """The hot matters that the overview tells of."""
    least = call_rules().alert
    return [one for one in hot_matters(actor, hot_day(actor, today)) if one.now >= least]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _who() -> Any:
    return Coalesce(NullIf(Trim("phone"), Value("")), Trim("caller"), output_field=TextField())


def _called(actor: Actor, since: datetime, end: datetime) -> QuerySet[WorkOrder]:
    return scope_orders(actor, WorkOrder.objects.filter(called_at__gte=since, called_at__lt=end)).order_by()


def _callers(actor: Actor, was: datetime, now: datetime, end: datetime) -> dict[int, tuple[int, int]]:
    """Different callers of each matter, now and before."""
    calls = _called(actor, was, end).filter(matter_link__isnull=False)
    rows: Any = calls.values("matter_link__matter").annotate(
        now=Count(_who(), distinct=True, filter=Q(called_at__gte=now)),
        was=Count(_who(), distinct=True, filter=Q(called_at__lt=now)),
    )
    found = {row["matter_link__matter"]: (row["now"], row["was"]) for row in rows.filter(now__gt=0)}
    return found | _with_waiting(actor, was, now, end)


def _with_waiting(actor: Actor, was: datetime, now: datetime, end: datetime) -> dict[int, tuple[int, int]]:
    """The same, for matters that people work on and whose newest calls wait for a yes: they count too. A handler is
    not told what is only proposed."""
    if not sees_all(actor):
        return {}
    asked = Proposal.objects.filter(
        state=ProposalState.PENDING, order__called_at__gte=was, order__called_at__lt=end
    )
    pending: dict[int, int] = {pk: m for pk, m in asked.values_list("order", "matter") if pk is not None}
    if not pending:
        return {}
    calls = _called(actor, was, end)
    calls = calls.filter(Q(pk__in=pending) | Q(matter_link__matter__in=set(pending.values())))
    sides: dict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    rows: Any = calls.annotate(who=_who()).values_list("pk", "matter_link__matter", "called_at", "who")
    for pk, matter, called, who in rows:
        sides[pending.get(pk, matter)][called < now].add(who)
    return {matter: (len(recent), len(before)) for matter, (recent, before) in sides.items()}


def _draw(actor: Actor, hot: dict[int, Hot], was: datetime, end: datetime) -> None:
    """The calls of each day, and the places of those that are not confidential."""
    length = (end - was).days
    for one in hot.values():
        one.days = [0] * length
    mine = Q(matter_link__matter__in=hot)
    if sees_all(actor):
        mine |= Q(proposals__matter__in=hot, proposals__state=ProposalState.PENDING)
    calls = _called(actor, was, end).filter(mine).annotate(asked=F("proposals__matter")).distinct()
    columns = ("pk", "matter_link__matter", "asked", "called_at", "longitude", "latitude", "is_confidential")
    drawn: set[int] = set()
    for pk, matter, asked, called, longitude, latitude, hidden in calls.values_list(*columns):
        drawn_for = hot.get(matter if matter is not None else asked)
        if drawn_for is None or called is None or pk in drawn:
            continue
        drawn.add(pk)
        drawn_for.days[(called - was).days] += 1
        if longitude is not None and latitude is not None and not hidden:
            drawn_for.spots.append(Spot(longitude, latitude, pk))
