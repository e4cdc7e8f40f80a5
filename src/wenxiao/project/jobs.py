"""Background work. The only module that knows django-tasks, which is young: another queue would be put in here.

A job may be run twice or killed at any point: what it does is claimed and checkpointed in the record itself
(orders.runs), and the queue only says that there is something to do.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from datetime import date, timedelta
from types import FrameType

from django.db import DatabaseError, close_old_connections, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks import task
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from wenxiao.learning.jobs import abandoned_jobs
from wenxiao.orders.runs import abandoned_runs

logger = logging.getLogger(__name__)

#: Seconds between two looks at an empty queue.
INTERVAL = 1.0
_DAILY = "daily"
#: Orders that the second reader is asked about between two looks at the queue.
_QUESTIONS = 3
#: How long finished jobs are kept to be looked at.
_KEPT = timedelta(days=14)


@task()
def import_orders(run_id: int) -> None:
    """Read, recognise and group one import."""
    from wenxiao.library.pipeline import run_import

    run_import(run_id)


@task()
def engine_job(job_id: int) -> None:
    """Train, try or read again."""
    from wenxiao.library.engine_jobs import run_job

    run_job(job_id)


@task()
def grade_matters() -> None:
    """Bring what matters say of their units, and their grades, up to date."""
    from wenxiao.library.grouping import refresh_matters

    refresh_matters(date.today())


class Loop:
    """The worker's life: jobs as they come, until it is stopped."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._worker: Worker | None = None

    def run(self, *, once: bool = False) -> None:
        """Do jobs until stopped, or, `once`, until there are none. Trouble with the database is waited out."""
        while not self._stop.is_set():
            try:
                self._turn()
            except DatabaseError as error:
                if once:
                    raise
                logger.warning("the worker waits for the database: %s", type(error).__name__)
                close_old_connections()
            if once:
                return
            self._stop.wait(INTERVAL)

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """End now. A job in the middle is not waited for: every batch is whole, and the rest is taken up again."""
        # Not by an exception: it would rise in whatever code the signal came, a lock's or a destructor's.
        os._exit(0)

    def _turn(self) -> None:
        """All jobs of the queue, then what nobody works on any more, then what a new day brings."""
        self._drain()
        waiting = abandoned_runs()
        for run in waiting:
            import_orders.enqueue(run.pk)
        jobs = abandoned_jobs()
        for job in jobs:
            engine_job.enqueue(job.pk)
        if waiting or jobs:
            self._drain()
        daily(date.today())
        second_read()

    def _drain(self) -> None:
        self._worker = Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        self._worker.run()


def work(*, once: bool = False) -> None:
    """Run the worker in this process until SIGTERM or SIGINT."""
    loop = Loop()
    if not once:
        signal.signal(signal.SIGTERM, loop.stop)
        signal.signal(signal.SIGINT, loop.stop)
    loop.run(once=once)


def second_read() -> int:
    """A few questions to the second reader, where there is one: so few that no import waits long behind them."""
    from wenxiao.library.second_reading import read_some

    return read_some(_QUESTIONS)


def daily(today: date) -> bool:
    """Once a day: commitments that fell due change what their orders say, and grades follow; True when it ran."""
    from wenxiao.library.arrivals import group
    from wenxiao.library.choices import COMMITMENT_OPEN
    from wenxiao.library.grouping import conclude_all, refresh_matters
    from wenxiao.library.models import Counter
    from wenxiao.library.recognising import recognise
    from wenxiao.orders.models import WorkOrder
    from wenxiao.orders.uploads import forget_stale

    last = Counter.objects.filter(name=_DAILY).first()
    if last is not None and last.value >= today.toordinal():
        return False
    since = date.fromordinal(last.value) if last else today
    due = WorkOrder.objects.filter(
        commitments__due__gte=since - timedelta(days=1),
        commitments__due__lt=today,
        commitments__state__in=COMMITMENT_OPEN,
    )
    if recognise(due.distinct(), today, lambda count: None):
        group(today)
    conclude_all(today)
    refresh_matters(today)
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - _KEPT).delete()
    forget_stale(timezone.now())
    with transaction.atomic():
        Counter.objects.update_or_create(name=_DAILY, defaults={"value": today.toordinal()})
    return True
