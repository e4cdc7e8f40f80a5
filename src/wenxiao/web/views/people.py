"""Accounts: who may sign in, as what. For the administrator."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wenxiao.units.choices import ChangeKind, Role
from wenxiao.units.models import Change, Unit, User
from wenxiao.units.naming import find_unit
from wenxiao.units.people import (
    Account,
    add_account,
    change_account,
    may_administer,
    renew_password,
    set_open,
)
from wenxiao.web.people import person
from wenxiao.web.responses import by_field, told

#: In the session from the form to the page after it: the account and its one-time password.
_TOLD = "one_time_password"
#: Changes that a page lists.
SHOWN = 30
_KINDS = (
    ChangeKind.ACCOUNT_ADDED,
    ChangeKind.ACCOUNT_CHANGED,
    ChangeKind.ACCOUNT_CLOSED,
    ChangeKind.ACCOUNT_OPENED,
    ChangeKind.PASSWORD_SET,
)


def keeper(request: HttpRequest) -> User:
    """The person, if accounts and units are theirs to change."""
    user = person(request)
    may_administer(user)
    return user


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """All accounts, and a form for a new one. The password of one that was just made, or renewed, is shown once."""
    user = keeper(request)
    if request.method == "GET":
        return _page(request, secret=request.session.pop(_TOLD, None))
    form = {name: request.POST.get(name, "") for name in ("username", "role", "unit", "display_name")}
    try:
        made, password = add_account(actor=user, username=form["username"], account=_account(form))
    except ValidationError as problem:
        return _page(request, form=form, errors=by_field(problem), status=422)
    request.session[_TOLD] = (made.username, password)
    return redirect("people")


@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its role, unit and name."""
    user, found = keeper(request), get_object_or_404(User.objects.select_related("unit"), pk=pk)
    form = {
        "role": found.role,
        "unit": found.unit.name if found.unit else "",
        "display_name": found.display_name,
    }
    errors: dict[str, str] = {}
    if request.method == "POST":
        form = {name: request.POST.get(name, "") for name in form}
        try:
            change_account(actor=user, user=pk, account=_account(form))
        except ValidationError as problem:
            errors = by_field(problem)
        else:
            messages.success(request, _("已保存。"))
            return redirect("people")
    context = {"one": found, "form": form, "errors": errors, **_choices()}
    return render(request, "web/people/account.html", context, status=422 if errors else 200)


@require_POST
def password(request: HttpRequest, pk: int) -> HttpResponse:
    """A one-time password, shown on the page that follows and never again. One's own is changed on the page for that:
    this would end one's session with a password that nobody has written down."""
    user = keeper(request)
    found = get_object_or_404(User, pk=pk)
    if found == user:
        messages.error(request, _("自己的密码请用“修改密码”来改。"))
        return redirect("people")
    made, password = renew_password(actor=user, user=pk)
    request.session[_TOLD] = (made.username, password)
    return redirect("people")


@require_POST
def opened(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account or open it again."""
    user = keeper(request)
    get_object_or_404(User, pk=pk)
    try:
        found = set_open(actor=user, user=pk, is_open=request.POST.get("open") == "1")
    except ValidationError as problem:
        return told(request, problem, "people")
    said = _("已恢复账号 %(name)s。") if found.is_active else _("已停用账号 %(name)s，随时可以恢复。")
    messages.success(request, said % {"name": found.username})
    return redirect("people")


def _account(form: dict[str, str]) -> Account:
    """Raises ValidationError, by field."""
    if form["role"] not in Role.values:
        raise ValidationError({"role": _("选一个角色。")})
    unit = find_unit(form["unit"]) if form["unit"].strip() else None
    if form["unit"].strip() and unit is None:
        raise ValidationError(
            {"unit": _("没有叫“%(name)s”的单位，从列表里选一个。") % {"name": form["unit"]}}
        )
    return Account(Role(form["role"]), unit, form["display_name"])


def _choices() -> dict[str, Any]:
    return {"roles": Role.choices, "units": Unit.objects.order_by("path").values_list("name", flat=True)}


def _page(
    request: HttpRequest,
    *,
    form: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    secret: tuple[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    accounts: QuerySet[User] = User.objects.select_related("unit").order_by("-is_active", "role", "username")
    context = {
        "accounts": accounts,
        "form": form or {"role": Role.HANDLER.value},
        "errors": errors or {},
        "secret": secret,
        "changes": Change.objects.filter(kind__in=_KINDS).select_related("actor")[:SHOWN],
        **_choices(),
    }
    return render(request, "web/people/page.html", context, status=status)
