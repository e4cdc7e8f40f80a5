"""The list to assess (待研判): narrowing it, deciding on its rows, keeping a view of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from wenxiao.library import services
from wenxiao.library.choices import ClosureClass, Decision, DismissReason, Grade, Kind
from wenxiao.library.counting import list_counts
from wenxiao.library.exporting import export_orders
from wenxiao.library.filters import SORTS, OrderFilter
from wenxiao.library.selectors import (
    LIKELY,
    judged_since,
    matters_of,
    rows_before,
    saved_views,
    work_list,
)
from wenxiao.orders.selectors import unit_options
from wenxiao.units.models import User
from wenxiao.web.chips import order_chips
from wenxiao.web.headlines import headlines
from wenxiao.web.people import is_partial, person
from wenxiao.web.responses import told, with_toast

ROWS = 30


@require_GET
def assess(request: HttpRequest) -> HttpResponse:
    """The page, or for htmx only its results."""
    user = person(request)
    context = _results(user, request.GET)
    if is_partial(request) and request.headers.get("HX-Target") == "results":
        return render(request, "web/assess/results.html", context)
    return render(request, "web/assess/page.html", context | _frame(user, context["narrowed"]))


def narrowed_by(user: User, query: QueryDict) -> OrderFilter:
    """The filter of a query string. A unit's own list shows every state unless one is asked for."""
    narrowed = OrderFilter.from_query(query)
    if user.is_handler and "decision" not in query:
        narrowed = replace(narrowed, decision="")
    return narrowed


def address(narrowed: OrderFilter, **changes: Any) -> str:
    """The query string of a filter. The state is always written, because its default differs between roles."""
    changed = replace(narrowed, **changes)
    rest = replace(changed, decision=Decision.PENDING.value).query()
    return f"decision={changed.decision}" + (f"&{rest}" if rest else "")


