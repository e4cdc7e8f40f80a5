"""The model: what it was trained on, how good it is, what another would change, switching and going back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wenxiao.learning.choices import JOB_ACTIVE, JobKind, JobState
from wenxiao.learning.in_force import version_before, version_in_force
from wenxiao.learning.jobs import add_job
from wenxiao.learning.models import EngineJob, ModelUse, ModelVersion
from wenxiao.library.changing import ask_reread, go_back, may_change, stale, use_version
from wenxiao.library.choices import ClosureClass, Kind
from wenxiao.library.training import readiness
from wenxiao.orders.models import WorkOrder
from wenxiao.orders.selectors import visible_orders
from wenxiao.recognition.model import shipped_name
from wenxiao.units.models import User
from wenxiao.web.part_words import part_rows, wanted
from wenxiao.web.people import is_partial, person, today
from wenxiao.web.reading import NOTICEABLE, signal_words

#: In an address, the model as it was shipped.
SHIPPED = "shipped"
#: Uses and jobs that the page lists.
_SHOWN = 10


def administrator(request: HttpRequest) -> User:
    """The person, if changing the engine belongs to their work."""
    user = person(request)
    may_change(user)
    return user


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison: a model and its figures on the verdicts kept apart."""

    label: str
    figures: dict[str, Any]
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Confused:
    """One kind or unit with the counts of the model in use and of the new one."""

    label: str
    cases: int
    present: dict[str, Any]
    trained: dict[str, Any]


@require_GET
def models(request: HttpRequest) -> HttpResponse:
    """The versions, what is in force, and whether there is enough to learn from."""
    administrator(request)
    ready, now = readiness(), version_in_force()
    context = {
        "ready": ready,
        "parts": wanted(ready),
        "now": now,
        "trouble": (now.trouble or _other_base(now)) if now else "",
        "can_go_back": ModelUse.objects.exists(),
        "before": version_before(),
        "versions": ModelVersion.objects.select_related("made_by"),
        "uses": ModelUse.objects.select_related("version", "by")[:_SHOWN],
        "job": EngineJob.objects.filter(state__in=JOB_ACTIVE).last() or EngineJob.objects.first(),
        "stale": stale(today()).count(),
    }
    return render(request, "web/models/page.html", context)


@require_POST
def start_training(request: HttpRequest) -> HttpResponse:
    """Put a training into the queue."""
    add_job(kind=JobKind.TRAIN, params={}, actor=administrator(request))
    return redirect("models")


@require_GET
def version(request: HttpRequest, name: str) -> HttpResponse:
    """One version beside the model in use; its trial, when there was one."""
    user = administrator(request)
    found = ModelVersion.objects.filter(name=name).first()
    if found is None and name != SHIPPED:
        raise Http404(_("没有这个模型"))
    now = version_in_force()
    trial = EngineJob.objects.filter(
        kind=JobKind.TRIAL, params={"version": found.name if found else ""}
    ).first()
    context: dict[str, Any] = {
        "version": found,
        "name": name,
        "trouble": (found.trouble or _other_base(found)) if found else "",
        "is_used": (now.pk if now else None) == (found.pk if found else None),
        "job": trial,
        "trial": trial_of(user, trial) if trial and trial.state == JobState.DONE else None,
    }
    return render(request, "web/models/version.html", context | (_report(found.report) if found else {}))


def _other_base(version: ModelVersion) -> str:
    """That a version was trained on another shipped model than the one that the program came with; "" when it was not."""
    base, shipped = version.content.get("base", ""), shipped_name()
    if base == shipped:
        return ""
    return _(
        "%(name)s 是在出厂模型 %(base)s 上训练的，程序升级后出厂模型已是 %(shipped)s；它还能用，但报告里的数字不再作准，请重新训练一个。"
    ) % {"name": version.name, "base": base, "shipped": shipped}


def _report(report: dict[str, Any]) -> dict[str, Any]:
    rows = [
        Row(_("出厂模型"), report["shipped"]),
        Row(_("训练时在用的模型"), report["present"]),
        Row(_("这个模型"), report["trained"], True),
    ]
    kinds = {kind.value: str(kind.label) for kind in Kind}
    return {
        "report": report,
        "rows": rows,
        "parts": part_rows(report),
        "dates": _dates(report["dates"]) if "dates" in report else None,
        "by_kind": _confused(report, "by_kind", kinds),
        "by_unit": _confused(report, "by_unit", {}),
        "learned": [
            {**row, "label": signal_words(row["signal"])[0]}
            for row in report["learned"]
            if abs(row["added"]) >= NOTICEABLE
        ],
    }


