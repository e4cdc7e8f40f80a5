"""Units: those that an import met and nobody has placed, the tree, and one unit. For the administrator."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenxiao.library.regrading import ask_grades
from wenxiao.orders.models import OrderUnit
from wenxiao.orders.unit_changes import likely_same, merge_units, remove_unit, undo_change, waiting_units
from wenxiao.units.changing import Wanted, change_unit, create_unit, parent_of
from wenxiao.units.choices import ChangeKind, UnitKind
from wenxiao.units.kinds import likely_kind
from wenxiao.units.models import Change, Unit, User
from wenxiao.units.naming import UNSORTED_CODE, find_unit
from wenxiao.web.people import is_key
from wenxiao.web.responses import by_field, told
from wenxiao.web.views.people import SHOWN, keeper

_KINDS = (
    ChangeKind.UNIT_ADDED,
    ChangeKind.UNIT_CHANGED,
    ChangeKind.UNIT_MERGED,
    ChangeKind.UNIT_REMOVED,
)


@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """What waits for a place, with what it may be the same as; then all units as a tree."""
    keeper(request)
    waiting = list(waiting_units())
    same = likely_same(waiting)
    orders: Counter[int] = Counter(
        dict(OrderUnit.objects.values_list("unit").annotate(n=Count("pk")).order_by())
    )
    people: Counter[int] = Counter(
        dict(
            User.objects.filter(is_active=True, unit__isnull=False)
            .values_list("unit")
            .annotate(n=Count("pk"))
        )
    )
    placed = Unit.objects.filter(unconfirmed=False).order_by("path")
    context = {
        "waiting": [(unit, likely_kind(unit.name).label, same.get(unit.pk)) for unit in waiting],
        "tree": [(unit, unit.depth - 1, orders[unit.pk], people[unit.pk]) for unit in placed],
        "names": [unit.name for unit in placed],
        "kinds": UnitKind.choices,
        "changes": Change.objects.filter(kind__in=_KINDS).select_related("actor")[:SHOWN],
    }
    return render(request, "web/units/page.html", context)


@require_POST
def place(request: HttpRequest) -> HttpResponse:
    """Give waiting units a place: all ticked ones under one unit, or as names of it; or one of them by its own button."""
    user = keeper(request)
    into, _sign, only = request.POST.get("same", "").partition(":")
    ticked = [only] if only else request.POST.getlist("unit")
    chosen = list(waiting_units().filter(pk__in=[int(pk) for pk in ticked if is_key(pk)]))
    if not chosen:
        messages.error(request, _("先勾选要归类的单位。"))
        return redirect("units")
    try:
        target = _target(into, request.POST.get("target", "").strip())
        with transaction.atomic():  # all of them or none
            if only or request.POST.get("act") == "same":
                _merge(user, chosen, target)
            else:
                _place(user, chosen, target, request.POST.get("kind", ""))
    except ValidationError as problem:
        return told(request, problem, "units")
    said = ngettext("已归类 %(n)d 个单位。", "已归类 %(n)d 个单位。", len(chosen))
    messages.success(request, said % {"n": len(chosen)})
    return redirect("units")


def _target(pk: str, name: str) -> Unit | None:
    if pk:
        chosen: Unit | None = Unit.objects.filter(pk=int(pk) if is_key(pk) else 0).first()
        return chosen
    found = find_unit(name) if name else None
    if name and found is None:
        raise ValidationError(_("没有叫“%(name)s”的单位，从列表里选一个。") % {"name": name})
    return found


def _merge(user: User, chosen: list[Unit], target: Unit | None) -> None:
    if target is None:
        raise ValidationError(_("写明它们是哪个单位。"))
    for unit in chosen:
        merge_units(actor=user, unit=unit.pk, into=target.pk)
    ask_grades()


def _place(user: User, chosen: list[Unit], target: Unit | None, kind: str) -> None:
    for unit in chosen:
        sort = UnitKind(kind) if kind in UnitKind.values else likely_kind(unit.name)
        change_unit(actor=user, unit=unit.pk, wanted=Wanted(unit.name, sort, target, unit.aliases))


@require_http_methods(["GET", "POST"])
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit, or with key 0 a new one: name, kind, aliases, place; and merging or removing it."""
    user = keeper(request)
    found = get_object_or_404(Unit.objects.exclude(code=UNSORTED_CODE), pk=pk) if pk else None
    if request.method == "GET":
        return _form(request, found, _columns(found), {})
    form = {name: request.POST.get(name, "").strip() for name in ("name", "kind", "parent", "aliases")}
    try:
        wanted = _wanted(form)
        if found is None:
            create_unit(actor=user, wanted=wanted)
        else:
            change_unit(actor=user, unit=pk, wanted=wanted)
    except ValidationError as problem:
        return _form(request, found, form, by_field(problem))
    messages.success(request, _("已保存。"))
    return redirect("units")


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge a unit into another, or remove it."""
    user, found = keeper(request), get_object_or_404(Unit, pk=pk)
    try:
        if request.POST.get("act") == "remove":
            remove_unit(actor=user, unit=pk)
            messages.success(request, _("已删除“%(unit)s”。") % {"unit": found.name})
        else:
            _merge(user, [found], _target("", request.POST.get("target", "").strip()))
            messages.success(request, _("已合并。“%(unit)s”成了别名，可以撤销。") % {"unit": found.name})
    except ValidationError as problem:
        return told(request, problem, reverse("unit", args=[pk]))
    return redirect("units")


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a change of a unit."""
    user = keeper(request)
    if not Change.objects.filter(pk=pk, kind__in=_KINDS).exists():
        raise Http404
    try:
        undo_change(actor=user, change=pk)
    except ValidationError as problem:
        return told(request, problem, "units")
    ask_grades()
    messages.success(request, _("已撤销。"))
    return redirect("units")


def _wanted(form: dict[str, str]) -> Wanted:
    """Raises ValidationError, by field."""
    if form["kind"] not in UnitKind.values:
        raise ValidationError({"kind": _("选一个类别。")})
    try:
        parent = _target("", form["parent"])
    except ValidationError as problem:
        raise ValidationError({"parent": problem.messages}) from problem
    aliases = [line.strip() for line in form["aliases"].splitlines() if line.strip()]
    return Wanted(form["name"], UnitKind(form["kind"]), parent, list(dict.fromkeys(aliases)))


def _columns(found: Unit | None) -> dict[str, str]:
    if found is None:
        return {"name": "", "kind": "", "parent": "", "aliases": ""}
    parent = parent_of(found)
    return {
        "name": found.name,
        "kind": found.kind,
        "parent": parent.name if parent and parent.code != UNSORTED_CODE else "",
        "aliases": "\n".join(found.aliases),
    }


def _form(
    request: HttpRequest, found: Unit | None, form: dict[str, str], errors: dict[str, str]
) -> HttpResponse:
    others = Unit.objects.filter(unconfirmed=False).order_by("path")
    context = {
        "one": found,
        "form": form,
        "errors": errors,
        "orders": OrderUnit.objects.filter(unit=found).count() if found else 0,
        "people": User.objects.filter(unit=found).order_by("username") if found else [],
        "names": others.exclude(pk=found.pk if found else None).values_list("name", flat=True),
        "kinds": UnitKind.choices,
    }
    return render(request, "web/units/unit.html", context, status=422 if errors else 200)
