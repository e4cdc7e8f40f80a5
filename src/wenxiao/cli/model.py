"""`wenxiao model`: train on verdicts, compare, switch when a person says so, and go back."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wenxiao.cli import OK, PARTLY
from wenxiao.cli.acts import do

if TYPE_CHECKING:
    from wenxiao.learning.models import EngineJob, ModelVersion

#: Weights that the report lists; the page has them all.
SHOWN = 8


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Declare the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "model",
        help="用研判结论训练识别模型，比较、启用、退回",
        description="用本中心的研判结论和办后结果训练识别模型。训练不会改变任何工单；启用之前先看会变哪些工单，由人决定。",
        epilog="退出码：0 完成；1 没有做成（研判结论不够、没有可退回的版本、没有确认）；2 无法启动或命令写错。",
    )
    acts = parser.add_subparsers(dest="act", metavar="做什么", required=True)
    acts.add_parser("train", help="训练一个新版本（不启用）")
    acts.add_parser("list", help="列出各版本")
    report = acts.add_parser("report", help="看一个版本与现用模型的对比")
    report.add_argument("name", nargs="?", default="", metavar="版本", help="不写就是最新的一个")
    use = acts.add_parser("use", help="先列出会变的工单，确认后启用，并重新识别历史工单")
    use.add_argument("name", metavar="版本", help="版本名；shipped 表示出厂模型")
    use.add_argument("--yes", action="store_true", help="不再询问")
    back = acts.add_parser("back", help="退回上一个启用的版本，并重新识别历史工单")
    back.add_argument("--yes", action="store_true", help="不再询问")
    labels = acts.add_parser("labels", help="写出研判结论和更正（不含任何原文），供重新训练出厂模型")
    labels.add_argument("file", type=Path, metavar="文件.jsonl")
    return parser


def run(args: argparse.Namespace) -> int:
    """Do one of the acts; see the exit codes in the help."""
    return do(_ACTS[args.act], args)


def _train(_args: argparse.Namespace) -> int:
    from wenxiao.learning.choices import JobKind, JobState
    from wenxiao.learning.models import ModelVersion

    job = _do(JobKind.TRAIN, {}, "正在训练")
    if job is None or job.state != JobState.DONE:
        print(job.error if job else "另一个进程正在训练，请稍后再看。", file=sys.stderr)
        return PARTLY
    version = ModelVersion.objects.get(name=job.result["version"])
    _print_report(version)
    print(f"\n没有改动任何工单。要启用：wenxiao model use {version.name}")
    return OK


def _list(_args: argparse.Namespace) -> int:
    from wenxiao.learning.in_force import version_in_force
    from wenxiao.learning.models import ModelVersion

    now = version_in_force()
    print(f"{'→' if now is None else ' '} shipped（出厂模型）")
    for version in ModelVersion.objects.order_by("pk"):
        said = version.report["trained"]
        mark = "→" if now is not None and now.pk == version.pk else " "
        print(
            f"{mark} {version.name}  {version.made_at:%Y-%m-%d}  留出 {said['cases']} 件，"
            f"查准率 {_percent(said['total']['precision'])}，查全率 {_percent(said['total']['recall'])}"
        )
    return OK


def _report(args: argparse.Namespace) -> int:
    _print_report(_version(args.name))
    return OK


def _version(name: str) -> ModelVersion:
    from django.core.exceptions import ValidationError

    from wenxiao.learning.models import ModelVersion

    found = ModelVersion.objects.filter(name=name).first() if name else ModelVersion.objects.first()
    if found is None:
        raise ValidationError(
            f"没有这个模型：{name}" if name else "还没有训练过模型，先运行 wenxiao model train。"
        )
    return found


def _use(args: argparse.Namespace) -> int:
    name = "" if args.name == "shipped" else _version(args.name).name
    return _switch(name, args.yes)


def _back(args: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError

    from wenxiao.learning.in_force import version_before, version_in_force

    before = version_before()
    if version_in_force() is None and before is None:
        raise ValidationError("正在用出厂模型，没有可以退回的版本。")
    return _switch(before.version.name if before and before.version else "", args.yes)


def _switch(name: str, yes: bool) -> int:
    """Show what would change, ask, switch, and read the history again."""
    from wenxiao.learning.choices import JobKind, JobState
    from wenxiao.library.changing import use_version

    trial = _do(JobKind.TRIAL, {"version": name}, "正在试算")
    if trial is None or trial.state != JobState.DONE:
        print(trial.error if trial else "另一个进程正在试算，请稍后再看。", file=sys.stderr)
        return PARTLY
    _print_trial(trial.result)
    if not yes and not _agreed(f"启用 {name or '出厂模型'} 并重新识别历史工单？"):
        print("没有改动。", file=sys.stderr)
        return PARTLY
    use_version(actor=None, name=name)
    job = _do(JobKind.REREAD, {}, "正在重新识别")
    if job is None or job.state != JobState.DONE:
        print(job.error if job else "另一个进程正在重新识别。", file=sys.stderr)
        return PARTLY
    print(f"已启用 {name or '出厂模型'}，重新识别 {job.result['read']} 件；研判结论保持不变。")
    return OK


def _labels(args: argparse.Namespace) -> int:
    from wenxiao.library.corrections import labels
    from wenxiao.library.rules import rules_folder
    from wenxiao.recognition.learning import Policy

    count = 0
    try:
        with args.file.open("w", encoding="utf-8") as file:
            for row in labels(Policy.load(rules_folder())):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
    except OSError as error:
        print(f"{args.file}：写不了（{error.strerror}）。", file=sys.stderr)
        return PARTLY
    print(f"写出 {count} 件的结论和更正：{args.file}")
    return OK


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        print(f"{question}（要在脚本里确认，请加 --yes）", file=sys.stderr)
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes", "是")


def _do(kind: Any, params: dict[str, Any], words: str) -> EngineJob | None:
    """One job of the engine, done here, with progress on a terminal."""
    from wenxiao.learning.jobs import add_job
    from wenxiao.library.engine_jobs import run_job

    job = add_job(kind=kind, params=params, actor=None)
    with _progress(job.pk, words):
        return run_job(job.pk, date.today())


@contextmanager
def _progress(pk: int, words: str) -> Iterator[None]:
    import threading

    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    stop = threading.Event()
    with console.status(f"{words}……") as status:
        watcher = threading.Thread(target=_watch, args=(pk, words, status, stop), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            stop.set()
            watcher.join(timeout=2)


def _watch(pk: int, words: str, status: Any, stop: Any) -> None:
    from django.db import DatabaseError, connection

    from wenxiao.learning.models import EngineJob

    try:
        while not stop.wait(0.5):
            try:
                job = EngineJob.objects.get(pk=pk)
            except DatabaseError:
                continue
            status.update(f"{words}：{job.done} / {job.total} 件")
    finally:
        connection.close()


def _print_report(version: ModelVersion) -> None:
    from wenxiao.reporting.words import signal_label

    report = version.report
    cases = report["cases"]
    print(f"模型 {version.name}（{version.made_at:%Y-%m-%d %H:%M} 训练）")
    print(f"学自 {cases['verdicts']} 条研判结论、{cases['outcomes']} 件办后结果。")
    print(
        f"以下数字量自最新的 {cases['apart']} 条结论（{report['from']} 至 {report['to']}），训练时没有用到它们。\n"
    )
    print("            查准率   查全率   排序(AUROC)   校准误差")
    for key, words in (("shipped", "出厂模型"), ("present", "现用模型"), ("trained", "新模型　")):
        said = report[key]
        auroc = "–" if said["auroc"] is None else f"{said['auroc']:.3f}"
        total = said["total"]
        print(
            f"  {words}  {_percent(total['precision']):>6}   {_percent(total['recall']):>6}   "
            f"{auroc:>8}      {said['calibration_error']:.3f}"
        )
    if report["learned"]:
        print("\n权重变化最大的依据：")
    for row in report["learned"][:SHOWN]:
        print(f"  {row['added']:+.2f}  {signal_label(row['signal'])}")
    print("研判结论只来自进入待研判的工单，没有进入的不在其中；查全率因此偏高。")
    _print_parts(report)


def _print_parts(report: dict[str, Any]) -> None:
    """The lines of kinds and commitments, and the dates; nothing for a version from before there were any."""
    from wenxiao.web.part_words import part_rows

    for row in part_rows(report):
        print(f"\n{row.label}（{row.asks}）")
        if row.missing:
            print(f"  {row.missing}")
        else:
            print(f"  学自 {row.report['cases']} 个回答，其中更正 {row.report['corrected']} 个。")
        if row.stays:
            print("  学到的不比出厂的好，所以没有改动。")
        if not row.report["apart"]:
            continue
        print(f"  留出的 {row.report['apart']} 个（{row.report['from']} 至 {row.report['to']}）：")
        for (_label, said), words in zip(row.figures, ("出厂模型", "现用模型", "新模型　"), strict=True):
            total = said["total"]
            print(
                f"    {words}  查准率 {_percent(total['precision']):>6}  查全率 {_percent(total['recall']):>6}  "
                f"F1 {_percent(total['f1']):>6}  更正过的判对 {said['right']} / {said['corrected']}"
            )
        for label, added in row.learned[:SHOWN]:
            print(f"    {added:+.2f}  {label}")
    dates = report.get("dates")
    if dates and dates["cases"]:
        print(f"\n承诺的日期：人确认或更正过 {dates['cases']} 条，识别对的 {dates['right']} 条。")


def _print_trial(trial: dict[str, Any]) -> None:
    print(f"近期工单（{trial['since']} 以来）{trial['read']} 件，换用后：")
    print(f"  新增“很可能没有实质办结” {trial['newly']} 件，不再是的 {trial['no_longer']} 件")
    print(f"  新进入待研判 {trial['captured']} 件，退出 {trial['released']} 件")
    print(f"  办结性质改变 {sum(trial['classes'].values())} 件")
    lines = trial.get("lines", {})
    for name, words in (("enforcement", "执法类"), ("crossing", "三跨"), ("promise", "承诺")):
        print(f"  {words}：新识别 {lines.get(f'{name}_in', 0)} 件，不再识别 {lines.get(f'{name}_out', 0)} 件")
    print(f"  承诺的日期或能否核对改变 {lines.get('promise_other', 0)} 件")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


_ACTS = {"train": _train, "list": _list, "report": _report, "use": _use, "back": _back, "labels": _labels}
