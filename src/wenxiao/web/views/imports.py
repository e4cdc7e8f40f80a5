"""Bringing a file in: drop it, check the columns, confirm, watch, read the result."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenxiao.library.exporting import export_problems
from wenxiao.library.filters import OrderFilter
from wenxiao.library.pipeline import captured_orders, start_import
from wenxiao.orders.choices import RUN_ACTIVE, RunState
from wenxiao.orders.models import ImportRun
from wenxiao.orders.runs import is_abandoned
from wenxiao.orders.selectors import get_run, import_runs, rejected_rows, sources, warnings
from wenxiao.orders.uploads import (
    Preview,
    check_upload,
    choose_sheets,
    preview,
    refuse_upload,
    stage_upload,
)
from wenxiao.units.models import User
from wenxiao.web.people import is_partial, person
from wenxiao.web.reading import english
from wenxiao.web.views.assess import address

ROWS = 25
#: Rejected rows shown on the page; the sheet has them all.
_SHOWN = 50


def importer(request: HttpRequest) -> User:
    """The person, if importing belongs to their work."""
    user = person(request)
    if not user.may_import:
        raise PermissionDenied(_("只有研判员和管理员可以导入"))
    return user


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The place to drop a file, and the imports so far."""
    user = importer(request)
    error = ""
    if request.method == "POST":
        try:
            staged = _staged(request, user)
            error = check_upload(staged)
        except ValidationError as problem:
            error = "；".join(problem.messages)
        if not error:
            return redirect("import", staged.pk)
    page = Paginator(import_runs(user), ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "address": "", "sources": sources(user), "error": error}
    return render(request, "web/imports/page.html", context, status=422 if error else 200)


def _staged(request: HttpRequest, user: User) -> ImportRun:
    file = request.FILES.get("file")
    if file is None:
        raise ValidationError(_("请先选择一个文件"))
    return stage_upload(actor=user, file=file, name=file.name or "", source=request.POST.get("source", ""))


@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One import, in the state that it is in. While it works, htmx asks for the progress again and again."""
    found = get_run(importer(request), pk)
    if found.state == RunState.UPLOADED:
        return _mapping(request, found, preview(found))
    context = _progress(found)
    if is_partial(request):
        response = render(request, "web/imports/progress.html", context)
        if found.state not in RUN_ACTIVE:
            response["HX-Refresh"] = "true"  # the result is another page, with its own counts and links
        return response
    if found.state in (RunState.DONE, RunState.FAILED):
        context |= _result(found)
    return render(request, "web/imports/run.html", context)


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of an import and whether it is behind, under way or ahead."""

    label: str
    when: str


_STAGES = (RunState.QUEUED, RunState.READING, RunState.RECOGNISING, RunState.GROUPING, RunState.DONE)


def _progress(found: ImportRun) -> dict[str, Any]:
    place = _STAGES.index(RunState(found.state)) if found.state in _STAGES else -1
    # What has been read is recognised while the rest is read: both are under way then.
    last = place + (found.state == RunState.READING and found.to_recognise > 0)
    steps = [
        Step(
            str(stage.label),
            "done" if n < place or found.state == RunState.DONE else "now" if n <= last else "",
        )
        for n, stage in enumerate(_STAGES)
    ]
    active = found.state in RUN_ACTIVE
    # A full disk or a killed process cannot write that it failed; that nothing moves is what can be seen.
    stalled = active and found.state != RunState.QUEUED and is_abandoned(found)
    return {"run": found, "steps": steps, "active": active, "stalled": stalled}


#: Counts that most imports have no use for: shown where they are not nought.
_SELDOM = ("resumed", "merged")


