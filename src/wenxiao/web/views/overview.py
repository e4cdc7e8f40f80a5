"""The overview: figures that each open the orders behind them, as charts and as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from wenxiao.library.hot import alerts, call_rules
from wenxiao.library.overview import Figure
from wenxiao.library.overview import overview as figures_for
from wenxiao.web.confidential import named_after_confidential
from wenxiao.web.people import person, today
from wenxiao.web.templatetags.wx import kind_word

#: Hot matters told of above the figures; all are on their own page.
ALERTS = 5


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a chart with its address."""

    label: str
    value: int
    of: int | None
    href: str
    running: bool = False

    @property
    def percent(self) -> int | None:
        return round(100 * self.value / self.of) if self.of else None


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart and its table twin. `says` explains what is counted."""

    name: str
    title: str
    says: str
    head: str
    shape: str
    points: list[Point]

    @property
    def data(self) -> dict[str, Any]:
        """What the script draws from."""
        return {
            "shape": self.shape,
            "title": self.title,
            "labels": [p.label for p in self.points],
            "values": [p.value for p in self.points],
            "hrefs": [p.href for p in self.points],
            "running": self._running(),
            "runningWord": _("本月未满"),
            "unit": pgettext("counter of orders", "件"),
        }

    def _running(self) -> int:
        """The place of the period that is not over; -1 without one."""
        return next((n for n, p in enumerate(self.points) if p.running), -1)

    @property
    def is_empty(self) -> bool:
        return not any(p.value for p in self.points)


def href(figure: Figure) -> str:
    """The list that a figure counted. The state is written out, because its default differs between roles."""
    query = figure.query
    if figure.page == "assess" and "decision=" not in query:
        query = "decision=pending" + (f"&{query}" if query else "")
    return f"{reverse(figure.page)}?{query}"


def _points(figures: list[Figure], words: Any = None) -> list[Point]:
    return [Point(words(f.key) if words else f.label, f.value, f.of, href(f), f.running) for f in figures]


def _repeats_say(months: list[Figure]) -> str:
    said = _("当月来电里，同一事项以前已经来过电的。")
    running = any(month.running for month in months)
    return said + _("本月还没有过完，用虚线画。") if running else said


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The page."""
    seen = figures_for(person(request), today())
    heads = [
        (_("全部工单"), _("已识别的工单"), seen.orders),
        (_("捕获"), _("可能没有实质办结，或属于六类之一"), seen.captured),
        (_("待研判"), _("捕获以后还没有人下结论"), seen.pending),
        (_("已确认"), _("人确认没有实质办结"), seen.confirmed),
    ]
    charts = [
        Chart("kinds", _("捕获的工单，按类"), _("一件工单可以同时属于几类，各类相加会超过总数。"), _("类"), "bars", _points(seen.kinds, kind_word)),
        Chart("units", _("很可能没有实质办结，按单位"), _("可能性在 50% 以上、没有被排除的工单，含下属单位。一件工单有几个承办单位时各算一次。"), _("单位"), "bars", _points(seen.units)),
        Chart("due", _("承诺，按到期"), _("还没有了结的承诺。"), _("到期"), "columns", _points(seen.due)),
        Chart("repeats", _("同一事项再次来电，按月"), _repeats_say(seen.repeats), _("月份"), "line", _points(seen.repeats)),
    ]  # fmt: skip
    hot = alerts(person(request), seen.today)
    context = {
        "alerts": hot[:ALERTS],
        "nameless": named_after_confidential([one.matter for one in hot[:ALERTS]]),
        "hot_days": call_rules().hot_days,
        "heads": [(label, says, figure, href(figure)) for label, says, figure in heads],
        "charts": charts,
        "today": seen.today,
        "empty": not seen.orders.value,
    }
    return render(request, "web/overview/page.html", context)
