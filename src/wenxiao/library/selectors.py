"""The list to assess and one order with everything known about it. The actor comes first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from wenxiao.library.calls import CallRules, load
from wenxiao.library.filters import OrderFilter
from wenxiao.library.models import Commitment, Finding, KindVerdict, Matter, MatterLink, Verdict
from wenxiao.library.rules import rules_folder
from wenxiao.library.shown import shown_matters, visible_matters
from wenxiao.library.view_models import SavedView
from wenxiao.orders.choices import UnitRole
from wenxiao.orders.models import OrderUnit, OrderVersion, WorkOrder
from wenxiao.orders.search import find
from wenxiao.orders.selectors import Moment, event_line, get_order, units_of, visible_orders
from wenxiao.units.choices import Role
from wenxiao.units.models import Unit, User
from wenxiao.units.scope import Actor, scope_orders, sees_all, visible_units

#: An order counts as likely not resolved from this probability on, in percent.
LIKELY = 50

_SORTS: dict[str, tuple[Any, ...]] = {
    # By the finding's own key of the order, as the indexes have it: the list is read from the index, not sorted.
    "-probability": ("-finding__unresolved", "-finding__order_id"),
    "probability": ("finding__unresolved", "finding__order_id"),
    "-called": (F("called_at").desc(nulls_last=True), "-pk"),
    "called": (F("called_at").asc(nulls_last=True), "pk"),
}
#: Long columns that a list does not show.
_NOT_IN_LISTS = (
    "reply",
    "handling",
    "callback",
    "search",
    "finding__evidence",
    "finding__demands",
    "finding__details",
    "finding__missing",
)


def orders_matching(actor: Actor, narrowed: OrderFilter) -> QuerySet[WorkOrder]:
    """The orders of the actor's scope that a filter leaves, in no order. Every count and list starts here."""
    orders = visible_orders(actor).filter(finding__isnull=False)
    orders = orders.filter(finding_conditions(narrowed, "finding__") & _order_conditions(narrowed))
    if narrowed.unit is not None:
        orders = orders.filter(pk__in=_handled_by(actor, narrowed.unit, main=narrowed.main))
    if narrowed.grades:
        graded = visible_matters(actor).filter(shown_grade__in=narrowed.grades).order_by().values("pk")
        orders = orders.filter(matter_link__matter__in=graded)
    if narrowed.repeated:
        orders = orders.filter(repeated(actor))
    if narrowed.again is not None:
        orders = orders.filter(repeat_within(narrowed.again, load(rules_folder())))
    if narrowed.back is not None:
        orders = orders.filter(came_back(narrowed.back, load(rules_folder())))
    return find(orders, narrowed.q)


def repeated(actor: Actor) -> Q:
    """A later call about a matter that had been called about before, or one that the source itself marks. The calls
    before are those that the actor sees."""
    marked = Q(finding__is_repeat=True)
    if sees_all(actor):
        return marked | Q(matter_link__matter__first_called__lt=F("called_at"))
    before = WorkOrder.objects.filter(
        matter_link__matter=OuterRef("matter_link__matter"), called_at__lt=OuterRef("called_at")
    )
    return marked | Q(Exists(scope_orders(actor, before)))


def repeat_within(days: int, rules: CallRules) -> Q:
    """A call about a matter whose orders had all been closed, so many days after the last closing at most."""
    column = "matter_link__after_days" if rules.anyone else "matter_link__own_after_days"
    within = Q(**{f"{column}__lte": days})
    return within if rules.fresh_repeats else within & Q(matter_link__fresh="")


def came_back(days: int, rules: CallRules) -> Q:
    """A closed order about whose matter somebody called within so many days after it was closed."""
    column = "matter_link__again_days" if rules.anyone else "matter_link__own_again_days"
    return Q(**{f"{column}__lte": days, "closed_at__isnull": False})


def finding_conditions(narrowed: OrderFilter, prefix: str) -> Q:
    """What a filter asks of findings; `prefix` is what leads to their columns."""
    wanted = Q()
    if narrowed.captured:
        wanted &= Q(**{f"{prefix}captured": True})
    if narrowed.decision:
        wanted &= Q(**{f"{prefix}decision": narrowed.decision})
    if narrowed.kinds:
        any_kind = Q()
        for kind in narrowed.kinds:
            any_kind |= Q(**{f"{prefix}is_{kind}": True})
        wanted &= any_kind
    if narrowed.classes:
        wanted &= Q(**{f"{prefix}closure_class__in": narrowed.classes})
    if narrowed.least is not None:
        wanted &= Q(**{f"{prefix}unresolved__gte": narrowed.least / 100})
    if narrowed.most is not None:
        wanted &= Q(**{f"{prefix}unresolved__lte": narrowed.most / 100})
    return wanted


