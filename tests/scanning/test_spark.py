"""`wenxiao scan --engine spark` on a cluster of two worker processes: the same rows as here, whatever befalls a worker.

Skipped where pyspark or Java is missing; the last tests say what a user is then told.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from wenxiao.demo import UNTIL, build_county, write_export

#: Java that is quick to start rather than quick in the long run.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
CLUSTER = "local-cluster[2,1,1024]"
WAIT = 300
ODD = [
    {"工单编号": "奇1", "诉求内容": "𠮷祥路积水，\u3000希望疏通。\n多次反映无人管", "答复内容": "已转交镇办处理，预计2026年8月底前完成"},
    {"工单编号": "奇2", "诉求内容": "咨询社保", "答复内容": "", "满意度": "不满意"},
    {"工单编号": "奇3", "诉求内容": "𠮷祥路下雨就积水", "答复内容": "已疏通。" * 400, "退回次数": "3"},
    {"工单编号": "奇3", "诉求内容": "同号的另一件", "答复内容": "不应读入"},
]  # fmt: skip

needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None or find_spec("pandas") is None or shutil.which("java") is None,
    reason="needs the extra `spark` and Java (docs/scale.md)",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The demo county's export and a few odd rows."""
    folder = tmp_path_factory.mktemp("orders")
    write_export(build_county(orders=240), folder / "county.xlsx")
    odd = "\n".join(json.dumps(row, ensure_ascii=False) for row in ODD)
    (folder / "odd.jsonl").write_text(odd, "utf-8")
    return [folder / "county.xlsx", folder / "odd.jsonl"]


@pytest.fixture(scope="module")
def here(files, tmp_path_factory):
    """The findings of the local engine, as JSON Lines and as Parquet."""
    folder = tmp_path_factory.mktemp("here")
    subprocess.run(command(files, folder, "--processes", "1"), check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def spark_home(tmp_path_factory):
    """Spark as installed, in a folder of links: its workers write their logs beside it."""
    import pyspark

    home = tmp_path_factory.mktemp("spark")
    for part in Path(pyspark.__file__).parent.iterdir():
        (home / part.name).symlink_to(part)
    (home / "conf").mkdir()
    for process in ("driver", "executor"):
        with (home / "conf" / "spark-defaults.conf").open("a") as settings:
            settings.write(f"spark.{process}.extraJavaOptions {QUICK}\n")
    return home


def command(files, out, *more):
    outputs = ["--out", out / "findings.jsonl", "--out", out / "findings.parquet"]
    names = [sys.executable, "-m", "wenxiao", "scan", *files, "--as-of", UNTIL.isoformat(), *outputs, *more]
    return [str(name) for name in names]


def on_cluster(files, out, shared, *more):
    options = "--engine", "spark", "--master", CLUSTER, "--shared", shared, "--spark-log", out / "spark.log"
    return command(files, out, *options, *more)


def assert_same(here, there):
    assert (there / "findings.jsonl").read_bytes() == (here / "findings.jsonl").read_bytes()
    assert pq.read_table(there / "findings.parquet").equals(pq.read_table(here / "findings.parquet"))


def executors(under):
    """The worker processes below the process `under`, by number; looks at /proc, so Linux only."""
    parents, names = {}, {}
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            pid = int(entry.name)
            parents[pid] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            names[pid] = (entry / "cmdline").read_bytes()

    def below(pid):
        while pid in parents and pid != under:
            pid = parents[pid]
        return pid == under

    return [pid for pid, name in names.items() if b"CoarseGrainedExecutorBackend" in name and below(pid)]


@needs_spark
def test_two_workers_find_what_one_machine_finds_row_for_row(files, here, spark_home, tmp_path):
    (shared := tmp_path / "shared").mkdir()
    env = {**os.environ, "SPARK_HOME": str(spark_home)}
    done = subprocess.run(
        on_cluster(files, tmp_path, shared, "--part", "60"),
        env=env,
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert_same(here, tmp_path)
    assert not list(shared.iterdir()), "orders were left behind"


@needs_spark
@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers in /proc")
def test_a_worker_killed_in_the_middle_costs_no_row(files, here, spark_home, tmp_path):
    (shared := tmp_path / "shared").mkdir()
    env = {**os.environ, "SPARK_HOME": str(spark_home)}
    with subprocess.Popen(on_cluster(files, tmp_path, shared, "--part", "20"), env=env) as scan:
        until = time.monotonic() + WAIT
        # A task's result counts from the moment its folder has its name: then some are done, and some are not.
        while not list(shared.glob("*/findings/_temporary/0/task_*")):
            with suppress(subprocess.TimeoutExpired):
                scan.wait(0.02)
            assert scan.poll() is None, (tmp_path / "spark.log").read_text()
            assert time.monotonic() < until
        killed = executors(scan.pid)[0]
        os.kill(killed, signal.SIGKILL)
        assert scan.wait(WAIT) == 0, (tmp_path / "spark.log").read_text()
    assert "Lost executor" in (tmp_path / "spark.log").read_text()
    assert_same(here, tmp_path)


def test_without_the_extra_the_command_says_what_to_install(files, tmp_path):
    (tmp_path / "pyspark.py").write_text("raise ImportError\n")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        command(files, tmp_path, "--engine", "spark"),
        env=env,
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
    )
    assert done.returncode == 2
    assert "wenxiao[spark]" in done.stderr
    assert not (tmp_path / "findings.jsonl").exists()


@needs_spark
def test_without_java_the_command_says_so(files, tmp_path):
    env = {name: value for name, value in os.environ.items() if name != "JAVA_HOME"} | {"PATH": str(tmp_path)}
    done = subprocess.run(
        command(files, tmp_path, "--engine", "spark"),
        env=env,
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
    )
    assert done.returncode == 2
    assert "Java" in done.stderr


@needs_spark
def test_another_machine_needs_a_folder_that_both_see(files, tmp_path):
    done = subprocess.run(
        command(files, tmp_path, "--engine", "spark", "--master", "spark://127.0.0.1:7077"),
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
    )
    assert done.returncode == 2
    assert "--shared" in done.stderr


def test_a_local_scan_does_not_load_spark(files, tmp_path):
    script = (
        "import sys; from wenxiao.cli import main; main(sys.argv[1:]); "
        "print([m for m in sys.modules if 'spark' in m or m == 'wenxiao.scanning.cluster'], file=sys.stderr)"
    )
    names = command(files[1:], tmp_path)[3:]
    done = subprocess.run(
        [sys.executable, "-c", script, *names], capture_output=True, text=True, timeout=WAIT, check=False
    )
    assert done.stderr.strip() == "[]"
