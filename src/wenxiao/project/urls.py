"""All addresses. The pages are in wenxiao.web."""

from __future__ import annotations

from importlib.util import find_spec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path


@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """For whoever watches the process: it answers, nothing more."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [path("alive", alive, name="alive")]
if find_spec("wenxiao.web") and find_spec("wenxiao.web.urls"):
    urlpatterns += [path("", include("wenxiao.web.urls"))]