def _dates(dates: dict[str, Any]) -> dict[str, Any]:
    return {**dates, "share": dates["right"] / dates["cases"] if dates["cases"] else None}


def _confused(report: dict[str, Any], part: str, labels: dict[str, str]) -> list[Confused]:
    counts = ("hits", "false_alarms", "misses", "true_negatives")
    return [
        Confused(labels.get(key, key), sum(one[name] for name in counts), report["present"][part][key], one)
        for key, one in report["trained"][part].items()
    ]


def trial_of(user: User, job: EngineJob) -> dict[str, Any]:
    """The result of a trial with its example orders, as far as the person sees them."""
    result = job.result
    wanted = {pk for shown in result["examples"].values() for pk, *_rest in shown}
    seen = {order.pk: order for order in visible_orders(user).filter(pk__in=wanted).only("number", "title")}
    labels = {c.value: str(c.label) for c in ClosureClass}
    sorts = (
        ("newly", _("新增“很可能没有实质办结”")),
        ("no_longer", _("不再是“很可能没有实质办结”")),
        ("captured", _("新进入待研判")),
        ("released", _("退出待研判")),
    )
    lines = (
        ("enforcement_in", _("新识别为执法类")),
        ("enforcement_out", _("不再识别为执法类")),
        ("crossing_in", _("新识别为三跨")),
        ("crossing_out", _("不再识别为三跨")),
        ("promise_in", _("新找到承诺")),
        ("promise_out", _("不再列为承诺")),
        ("promise_other", _("承诺的日期或能否核对改变")),
    )
    counts = {**result, **result.get("lines", {})}
    return {
        **result,
        "sorts": [
            (label, counts.get(name, 0), _examples(result, name, seen))
            for name, label in (*sorts, *(line for line in lines if counts.get(line[0])))
        ],
        "class_changes": [
            (*(labels[part] for part in change.split(">")), count)
            for change, count in sorted(result["classes"].items(), key=lambda item: -item[1])
        ],
    }


def _examples(
    result: dict[str, Any], name: str, seen: dict[int, WorkOrder]
) -> list[tuple[WorkOrder, float, float]]:
    return [(seen[pk], before, after) for pk, before, after in result["examples"].get(name, ()) if pk in seen]


@require_POST
def start_trial(request: HttpRequest, name: str) -> HttpResponse:
    """Put a trial of a version into the queue."""
    user = administrator(request)
    add_job(kind=JobKind.TRIAL, params={"version": "" if name == SHIPPED else name}, actor=user)
    return redirect("model", name)


@require_POST
def use(request: HttpRequest, name: str) -> HttpResponse:
    """Switch, and have the history read again."""
    user = administrator(request)
    try:
        use_version(actor=user, name="" if name == SHIPPED else name)
        ask_reread(actor=user)
        messages.success(request, _("已启用，正在后台重新识别历史工单；研判结论保持不变。"))
    except ValidationError as problem:
        messages.error(request, "；".join(problem.messages))
    return redirect("models")


@require_POST
def back(request: HttpRequest) -> HttpResponse:
    """Go back to the version before, and have the history read again."""
    user = administrator(request)
    try:
        go_back(actor=user)
        ask_reread(actor=user)
        messages.success(request, _("已退回，正在后台重新识别历史工单；研判结论保持不变。"))
    except ValidationError as problem:
        messages.error(request, "；".join(problem.messages))
    return redirect("models")


@require_POST
def reread(request: HttpRequest) -> HttpResponse:
    """Have read again what was read with something else."""
    ask_reread(actor=administrator(request))
    return redirect("models")


@require_GET
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a job is; htmx asks again and again, and reloads the page when it has ended."""
    administrator(request)
    found = EngineJob.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    if not is_partial(request):
        return redirect("models")
    response = render(request, "web/models/job.html", {"job": found})
    if not found.is_active:
        response["HX-Refresh"] = "true"
    return response
