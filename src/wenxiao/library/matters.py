"""Reading matters: the library's list and the whole story of one matter. The actor comes first; what they are shown
of a matter comes from `shown`, never from the columns of the matter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wenxiao.library.acts import followed
from wenxiao.library.choices import Grade
from wenxiao.library.filters import MatterFilter
from wenxiao.library.models import Commitment, Matter
from wenxiao.library.rules import load, reason_text, rules_folder
from wenxiao.library.shown import shown_reasons, visible_matters
from wenxiao.orders.models import OrderUnit, WorkOrder
from wenxiao.orders.selectors import Moment, event_line
from wenxiao.units.models import Unit
from wenxiao.units.scope import Actor, scope_orders, visible_units

_SORTS: dict[str, tuple[Any, ...]] = {
    "grade": ("shown_rank", F("shown_last").desc(nulls_last=True), "-pk"),
    "-called": (F("shown_last").desc(nulls_last=True), "-pk"),
    "-orders": ("-shown_orders", "shown_rank", "-pk"),
    "due": (F("shown_due").asc(nulls_last=True), "shown_rank", "-pk"),
    "age": (F("shown_first").asc(nulls_last=True), "pk"),
}


def matter_list(actor: Actor, narrowed: MatterFilter) -> QuerySet[Any]:
    """The rows of the library. `.count()` of it is the number of rows."""
    matters: QuerySet[Any] = visible_matters(actor)
    if narrowed.state:
        matters = matters.filter(state=narrowed.state)
    if narrowed.grades:
        matters = matters.filter(shown_grade__in=narrowed.grades)
    if narrowed.kinds:
        any_kind = Q()
        for kind in narrowed.kinds:
            any_kind |= Q(**{f"shown_is_{kind}": True})
        matters = matters.filter(any_kind)
    if narrowed.several:
        matters = matters.filter(shown_orders__gte=2)
    if narrowed.q:
        matters = matters.filter(Q(shown_title__icontains=narrowed.q) | Q(number__iexact=narrowed.q))
    if narrowed.unit is not None:
        matters = matters.filter(pk__in=_of_unit(actor, narrowed.unit))
    return matters.order_by(*_SORTS[narrowed.sort])


def _of_unit(actor: Actor, unit_id: int) -> QuerySet[Any, Any]:
    unit = visible_units(actor).filter(pk=unit_id).first()
    links = OrderUnit.objects.filter(order__matter_link__isnull=False)
    links = links.filter(unit__in=Unit.objects.filter(path__startswith=unit.path)) if unit else links.none()
    return links.values("order__matter_link__matter")


def matter_grades(actor: Actor, narrowed: MatterFilter) -> dict[str, int]:
    """How many matters of each grade the filter leaves, the grade aside."""
    matters: QuerySet[Any] = matter_list(actor, replace(narrowed, grades=())).order_by()
    counts = dict(matters.values_list("shown_grade").annotate(n=Count("pk", distinct=True)))
    return {grade: counts.get(grade, 0) for grade in Grade.values}


@dataclass(slots=True)
class MatterStory:
    """A matter for its page. `orders` are those in scope, in time; `reasons` says why it has its grade."""

    matter: Matter
    reasons: list[str]
    orders: list[WorkOrder]
    units: list[Unit]
    commitments: list[Commitment]
    moments: list[Moment]


def matter_story(actor: Actor, number: str) -> MatterStory:
    """The whole story of one matter as far as the actor sees it; Http404 when they see none of it."""
    matter = visible_matters(actor).filter(number=number).first()
    if matter is None:
        raise Http404(_("没有这个事项"))
    orders = scope_orders(actor, WorkOrder.objects.filter(matter_link__matter=matter))
    rows = list(orders.select_related("finding", "source", "matter_link").order_by("called_at", "pk"))
    commitments = Commitment.objects.filter(order__in=[row.pk for row in rows])
    return MatterStory(
        matter=matter,
        reasons=_reasons(actor, matter),
        orders=rows,
        units=list(visible_units(actor).filter(order_units__order__in=[row.pk for row in rows]).distinct()),
        commitments=list(
            commitments.select_related("order").order_by(F("due").asc(nulls_last=True), "-concrete", "pk")
        ),
        moments=event_line(rows),
    )


def where_merged(actor: Actor, number: str) -> str | None:
    """The number of the matter that holds the orders of a merged one, if the actor sees it; None when not merged."""
    matter = Matter.objects.filter(number=number, merged_into__isnull=False).first()
    home = followed(matter) if matter is not None else None
    return home.number if home is not None and visible_matters(actor, [home.pk]).exists() else None


def _reasons(actor: Actor, matter: Matter) -> list[str]:
    known = load(rules_folder())
    english = (get_language() or "").startswith("en")
    return [reason_text(reason, known, english) for reason in shown_reasons(actor, matter)]
