"""The `wenxiao` command. Each sub-command is a module with `add_parser` and `run`; heavy imports wait until it runs."""

from __future__ import annotations

import argparse
import codecs
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from wenxiao import __version__
from wenxiao.cli.endings import STOPPED, Terminated, discard_stdout, leave

#: Exit codes: all well (rejected rows included, they are reported); something was refused or could not be written;
#: nothing could be read, or the command line was wrong. A command that was stopped: see endings.py.
OK, PARTLY, NOTHING = 0, 1, 2

#: Modules of this package, in the order of the help.
COMMANDS = ("scan", "demo", "serve", "import_", "work", "user", "model")


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="wenxiao", description="问效：找出只在纸面上办结的热线工单，一直跟到真正办成。"
    )
    parser.add_argument("--version", action="version", version=f"wenxiao {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="命令", required=True)
    for name in COMMANDS:
        module = import_module(f"wenxiao.cli.{name}")
        module.add_parser(commands).set_defaults(run=module.run)
    return parser


def _insist_on_utf8() -> None:
    """Start over in UTF-8 mode where Python took the system for ASCII (LC_ALL=C with PYTHONUTF8=0): Chinese file names
    could neither be shown nor made, and every word on the terminal would be a question mark."""
    if os.name == "posix" and codecs.lookup(sys.getfilesystemencoding()).name == "ascii":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    if argv is None:
        _insist_on_utf8()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that is not UTF-8 must not end the run
    args = build_parser().parse_args(argv)
    code = _run(args)
    if argv is None and code == STOPPED:
        leave(code)
    return code


def _run(args: argparse.Namespace) -> int:
    try:
        code: int = args.run(args)
    except KeyboardInterrupt:
        print("已停止。", file=sys.stderr)
        return STOPPED
    except Terminated as ended:
        print("已按要求停止。", file=sys.stderr)
        return ended.code
    except BrokenPipeError:  # `wenxiao … | head`: the reader has all that it wanted
        discard_stdout()
        return OK
    return code
