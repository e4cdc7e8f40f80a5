"""Kills at random points: an import that is taken up again gives the record that an undisturbed one gives.

The import runs as `wenxiao import` in a process of its own, is ended with SIGKILL at random points, and is started
again until it gets through. On SQLite, and on PostgreSQL where DATABASE_URL_TEST names one.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from tests.conftest import row, write_csv

ROWS = 600
BATCH = 20
#: Kills while it reads and recognises; one more comes while it groups.
KILLS = 4

DUMP = """
import json, os
from wenxiao.project.start import set_up
set_up()
from django.db import connection
from wenxiao.library.models import Commitment, Finding, Matter, MatterLink
from wenxiao.orders.models import Event, ImportRun, OrderUnit, RejectedRow, WorkOrder
from wenxiao.orders.search import find

def rows(queryset, *columns):
    return sorted(json.dumps(list(row), default=str, sort_keys=True) for row in queryset.values_list(*columns))

run = ImportRun.objects.get()
print(json.dumps({
    "run": [run.state, run.counts, run.done_rows, run.total_rows, run.done_findings, run.error],
    "orders": rows(WorkOrder.objects, "number", "digest", "version", "reply"),
    "units": rows(OrderUnit.objects, "order__number", "unit__name", "role"),
    "events": rows(Event.objects, "order__number", "kind"),
    "rejects": rows(RejectedRow.objects, "row", "code", "is_warning"),
    "findings": rows(Finding.objects, "order__number", "closure_class", "unresolved", "evidence", "is_repeat"),
    "commitments": rows(Commitment.objects, "order__number", "text", "due"),
    "matters": rows(Matter.objects, "number", "title", "grade", "order_count", "unit_count", "grade_reasons"),
    "links": rows(MatterLink.objects, "order__number", "matter__number", "score"),
    "found": find(WorkOrder.objects.all(), "路灯").count(),
}))
"""


def _environment(home: Path, url: str) -> dict[str, str]:
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith(("WENXIAO_", "DJANGO_", "DATABASE_URL"))},
        "WENXIAO_HOME": str(home),
        "DATABASE_URL": url,
        "WENXIAO_IMPORT_BATCH": str(BATCH),
        "WENXIAO_PROCESSES": "1",
    }


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest) -> Iterator[object]:
    """Makes the address of an empty database, as often as asked."""
    if request.param == "sqlite":
        yield lambda: ""
        return
    server = os.environ.get("DATABASE_URL_TEST")
    if not server:
        pytest.skip("DATABASE_URL_TEST names no PostgreSQL")
    import psycopg

    made: list[str] = []

    def make() -> str:
        made.append(f"kill_{uuid4().hex[:12]}")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {made[-1]}")
        return server.rpartition("/")[0] + "/" + made[-1]

    yield make
    with psycopg.connect(server, autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _start(file: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "wenxiao", "import", str(file)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )


def _finish(process: subprocess.Popen[bytes]) -> None:
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output.decode()


def _dump(environment: dict[str, str]) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", DUMP], env=environment, capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, object] = json.loads(done.stdout)
    return found


def _progress(environment: dict[str, str]) -> float:
    """How far the import is: batches read, batches recognised, and a hundred more once it groups."""
    question = "SELECT done_batches, done_findings, state FROM orders_importrun"
    if environment["DATABASE_URL"]:
        import psycopg

        with psycopg.connect(environment["DATABASE_URL"]) as server:
            found = server.execute(question).fetchone()
    else:
        path = Path(environment["WENXIAO_HOME"]) / "wenxiao.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as file:
            found = file.execute(question).fetchone()
    if found is None:
        return 0.0
    batches, findings, state = found
    return batches + findings / BATCH + (100 if state == "grouping" else 0)


def _kill_at(process: subprocess.Popen[bytes], goal: float, environment: dict[str, str]) -> bool:
    """SIGKILL once the import has got so far; False when it was through before."""
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if _progress(environment) >= goal:
            # The whole session: worker processes of the engine would otherwise be orphans.
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return True
        time.sleep(0.003)
    process.communicate(timeout=60)
    return False


def test_killed_at_random_and_taken_up_again(tmp_path: Path, new_database: object) -> None:
    assert callable(new_database)
    chance = random.Random(20261124)
    rows = [row(order=f"K{n:05d}", title=f"第{n % 7}处路灯不亮", unit=f"第{n % 5}局") for n in range(ROWS)]
    rows[33] = {**rows[33], "title": "", "content": "", "reply": ""}
    file = write_csv(tmp_path / "工单.csv", rows)
    calm, rough = (_environment(tmp_path / name, new_database()) for name in ("calm", "rough"))
    for environment in (calm, rough):  # the tables first, so that progress can be asked for
        subprocess.run(
            [sys.executable, "-m", "wenxiao", "work", "--once"], env=environment, check=True, timeout=120
        )
    _finish(_start(file, calm))

    whole = 2 * ROWS / BATCH
    goals = [*sorted(chance.uniform(0.2, whole) for _ in range(KILLS)), 100]
    kills = sum(_kill_at(_start(file, rough), goal, rough) for goal in goals)
    assert kills >= KILLS
    _finish(_start(file, rough))
    assert _dump(rough) == _dump(calm)
