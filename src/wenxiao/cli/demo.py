"""`wenxiao demo`: the main job on the demo county's export. The county is fiction, and says so."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

#: Where the demo keeps its files, in the folder that it is started from.
FOLDER = Path("demo-data")


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Declare the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "demo",
        help="用虚构的示范县走一遍主流程",
        description="生成虚构的示范县工单（不含任何真实数据），识别，写出工作簿。",
    )
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, metavar="目录", help=f"放文件的目录，默认 {FOLDER}"
    )
    return parser


def run(args: argparse.Namespace) -> int:
    """Make the export if it is not there yet, scan it, and say where everything is."""
    from wenxiao.cli.scan import show_progress
    from wenxiao.demo import UNTIL, build_county, write_export
    from wenxiao.recognition.settings import Settings
    from wenxiao.reporting.output import open_writers
    from wenxiao.reporting.summary import print_summary
    from wenxiao.scanning.run import Plan, scan

    folder: Path = args.folder
    folder.mkdir(parents=True, exist_ok=True)
    export = folder / "示范县工单.xlsx"
    if not export.exists():
        print("正在生成示范县（虚构）的工单……", flush=True)
        write_export(build_county(), export)
    outputs = [folder / "findings.xlsx", folder / "findings.html"]
    with open_writers(outputs, UNTIL) as writers, show_progress() as progress:
        result = scan(Plan([export], Settings(as_of=UNTIL)), writers, progress)
    print_summary(result, outputs)
    print("\n示范县是虚构的，数字只用来演示，不代表识别的准确率。")
    print(f"下一步：打开 {outputs[0]}，或读自己的工单：.venv/bin/wenxiao scan 工单.xlsx --out findings.xlsx")
    return 0