def _order_conditions(narrowed: OrderFilter) -> Q:
    wanted = Q()
    if narrowed.since is not None:
        wanted &= Q(called_at__gte=datetime.combine(narrowed.since, time()))
    if narrowed.until is not None:
        wanted &= Q(called_at__lte=datetime.combine(narrowed.until, time.max))
    if narrowed.closed_since is not None:
        wanted &= Q(closed_at__gte=datetime.combine(narrowed.closed_since, time()))
    if narrowed.closed_until is not None:
        wanted &= Q(closed_at__lte=datetime.combine(narrowed.closed_until, time.max))
    if narrowed.area:
        wanted &= Q(area=narrowed.area)
    if narrowed.source is not None:
        wanted &= Q(source=narrowed.source)
    if narrowed.run is not None:
        wanted &= Q(last_run=narrowed.run)
    if narrowed.matter:
        wanted &= Q(matter_link__matter__number=narrowed.matter)
    return wanted


def _handled_by(actor: Actor, unit_id: int, *, main: bool) -> QuerySet[OrderUnit, int]:
    """Ids of the orders of a unit and of those below it (`main`: that have the main part in them); of none when the actor
    does not see the unit."""
    unit = visible_units(actor).filter(pk=unit_id).first()
    if unit is None:
        return OrderUnit.objects.none().values_list("order_id", flat=True)
    below = Unit.objects.filter(path__startswith=unit.path)
    found: QuerySet[OrderUnit, int] = OrderUnit.objects.filter(unit__in=below).values_list(
        "order_id", flat=True
    )
    return found.filter(role=UnitRole.MAIN) if main else found


def work_list(actor: Actor, narrowed: OrderFilter) -> QuerySet[WorkOrder]:
    """The rows of the list to assess (待研判), with `finding`, `source` and `units` at hand; see also `matters_of`.

    `.count()` of it is the number of rows; a page of it costs two queries.
    """
    rows = orders_matching(actor, narrowed).order_by(*_SORTS[narrowed.sort])
    rows = rows.select_related("finding", "source").defer(*_NOT_IN_LISTS)
    return rows.prefetch_related("order_units__unit")


def matters_of(actor: Actor, orders: Iterable[WorkOrder]) -> dict[int, Matter]:
    """The matter of each of some orders (by the key of the order) as the actor is shown it."""
    links = MatterLink.objects.filter(order__in=[order.pk for order in orders])
    of_order = dict(links.values_list("order", "matter"))
    shown = shown_matters(actor, set(of_order.values()))
    return {order: shown[matter] for order, matter in of_order.items() if matter in shown}


@dataclass(slots=True)
class OrderDetail:
    """One order with everything known about it that the actor may see. `kind_verdicts` are those that stand, for who sees
    all orders; `siblings` are the other orders of its matter."""

    order: WorkOrder
    finding: Finding | None
    units: list[Unit]
    commitments: list[Commitment]
    kind_verdicts: list[KindVerdict]
    verdict: Verdict | None
    verdicts: list[Verdict]
    matter: Matter | None
    link_score: float | None
    link_reasons: list[str]
    siblings: list[WorkOrder]
    moments: list[Moment]
    versions: list[OrderVersion]


#: Siblings shown on the page of an order; the rest are on the page of the matter.
_SIBLINGS = 50


def order_detail(actor: Actor, pk: int) -> OrderDetail:
    """One order for its page; Http404 outside the actor's scope. The number of queries does not depend on the order."""
    order = get_order(actor, pk)
    finding = Finding.objects.filter(order=order).first()
    verdicts = list(order.verdicts.select_related("by", "undone_by"))
    said = order.kind_verdicts.filter(replaced_at__isnull=True)
    link = getattr(order, "matter_link", None)
    siblings: list[WorkOrder] = []
    if link is not None:
        others = WorkOrder.objects.filter(matter_link__matter=link.matter_id).exclude(pk=order.pk)
        rows = scope_orders(actor, others).select_related("finding", "source").defer(*_NOT_IN_LISTS)
        siblings = list(rows.order_by("called_at", "pk")[:_SIBLINGS])
    return OrderDetail(
        order=order,
        finding=finding,
        units=units_of(order),
        commitments=list(order.commitments.order_by("-concrete", "due", "pk")),
        kind_verdicts=list(said.select_related("by")) if sees_all(actor) else [],
        verdict=next((v for v in verdicts if v.undone_at is None), None),
        verdicts=verdicts,
        matter=shown_matters(actor, [link.matter_id]).get(link.matter_id) if link else None,
        link_score=link.score if link else None,
        link_reasons=link.reasons if link else [],
        siblings=siblings,
        moments=event_line([order]),
        versions=list(order.versions.all()),
    )


