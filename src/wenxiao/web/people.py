"""The signed-in person of a request, and the day that it is for the whole product."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from wenxiao.units.models import User


def person(request: HttpRequest) -> User:
    """Who is signed in. LoginRequiredMiddleware has let nobody else through; this tells the types, and fails shut."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def today() -> date:
    """The local day; a demo may pin it with the setting TODAY, so that its dates stay in their places."""
    pinned: date | None = getattr(settings, "TODAY", None)
    return pinned or timezone.localdate() if settings.USE_TZ else pinned or date.today()


def is_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"
