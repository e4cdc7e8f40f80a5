"""The menu of the frame: what a role can open, and where it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wenxiao.units.choices import Role
from wenxiao.units.models import User

register = template.Library()


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the menu; `dock` entries are also at the foot of a phone's page, under their `short` word."""

    name: str
    icon: str
    label: str
    short: str
    href: str
    current: bool
    dock: bool = True


@dataclass(slots=True)
class Menu:
    """The entries that a person may open, and the unit whose eyes they see with."""

    home: str
    unit: str = ""
    items: list[Item] = field(default_factory=list)


#: What is seldom needed is not at the foot of a phone's page; it is in the menu of the account there.
_SELDOM = frozenset({"models", "rules", "units", "people"})


@register.simple_tag(takes_context=True)
def shell(context: dict[str, Any]) -> Menu:
    """The menu for the person of the request."""
    request = context["request"]
    user = request.user
    menu = Menu(reverse("home"))
    if not isinstance(user, User):
        return menu
    menu.unit = str(user.unit) if user.unit_id else ""
    here = request.resolver_match.url_name if request.resolver_match else ""
    for name, icon, label, short, pages in _entries(user):
        menu.items.append(Item(name, icon, label, short, reverse(name), here in pages, name not in _SELDOM))
    return menu


def _entries(user: User) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    overview = ("overview", "chart-bar", _("总览"), _("总览"), ("overview", "repeats"))
    mine = _("我单位的工单") if user.is_handler else _("待研判")
    orders = (
        "assess",
        "list-search",
        mine,
        _("工单") if user.is_handler else pgettext("dock", "研判"),
        ("assess", "order", "search"),
    )
    library = (
        "library",
        "books",
        _("疑难复杂工单库"),
        _("工单库"),
        ("library", "matter", "hot", "proposals", "compare"),
    )
    ledger = ("commitments", "calendar-due", _("承诺台账"), pgettext("dock", "承诺"), ("commitments",))
    imports = ("imports", "file-import", _("导入"), _("导入"), ("imports", "import"))
    if user.role == Role.LEADER:
        return [overview, library, orders, ledger]
    if user.is_handler:
        return [orders, ledger, library, overview]
    plain = [orders, library, ledger, overview, imports]
    if user.role == Role.ADMINISTRATOR:
        engine = ("models", "gauge", _("识别模型"), _("模型"), ("models", "model"))
        rules = ("rules", "list-check", _("识别规则"), _("规则"), ("rules", "rule-group", "rule"))
        units = ("units", "building", _("单位"), _("单位"), ("units", "unit"))
        people = ("people", "users", _("人员"), _("人员"), ("people", "account", "account-password"))
        return [*plain, engine, rules, units, people]
    return plain
