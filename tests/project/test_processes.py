"""Several processes at one database: two imports of one file, a lock that lasts, a disk that is full, a worker."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from tests.conftest import row, write_csv

_SEES_PROCESSES = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="no /proc to see processes in"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an installation of its own, with its tables made."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("WENXIAO_", "DJANGO_", "DATABASE_URL"))}
    found = {
        **kept,
        "WENXIAO_HOME": str(tmp_path / "home"),
        "WENXIAO_IMPORT_BATCH": "20",
        "WENXIAO_PROCESSES": "1",
    }
    server = os.environ.get("DATABASE_URL_TEST", "")
    if request.param == "sqlite":
        wenxiao(found, "work", "--once")
        yield found
        return
    if not server:
        pytest.skip("DATABASE_URL_TEST names no PostgreSQL")
    import psycopg

    name = f"processes_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    found["DATABASE_URL"] = server.rpartition("/")[0] + "/" + name
    wenxiao(found, "work", "--once")
    yield found
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def start(environment: dict[str, str], *words: str) -> subprocess.Popen[str]:
    """`wenxiao …` in a process of its own."""
    command = [sys.executable, "-m", "wenxiao", *words]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def wenxiao(environment: dict[str, str], *words: str) -> str:
    """Run it to its end, which must be a good one."""
    process = start(environment, *words)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    return output


def ask(environment: dict[str, str], code: str) -> object:
    """What a piece of code prints as JSON, with the models at hand."""
    head = "import json\nfrom wenxiao.project.start import set_up\nset_up()\nfrom wenxiao.orders.models import *\n"
    head += "from wenxiao.library.models import *\n"
    done = subprocess.run(
        [sys.executable, "-c", head + code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


COUNTS = """
print(json.dumps([WorkOrder.objects.count(), Event.objects.filter(kind="imported").count(), Finding.objects.count(),
    OrderVersion.objects.count(), MatterLink.objects.count() <= 200, sum(r.counts["new"] for r in ImportRun.objects.all()),
    [r.state for r in ImportRun.objects.all()]]))
"""


def test_two_people_import_the_same_file_at_once(environment: dict[str, str], tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", [row(unit=f"新单位{n % 3}") for n in range(200)])
    # Another name of the same bytes: the command line would rather take the first one's run up.
    processes = [start(environment, "import", str(file), "--source", "市平台") for _ in range(2)]
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] in ([0, 0], [0, 2], [2, 0]), outputs
    orders, events, findings, versions, links, new, states = ask(environment, COUNTS)  # type: ignore[misc]
    assert (orders, events, findings, versions, new) == (200, 200, 200, 0, 200)
    assert links and set(states) == {"done"}
    units = "from wenxiao.units.models import Unit\nprint(json.dumps(Unit.objects.filter(unconfirmed=True).count()))"
    assert ask(environment, units) == 4, "three units and the place where they wait"


def test_two_sources_meet_the_same_new_units_at_once(environment: dict[str, str], tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", [row(unit=f"新单位{n % 7}") for n in range(60)])
    processes = [start(environment, "import", str(file), "--source", name) for name in ("省平台", "市平台")]
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert ask(environment, "print(json.dumps(WorkOrder.objects.count()))") == 120


def test_the_worker_takes_up_what_was_left(environment: dict[str, str], tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", [row() for _ in range(30)])
    queue = f"""
