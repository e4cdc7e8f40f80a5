"""Rules as people read and change them: words and numbers, a trial beforehand, a history that can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenxiao.learning.choices import JobKind, JobState
from wenxiao.learning.jobs import add_job
from wenxiao.learning.models import EngineJob
from wenxiao.library.changing import ask_reread
from wenxiao.library.rule_edits import (
    Judged,
    draft,
    history,
    judged_signals,
    rule_files,
    rule_section,
    rule_sections,
    save_edit,
    take_back,
)
from wenxiao.recognition.edits import Section, Value
from wenxiao.web.people import is_key
from wenxiao.web.reading import english
from wenxiao.web.responses import by_field
from wenxiao.web.rule_words import section_words, value_words
from wenxiao.web.views.models import administrator, trial_of

#: Edits that a page lists.
_SHOWN = 20
#: Files whose rules are signals, so that verdicts speak of them.
_JUDGED = ("signals.toml", "columns.toml")


@dataclass(frozen=True, slots=True)
class Line:
    """One rule of a list: what it is called, what it holds, how people judged it."""

    key: str
    label: str
    explain: str
    holds: str
    judged: Judged | None


@dataclass(frozen=True, slots=True)
class Box:
    """One value of a rule as a field of a form: "words" (a word a line), "number" or "switch"."""

    name: str
    label: str
    hint: str
    sort: str
    text: str
    error: str = ""

    @property
    def rows(self) -> int:
        return min(18, max(4, self.text.count("\n") + 2))


@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """The groups of rules, and the latest changes."""
    administrator(request)
    groups = [(file, label, len(rule_sections(file))) for file, label in rule_files().items()]
    return render(request, "web/rules/page.html", {"groups": groups, "edits": _edits("")})


@require_GET
def group(request: HttpRequest, file: str) -> HttpResponse:
    """The rules of one group."""
    administrator(request)
    try:
        found = rule_sections(file)
    except ValidationError as problem:
        raise Http404(problem.messages[0]) from problem
    judged = judged_signals() if file in _JUDGED else {}
    lines = [Line(s.key, section_words(file, s), _explain(s), _holds(s), judged.get(s.name)) for s in found]
    context = {
        "file": file,
        "title": rule_files()[file],
        "lines": lines,
        "judged": bool(judged),
        "edits": _edits(file),
    }
    return render(request, "web/rules/group.html", context)


def _explain(section: Section) -> str:
    return (english() and section.explain_en) or section.explain


def _holds(section: Section) -> str:
    """What a rule holds in short: how many words, its numbers by name, and the switches that are on."""
    words = sum(len(value) for value in section.values.values() if isinstance(value, list))
    said = [ngettext("%(n)d 个词", "%(n)d 个词", words) % {"n": words}] if words else []
    for name, value in section.values.items():
        label = value_words(name)[0]
        if value is True:
            said.append(label)
        elif isinstance(value, int | float) and value is not False:
            said.append(_("%(label)s：%(number)s") % {"label": label, "number": f"{value:g}"})
    return pgettext("punctuation", "；").join(said[:4])


@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, file: str) -> HttpResponse:
    """One rule: the form, and after a trial what it would change. POST begins a trial, or saves what was tried."""
    user = administrator(request)
    key = request.GET.get("rule", "")
    try:
        section = rule_section(file, key)
    except ValidationError as problem:
        raise Http404(problem.messages[0]) from problem
    if request.method == "GET":
        return _form(request, file, section, {}, {})
    form = {name: request.POST.get(name, "") for name in section.values}
    try:
        found = draft(file, key, form)
    except ValidationError as problem:
        return _form(request, file, section, form, by_field(problem))
    if not found.changes:
        messages.info(request, _("没有改动。"))
        return redirect(address_of(file, key))
    if request.POST.get("act") == "save":
        save_edit(actor=user, found=found, note=request.POST.get("note", ""))
        ask_reread(actor=user)
        messages.success(request, _("已保存，正在后台重新识别历史工单；研判结论保持不变。"))
        return redirect(address_of(file, key))
    params = {"edits": found.edits, "file": file, "section": key, "form": form}
    job = add_job(kind=JobKind.TRIAL, params=params, actor=user)
    return redirect(address_of(file, key, trial=job.pk))


def address_of(file: str, key: str, **more: Any) -> str:
    """The address of a rule's page."""
    return f"{reverse('rule', args=[file])}?{urlencode({'rule': key, **more})}"


def _form(
    request: HttpRequest, file: str, section: Section, form: dict[str, str], errors: dict[str, str]
) -> HttpResponse:
    user = administrator(request)
    job = _trial_job(request, file, section)
    if job is not None and not form:
        form = job.params["form"]
    context = {
        "file": file,
        "title": rule_files()[file],
        "section": section,
        "label": section_words(file, section),
        "explain": _explain(section),
        "boxes": [_box(name, value, form, errors.get(name, "")) for name, value in section.values.items()],
        "error": errors.get("all", ""),
        "job": job,
        "trial": trial_of(user, job) if job and job.state == JobState.DONE else None,
        "judgeable": file in _JUDGED,
        "judged": judged_signals().get(section.name) if file in _JUDGED else None,
        "edits": _edits(file, section.key),
        "here": address_of(file, section.key),
    }
    return render(request, "web/rules/rule.html", context, status=422 if errors else 200)


def _trial_job(request: HttpRequest, file: str, section: Section) -> EngineJob | None:
    pk = request.GET.get("trial", "")
    found = EngineJob.objects.filter(pk=int(pk), kind=JobKind.TRIAL).first() if is_key(pk) else None
    mine = found and (found.params.get("file"), found.params.get("section")) == (file, section.key)
    return found if mine else None


def _box(name: str, value: Value, form: dict[str, str], error: str) -> Box:
    if isinstance(value, list):
        sort, text = "words", "\n".join(value)
    elif isinstance(value, bool):
        sort, text = "switch", "1" if value else ""
    else:
        sort, text = "number", f"{value:g}"
    label, hint = value_words(name)
    return Box(name, label, hint, sort, form.get(name, text), error)


def _edits(file: str, key: str | None = None) -> list[dict[str, Any]]:
    labels = rule_files()
    found = []
    for row in history(file, key)[:_SHOWN]:
        section = next((s for s in rule_sections(row.file) if s.key == row.section), None)
        said = [_said(name, was, now) for name, (was, now) in row.changes.items()]
        found.append(
            {
                "row": row,
                "label": section_words(row.file, section) if section else row.section,
                "title": labels.get(row.file, row.file),
                "href": address_of(row.file, row.section),
                "said": said,
            }
        )
    return found


def _said(name: str, was: Value, now: Value) -> str:
    """A change in words: what was added and taken out, or the two numbers."""
    label = value_words(name)[0]
    if not isinstance(was, list) or not isinstance(now, list):
        return f"{label}：{was} → {now}"
    more = [f"＋{word}" for word in now if word not in was]
    less = [f"－{word}" for word in was if word not in now]
    return f"{label}：" + " ".join([*more, *less])


@require_POST
def undo_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Put back what was in force before an edit."""
    user = administrator(request)
    try:
        row = take_back(actor=user, edit=pk)
    except ValidationError as problem:
        messages.error(request, "；".join(problem.messages))
        return redirect("rules")
    ask_reread(actor=user)
    messages.success(request, _("已退回，正在后台重新识别历史工单；研判结论保持不变。"))
    return redirect(address_of(row.file, row.section))
