"""The ledger of commitments (承诺台账), by due date."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wenxiao.library import services
from wenxiao.library.choices import CommitmentState, Due
from wenxiao.library.corrections import Correction, add_commitment, correct_commitment
from wenxiao.library.filters import LedgerFilter
from wenxiao.library.ledger import due_part, ledger, ledger_counts
from wenxiao.orders.selectors import unit_options
from wenxiao.web.people import is_partial, person, today
from wenxiao.web.promises import PromiseLine, next_states
from wenxiao.web.responses import told

ROWS = 40


@require_GET
def commitments(request: HttpRequest) -> HttpResponse:
    """The list, one part of the ledger or all of it."""
    user = person(request)
    narrowed = LedgerFilter.from_query(request.GET)
    now = today()
    counts = ledger_counts(user, narrowed, now)
    page = Paginator(ledger(user, narrowed, now), ROWS).get_page(request.GET.get("page"))
    tabs = [(str(p.label), counts[p], narrowed.query(due=p.value), narrowed.due == p) for p in Due]
    context = {
        "narrowed": narrowed,
        "address": narrowed.query(),
        "page": page,
        "tabs": [(_("全部"), sum(counts.values()), narrowed.query(due=""), not narrowed.due), *tabs],
        "rows": [
            PromiseLine(row, "", due_part(row, now), next_states(row, user.may_assess))
            for row in page.object_list
        ],
        "today": now,
        "units": unit_options(user),
        "states": [("", _("还没有了结的")), *CommitmentState.choices],
    }
    partial = is_partial(request) and request.headers.get("HX-Target") == "results"
    return render(
        request, "web/commitments/results.html" if partial else "web/commitments/page.html", context
    )


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Where a form asks to return to, if it is one of our own pages."""
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return there if there and safe else otherwise


def _given(request: HttpRequest) -> Correction:
    """A commitment as a person gives it. Raises ValidationError for a day that is none."""
    due = request.POST.get("due", "").strip()
    try:
        day = date.fromisoformat(due) if due else None
    except ValueError:
        raise ValidationError(_("日期应写成 2026-12-31 的样子")) from None
    return Correction(
        text=request.POST.get("text", "").replace("\r\n", "\n")[:2000],
        due=day,
        concrete=request.POST.get("concrete") == "1",
    )


@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a commitment of an order's reply that the engine passed over."""
    back = back_to(request, reverse("order", args=[pk]))
    try:
        add_commitment(actor=person(request), order=pk, given=_given(request))
    except ValidationError as problem:
        return told(request, problem, back)
    messages.success(request, _("承诺已补充，会用于改进识别。"))
    return redirect(back)


@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Put right what the engine read: the words, the last day, whether it can be checked."""
    back = back_to(request, reverse("commitments"))
    try:
        correct_commitment(actor=person(request), commitment=pk, given=_given(request))
    except ValidationError as problem:
        return told(request, problem, back)
    messages.success(request, _("承诺已更正，这条更正会用于改进识别。"))
    return redirect(back)


@require_POST
def set_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a commitment on, as far as the table of states allows."""
    back = back_to(request, reverse("commitments"))
    try:
        row = services.set_commitment_state(
            actor=person(request),
            commitment=pk,
            state=request.POST.get("state", ""),
            note=request.POST.get("note", "")[:500],
        )
    except ValidationError as problem:
        return told(request, problem, back)
    messages.success(request, _("承诺已改为“%(state)s”") % {"state": row.get_state_display()})
    return redirect(back)
