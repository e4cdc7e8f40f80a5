"""`wenxiao import`: files of orders into the database, the same import as on the page, with progress on the terminal."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wenxiao.cli import NOTHING, OK, PARTLY
from wenxiao.cli.columns import add_columns, unknown_fields

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wenxiao.orders.models import ImportRun, RejectedRow

#: Rows that are named on the terminal, of those that did not get in and of those with a cell that was not understood.
_ROWS_LISTED = 20
#: Seconds between two looks at the progress: on a terminal, and where it goes into a log.
_LOOK_EVERY, _LOG_EVERY = 0.5, 10.0


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Declare the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "import",
        help="把工单文件导入数据库，并识别、归并",
        description="把工单文件（.xlsx .xls .csv .jsonl .parquet）导入数据库，识别并归并同一事项。同一文件再导一次不会改变任何东西。",
        epilog="退出码：0 完成（未导入的行会列出）；1 有文件没有完成；2 什么都没读到，或命令写错了。",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="文件")
    parser.add_argument("--source", default="", metavar="名称", help="来源；同一来源里工单编号唯一")
    add_columns(parser)
    parser.add_argument(
        "--sheet",
        action="append",
        default=[],
        metavar="名称",
        help="只读这个工作表，可写多次；默认读所有像工单的表",
    )
    return parser


def run(args: argparse.Namespace) -> int:
    """Import the files one after the other; see the exit codes in the help."""
    from wenxiao.project.start import CannotStart, prepare

    try:
        prepare()
    except CannotStart as error:
        print(error, file=sys.stderr)
        return NOTHING
    if unknown := unknown_fields(args.column):
        print(unknown, file=sys.stderr)
        return NOTHING
    results = [_import(path, args.source, dict(args.column), args.sheet) for path in args.files]
    if not any(results):
        return NOTHING
    return OK if all(results) else PARTLY


def _import(path: Path, source: str, mapping: dict[str, str], sheets: list[str]) -> bool:
    """One file; True when orders were read from it."""
    from django.core.exceptions import ValidationError
    from django.db import DatabaseError

    from wenxiao.library.pipeline import run_import, start_import
    from wenxiao.orders.trouble import trouble_message

    try:
        staged = _stage(path, source, sheets)
        if staged is None:
            return False
        start_import(actor=None, run=staged.pk, mapping=mapping or None, in_background=False)
        with _progress(staged.pk):
            done = run_import(staged.pk)
    except ValidationError as error:
        print(f"{path.name}：{'；'.join(error.messages)}", file=sys.stderr)
        return False
    except (OSError, DatabaseError) as error:
        print(f"{path.name}：{trouble_message(error) or type(error).__name__}", file=sys.stderr)
        return False
    if done is None:
        print(f"{path.name}：另一个进程正在导入，请稍后再看。", file=sys.stderr)
        return False
    _report(done)
    return done.state == "done" and done.counts["rows"] > done.counts["rejected"]


def _stage(path: Path, source: str, sheets: list[str]) -> ImportRun | None:
    """A new run for the file, or the one of the same bytes that was killed."""
    from wenxiao.orders.importing import sheets_of
    from wenxiao.orders.uploads import stage_upload, unfinished

    try:
        with path.open("rb") as file:
            killed = unfinished(file, source)
            if killed is not None and sheets_of(killed) == sheets:
                return killed
            return stage_upload(actor=None, file=file, name=path.name, source=source, sheets=sheets)
    except FileNotFoundError:
        print(f"{path}：找不到这个文件，请核对路径。", file=sys.stderr)
    except IsADirectoryError:
        print(f"{path}：这是一个文件夹，请指定其中的文件。", file=sys.stderr)
    except PermissionError:
        print(f"{path}：没有读取这个文件的权限。", file=sys.stderr)
    return None


@contextmanager
def _progress(run_id: int) -> Iterator[None]:
    """Shows how far the run is by looking at its checkpoint, as the page does: on a terminal as one line that
    changes, in a log as a line now and then."""
    from rich.console import Console

    console = Console(stderr=True)
    stop = threading.Event()
    every = _LOOK_EVERY if console.is_terminal else _LOG_EVERY
    line = console.status("正在读取……") if console.is_terminal else None
    show: Callable[[str], None] = line.update if line else _to_log
    watcher = threading.Thread(target=_watch, args=(run_id, show, every, stop), daemon=True)
    with line or nullcontext():
        watcher.start()
        try:
            yield
        finally:
            stop.set()
            watcher.join(timeout=2)


def _to_log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _watch(run_id: int, show: Callable[[str], None], every: float, stop: threading.Event) -> None:
    from django.db import DatabaseError, connection

    from wenxiao.orders.models import ImportRun

    try:
        while not stop.wait(every):
            try:
                run = ImportRun.objects.get(pk=run_id)
            except DatabaseError:
                continue
            show(_how_far(run))
    finally:
        connection.close()


def _how_far(run: ImportRun) -> str:
    """Both phases with their counts: reading and recognising go on side by side."""
    if run.state == "grouping":
        return f"已读 {run.done_rows} 行，已识别 {run.done_findings} 件；正在归并同一事项……"
    read = f"已读 {run.done_rows} 行" + ("（读完）" if run.total_rows is not None else "")
    return f"{read}，已识别 {run.done_findings} / {run.to_recognise} 件"


def _report(run: ImportRun) -> None:
    """The counts, and the first rows that did not get in."""
    from wenxiao.orders.models import RejectedRow

    if run.error:
        print(f"{run.file_name}：{run.error}", file=sys.stderr)
    n = run.counts
    if n["rows"]:
        print(
            f"{run.file_name}：读到 {n['rows']} 行，新增 {n['new']}，内容有变 {n['changed']}，没有变化 {n['same']}，"
            f"重复 {n['duplicates']}，并入同一工单 {n.get('merged', 0)}，未导入 {n['rejected']}，提醒 {n['warnings']}。"
        )
    if n.get("resumed"):
        print(f"以前没有做完的导入留下 {n['resumed']} 件没有识别，这次已补上。")
    if n["new_units"]:
        print(f"有 {n['new_units']} 个单位名称没有对上，已放在“未归类”下，请管理员归位。")
    for note in run.notes:
        print(f"· {note}")
    for is_warning, name in ((False, "未导入"), (True, "提醒")):
        _list_rows(RejectedRow.objects.filter(run=run, is_warning=is_warning), name)
    if run.state == "done":
        print(_next_step(run))


def _list_rows(rows: QuerySet[RejectedRow], name: str) -> None:
    for row in rows[:_ROWS_LISTED]:
        where = " ".join(part for part in (row.sheet, f"第 {row.row} 行", row.column) if part)
        print(f"  {name}：{where}：{row.message}")
    if (more := rows.count() - _ROWS_LISTED) > 0:
        print(f"  ……另有 {more} 条{name}，可在网页的导入结果里下载。")


def _next_step(run: ImportRun) -> str:
    from wenxiao.library.pipeline import captured_orders

    found = captured_orders(run).count()
    return (
        f"这次导入的工单里有 {found} 件列入待研判。看结果：wenxiao serve，"
        f"登录后打开 /import/{run.pk}/ 或 /assess/?run={run.pk}"
    )
