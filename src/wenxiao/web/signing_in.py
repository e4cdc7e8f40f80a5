"""Nobody gets further without signing in, nor with a password that others know; and what the sign-in leads back to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from wenxiao.units.models import User

#: In the address of the sign-in page: a form was sent without a session, and what it held is lost.
LOST = "lost"

_WITHOUT_OWN_PASSWORD = frozenset({"password_change", "logout", "set_language"})


class SignInFirst(LoginRequiredMiddleware):
    """LoginRequiredMiddleware that, when a session ended under a form, leads back to the page of the form: the address
    that the form was sent to shows nothing when it is only asked for. Somebody with a one-time password gets no page but the
    one to change it."""

    def process_view(self, request: HttpRequest, view_func: Any, args: Any, kwargs: Any) -> Any:
        answer = super().process_view(request, view_func, args, kwargs)
        if answer is not None or not (isinstance(request.user, User) and request.user.one_time_password):
            return answer
        if request.resolver_match and request.resolver_match.url_name in _WITHOUT_OWN_PASSWORD:
            return None
        return HttpResponseRedirect(reverse("password_change"))

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        answer = redirect_to_login(
            _page_of(request), self.get_login_url(view_func), self.get_redirect_field_name(view_func)
        )
        return HttpResponseRedirect(f"{answer.url}&{urlencode({LOST: 1})}")


def _page_of(request: HttpRequest) -> str:
    """The page of ours that a form was on; the home page where the browser does not say."""
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}, require_https=request.is_secure()
    ):
        return "/"
    page = urlsplit(came_from)
    return page.path + (f"?{page.query}" if page.query else "")
