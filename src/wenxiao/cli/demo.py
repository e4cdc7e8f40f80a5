"""`wenxiao demo`: the main job on the demo county's export, then the record and the library on the web.

The county is fiction, and says so. Everything stays in one folder; deleting it is a fresh start.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from wenxiao.cli import NOTHING, OK

#: Where the demo keeps its files, in the folder that it is started from.
FOLDER = Path("demo-data")
#: One account of each role is printed; there is a handler for every unit.
SHOWN_HANDLERS = 3
_FICTION = "示范县是虚构的，数字只用来演示，不代表识别的准确率。"
_ROLES = {"analyst": "研判员", "handler": "承办单位", "leader": "领导", "administrator": "管理员"}


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Declare the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "demo",
        help="用虚构的示范县走一遍主流程，然后打开网页",
        description="生成虚构的示范县工单（不含任何真实数据），识别，写出工作簿，建立演示库并打开网页。",
    )
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, metavar="目录", help=f"放文件的目录，默认 {FOLDER}"
    )
    parser.add_argument("--host", default="127.0.0.1", metavar="地址", help="网页的监听地址")
    parser.add_argument("--port", type=int, default=8000, metavar="端口", help="网页的端口，默认 8000")
    parser.add_argument("--no-serve", action="store_true", help="只识别和写出，不建库、不开网页")
    parser.add_argument("--accounts", action="store_true", help="只列出全部演示账号")
    return parser


def run(args: argparse.Namespace) -> int:
    """Scan the county's export, then fill the demo database (once) and serve it."""
    if args.accounts:
        return _list_accounts()
    folder: Path = args.folder
    folder.mkdir(parents=True, exist_ok=True)
    if args.no_serve:
        code, outputs = _scan(folder)
        if code:
            return code
        print(
            f"\n{_FICTION}\n下一步：打开 {outputs[0]}，或读自己的工单：.venv/bin/wenxiao scan 工单.xlsx --out findings.xlsx"
        )
        return OK
    # The demo has a home and a database of its own, whatever the machine's real installation is set to.
    os.environ["WENXIAO_HOME"] = str(folder.resolve())
    os.environ.pop("DATABASE_URL", None)
    from wenxiao.cli.serve import place_to_serve
    from wenxiao.project.start import CannotStart

    try:
        with place_to_serve(folder.resolve(), args.host, args.port):
            code, _outputs = _scan(folder)
            if code:
                return code
            print(f"\n{_FICTION}")
            _serve(args.host, args.port)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return NOTHING
    return OK


def _list_accounts() -> int:
    from wenxiao.demo import build_county
    from wenxiao.project.demo import PASSWORD

    county = build_county()
    print(f"演示账号（密码都是 {PASSWORD}）：")
    for account in county.accounts:
        print(_account_line(account.username, account.role, county.unit(account.unit).name))
    return OK


def _account_line(name: str, role: str, unit: str) -> str:
    return f"  {name:<16}{_ROLES.get(role, role)}　{unit}"


def _scan(folder: Path) -> tuple[int, list[Path]]:
    """Scan the demo county's export, where that was not done before: the exit code, and what was written."""
    from wenxiao.cli.kept import keep, made_from, summary_kept
    from wenxiao.cli.scan import say_summary, write_findings
    from wenxiao.demo import UNTIL, build_county, write_export
    from wenxiao.recognition.settings import Settings
    from wenxiao.reporting.summary import summary_text
    from wenxiao.scanning.result import ScanResult
    from wenxiao.scanning.run import Plan

    export = folder / "示范县工单.xlsx"
    if not export.exists():
        print("正在生成示范县（虚构）的工单……", flush=True)
        write_export(build_county(), export)
    outputs = [folder / "findings.xlsx", folder / "findings.html"]
    settings = Settings(as_of=UNTIL)
    key = made_from(export, settings)
    if told := summary_kept(key, outputs):
        print(told)
        print(
            f"工单、引擎、规则和模型都与上次相同，没有重新识别，沿用 {outputs[0]} 和 {outputs[1]}。",
            flush=True,
        )
        return OK, outputs
    result = ScanResult(UNTIL)
    code = write_findings(Plan([export], settings), outputs, result) or say_summary(result, outputs)
    if code == OK:
        keep(key, outputs, summary_text(result))
    return code, outputs


def _serve(host: str, port: int) -> None:
    from wenxiao.cli.serve import address, serve
    from wenxiao.project.demo import fill_demo

    print("正在准备演示库（第一次约一分钟，以后直接打开）……", flush=True)
    demo = fill_demo()
    print(f"\n演示库里有 {demo.orders} 件工单。演示账号（密码都是 {demo.password}）：")
    shown = Counter[str]()
    for name, role, unit in demo.accounts:
        shown[role] += 1
        if role != "handler" or shown[role] <= SHOWN_HANDLERS:
            print(_account_line(name, role, unit))
    more = shown["handler"] - SHOWN_HANDLERS
    print(f"  另有 {more} 个承办单位账号，每个单位一个：.venv/bin/wenxiao demo --accounts 可列出全部。")
    print(f"下一步：用浏览器打开 {address(host, port)} ，用 analyst 登录，看“待研判”。\n", flush=True)
    serve(host, port)
