"""Answers with a message: a toast for htmx, a message on the next page for everybody else."""

from __future__ import annotations

import json
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from wenxiao.web.people import is_partial


def with_toast(response: HttpResponse, text: str, undo: str = "") -> HttpResponse:
    """Adds a toast to an htmx answer. `undo`: the orders whose verdict its button takes back, joined by commas."""
    response["HX-Trigger"] = json.dumps({"toast": {"text": text, "undo": undo}})
    return response


def by_field(problem: ValidationError) -> dict[str, str]:
    """What is wrong with each field of a form; under "all" what is with none of them."""
    if not hasattr(problem, "error_dict"):
        return {"all": "；".join(problem.messages)}
    found = {name: "；".join(lines) for name, lines in problem.message_dict.items()}
    return {("all" if name == NON_FIELD_ERRORS else name): text for name, text in found.items()}


def told(request: HttpRequest, problem: ValidationError, back: str) -> HttpResponse:
    """Says what was wrong with the input and changes nothing."""
    text = "；".join(problem.messages)
    if is_partial(request):
        # A header carries ASCII only; the page's script decodes it.
        return HttpResponse(text, status=422, headers={"X-Message": quote(text)})
    messages.error(request, text)
    return redirect(back)
