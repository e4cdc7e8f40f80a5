"""`wenxiao work`: the background worker, for when the web runs elsewhere or more than one worker is wanted."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from wenxiao.cli import NOTHING, OK


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Declare the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "work",
        help="运行后台任务（导入、识别、归并）",
        description="运行后台任务：导入、识别、归并同一事项。`wenxiao serve` 已自带一个，需要更多时另开。",
    )
    parser.add_argument("--once", action="store_true", help="做完排队的任务就退出")
    return parser


def run(args: argparse.Namespace) -> int:
    """Work until stopped."""
    from wenxiao.project.alone import leave_with_parent
    from wenxiao.project.start import CannotStart, prepare

    leave_with_parent()
    try:
        prepare()
    except CannotStart as error:
        print(error, file=sys.stderr)
        return NOTHING
    from wenxiao.project.jobs import work

    work(once=args.once)
    return OK
