"""Whose turn an import is, and how far it got.

One process at a time works on a run: it holds a claim, and its heart beats. A process that was killed leaves a claim
that does not beat; whoever comes next takes the run over and goes on behind its checkpoint.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from wenxiao.orders.choices import RUN_ACTIVE, RUN_TRANSITIONS, RunState
from wenxiao.orders.models import ImportRun

logger = logging.getLogger(__name__)


class LostClaim(Exception):
    """Another process has taken the run over; this one must stop without a trace."""


def claim_run(run_id: int) -> ImportRun | None:
    """Take a run to work on; None when it is finished, or somebody living works on it."""
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().filter(pk=run_id, state__in=RUN_ACTIVE).first()
        if run is None or not is_abandoned(run):
            return None
        run.claim = f"{_host()}:{os.getpid()}:{secrets.token_hex(6)}"[:40]
        run.beat_at = timezone.now()
        run.started_at = run.started_at or run.beat_at
        run.save(update_fields=["claim", "beat_at", "started_at"])
    return run


def is_abandoned(run: ImportRun) -> bool:
    """Whether nobody works on the run: no claim, a process of this machine that is gone, or a heart that stopped."""
    if not run.claim or run.beat_at is None:
        return True
    host, pid, _token = run.claim.rsplit(":", 2)
    if host == _host() and not _is_alive(int(pid)):
        return True
    return run.beat_at < timezone.now() - timedelta(seconds=settings.IMPORT_LEASE_SECONDS)


def _host() -> str:
    return socket.gethostname()[:12].replace(":", "-")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def abandoned_runs() -> list[ImportRun]:
    """The runs that wait for somebody to work on them."""
    return [run for run in ImportRun.objects.filter(state__in=RUN_ACTIVE).order_by("pk") if is_abandoned(run)]


def living_runs() -> list[ImportRun]:
    """The runs on which somebody works at this moment."""
    return [run for run in ImportRun.objects.filter(state__in=RUN_ACTIVE) if not is_abandoned(run)]


def hold(run: ImportRun) -> ImportRun:
    """The run as it now is, locked; call in the transaction that writes for it. Raises LostClaim."""
    found = ImportRun.objects.select_for_update().filter(pk=run.pk, claim=run.claim).first()
    if found is None or found.state not in RUN_ACTIVE:
        raise LostClaim
    return found


def move(run: ImportRun, state: RunState, **changes: object) -> None:
    """Go on to another state, if the table allows it, and store the changes with it."""
    with transaction.atomic():
        found = hold(run)
        if state != found.state:
            if state not in RUN_TRANSITIONS[found.state]:
                raise ValueError(f"an import does not go from {found.state} to {state}")
            run.state = found.state = state
        for name, value in changes.items():
            setattr(found, name, value)
            setattr(run, name, value)
        found.save(update_fields=["state", *changes])


def release(run: ImportRun) -> None:
    """Give the claim back, whatever happened."""
    ImportRun.objects.filter(pk=run.pk, claim=run.claim).update(claim="", beat_at=None)


@contextmanager
def heartbeat(run: ImportRun) -> Iterator[None]:
    """Say every few seconds that the process at work on a run lives."""
    with beating(_mine(run)):
        yield


@contextmanager
def beating(mine: QuerySet[Any]) -> Iterator[None]:
    """Keep `beat_at` of a row young, from a thread of its own: some steps are long."""
    stop = threading.Event()
    every = max(1.0, settings.IMPORT_LEASE_SECONDS / 4)
    thread = threading.Thread(target=_beat, args=(mine, stop, every), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=every)


def _mine(run: ImportRun) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(pk=run.pk, claim=run.claim)


def _beat(mine: QuerySet[Any], stop: threading.Event, every: float) -> None:
    try:
        while not stop.wait(every):
            try:
                mine.all().update(beat_at=timezone.now())
            except DatabaseError:  # a busy database: the next beat will do
                logger.warning("a job could not say that it lives")
    finally:
        connection.close()
