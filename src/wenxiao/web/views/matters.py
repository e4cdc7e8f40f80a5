"""Acts on matters, two orders side by side, what waits for an answer, and the matters that are growing."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wenxiao.library import settling
from wenxiao.library.comparing import comparison, waiting
from wenxiao.library.hot import call_rules, hot_day, hot_matters
from wenxiao.library.settling import Settled
from wenxiao.units.scope import sees_all
from wenxiao.web.confidential import named_after_confidential
from wenxiao.web.heat import lines, scatter
from wenxiao.web.people import is_key, person, today
from wenxiao.web.responses import told
from wenxiao.web.ties import marked_texts, reason_lines

ROWS = 40


@require_POST
def settle(request: HttpRequest, number: str) -> HttpResponse:
    """Merge, split, move or close; `act` says which. Leads to the matter where the orders are now."""
    user, post = person(request), request.POST
    note, orders = post.get("note", ""), [int(pk) for pk in post.getlist("order") if is_key(pk)]
    to = post.get("to", "").strip()
    try:
        match post.get("act"):
            case "merge":
                done = settling.merge_matters(actor=user, into=_named(to), other=number, note=note)
            case "split":
                done = settling.split_matter(actor=user, matter=number, orders=orders, note=note)
            case "move":
                done = settling.move_orders(actor=user, orders=orders, to=_named(to), note=note)
            case "compare":
                return _to_compare(orders)
            case "close":
                done = settling.close_matter(actor=user, matter=number, note=note)
            case _:
                raise ValidationError(_("没有这个操作"))
    except ValidationError as problem:
        return told(request, problem, reverse("matter", args=[number]))
    except Http404:
        nowhere = ValidationError(_("没有编号为“%(number)s”的事项") % {"number": to[:20]})
        return told(request, nowhere, reverse("matter", args=[number]))
    return _done(request, done)


def _to_compare(orders: list[int]) -> HttpResponse:
    if len(orders) != 2:
        raise ValidationError(_("请勾选两件工单来比较"))
    return redirect(f"{reverse('compare')}?a={orders[0]}&b={orders[1]}")


def _named(number: str) -> str:
    if not number:
        raise ValidationError(_("请填目标事项的编号"))
    return number


def _done(request: HttpRequest, done: Settled) -> HttpResponse:
    """To the matter, with the way back beside what was done."""
    address = reverse("matter", args=[done.matter.number])
    if done.act is None:
        messages.info(request, _("没有变化：已经是这样了。"))
        return redirect(address)
    return redirect(f"{address}?did={done.act.pk}")


@require_POST
def apart(request: HttpRequest) -> HttpResponse:
    """Two orders are not one matter."""
    one, other = _number(request.POST.get("a")), _number(request.POST.get("b"))
    back = f"{reverse('compare')}?a={one}&b={other}"
    try:
        done = settling.keep_apart(
            actor=person(request), one=one, other=other, note=request.POST.get("note", "")
        )
    except ValidationError as problem:
        return told(request, problem, back)
    return _done(request, done)


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or refuse what the grouping proposes."""
    try:
        done = settling.answer_proposal(
            actor=person(request), proposal=pk, accept=request.POST.get("answer") == "accept"
        )
    except ValidationError as problem:
        return told(request, problem, reverse("proposals"))
    if request.POST.get("next") != "proposals":
        return _done(request, done)
    if done.act is not None:
        messages.success(request, done.act.get_kind_display())
    return redirect("proposals")


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an act back."""
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    try:
        done = settling.undo_act(actor=person(request), act=pk)
    except ValidationError as problem:
        return told(request, problem, there if there and safe else reverse("library"))
    messages.success(request, _("已撤销"))
    return redirect("matter", number=done.matter.number)


def _number(value: str | None) -> int:
    if value is None or not value.isdecimal() or len(value) > 15:
        raise Http404(_("没有这件工单"))
    return int(value)


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Two orders side by side, with what they share marked in both."""
    user = person(request)
    seen = comparison(user, _number(request.GET.get("a")), _number(request.GET.get("b")))
    hidden = seen.a.is_confidential or seen.b.is_confidential
    lines = [] if hidden else reason_lines(seen.link.reasons)
    context = {
        "seen": seen,
        "hidden": hidden,
        "for": [line for line in lines if line.weight > 0],
        "against": [line for line in lines if line.weight < 0],
        "sides": list(zip((seen.a, seen.b), marked_texts(seen), seen.matters, strict=True)),
        "may_settle": user.may_assess,
    }
    return render(request, "web/library/compare.html", context)


@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    """What the grouping proposes for matters that people work on. Only for those who see all."""
    user = person(request)
    if not sees_all(user):
        raise PermissionDenied
    page = Paginator(waiting(), ROWS).get_page(request.GET.get("page"))
    matters = [m for row in page.object_list for m in (row.matter, row.other) if m is not None]
    for matter in matters:
        setattr(matter, "shown_title", matter.title)  # noqa: B010 - as lists of matters have it
    context = {
        "page": page,
        "nameless": named_after_confidential(matters),
        "may_settle": user.may_assess,
    }
    return render(request, "web/library/proposals.html", context)


@require_GET
def hot(request: HttpRequest) -> HttpResponse:
    """The matters about which more people call now than before."""
    user, rules = person(request), call_rules()
    day = hot_day(user, today())
    found = hot_matters(user, day)
    context = {
        "hot": lines(found, day),
        "map": scatter(found),
        "rules": replace(rules, hot_times=round(rules.hot_times, 1)),
        "nameless": named_after_confidential([one.matter for one in found]),
        "today": day,
    }
    return render(request, "web/library/hot.html", context)
