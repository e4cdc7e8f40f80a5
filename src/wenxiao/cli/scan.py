"""`wenxiao scan`: read files of orders, say what is still owed, write findings. Needs no database."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wenxiao.cli import NOTHING, OK, PARTLY
from wenxiao.cli.columns import add_columns, unknown_fields
from wenxiao.cli.endings import STOPPED, Terminated, discard_stdout, terminable
from wenxiao.display.harmless import one_line

if TYPE_CHECKING:
    from wenxiao.scanning.cluster import Where
    from wenxiao.scanning.result import ScanResult
    from wenxiao.scanning.run import Plan, Progress

#: The same as in docs/findings.md.
EXIT_CODES = """\
退出码：
  0    完成；没有读入的行已逐行列出
  1    有的文件读不了，或有的写不出（写不出时，所有输出文件都保持原样）
  2    一件工单也没有读到，或命令写错了
  130  从键盘停止（Ctrl-C），没有写出文件
  143  被要求停止（SIGTERM），没有写出文件"""

_STAGES = {"read": "识别", "cluster": "在集群上识别", "matters": "归并同一事项", "write": "汇总、写出"}


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Declare the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "scan",
        help="读工单文件，识别未实质性办结的工单（不需要数据库）",
        description="读工单文件（.xlsx .xls .csv .jsonl .parquet），逐件识别办结性质、承诺、类别和同一事项，给出依据原文。",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="文件")
    parser.add_argument("--as-of", type=_day, metavar="日期", help="数据截止日，如 2026-11-24；默认今天")
    parser.add_argument(
        "--out",
        action="append",
        default=[],
        type=Path,
        metavar="文件",
        help=".jsonl、.xlsx、.csv、.html 或 .parquet，可写多次",
    )
    parser.add_argument("--engine", choices=("local", "spark"), default="local", help="在哪里算（默认本机）")
    cluster = parser.add_argument_group(
        "用 --engine spark 时（要先装 wenxiao[spark] 和 Java，见 docs/scale.md）"
    )
    cluster.add_argument(
        "--master",
        default="local[*]",
        metavar="地址",
        help="集群，如 spark://主机:7077、yarn；默认本机 local[*]",
    )
    cluster.add_argument(
        "--shared", type=Path, metavar="文件夹", help="集群各机都能读写的文件夹；默认用本机的临时文件夹"
    )
    cluster.add_argument("--part", type=_count, metavar="N", help="一个任务读多少件工单；默认 8192")
    cluster.add_argument("--spark-log", type=Path, metavar="文件", help="Spark 自己的日志写到这里；默认不留")
    parser.add_argument("--processes", type=_count, metavar="N", help="进程数；默认用全部处理器")
    parser.add_argument("--no-matters", action="store_true", help="不归并同一事项（内存不随文件增大）")
    parser.add_argument(
        "--sheet",
        action="append",
        default=[],
        metavar="名称",
        help="只读这个工作表，可写多次；默认读所有像工单的表",
    )
    add_columns(parser)
    parser.add_argument("--settings", type=Path, metavar="目录", help="本单位改过的词表与阈值所在目录")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，请写成 2026-11-24") from None


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"“{text}”不是正整数")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Scan and report; see the exit codes in the help."""
    from wenxiao.recognition.settings import Settings
    from wenxiao.reporting.output import UnknownForm, check_forms
    from wenxiao.scanning.result import ScanResult, read_listing
    from wenxiao.scanning.run import Plan

    try:
        check_forms(args.out)
    except UnknownForm as error:
        print(one_line(str(error)), file=sys.stderr)
        return NOTHING
    # The same file named twice is one file; an output must never take the place of what it was made from.
    files = list({path.resolve(): path for path in args.files}.values())
    args.out = list({path.resolve(): path for path in args.out}.values())
    if taken := {path.resolve() for path in files} & {path.resolve() for path in args.out}:
        print(f"{one_line(taken.pop().name)}：不能写到正在读的文件上，请换一个输出文件名。", file=sys.stderr)
        return NOTHING
    if missing := _without_folder(args.settings):
        print(missing, file=sys.stderr)
        return NOTHING
    if unknown := unknown_fields(args.column):
        print(unknown, file=sys.stderr)
        return NOTHING
    if args.engine == "spark" and (missing := _without_spark(args)):
        print(missing, file=sys.stderr)
        return NOTHING
    settings = Settings(as_of=args.as_of or date.today(), data=args.settings)
    plan = Plan(
        files,
        settings,
        args.processes,
        matters=not args.no_matters,
        sheets=tuple(args.sheet),
        columns=dict(args.column),
        spark=_where(args) if args.engine == "spark" else None,
    )
    result = ScanResult(settings.as_of, read_listing(args.settings))
    if code := write_findings(plan, args.out, result):
        return code
    code = PARTLY if result.refused else OK
    said = say_summary(result, args.out)
    _repeat_refusals(result, args.out)
    return max(said, code if result.orders else NOTHING)


