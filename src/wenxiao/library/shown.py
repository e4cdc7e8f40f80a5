"""What of a matter its readers are shown. The actor comes first.

A matter may have orders of several units. Who sees all of them is shown the columns of the matter; who sees only some
is shown what those alone come to, by the same rules (`facts.matter_columns`): title, dates, counts, kinds, grade and
its reasons never tell of an order out of scope. Two things are the matter's own and the same for everybody: its
state, and a grade that a person has set.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DateField,
    DateTimeField,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, NullIf, Substr

from wenxiao.library.choices import COMMITMENT_OPEN, Kind
from wenxiao.library.days import today
from wenxiao.library.facts import CONFIDENTIAL_TITLE, gather, matter_columns
from wenxiao.library.models import Commitment, Matter, MatterLink
from wenxiao.library.rules import load, rules_folder
from wenxiao.orders.models import OrderUnit, WorkOrder
from wenxiao.units.scope import Actor, scope_commitments, scope_matters, scope_orders, sees_all, visible_units

_TITLE = 200


def visible_matters(actor: Actor, among: Iterable[int] | None = None) -> QuerySet[Any]:
    """The matters of the actor's scope, pointers left out (`among`: of these only), with `shown_title`, `shown_orders`, `shown_units`, `shown_first`,
    `shown_last`, `shown_due`, `shown_grade`, `shown_rank` and `shown_is_<kind>` as far as the actor sees them.

    For an actor who does not see everything, building the query costs up to five queries.
    """
    matters = scope_matters(actor, Matter.objects.filter(merged_into__isnull=True))
    if among is not None:
        matters = matters.filter(pk__in=list(among))
    if sees_all(actor):
        return matters.annotate(
            shown_title=F("title"),
            shown_orders=F("order_count"),
            shown_units=F("unit_count"),
            shown_first=F("first_called"),
            shown_last=F("last_called"),
            shown_due=F("next_due"),
            shown_grade=F("grade"),
            shown_rank=F("grade_rank"),
            **{f"shown_is_{kind}": F(f"is_{kind}") for kind in Kind.values},
        )
    counted = matters.annotate(**_counts(actor), **_dates(actor))
    part = _columns_in_part(actor, counted)
    return counted.annotate(
        shown_title=Case(
            When(shown_orders=F("order_count"), then=F("title")),
            default=_title(actor),
            output_field=TextField(),
        ),
        shown_grade=_graded(part, "grade", F("grade"), CharField()),
        shown_rank=_graded(part, "grade_rank", F("grade_rank"), IntegerField()),
        **{f"shown_is_{kind}": _chosen(part, f"is_{kind}", F(f"is_{kind}")) for kind in Kind.values},
    )


def shown_reasons(actor: Actor, matter: Matter) -> list[dict[str, Any]]:
    """Why a matter of `visible_matters` has the grade that the actor is shown, as data (`rules.reason_text`)."""
    if matter.grade_by_id is not None or matter.order_count == getattr(matter, "shown_orders", None):
        return list(matter.grade_reasons)
    return list(_columns(actor, [matter.pk]).get(matter.pk, {}).get("grade_reasons", []))


def shown_matters(actor: Actor, ids: Iterable[int]) -> dict[int, Matter]:
    """Some matters as the actor is shown them."""
    return {matter.pk: matter for matter in visible_matters(actor, ids)}


def _mine(actor: Actor) -> QuerySet[WorkOrder]:
    return scope_orders(actor, WorkOrder.objects.filter(matter_link__matter=OuterRef("pk")))


def _title(actor: Actor) -> Any:
    """The title of the first order in scope that may be shown, else how its words begin (as `facts` has it)."""
    first = _mine(actor).exclude(is_confidential=True).order_by(F("called_at").asc(nulls_last=True), "pk")
    said = first.annotate(
        name=Coalesce(NullIf("title", Value("")), Substr("content", 1, _TITLE), output_field=TextField())
    )
    return Coalesce(Subquery(said.values("name")[:1]), Value(CONFIDENTIAL_TITLE), output_field=TextField())


def _counts(actor: Actor) -> dict[str, Any]:
    orders = _mine(actor).order_by().values("matter_link__matter").annotate(n=Count("pk"))
    units: QuerySet[Any, Any] = OrderUnit.objects.filter(
        unit__in=visible_units(actor), order__matter_link__matter=OuterRef("pk")
    )
    units = units.order_by().values("order__matter_link__matter").annotate(n=Count("unit", distinct=True))
    return {
        "shown_orders": Coalesce(Subquery(orders.values("n")), 0),
        "shown_units": Coalesce(Subquery(units.values("n"), output_field=IntegerField()), 0),
    }


def _dates(actor: Actor) -> dict[str, Any]:
    dated = _mine(actor).filter(called_at__isnull=False)
    promises = scope_commitments(
        actor,
        Commitment.objects.filter(
            order__matter_link__matter=OuterRef("pk"), state__in=COMMITMENT_OPEN, concrete=True
        ),
    )
    due = promises.order_by().values("order__matter_link__matter").annotate(d=Min("due")).values("d")
    return {
        "shown_first": Subquery(
            dated.order_by("called_at").values("called_at")[:1], output_field=DateTimeField()
        ),
        "shown_last": Subquery(
            dated.order_by("-called_at").values("called_at")[:1], output_field=DateTimeField()
        ),
        "shown_due": Subquery(due, output_field=DateField()),
    }


def _columns_in_part(actor: Actor, counted: QuerySet[Any]) -> dict[int, dict[str, Any]]:
    """The columns of the matters of which the actor sees some orders and not others."""
    return _columns(actor, counted.filter(shown_orders__lt=F("order_count")).values_list("pk", flat=True))


def _columns(actor: Actor, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    groups: dict[int, list[int]] = defaultdict(list)
    seen = scope_orders(actor, WorkOrder.objects.all()).order_by().values("pk")
    links = MatterLink.objects.filter(matter__in=list(ids), order__in=seen)
    for matter, order in links.values_list("matter", "order"):
        groups[matter].append(order)
    if not groups:
        return {}
    rules, day = load(rules_folder()), today()
    return {matter: matter_columns(facts, rules, day) for matter, facts in gather(groups).items()}


def _chosen(part: dict[int, dict[str, Any]], column: str, whole: Any) -> Any:
    """The truth value of a column: of the part where there is only a part, else of the whole."""
    yes = [pk for pk, columns in part.items() if columns[column]]
    no = [pk for pk, columns in part.items() if not columns[column]]
    return Case(
        When(pk__in=yes, then=Value(True)),
        When(pk__in=no, then=Value(False)),
        default=whole,
        output_field=BooleanField(),
    )


def _graded(part: dict[int, dict[str, Any]], column: str, whole: Any, field: Any) -> Any:
    """A column of the grade: what a person has set, else that of the part, else that of the whole."""
    by_value: dict[Any, list[int]] = defaultdict(list)
    for pk, columns in part.items():
        by_value[columns[column]].append(pk)
    whens = [When(Q(grade_by__isnull=True, pk__in=ids), then=Value(value)) for value, ids in by_value.items()]
    return Case(*whens, default=whole, output_field=field)