from wenxiao.library.pipeline import start_import
from wenxiao.orders.uploads import stage_upload
run = stage_upload(actor=None, file=open({str(file)!r}, "rb"), name="a.csv")
start_import(actor=None, run=run.pk)
left = stage_upload(actor=None, file=open({str(file)!r}, "rb"), name="b.csv")
start_import(actor=None, run=left.pk, in_background=False)  # in the queue of nobody, as after a kill
print(json.dumps(0))
"""
    ask(environment, queue)
    wenxiao(environment, "work", "--once")
    assert ask(environment, "print(json.dumps([r.state for r in ImportRun.objects.all()]))") == [
        "done",
        "done",
    ]
    assert ask(environment, "print(json.dumps(WorkOrder.objects.count()))") == 30


@contextmanager
def _locked(environment: dict[str, str]) -> Iterator[None]:
    path = Path(environment["WENXIAO_HOME"]) / "wenxiao.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield
        holder.execute("ROLLBACK")


@pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
def test_a_lock_that_ends_is_waited_out(environment: dict[str, str], tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", [row() for _ in range(30)])
    with _locked(environment):
        process = start(environment, "import", str(file))
        time.sleep(10)  # the ten seconds of the requirement, not a wait for something to happen
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert ask(environment, "print(json.dumps(WorkOrder.objects.count()))") == 30


@pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
def test_a_lock_that_does_not_end_is_told_and_leaves_nothing(
    environment: dict[str, str], tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "a.csv", [row()])
    with _locked(environment):
        process = start({**environment, "WENXIAO_SQLITE_WAIT": "1"}, "import", str(file))
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 2 and "数据库正忙" in output, output
    assert ask(environment, "print(json.dumps([WorkOrder.objects.count(), ImportRun.objects.count()]))") == [
        0,
        0,
    ]
    assert not list((Path(environment["WENXIAO_HOME"]) / "uploads").glob("*/*"))


@pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
def test_a_full_database_is_told_and_the_import_goes_on_later(
    environment: dict[str, str], tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "a.csv", [row(content="污水横流。" * 200) for _ in range(300)])
    # SQLite's own limit stands in for the disk: it gives the very error of a full one.
    full = {**environment, "WENXIAO_SQLITE_MAX_PAGES": "300"}
    process = start(full, "import", str(file))
    output, _ = process.communicate(timeout=60)
    assert process.returncode != 0 and "磁盘已满" in output, output
    wenxiao(environment, "import", str(file))
    orders, events, findings, *_rest = ask(environment, COUNTS)  # type: ignore[misc]
    assert (orders, events, findings) == (300, 300, 300)


@pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
def test_serve_answers_works_and_lives_through_a_lock(environment: dict[str, str], tmp_path: Path) -> None:
    port = _free_port()
    process = start({**environment, "WENXIAO_SQLITE_WAIT": "1"}, "serve", "--port", port)
    try:
        _until(lambda: _get(port, "alive") == (200, "ok"))
        with _locked(environment):
            assert _get(port, "alive") == (200, "ok")
        assert _get(port, "")[0] in (200, 404)
        other = {**environment, "WENXIAO_HOME": str(tmp_path / "other")}
        for home, says in ((environment, f"http://127.0.0.1:{port}"), (other, "换一个端口")):
            again = start(home, "serve", "--port", port)
            output, _ = again.communicate(timeout=60)
            assert again.returncode == 2 and says in output and "Traceback" not in output
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "WARNING" not in output and "Warning" not in output, output


@_SEES_PROCESSES
@pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
def test_a_killed_server_leaves_no_process_and_no_lock(environment: dict[str, str]) -> None:
    port, other_port = _free_port(), _free_port()
    process = start(environment, "serve", "--port", port)
    try:
        _until(lambda: _get(port, "alive") == (200, "ok"))
        _until(lambda: len(_children(process.pid)) == 2)
        children = _children(process.pid)
    finally:
        process.kill()
    _until(lambda: not any(_is_there(child) for child in children))
    process.communicate(timeout=30)
    again = start(environment, "serve", "--port", other_port)
    try:
        _until(lambda: _get(other_port, "alive") == (200, "ok"))
    finally:
        again.terminate()
        again.communicate(timeout=30)


@_SEES_PROCESSES
@pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
def test_a_web_process_that_is_killed_is_replaced(environment: dict[str, str]) -> None:
    port = _free_port()
    process = start(environment, "serve", "--port", port, "--no-worker")
    try:
        _until(lambda: _get(port, "alive") == (200, "ok"))
        [web] = _children(process.pid)
        os.kill(web, signal.SIGKILL)
        _until(lambda: _children(process.pid) not in ([], [web]) and _get(port, "alive") == (200, "ok"))
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _free_port() -> str:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return str(free.getsockname()[1])


def _children(pid: int) -> list[int]:
    """The processes that a process has started, from all of its threads."""
    files = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in files for child in file.read_text().split()]


def _is_there(pid: int) -> bool:
    """Whether the process runs (one that has ended and was not yet asked for does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _until(true: object) -> None:
    assert callable(true)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if true():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("it did not come up")


def _get(port: str, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