def _results(user: User, query: QueryDict) -> dict[str, Any]:
    narrowed = narrowed_by(user, query)
    counts = list_counts(user, narrowed)
    pages = Paginator(work_list(user, narrowed), ROWS)
    pages.__dict__["count"] = counts.total  # counted once, so that the pages and the tabs cannot disagree
    at = _row_of(user, narrowed, query)
    page = pages.get_page(query.get("page") if at is None else at // ROWS + 1)
    return {
        "narrowed": narrowed,
        "address": address(narrowed),
        "counts": counts,
        "page": page,
        "at": None if at is None else max(0, at + 1 - page.start_index()),
        "sorted": _sorts()[narrowed.sort],
        "heads": headlines(page.object_list),
        "matters": matters_of(user, page.object_list),
        "tabs": _tabs(narrowed, counts.decisions),
        "kind_chips": [
            (
                kind,
                kind.label,
                counts.kinds[kind],
                kind in narrowed.kinds,
                address(narrowed, kinds=_toggled(narrowed.kinds, kind)),
            )
            for kind in Kind
        ],
        "likely": counts.likely,
        "likely_on": (narrowed.least, narrowed.most) == (LIKELY, None),
        "likely_address": address(
            narrowed, least=None if (narrowed.least, narrowed.most) == (LIKELY, None) else LIKELY, most=None
        ),
        "chips": order_chips(user, narrowed, address),
        "may_assess": user.may_assess,
        "is_handler": user.is_handler,
        "progress": _progress(user, narrowed, counts.decisions[Decision.PENDING])
        if user.may_assess
        else None,
        # Whether there is anything at all, apart from what the filter leaves.
        "nothing_yet": not sum(counts.decisions.values())
        and not replace(narrowed, decision=Decision.PENDING).is_narrowed,
    }


def _row_of(user: User, narrowed: OrderFilter, query: QueryDict) -> int | None:
    """The row that somebody comes back to (`at`, an order): how many stand before it. A page that is named wins."""
    (at,) = _numbers([query.get("at", "")]) or (None,)
    return None if at is None or "page" in query else rows_before(user, narrowed, at)


@dataclass(frozen=True, slots=True)
class Progress:
    """What one person has judged today of a list, and what is left of it."""

    done: int
    left: int

    @property
    def whole(self) -> int:
        return self.done + self.left


def _progress(user: User, narrowed: OrderFilter, left: int) -> Progress:
    return Progress(judged_since(user, narrowed, datetime.combine(timezone.now().date(), time())), left)


def _sorts() -> dict[str, str]:
    said = (_("可能性从高到低"), _("可能性从低到高"), _("来电从近到远"), _("来电从远到近"))
    return dict(zip(SORTS, said, strict=True))


def _toggled(chosen: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(c for c in chosen if c != one) if one in chosen else (*chosen, one)


def _tabs(narrowed: OrderFilter, decisions: dict[str, int]) -> list[tuple[str, int, str, bool]]:
    """The three states and all of them: label, count, address, whether it is the present one."""
    tabs = [
        (
            str(choice.label),
            decisions[choice],
            address(narrowed, decision=choice.value),
            narrowed.decision == choice,
        )
        for choice in Decision
    ]
    return [
        *tabs,
        (_("全部"), sum(decisions.values()), address(narrowed, decision=""), not narrowed.decision),
    ]


def _frame(user: User, narrowed: OrderFilter) -> dict[str, Any]:
    """What only the whole page needs."""
    return {
        "units": unit_options(user),
        "classes": ClosureClass.choices,
        "grades": Grade.choices,
        "kinds": Kind.choices,
        "sorts": list(_sorts().items()),
        "views": saved_views(user),
        "reasons": DismissReason.choices,
        "in_use": narrowed.query(),
    }


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Confirm or dismiss one order or the ticked ones, then show the same list again."""
    user = person(request)
    orders = _orders(request)
    confirming = request.POST.get("decision") == Decision.CONFIRMED
    try:
        if not orders:
            raise ValidationError(_("没有选中工单"))
        note = request.POST.get("note", "")[:2000]
        if confirming:
            given = request.POST.get("closure_class", "")
            done = services.confirm_findings(
                actor=user, orders=orders, note=note, closure_class=given, seen=_seen(request)
            )
        else:
            done = services.dismiss_findings(
                actor=user,
                orders=orders,
                reason=request.POST.get("reason", ""),
                note=note,
                seen=_seen(request),
            )
    except services.DecidedMeanwhile as problem:
        return _again(request, user, problem.messages[0], "")
    except ValidationError as problem:
        return told(request, problem, _next(request))
    if not done.changed:
        text = _("这件工单已经是这个结论")
    elif confirming:
        text = ngettext("已确认 %(n)d 件", "已确认 %(n)d 件", done.changed) % {"n": done.changed}
    else:
        text = ngettext("已排除 %(n)d 件", "已排除 %(n)d 件", done.changed) % {"n": done.changed}
    return _again(request, user, text, ",".join(map(str, orders)) if done.changed else "")


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take verdicts back."""
    user = person(request)
    done = services.undo_verdicts(actor=user, orders=_orders(request))
    text = ngettext("已撤销 %(n)d 件的结论", "已撤销 %(n)d 件的结论", done.changed) % {"n": done.changed}
    return _again(request, user, text if done.changed else _("没有可以撤销的结论"), "")


def _seen(request: HttpRequest) -> datetime | None:
    """When the page of the form was made; None where it does not say."""
    try:
        return datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        return None


def _orders(request: HttpRequest) -> list[int]:
    """The orders of a form: the one whose button was pressed, else the ticked ones."""
    return _numbers(request.POST.getlist("one") or request.POST.getlist("order"))


def _numbers(given: list[str]) -> list[int]:
    """Those of some texts that can be keys, each once."""
    return list(
        dict.fromkeys(int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 16)
    )


def _again(request: HttpRequest, user: User, text: str, undo: str) -> HttpResponse:
    if is_partial(request):
        context = _results(user, QueryDict(request.POST.get("back", "")[:4000]))
        return with_toast(render(request, "web/assess/results.html", context), text, undo)
    messages.success(request, text, extra_tags=undo)
    return redirect(_next(request))


def _next(request: HttpRequest) -> str:
    """Where a form asks to return to, if it is one of our own pages."""
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return there if there and safe else reverse("assess")


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The orders of the present filter as a sheet, personal data masked. By POST, because it leaves an event."""
    user = person(request)
    query = QueryDict(request.POST.get("query", "")[:4000])
    try:
        sheet = export_orders(user, narrowed_by(user, query), "xlsx")
    except ValidationError as problem:
        return told(request, problem, f"{reverse('assess')}?{query.urlencode(safe=',')}")
    return FileResponse(sheet.file, as_attachment=True, filename=sheet.name, content_type=sheet.content_type)


@require_POST
def keep_view(request: HttpRequest) -> HttpResponse:
    """Save the present filter under a name."""
    user = person(request)
    query = request.POST.get("query", "")[:2000]
    try:
        view = services.save_view(
            actor=user,
            name=request.POST.get("name", ""),
            query=query,
            shared=request.POST.get("shared") == "on",
        )
    except ValidationError as problem:
        return told(request, problem, f"{reverse('assess')}?{query}")
    messages.success(request, _("已保存视图“%(name)s”") % {"name": view.name})
    return redirect(f"{reverse('assess')}?{QueryDict(view.query).urlencode(safe=',')}")


@require_POST
def drop_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one of one's own views."""
    services.delete_view(actor=person(request), view=pk)
    messages.success(request, _("已删除视图"))
    return redirect(f"{reverse('assess')}?{quote(request.POST.get('query', ''), safe='=&,%+')}")
