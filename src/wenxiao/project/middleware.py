"""Headers that every answer carries, and what people see when the database cannot answer."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable

from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

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


def trouble_message(error: BaseException) -> str | None:
    """What to tell a person when the machine, not the person, is at fault; None for every other error."""
    text = str(error).lower()
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _("服务器磁盘已满，这次操作没有保存。请联系管理员清理磁盘后重试。")
    if not isinstance(error, DatabaseError):
        return None
    if "locked" in text or "lock timeout" in text or "deadlock" in text:
        return _("数据库正忙，这次操作没有保存。请过一会儿再试。")
    if "full" in text or "no space" in text:
        return _("服务器磁盘已满，这次操作没有保存。请联系管理员清理磁盘后重试。")
    if "readonly" in text or "read-only" in text:
        return _("数据库为只读，这次操作没有保存。请联系管理员检查数据文件夹的权限。")
    if isinstance(error, OperationalError) and any(
        w in text for w in ("connect", "closed", "terminat", "unable")
    ):
        return _("暂时连不上数据库，这次操作没有保存。请过一会儿再试。")
    return None
