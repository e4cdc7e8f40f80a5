"""Headers that every answer carries, and what people see when the database cannot answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from wenxiao.orders.trouble import trouble_message

logger = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponseBase]

#: Nothing from elsewhere, no script or style in the page itself. ECharts writes inline style attributes on the
#: elements that it makes through the DOM, which `style-src` does not restrict.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


def headers(get_response: Handler) -> Handler:
    """A strict content security policy, and no page with somebody's data in a shared cache."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return handle


def nothing_to_show(get_response: Handler) -> Handler:
    """An address that forms are sent to, asked for by hand or by going back, is no page: it is answered like one that is
    not there, with a way on, where the bare 405 would be a blank sheet."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method in ("GET", "HEAD"):
            raise Http404
        return response

    return handle


class no_null_characters:
    """A NUL, which nobody types and PostgreSQL keeps nowhere, is no request that can be answered. Looked for once it is known
    who asks: what strangers send is not read for it."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, _view: object, _args: object, _kwargs: object) -> None:
        given = [
            request.path,
            *(text for form in (request.GET, request.POST) for _, texts in form.lists() for text in texts),
        ]
        if any("\0" in str(text) for text in given):
            raise SuspiciousOperation("NUL")


class database_trouble:
    """A locked or full database becomes a page that says so and what to do; nothing of the request was kept."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        message = trouble_message(error)
        if message is None:
            return None
        logger.warning("%s %s: %s", request.method, request.path, type(error).__name__)
        try:
            body: str = render_to_string("503.html", {"message": message}, request)
        except TemplateDoesNotExist:
            body = message
        return HttpResponse(body, status=503, headers={"Retry-After": "10"})
