"""An import from the confirmed mapping to graded matters: reading, recognising, grouping.

`run_import` does it all in whatever process calls it: the background worker, the command line, the demo. It may be
killed at any point and called again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from functools import partial

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from wenxiao.library.arrivals import group
from wenxiao.library.recognising import recognise, unread
from wenxiao.orders.choices import RUN_ACTIVE, RUN_TRANSITIONS, RunState
from wenxiao.orders.importing import read_run
from wenxiao.orders.intake import UnreadableFile
from wenxiao.orders.models import ImportRun, WorkOrder
from wenxiao.orders.runs import LostClaim, abandoned_runs, claim_run, heartbeat, hold, move, release
from wenxiao.orders.trouble import trouble_message
from wenxiao.orders.uploads import drop_file
from wenxiao.units.models import User

logger = logging.getLogger(__name__)


def start_import(
    *, actor: User | None, run: int, mapping: Mapping[str, str] | None = None, in_background: bool = True
) -> ImportRun:
    """Confirm the mapping (field → header) and put the import into the queue. A second click changes nothing; a run
    that failed goes on where it stopped. `actor` None is the command line, which does the work itself."""
    if actor is not None and not actor.may_import:
        raise PermissionDenied(_("只有研判员和管理员可以导入"))
    with transaction.atomic():
        found = ImportRun.objects.select_for_update().select_related("source").get(pk=run)
        if found.state in RUN_ACTIVE or found.state == RunState.DONE:
            return found
        if RunState.QUEUED not in RUN_TRANSITIONS[found.state]:
            raise ValidationError(_("这次导入不能开始"))
        if found.total_rows is None and not found.has_file:
            raise ValidationError(_("文件已经不在服务器上，请重新上传同一份文件；已写入的工单会接着识别。"))
        if mapping is not None and found.done_batches == 0:
            found.mapping = {name: header for name, header in mapping.items() if header}
            found.source.mapping = found.mapping
            found.source.save(update_fields=["mapping"])
        found.state, found.error, found.claim, found.finished_at = RunState.QUEUED, "", "", None
        found.save(update_fields=["mapping", "state", "error", "claim", "finished_at"])
        if in_background:
            from wenxiao.project.jobs import import_orders

            import_orders.enqueue(found.pk)
    return found


def run_import(run_id: int, today: date | None = None) -> ImportRun | None:
    """Work on a run to its end. None when it is not in the queue, or another living process works on it.

    What goes wrong is in the returned run (`state` failed, `error` in words for a person) and is not raised: the
    worker lives on, and all batches that were written are whole.
    """
    run = claim_run(run_id)
    if run is None:
        return None
    try:
        with heartbeat(run):
            _work(run, today or date.today())
    except LostClaim:
        logger.info("import %s was taken over", run_id)
        return None
    except UnreadableFile as problem:
        _fail(run, problem.message)
        drop_file(run)  # it would say the same again
    except Exception as error:
        logger.exception("import %s failed", run_id)
        _fail(
            run,
            trouble_message(error)
            or _("导入中断：程序出错（%(kind)s）。已写入的部分完整，可以重新开始。")
            % {"kind": type(error).__name__},
        )
    finally:
        release(run)
    return ImportRun.objects.get(pk=run_id)


def captured_orders(run: ImportRun) -> QuerySet[WorkOrder]:
    """Of the orders that an import brought or changed, those on the list to assess."""
    return WorkOrder.objects.filter(last_run=run, finding__captured=True)


def _work(run: ImportRun, today: date) -> None:
    mine = unread(WorkOrder.objects.filter(last_run=run))
    if run.state != RunState.GROUPING:  # else it was killed there, and all findings are written
        recognise(mine, today, partial(_tell, run), feed=read_run(run, unread))
        # Once more: changed orders may stand before those that were being recognised.
        move(run, RunState.RECOGNISING)
        recognise(mine, today, partial(_tell, run))
        move(run, RunState.GROUPING)
    if run.to_recognise or _others_left_work(run):
        group(today, lambda: _check(run))
    move(run, RunState.DONE, finished_at=timezone.now())
    # The record has all of it; a second copy of callers' data on the disk would only be one more to guard.
    drop_file(run)


def _others_left_work(run: ImportRun) -> bool:
    """Whether an import wrote orders and then failed or was killed: it may never have grouped them."""
    failed = ImportRun.objects.filter(state=RunState.FAILED, done_batches__gt=0).exclude(pk=run.pk)
    return failed.exists() or any(other.done_batches for other in abandoned_runs())


def _tell(run: ImportRun, count: int) -> None:
    held = hold(run)
    held.done_findings += count
    held.save(update_fields=["done_findings"])


def _check(run: ImportRun) -> None:
    hold(run)


def _fail(run: ImportRun, message: str) -> None:
    try:
        move(run, RunState.FAILED, error=message, finished_at=timezone.now())
    except LostClaim:
        pass
    except (
        DatabaseError
    ):  # the disk is full or the database gone: the run stays active and is taken up again later
        logger.warning("import %s could not record its failure", run.pk)
