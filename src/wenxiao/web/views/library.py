"""The library (疑难复杂工单库): matters under supervision, and the whole story of each."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wenxiao.display.highlight import promise_number
from wenxiao.library.choices import Grade, Kind, MatterState
from wenxiao.library.comparing import proposed
from wenxiao.library.filters import MatterFilter
from wenxiao.library.ledger import due_part
from wenxiao.library.matters import matter_grades, matter_list, matter_story, where_merged
from wenxiao.orders.selectors import unit_options
from wenxiao.web.belonging import matter_parts
from wenxiao.web.confidential import named_after_confidential
from wenxiao.web.headlines import headlines
from wenxiao.web.people import is_partial, person, today
from wenxiao.web.promises import PromiseLine, next_states
from wenxiao.web.story import folded, folded_rows, folded_tail

ROWS = 40


@dataclass(frozen=True, slots=True)
class GradeTab:
    """One grade above the list: how many, and the query that shows them alone (or all again)."""

    grade: str
    count: int
    query: str
    on: bool


@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """The list of matters."""
    user = person(request)
    narrowed = MatterFilter.from_query(request.GET)
    grades = matter_grades(user, narrowed)
    page = Paginator(matter_list(user, narrowed), ROWS).get_page(request.GET.get("page"))
    context = {
        "narrowed": narrowed,
        "page": page,
        "address": narrowed.query(),
        "tabs": [
            GradeTab(
                g,
                grades[g],
                narrowed.query(grades=() if narrowed.grades == (g,) else (g,)),
                g in narrowed.grades,
            )
            for g in Grade.values
        ],
        "all": GradeTab("", page.paginator.count, narrowed.query(grades=()), not narrowed.grades),
        "nameless": named_after_confidential(page.object_list),
        "proposed": proposed(user),
        "today": today(),
        "units": unit_options(user),
        "kinds": Kind.choices,
        "states": [*MatterState.choices, ("", _("全部"))],
        "sorts": [
            ("grade", _("等级从高到低")),
            ("-called", _("最近来电在前")),
            ("-orders", _("工单多的在前")),
            ("due", _("承诺先到期的在前")),
            ("age", _("时间最久的在前")),
        ],
    }
    partial = is_partial(request) and request.headers.get("HX-Target") == "results"
    return render(request, "web/library/results.html" if partial else "web/library/page.html", context)


@require_GET
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """One matter with its orders, promises and everything that happened, in time."""
    user = person(request)
    if (home := where_merged(user, number)) is not None:
        return redirect("matter", number=home)
    story = matter_story(user, number)
    now = today()
    promises = [
        PromiseLine(c, promise_number(n), due_part(c, now), next_states(c, user.may_assess))
        for n, c in enumerate(story.commitments, start=1)
    ]
    context = {
        **matter_parts(user, story, request.GET.get("did", "")),
        "story": story,
        "matter": story.matter,
        "nameless": named_after_confidential([story.matter]),
        "promises": folded_tail(promises),
        "promised": len(promises),
        "today": now,
        "stretches": folded(story.moments),
        "calls": folded_rows(story.orders),
        "heads": headlines(story.orders),
        "show_order": True,
    }
    return render(request, "web/library/matter.html", context)
