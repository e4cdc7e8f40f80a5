"""Rates and how they changed, written the same wherever they stand."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from wenxiao.library.repeats import Row, Share

register = template.Library()


@register.filter
def rate_link(share: Share) -> str:
    """The list of the orders that a share counted. The state is written out, because its default differs between roles."""
    decision = "" if "decision=" in share.query else "decision=&"
    return f"{reverse('assess')}?{decision}{share.query}"


@register.filter
def shown_rate(rate: float | None) -> str:
    """In percent, one place."""
    return "–" if rate is None else f"{_one_place(rate)}%"


@register.filter
def change_points(row: Row) -> str:
    """By how many percentage points a rate rose or fell against the year before."""
    if row.points is None:
        return _("无同期数据")
    return _("%(points)s 个百分点") % {"points": _signed(row.points)}


@register.filter
def change_percent(row: Row) -> str:
    """By how many percent of what it was."""
    return "" if row.percent is None else f"{_signed(row.percent)}%"


def _signed(number: float) -> str:
    return f"{'+' if number > 0 else ''}{_one_place(number)}"


def _one_place(number: float) -> str:
    # Django cuts off what does not fit; a rate is rounded, here as in the chart.
    return number_format(round(number, 1), 1)
