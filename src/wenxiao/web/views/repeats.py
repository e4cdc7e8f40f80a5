"""The rate of repeat calls: a page of figures that each open their orders, and that can be printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wenxiao.library.choices import RateVariant
from wenxiao.library.hot import call_rules
from wenxiao.library.repeats import Asked, Rates, Row, repeat_rates
from wenxiao.web.people import person, today
from wenxiao.web.templatetags.rates import rate_link

#: Windows to choose from; another one that the rules name is offered too.
WINDOWS = (30, 60, 90)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the page: `head` names its first column."""

    name: str
    title: str
    head: str
    rows: list[Row]


@require_GET
def repeats(request: HttpRequest) -> HttpResponse:
    """The page. `variant` and `days` say how to count; without them it is as the rules say."""
    rules = call_rules()
    asked = Asked.of(request.GET.get("variant", ""), request.GET.get("days", ""), rules)
    seen = repeat_rates(person(request), today(), asked)
    context = {
        "seen": seen,
        "asked": asked,
        "variants": RateVariant.choices,
        "windows": sorted({*WINDOWS, rules.repeat_days, asked.days}),
        "definition": definition(asked, anyone=rules.anyone, fresh=rules.fresh_repeats),
        "chart": _chart(seen),
        "tables": [
            Table("months", _("按月"), _("月份"), seen.months),
            Table("units", _("按主办单位"), _("单位"), seen.units),
            Table("kinds", _("按类"), _("类"), seen.kinds),
            Table("places", _("按区域"), _("区域"), seen.places),
        ],
        "empty": not (seen.total.now.of or seen.total.before.of),
    }
    return render(request, "web/overview/repeats.html", context)


def definition(asked: Asked, *, anyone: bool, fresh: bool) -> str:
    """What is counted, in a sentence or two: stands on every print."""
    said = {
        RateVariant.CALLS: _("分子：同一事项的工单全部办结后 %(days)d 天以内的再次来电；分母：全部来电。"),
        RateVariant.MATTERS: _("分子：有过办结后 %(days)d 天以内再次来电的事项；分母：有来电的全部事项。"),
        RateVariant.CLOSED: _(
            "分子：办结后 %(days)d 天以内同一事项又有来电的工单；分母：全部已办结的工单，按办结时间统计。"
        ),
    }[asked.variant] % {"days": asked.days}
    parts = [said, _("办理期间的催办不算。")]
    parts.append(_("他人就同一事项来电也算。") if anyone else _("只算同一来电人。"))
    if not fresh:
        parts.append(_("带来新情况的不算。"))
    return "".join(parts)


def _chart(seen: Rates) -> dict[str, Any]:
    """What the script draws from: this year's line, and that of the year before."""
    return {
        "shape": "line",
        "title": _("同一事项重复来电率"),
        "labels": [row.label for row in seen.months],
        "values": [_rounded(row.now.rate) for row in seen.months],
        "before": [_rounded(row.before.rate) for row in seen.months],
        "beforeWord": _("上年同期"),
        "hrefs": [rate_link(row.now) for row in seen.months],
        "running": next((at for at, row in enumerate(seen.months) if row.running), -1),
        "runningWord": _("本月未满"),
        "unit": "%",
    }


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 1)
