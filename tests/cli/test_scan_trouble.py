"""What a scan does when the machine does not play along: full disks, closed pipes, signals, files that overlap."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wenxiao.cli import main

HEADER = ["工单编号", "标题", "诉求内容", "答复内容", "来电时间", "办结时间"]
ROW = [
    "GD1",
    "路灯不亮",
    "村口路灯不亮，请修理。",
    "您好，已转交供电所处理，请耐心等待。",
    "2026-03-02",
    "2026-03-05",
]
ROOT = os.getuid() == 0 if hasattr(os, "getuid") else False


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


def make(name, rows=(ROW,)):
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    with open(name, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return name


def many(count):
    return [[f"GD{n}", *ROW[1:]] for n in range(count)]


def command(*args):
    return [sys.executable, "-m", "wenxiao", "scan", "--as-of", "2026-10-31", "--processes", "1", *args]


def shell(line):
    """A line for the shell, `SCAN` being the command."""
    words = " ".join(f"'{word}'" for word in command())
    return subprocess.run(
        ["bash", "-c", line.replace("SCAN", words)], check=False, capture_output=True, text=True, timeout=120
    )


def found(*args):
    code = main(["scan", *args, "--as-of", "2026-10-31", "--out", "out.jsonl", "--processes", "1"])
    return code, [json.loads(line) for line in Path("out.jsonl").read_text("utf-8").splitlines()]


class TestSeveralFiles:
    def test_the_same_order_in_two_files_is_counted_once_and_said(self, capsys):
        code, rows = found(make("a.csv"), make("b.csv"))
        assert (code, len(rows)) == (0, 1)
        said = capsys.readouterr().out
        assert "b.csv，第 2 行" in said and "文件“a.csv”第 2 行完全相同" in said

    def test_the_same_number_with_other_content_is_an_error_with_both_places(self, capsys):
        code, rows = found(make("a.csv"), make("b.csv", [[ROW[0], "井盖缺失", *ROW[2:]]]))
        assert (code, [r["file"] for r in rows]) == (0, ["a.csv"])
        said = "".join(capsys.readouterr().out.split())
        assert "没有读入的行：1" in said
        assert "b.csv，第2行，工单编号：工单编号与文件“a.csv”第2行相同，但内容不同" in said

    def test_files_of_one_name_are_told_apart_by_their_folders(self, capsys):
        other = make("west/三月.csv", [[ROW[0], "井盖缺失", *ROW[2:]]])
        _, rows = found(make("east/三月.csv"), other)
        assert [r["file"] for r in rows] == ["east/三月.csv"]
        assert "文件“east/三月.csv”" in capsys.readouterr().out

    def test_one_file_named_twice_is_one_file(self, capsys):
        _, rows = found(make("a.csv"), "./a.csv")
        assert len(rows) == 1
        assert "请留意" not in capsys.readouterr().out

    def test_one_output_named_twice_is_written_once(self):
        _, rows = found(make("a.csv"), "--out", "./out.jsonl")
        assert len(rows) == 1

    def test_an_output_never_takes_the_place_of_an_input(self, capsys):
        before = Path(make("a.csv")).read_bytes()
        assert main(["scan", "a.csv", "--out", "./a.csv"]) == 2
        assert Path("a.csv").read_bytes() == before
        assert "a.csv" in capsys.readouterr().err


class TestOutputs:
    def test_a_reader_that_has_gone_is_no_failure(self):
        make("a.csv", many(30))
        ended = shell("set -o pipefail; SCAN a.csv --out f.jsonl | true")
        assert ended.returncode == 0
        assert "Traceback" not in ended.stderr and "Broken" not in ended.stderr
        assert len(Path("f.jsonl").read_text("utf-8").splitlines()) == 30

    def test_a_closed_standard_output_is_no_failure(self):
        make("a.csv")
        ended = shell("SCAN a.csv --out f.jsonl >&-")
        assert (ended.returncode, ended.stderr) == (0, "")
        assert Path("f.jsonl").exists()

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
    def test_a_full_standard_output_is_said_and_the_files_stay(self):
        make("a.csv")
        ended = shell("SCAN a.csv --out f.jsonl > /dev/full")
        assert ended.returncode == 1
        assert "概要写不到标准输出" in ended.stderr and "f.jsonl" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
        assert Path("f.jsonl").exists()

    @pytest.mark.parametrize("form", ["jsonl", "csv", "html", "xlsx"])
    def test_a_disk_that_is_full_is_named_with_the_file_and_nothing_stays(self, form):
        make("a.csv", many(400))
        Path(f"f.{form}").write_text("old")
        ended = shell(f"ulimit -f 100; SCAN a.csv --out f.{form}")
        assert ended.returncode == 1
        assert f"f.{form}" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
        assert Path(f"f.{form}").read_text() == "old"
        assert sorted(os.listdir()) == ["a.csv", f"f.{form}"]

    def test_an_output_that_is_a_folder_is_refused_before_anything_is_read(self, capsys):
        Path("f.xlsx").mkdir()
        assert main(["scan", make("a.csv"), "--out", "f.xlsx"]) == 1
        said = capsys.readouterr()
        assert "f.xlsx" in said.err and said.out == ""

    def test_a_folder_that_is_not_there_is_named(self, capsys):
        assert main(["scan", make("a.csv"), "--out", "no/such/f.jsonl"]) == 1
        assert "no/such/f.jsonl" in capsys.readouterr().err

    @pytest.mark.skipif(ROOT, reason="root may write anywhere")
    def test_a_folder_that_may_not_be_written_is_named(self, capsys):
        Path("closed").mkdir(mode=0o555)
        assert main(["scan", make("a.csv"), "--out", "closed/f.jsonl"]) == 1
        assert "closed/f.jsonl" in capsys.readouterr().err


class TestTemporaryFolder:
    def test_one_that_is_not_there_is_said_with_what_to_do(self):
        make("a.csv")
        script = (
            "import sys, tempfile; tempfile.tempdir = '/no/such/folder';"
            "from wenxiao.cli import main; sys.exit(main(sys.argv[1:]))"
        )
        ended = subprocess.run(
            [sys.executable, "-c", script, "scan", "a.csv", "--out", "f.jsonl"],
            check=False,
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 1
        assert "/no/such/folder" in ended.stderr and "TMPDIR" in ended.stderr
        assert not Path("f.jsonl").exists()

    def test_one_that_is_full_is_said_with_what_to_do(self):
        make("a.csv", [[f"GD{n}", *ROW[1:3], os.urandom(3000).hex(), *ROW[4:]] for n in range(40)])
        ended = shell("ulimit -f 48; SCAN a.csv")
        assert ended.returncode == 1
        assert "临时文件夹" in ended.stderr and "TMPDIR" in ended.stderr


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
class TestSignals:
    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_a_signal_ends_the_scan_and_leaves_nothing(self, number, code, tmp_path):
        make("a.csv", many(60_000))
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        running = subprocess.Popen(
            command("a.csv", "--out", "f.jsonl", "--out", "f.xlsx"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "TMPDIR": str(scratch)},
            # As a terminal starts it: what runs in the background of a shell inherits a deaf ear for SIGINT.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )  # fmt: skip
        wait_for(lambda: Path(".f.xlsx.part").exists())
        running.send_signal(number)
        out, err = running.communicate(timeout=60)
        assert (running.returncode, out) == (code, "")
        assert len(err.splitlines()) == 1 and "没有写出文件" in err
        assert os.listdir() == ["a.csv"]
        assert os.listdir(scratch) == []


def wait_for(happened, seconds=60):
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_every_exit_code_is_in_the_help_and_in_the_docs(capsys):
    with pytest.raises(SystemExit):
        main(["scan", "--help"])
    said = capsys.readouterr().out
    docs = (Path(__file__).parents[2] / "docs" / "findings.md").read_text("utf-8")
    for code in ("0", "1", "2", "130", "143"):
        assert f"  {code}" in said
        assert f"| {code} |" in docs
