"""One order: the facts, the words with their evidence, the judgement and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wenxiao.display.highlight import promise_number
from wenxiao.library import services
from wenxiao.library.choices import CommitmentState, DismissReason
from wenxiao.library.kinds import SAID, correct_kinds
from wenxiao.library.ledger import due_part
from wenxiao.library.models import KindVerdict
from wenxiao.library.selectors import OrderDetail, neighbours, order_detail
from wenxiao.orders.selectors import get_order
from wenxiao.units.models import User
from wenxiao.units.scope import sees_all
from wenxiao.web import reading
from wenxiao.web.people import person, today
from wenxiao.web.promises import PromiseLine, next_states
from wenxiao.web.responses import told
from wenxiao.web.views.assess import address, narrowed_by
from wenxiao.web.views.commitments import back_to


@require_GET
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of an order; the query string says from which list one came, for stepping on."""
    user = person(request)
    narrowed = narrowed_by(user, request.GET)
    previous, following = neighbours(user, narrowed, pk)
    detail = order_detail(user, pk)
    context = _context(user, detail) | {
        "address": address(narrowed),
        "previous": previous,
        "following": following,
        "reasons": DismissReason.choices,
        "given_classes": [
            (c.value, c.label)
            for c in services.UNRESOLVED_CLASSES
            if c != getattr(detail.finding, "closure_class", "")
        ],
        "here": request.get_full_path(),
    }
    return render(request, "web/orders/page.html", context)


@require_GET
def peek(request: HttpRequest, pk: int) -> HttpResponse:
    """The same in short, beside the list."""
    user = person(request)
    return render(request, "web/orders/peek.html", _context(user, order_detail(user, pk)))


@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows name, telephone and address once, and the words of a confidential order; the event line keeps who looked."""
    user = person(request)
    found = get_order(user, pk)
    if found.is_confidential and user.is_handler:
        raise PermissionDenied(_("保密工单的内容请向指挥中心了解"))
    services.reveal_personal_data(actor=user, order=found)
    return render(request, "web/orders/revealed.html", {"order": found})


@require_POST
def kinds(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which of the kinds that are read from texts an order is of."""
    back = back_to(request, reverse("order", args=[pk]))
    try:
        correct_kinds(actor=person(request), order=pk, kinds=request.POST.getlist("kind"))
    except ValidationError as problem:
        return told(request, problem, back)
    messages.success(request, _("类别已记下，会用于改进识别。"))
    return redirect(back)


@dataclass(frozen=True, slots=True)
class SaidKind:
    """One of the kinds that people may put right: whether the order is of it, and what a person said, if one did."""

    value: str
    label: str
    holds: bool
    said: KindVerdict | None


def _said_kinds(detail: OrderDetail) -> list[SaidKind]:
    said = {one.kind: one for one in detail.kind_verdicts}
    return [
        SaidKind(kind.value, str(kind.label), kind in detail.finding.kinds, said.get(kind.value))
        for kind in (SAID if detail.finding else ())
        if detail.finding
    ]


def _context(user: User, detail: OrderDetail) -> dict[str, Any]:
    order, finding = detail.order, detail.finding
    lines = reading.signal_lines(finding, sees_all=sees_all(user)) if finding else []
    now = today()
    hidden = bool(order.is_confidential)
    return {
        "detail": detail,
        "order": order,
        "finding": finding,
        "hidden": hidden,
        "lines": [line for line in lines if line.leans != "none"],
        "bare": [line for line in lines if line.leans == "none"],
        "blocks": {} if hidden else reading.text_blocks(order, lines, finding, detail.commitments),
        "promises": [
            PromiseLine(c, promise_number(n), due_part(c, now), next_states(c, user.may_assess))
            for n, c in enumerate(detail.commitments, start=1)
        ],
        "kind_facts": reading.kind_facts(finding) if finding else [],
        "missing": reading.missing_words(finding) if finding else [],
        "asked": reading.asked(finding) if finding and not hidden else [],
        "second": None if hidden else reading.second_opinion(order),
        "today": now,
        "may_assess": user.may_assess,
        "may_add": user.may_assess and not hidden and bool(finding and order.reply.strip()),
        "said_kinds": _said_kinds(detail),
        "states": CommitmentState.choices,
        "facts": _facts(order),
        "back_to_list": reverse("assess"),
    }


#: Columns that are shown among the facts, in this order, when they say anything.
_FACTS = (
    "request_type", "category", "channel", "area", "status", "resolved", "satisfaction", "previous_order",
    "planned_finish", "returns", "extensions", "rehandled", "chases", "callbacks",
    "is_repeat", "is_hard", "is_supervised", "is_joint", "is_urgent", "is_final",
)  # fmt: skip


def _facts(order: Any) -> list[tuple[str, Any]]:
    facts = []
    for name in _FACTS:
        value = getattr(order, name)
        if value is None or value == "":
            continue
        if isinstance(value, bool):
            value = _("是") if value else _("否")
        facts.append((reading.field_words(name), value))
    return facts
