"""Whose turn a job of the engine is. One process at a time works on it; one that was killed loses its claim."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from wenxiao.learning.choices import JOB_ACTIVE, JobKind, JobState
from wenxiao.learning.models import EngineJob
from wenxiao.orders.runs import LostClaim, beating
from wenxiao.units.models import User


def add_job(*, kind: JobKind, params: dict[str, Any], actor: User | None) -> EngineJob:
    """A job for the worker to do. A second click on the same finds the one that waits or is at work."""
    with transaction.atomic():
        same = EngineJob.objects.select_for_update().filter(kind=kind, state__in=JOB_ACTIVE)
        found = next((job for job in same if job.params == params), None)
        return found or EngineJob.objects.create(kind=kind, params=params, by=actor)


def claim_job(pk: int) -> EngineJob | None:
    """Take a job to work on; None when it is finished, or somebody living works on it."""
    claim = secrets.token_hex(16)
    stale = timezone.now() - timedelta(seconds=settings.IMPORT_LEASE_SECONDS)
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, beat_at__lt=stale)
    taken = EngineJob.objects.filter(free, pk=pk).update(
        state=JobState.RUNNING, claim=claim, beat_at=timezone.now(), done=0, error=""
    )
    return EngineJob.objects.select_related("by").get(pk=pk) if taken else None


def abandoned_jobs() -> list[EngineJob]:
    """Jobs that wait for somebody to work on them."""
    stale = timezone.now() - timedelta(seconds=settings.IMPORT_LEASE_SECONDS)
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, beat_at__lt=stale)
    return list(EngineJob.objects.filter(free).order_by("pk"))


def tell(job: EngineJob, count: int = 0) -> None:
    """Note progress, and that this process still has the job. Raises LostClaim."""
    mine = EngineJob.objects.filter(pk=job.pk, claim=job.claim, state=JobState.RUNNING)
    if not mine.update(done=F("done") + count, beat_at=timezone.now()):
        raise LostClaim


def set_total(job: EngineJob, total: int) -> None:
    """How many orders there are to do."""
    EngineJob.objects.filter(pk=job.pk, claim=job.claim).update(total=total)


def finish(job: EngineJob, result: dict[str, Any]) -> None:
    """The job is done. Raises LostClaim."""
    _end(job, state=JobState.DONE, result=result)


def fail(job: EngineJob, message: str) -> None:
    """The job ends with a message for a person. Raises LostClaim."""
    _end(job, state=JobState.FAILED, error=message)


def _end(job: EngineJob, **columns: Any) -> None:
    mine = EngineJob.objects.filter(pk=job.pk, claim=job.claim, state=JobState.RUNNING)
    if not mine.update(**columns, claim="", finished_at=timezone.now()):
        raise LostClaim
    job.refresh_from_db()


@contextmanager
def at_work(job: EngineJob) -> Iterator[None]:
    """Say every few seconds that this process lives: some steps are long."""
    with beating(EngineJob.objects.filter(pk=job.pk, claim=job.claim)):
        yield
