"""The first page after signing in, and the search box of the frame."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from wenxiao.library.filters import OrderFilter
from wenxiao.units.choices import Role
from wenxiao.web.people import person


def home(request: HttpRequest) -> HttpResponse:
    """A leader begins with the overview, everybody else with the orders."""
    return redirect("overview" if person(request).role == Role.LEADER else "assess")


def search(request: HttpRequest) -> HttpResponse:
    """Looks through all orders of the scope, assessed or not; it is the list with nothing else narrowed."""
    words = request.GET.get("q", "").strip()[:200]
    found = OrderFilter(q=words, decision="", captured=False)
    return redirect(f"{reverse('assess')}?{found.query()}")