def _result(found: ImportRun) -> dict[str, Any]:
    names = [
        ("rows", _("读到的行")), ("new", _("新增")), ("changed", _("内容有变")), ("same", _("没有变化")),
        ("resumed", _("补识别以前留下的")), ("merged", _("并入同一工单")), ("duplicates", _("文件内重复")), ("rejected", _("没有导入")), ("warnings", _("提醒")), ("new_units", _("新出现的单位")),
    ]  # fmt: skip
    problems, warned = list(rejected_rows(found)[:_SHOWN]), list(warnings(found)[:_SHOWN])
    return {
        "counts": [
            (label, found.counts.get(name, 0))
            for name, label in names
            if name not in _SELDOM or found.counts.get(name)
        ],
        "problems": problems,
        "warned": warned,
        "has_sheets": any(one.sheet for one in [*problems, *warned]),
        "first_is_warning": not problems,
        "can_go_on": found.has_file or found.total_rows is not None,
        "english": english(),
        "list_query": address(OrderFilter(decision="", captured=False, run=found.pk)),
        "to_assess_query": address(OrderFilter(run=found.pk)),
        "captured": captured_orders(found).count(),
        "shown": _SHOWN,
    }


def _mapping(request: HttpRequest, found: ImportRun, view: Preview, error: str = "") -> HttpResponse:
    context = {
        "run": found,
        "view": view,
        "error": error,
        "is_known": bool(found.source.mapping),
        "here": reverse("import", args=[found.pk]),
    }
    return render(request, "web/imports/mapping.html", context, status=422 if error else 200)


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Checks the mapping again with `check`, else starts the import with it. Asked for by hand it is the import's page."""
    user = importer(request)
    found = get_run(user, pk)
    if request.method == "GET":
        return redirect("import", pk)
    if found.state != RunState.UPLOADED:
        return redirect("import", pk)  # a second click
    view = preview(found)
    try:
        mapping = _chosen(request, view)
    except ValidationError as problem:
        return _mapping(request, found, view, "；".join(problem.messages))
    checked = preview(found, mapping=mapping)
    if "check" in request.POST or checked.error:
        return _mapping(request, found, checked, checked.error)
    try:
        start_import(actor=user, run=pk, mapping=mapping)
    except ValidationError as problem:
        messages.error(request, "；".join(problem.messages))
    return redirect("import", pk)


def _chosen(request: HttpRequest, view: Preview) -> dict[str, str]:
    """The mapping of the form (field → header). A field that the reader itself fills from several columns (levels of
    a category, a deadline and its extension) is left to it as long as nobody changed it. Raises ValidationError."""
    labels = {option.field: option.label for option in view.fields}
    before, after = defaultdict(list), defaultdict(list)
    for column in view.columns:
        if not column.header:
            continue
        before[column.field or ""].append(column.header)
        wanted = request.POST.get(f"column-{column.index}", "")
        after[wanted if wanted in labels else ""].append(column.header)
    mapping = {}
    for name, label in labels.items():
        if before[name] == after[name] and len(after[name]) != 1:
            continue
        if len(after[name]) > 1:
            raise ValidationError(_("“%(field)s”选了两列，请只留一列") % {"field": label})
        if after[name]:
            mapping[name] = after[name][0]
    for header in after[""]:
        # The reader would find such a column again by its header, so leaving it out must not look as if it worked.
        name = next((n for n, headers in before.items() if n and header in headers), "")
        if name and name not in mapping:
            said = _("“%(field)s”按表头自动认出，不能只去掉；要换一列，请在那一列选它")
            raise ValidationError(said % {"field": labels[name]})
    return mapping


@require_POST
def sheets(request: HttpRequest, pk: int) -> HttpResponse:
    """Reads other sheets of the workbook, and shows the columns again."""
    user = importer(request)
    try:
        choose_sheets(actor=user, run=get_run(user, pk).pk, sheets=request.POST.getlist("sheet"))
    except ValidationError as problem:
        messages.error(request, "；".join(problem.messages))
    return redirect("import", pk)


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a failed import up again, behind the last row that is really there."""
    user = importer(request)
    found = get_run(user, pk)
    try:
        start_import(actor=user, run=found.pk)
    except ValidationError as problem:
        messages.error(request, "；".join(problem.messages))
    return redirect("import", pk)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives up an upload that nobody has started; the file goes, its line stays."""
    user = importer(request)
    refuse_upload(actor=user, run=get_run(user, pk).pk)
    return redirect("imports")


@require_GET
def rejected(request: HttpRequest, pk: int) -> FileResponse:
    """The rows that did not get in, and the cells that were not understood, as a sheet."""
    sheet = export_problems(get_run(importer(request), pk))
    return FileResponse(sheet.file, as_attachment=True, filename=sheet.name, content_type=sheet.content_type)