def _repeat_refusals(result: ScanResult, outputs: Sequence[Path]) -> None:
    """On standard error too, a line each, unless both go to one terminal: a nightly job keeps only that."""
    if sys.stdout is not None and sys.stdout.isatty() and sys.stderr.isatty():
        return
    for refused in result.refused:
        print(one_line(f"{refused.file}：{refused.message}"), file=sys.stderr)
    if outputs and not result.orders:
        print("没有写出文件，原有文件没有改动。", file=sys.stderr)


def _without_folder(settings: Path | None) -> str:
    if settings is None or settings.is_dir():
        return ""
    return f"{one_line(str(settings))}：--settings 要写一个已有的文件夹。"


_MISSING = {
    "pyspark": "没有装 Spark 的 Python 包。请在同一个环境里运行：pip install 'wenxiao[spark]'；或者用 --engine local。",
    "java": "没有找到 Java（Spark 4 要 17 或更高）。请安装（Debian：apt install default-jre-headless）或设置 JAVA_HOME；"
    "或者用 --engine local。",
}


def _without_spark(args: argparse.Namespace) -> str:
    """Why Spark cannot be used, before anything is read; "" where it can."""
    from wenxiao.recognition.engines.spark import NoSpark, require

    try:
        require()
    except NoSpark as error:
        return _MISSING[error.what]
    if args.shared is not None and not args.shared.is_dir():
        return f"{one_line(str(args.shared))}：--shared 要写一个已有的文件夹。"
    if not args.master.startswith("local") and args.shared is None:
        return "--master 指向别的机器时，要用 --shared 写明一个各机都能读写的文件夹。"
    return ""


def _where(args: argparse.Namespace) -> Where:
    from wenxiao.recognition.engines.spark import Cluster
    from wenxiao.scanning.cluster import PART, Where

    return Where(Cluster(args.master, args.spark_log), args.shared, args.part or PART)


def write_findings(plan: Plan, outputs: Sequence[Path], result: ScanResult) -> int:
    """Scan into the outputs; the exit code, and a line to standard error, where that failed."""
    from wenxiao.recognition.engines import ClusterFailed
    from wenxiao.reporting.output import CannotWrite, open_writers
    from wenxiao.scanning.run import scan
    from wenxiao.scanning.spill import NoRoom

    try:
        with terminable(), open_writers(outputs, result) as writers, show_progress() as progress:
            scan(plan, result, writers, progress)
    except CannotWrite as error:
        return _fail(f"写不出 {error.path}：{error.reason}。")
    except NoRoom as error:
        folder = f"临时文件夹 {error.folder} " if error.folder else "没有可用的临时文件夹，"
        return _fail(f"{folder}写不了：{error.reason}。请腾出空间，或用环境变量 TMPDIR 指定另一个文件夹。")
    except BrokenProcessPool:
        return _fail("有一个识别进程被系统中止，多半是内存不够。请加 --processes 1 再试。")
    except ClusterFailed as error:
        return _fail(f"Spark 没有算完：{error.reason}（加 --spark-log 可留下它的日志）。")
    except KeyboardInterrupt:
        return _fail("已停止：", STOPPED)
    except Terminated as ended:
        return _fail("已按要求停止：", ended.code)
    return OK


def _fail(why: str, code: int = PARTLY) -> int:
    print(f"{one_line(why)}没有写出文件，原有文件没有改动。", file=sys.stderr)
    return code


def say_summary(result: ScanResult, outputs: Sequence[Path]) -> int:
    """Print the summary. A reader that has gone (`| head`) is no failure; an output that takes nothing is."""
    from wenxiao.reporting.summary import print_summary

    try:
        print_summary(result, outputs)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()
    except OSError as error:
        discard_stdout()
        written = f"文件已写出：{'、'.join(map(str, outputs))}" if outputs else "没有别的输出"
        print(f"概要写不到标准输出：{error.strerror or error}。{one_line(written)}。", file=sys.stderr)
        return PARTLY
    return OK


@contextmanager
def show_progress() -> Iterator[Progress]:
    """A progress line on standard error, gone when the work is done; silent where nobody watches."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    console = Console(stderr=True)
    watched = console.is_terminal
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True, disable=not watched) as bar:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(_STAGES[stage], total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield tell
