"""Doing the engine's background jobs: train, try, read again. Each may be killed at any point and done once more.

`params` and `result` of each kind: TRAIN {} → {"version": name}; TRIAL {"version": name or ""} or {"edits": …, and what
the page keeps} → library.changing.Trial; REREAD {} → {"read": orders}.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from wenxiao.learning.choices import JobKind
from wenxiao.learning.jobs import at_work, claim_job, fail, finish, set_total, tell
from wenxiao.learning.models import EngineJob, ModelVersion
from wenxiao.library.changing import preview_days, recent, stale, try_change, with_version
from wenxiao.library.grouping import group_all
from wenxiao.library.recognising import recognise
from wenxiao.library.rule_edits import edited
from wenxiao.library.training import keep_version, train
from wenxiao.orders.runs import LostClaim
from wenxiao.orders.trouble import trouble_message
from wenxiao.recognition.learning import TooFewCases

logger = logging.getLogger(__name__)


def run_job(pk: int, today: date | None = None) -> EngineJob | None:
    """Work on a job to its end; None when it is done or somebody else works on it. What goes wrong is in the job."""
    job = claim_job(pk)
    if job is None:
        return None
    try:
        with at_work(job):
            finish(job, _WORK[JobKind(job.kind)](job, today or date.today()))
    except LostClaim:
        logger.info("engine job %s was taken over", pk)
        return None
    except TooFewCases as few:
        _fail(job, too_few_message(few))
    except ValidationError as problem:
        _fail(job, "；".join(problem.messages))
    except Exception as error:
        logger.exception("engine job %s failed", pk)
        message = trouble_message(error) or _("程序出错（%(kind)s），没有改动任何东西。可以再试一次。") % {
            "kind": type(error).__name__
        }
        _fail(job, message)
    return job


def _fail(job: EngineJob, message: str) -> None:
    try:
        fail(job, message)
    except LostClaim:
        logger.info("engine job %s was taken over", job.pk)


def too_few_message(few: TooFewCases) -> str:
    """What is missing before a model can be trained."""
    return _(
        "可用于训练的研判结论 %(have)d 条（其中判为已解决 %(resolved)d 条），至少要 %(least)d 条、两边各 %(each)d 条。"
        "继续研判，够了再训练。"
    ) % {
        "have": few.have,
        "resolved": few.resolved,
        "least": few.policy.least,
        "each": few.policy.least_each,
    }


def _train(job: EngineJob, today: date) -> dict[str, Any]:
    fitted, report = train(today, partial(tell, job), partial(set_total, job))
    return {"version": keep_version(fitted, report, job.by).name}


def _trial(job: EngineJob, today: date) -> dict[str, Any]:
    if "edits" in job.params:
        return _trial_of_rules(job, today)
    name = job.params.get("version", "")
    version = ModelVersion.objects.filter(name=name).first()
    if name and version is None:
        raise ValidationError(_("没有这个模型：%(name)s") % {"name": name})
    if version is not None and version.trouble:
        raise ValidationError(version.trouble)
    set_total(job, recent(today, preview_days()).count())
    return try_change(with_version(today, version), today, tell=partial(tell, job)).content()


def _trial_of_rules(job: EngineJob, today: date) -> dict[str, Any]:
    set_total(job, recent(today, preview_days()).count())
    with edited(today, job.params["edits"]) as (engine, likely):
        return try_change(engine, today, likely, partial(tell, job)).content()


def _reread(job: EngineJob, today: date) -> dict[str, Any]:
    todo = stale(today)
    set_total(job, todo.count())
    done = recognise(todo, today, partial(tell, job))
    if done:
        group_all(today, partial(tell, job))
    return {"read": done}


_WORK: dict[JobKind, Callable[[EngineJob, date], dict[str, Any]]] = {
    JobKind.TRAIN: _train,
    JobKind.TRIAL: _trial,
    JobKind.REREAD: _reread,
}
