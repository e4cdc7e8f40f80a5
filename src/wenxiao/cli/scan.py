"""`wenxiao scan`: read files of orders, say what is still owed, write findings. Needs no database."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wenxiao.cli import NOTHING, OK, PARTLY

if TYPE_CHECKING:
    from wenxiao.scanning.run import Progress

_STAGES = {"read": "识别", "matters": "归并同一事项", "write": "汇总、写出"}


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Declare the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "scan",
        help="读工单文件，识别未实质性办结的工单（不需要数据库）",
        description="读工单文件（.xlsx .xls .csv .jsonl），逐件识别办结性质、承诺、类别和同一事项，给出依据原文。",
        epilog="退出码：0 完成（未读入的行会列出）；1 有文件读不了或写不出；2 什么都没读到，或命令写错了。",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="文件")
    parser.add_argument("--as-of", type=_day, metavar="日期", help="数据截止日，如 2026-11-24；默认今天")
    parser.add_argument(
        "--out",
        action="append",
        default=[],
        type=Path,
        metavar="文件",
        help=".jsonl、.xlsx、.csv 或 .html，可写多次",
    )
    parser.add_argument("--engine", choices=("local", "spark"), default="local", help="在哪里算（默认本机）")
    parser.add_argument("--processes", type=_count, metavar="N", help="进程数；默认用全部处理器")
    parser.add_argument("--no-matters", action="store_true", help="不归并同一事项（内存不随文件增大）")
    parser.add_argument(
        "--sheet",
        action="append",
        default=[],
        metavar="名称",
        help="只读这个工作表，可写多次；默认读所有像工单的表",
    )
    parser.add_argument("--settings", type=Path, metavar="目录", help="本单位改过的词表与阈值所在目录")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，请写成 2026-11-24") from None


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("进程数要是正整数")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Scan and report; see the exit codes in the help."""
    from wenxiao.recognition.settings import Settings
    from wenxiao.reporting.output import UnknownForm, check_forms, open_writers
    from wenxiao.reporting.summary import print_summary
    from wenxiao.scanning.run import Plan, scan

    if args.engine == "spark":
        print("这一版还没有 spark 引擎，请用 --engine local。", file=sys.stderr)
        return NOTHING
    try:
        check_forms(args.out)
    except UnknownForm as error:
        print(error, file=sys.stderr)
        return NOTHING
    # The same file named twice is one file; an output must never take the place of what it was made from.
    files = list({path.resolve(): path for path in args.files}.values())
    args.out = list({path.resolve(): path for path in args.out}.values())
    if taken := {path.resolve() for path in files} & {path.resolve() for path in args.out}:
        print(f"{taken.pop().name}：不能写到正在读的文件上，请换一个输出文件名。", file=sys.stderr)
        return NOTHING
    settings = Settings(as_of=args.as_of or date.today(), data=args.settings)
    plan = Plan(files, settings, args.processes, matters=not args.no_matters, sheets=tuple(args.sheet))
    try:
        with open_writers(args.out, settings.as_of) as writers, show_progress() as progress:
            result = scan(plan, writers, progress)
    except OSError as error:
        print(
            f"写不出来：{error.filename or ''} {error.strerror or error}。原有文件没有改动。", file=sys.stderr
        )
        return PARTLY
    print_summary(result, args.out)
    if not result.orders:
        return NOTHING
    return PARTLY if result.refused else OK


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
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(_STAGES[stage], total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield tell
