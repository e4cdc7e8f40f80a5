"""The signed-in person of a request, and the day that it is for the whole product."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from wenxiao.library.days import today
from wenxiao.units.models import User

__all__ = ["is_key", "is_partial", "person", "today"]


def person(request: HttpRequest) -> User:
    """Who is signed in. LoginRequiredMiddleware has let nobody else through; this tells the types, and fails shut."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def is_key(text: str) -> bool:
    """Whether a text of a form can be the key of a row: a whole number that a database takes."""
    return text.isascii() and text.isdecimal() and len(text) < 16


def is_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"