def neighbours(actor: Actor, narrowed: OrderFilter, pk: int) -> tuple[int | None, int | None]:
    """The orders before and after one in the list that a filter shows, for stepping through it with the keyboard.

    Works for an order that has just left the list (it was confirmed): its place is where it would be.
    """
    here = _sorted_by(actor, pk)
    if here is None:
        return None, None
    rows = orders_matching(actor, narrowed).exclude(pk=pk)
    before, after = _beside(narrowed.sort, pk, *here)
    order = _SORTS[narrowed.sort]
    previous = rows.filter(before).order_by(*order).reverse().values_list("pk", flat=True).first()
    following = rows.filter(after).order_by(*order).values_list("pk", flat=True).first()
    return previous, following


def rows_before(actor: Actor, narrowed: OrderFilter, pk: int) -> int | None:
    """How many rows of the list stand before an order, also for one that has just left it; None outside the scope."""
    here = _sorted_by(actor, pk)
    if here is None:
        return None
    before, _after = _beside(narrowed.sort, pk, *here)
    return orders_matching(actor, narrowed).exclude(pk=pk).filter(before).count()


def _sorted_by(actor: Actor, pk: int) -> tuple[float, datetime | None] | None:
    """What the place of an order in a list depends on."""
    seen = visible_orders(actor).filter(pk=pk, finding__isnull=False)
    found: tuple[float, datetime | None] | None = seen.values_list("finding__unresolved", "called_at").first()
    return found


def judged_since(actor: User, narrowed: OrderFilter, since: datetime) -> int:
    """How many orders that a filter covers, whatever was decided on them, carry a verdict that the actor gave since."""
    mine = Verdict.objects.filter(by=actor, at__gte=since, undone_at__isnull=True)
    return orders_matching(actor, replace(narrowed, decision="")).filter(pk__in=mine.values("order")).count()


def _beside(sort: str, pk: int, unresolved: float, called_at: datetime | None) -> tuple[Q, Q]:
    """Conditions for what stands before and behind a place in the list."""
    if "probability" in sort:
        higher = Q(finding__unresolved__gt=unresolved) | Q(finding__unresolved=unresolved, pk__gt=pk)
        lower = Q(finding__unresolved__lt=unresolved) | Q(finding__unresolved=unresolved, pk__lt=pk)
        return (higher, lower) if sort.startswith("-") else (lower, higher)
    newer, older = Q(pk__gt=pk), Q(pk__lt=pk)
    if called_at is None:  # undated calls stand at the end, whichever way the list runs
        dated = Q(called_at__isnull=False)
        undated = Q(called_at__isnull=True)
        before = newer if sort.startswith("-") else older
        after = older if sort.startswith("-") else newer
        return dated | (undated & before), undated & after
    later = Q(called_at__gt=called_at) | Q(called_at=called_at) & newer
    earlier = Q(called_at__lt=called_at) | Q(called_at=called_at) & older
    undated = Q(called_at__isnull=True)
    return (later, earlier | undated) if sort.startswith("-") else (earlier, later | undated)


def saved_views(actor: Actor, page: str = "assess") -> QuerySet[SavedView]:
    """The actor's own views and those that colleagues share: the centre's people among themselves, a unit's among
    themselves (the name of a view may tell a unit what the centre looks for). What a view shows depends on who opens it."""
    if isinstance(actor, AnonymousUser):
        return SavedView.objects.none()
    if sees_all(actor):
        colleagues = ~Q(owner__role=Role.HANDLER)
    else:
        colleagues = Q(owner__role=Role.HANDLER, owner__unit=actor.unit) & Q(owner__unit__isnull=False)
    return SavedView.objects.filter(Q(owner=actor) | Q(shared=True) & colleagues, page=page).select_related(
        "owner"
    )


def get_saved_view(actor: User, pk: int) -> SavedView:
    """A view of the actor's own; Http404 otherwise."""
    view = SavedView.objects.filter(owner=actor, pk=pk).first()
    if view is None:
        raise Http404(_("没有这个视图"))
    return view
