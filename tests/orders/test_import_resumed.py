"""What a failed or killed import leaves, and who finishes it: no order stays unread, no row is lost."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import TODAY, Cast, row, write_csv

from wenxiao.library.models import Finding, Matter, MatterLink
from wenxiao.library.pipeline import run_import, start_import
from wenxiao.library.recognising import recognise, unread
from wenxiao.orders.choices import RunState
from wenxiao.orders.importing import read_run
from wenxiao.orders.models import Event, ImportRun, WorkOrder
from wenxiao.orders.runs import claim_run, move, release
from wenxiao.orders.uploads import stage_upload

ROWS = 10


@pytest.fixture
def content(cast: Cast, tmp_path: Path, settings: Any) -> bytes:
    """A file of some orders, all about one thing so that they are grouped."""
    settings.UPLOADS, settings.RULES = tmp_path / "uploads", tmp_path / "rules"
    text = "柳岸村澄禾纺染厂在北荡沟边新建排口，污水直接排进沟里，水发黑发臭。"
    rows = [row(order=f"A{n}", title="澄禾纺染厂排污", content=text) for n in range(ROWS)]
    return write_csv(tmp_path / "a.csv", rows).read_bytes()


def _started(content: bytes) -> ImportRun:
    run = stage_upload(actor=None, file=io.BytesIO(content), name="a.csv")
    return start_import(actor=None, run=run.pk, in_background=False)


def _done(content: bytes) -> ImportRun:
    run = run_import(_started(content).pk, TODAY)
    assert run is not None and (run.state, run.error) == ("done", "")
    return run


def _claimed(content: bytes) -> ImportRun:
    run = claim_run(_started(content).pk)
    assert run is not None
    return run


def _is_whole() -> bool:
    assert WorkOrder.objects.count() == Finding.objects.count() == ROWS
    assert not unread(WorkOrder.objects.all()).exists()
    assert Event.objects.filter(kind="imported").count() == ROWS
    return Matter.objects.count() == 1 and MatterLink.objects.count() == ROWS


def test_the_same_file_reads_what_a_failed_import_left_unread(content: bytes, settings: Any) -> None:
    broken = Path(settings.RULES) / "grades.toml"
    broken.parent.mkdir()
    broken.write_text("this is no TOML", encoding="utf-8")
    failed = run_import(_started(content).pk, TODAY)
    assert failed is not None and failed.state == "failed"
    assert unread(WorkOrder.objects.all()).count() == ROWS, "it failed after reading and before recognising"
    broken.unlink()

    again = _done(content)
    assert (again.counts["same"], again.counts["resumed"], again.done_findings) == (ROWS, ROWS, ROWS)
    assert _is_whole()


def test_the_same_file_groups_what_a_failed_import_left_ungrouped(content: bytes) -> None:
    run = _claimed(content)
    recognise(unread(WorkOrder.objects.filter(last_run=run)), TODAY, lambda n: None, read_run(run, unread))
    move(run, RunState.RECOGNISING)
    move(run, RunState.FAILED, error="…")
    release(run)
    assert not Matter.objects.exists()

    assert _done(content).counts["resumed"] == 0
    assert _is_whole()


def test_a_failed_import_goes_on_after_another_has_done_its_work(content: bytes) -> None:
    run = _claimed(content)
    next(read_run(run, unread))
    move(run, RunState.FAILED, error="…")
    release(run)
    _done(content)
    start_import(actor=None, run=run.pk, in_background=False)
    retried = run_import(run.pk, TODAY)
    assert retried is not None and (retried.state, retried.counts["new"]) == ("done", ROWS)
    assert _is_whole()


def test_orders_of_an_import_that_is_alive_are_left_to_it(content: bytes) -> None:
    run = _claimed(content)
    next(read_run(run, unread))
    assert _done(content).counts["resumed"] == 0
    assert WorkOrder.objects.filter(last_run=run).count() == ROWS


def test_a_batch_size_changed_between_kill_and_resumption_loses_no_row(content: bytes, settings: Any) -> None:
    settings.IMPORT_BATCH = 2
    run = _claimed(content)
    reading = read_run(run, unread)
    next(reading), next(reading)
    release(run)  # killed
    settings.IMPORT_BATCH = 2000
    done = run_import(run.pk, TODAY)
    assert done is not None and (done.counts["rows"], done.counts["new"]) == (ROWS, ROWS)
    assert _is_whole()
