"""The summary that `scan` prints: what was read, what is owed, the top of the list, what did not get in, what next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from errno import EPIPE
from io import StringIO
from os import strerror
from pathlib import Path
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from wenxiao.display.harmless import harmless, one_line
from wenxiao.display.masking import mask
from wenxiao.recognition.headline import without_headline
from wenxiao.recognition.schema import Evidence
from wenxiao.reporting import words
from wenxiao.reporting.flowing import FlowingText, flowing
from wenxiao.reporting.workbook import REJECTED, WARNED
from wenxiao.scanning.result import ScanResult, TopOrder

#: Code points of a title and of an evidence sentence that are shown.
TITLE_LENGTH, SENTENCE_LENGTH = 36, 110
SHOWN_PROBLEMS = 8
_LISTED = ((REJECTED, "rejected"), (WARNED, "warned"))
_LEDGER = (("overdue", "已逾期"), ("week", "七天内到期"), ("later", "以后到期"), ("undated", "无期限"))


class SafeConsole(Console):
    """A console on which no text can act, whoever wrote it; what the console itself sends to the terminal stays."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=harmless(segment.text))

    def render_str(self, text: str, **options: Any) -> Text:
        """Chinese is broken as Chinese is."""
        return flowing(super().render_str(text, **options))

    def on_broken_pipe(self) -> None:
        """Whoever reads us has gone: the caller decides what that means, not the console."""
        raise BrokenPipeError(EPIPE, strerror(EPIPE))


def print_summary(result: ScanResult, outputs: Sequence[Path], console: Console | None = None) -> None:
    """Print `result` for a person; `outputs` are the files that were written."""
    out = console or SafeConsole(highlight=False)
    _sources(out, result)
    if result.orders:
        _figures(out, result)
        _top(out, result)
    _problems(out, result, outputs)
    _next(out, result, outputs)


def summary_text(result: ScanResult) -> str:
    """The summary as plain text, without what was written."""
    text = StringIO()
    out = SafeConsole(file=text, highlight=False, width=80)
    _sources(out, result)
    if result.orders:
        _figures(out, result)
        _top(out, result)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def _sources(out: Console, result: ScanResult) -> None:
    for refused in result.refused:
        out.print(f"[bold red]读不了[/] {escape(refused.file)}：{escape(refused.message)}")
        if refused.code == "no_columns":
            say = "是工单的话，请指明哪一列是什么：--column 诉求内容=表头 --column 答复内容=表头（可写多次）"
            out.print(Padding(say, (0, 0, 0, 2)))
    for source in result.sources:
        out.print(f"[bold]{escape(source.name)}[/]　{escape(source.form)}　读入 {source.rows} 件")
        for note in source.notes:
            out.print(Padding(escape(note), (0, 0, 0, 2)))
        if caution := words.caution(source):
            out.print(Padding(f"[yellow]{escape(caution)}[/]", (0, 0, 0, 2)))


def _figures(out: Console, result: ScanResult) -> None:
    share = result.unresolved / max(1, result.orders - result.untold)
    out.print()
    out.print(
        f"共 [bold]{result.orders}[/] 件，疑似未实质性办结 [bold red]{result.unresolved}[/] 件（{share:.0%}）"
        f"　数据截止 {result.as_of}　用时 {result.seconds:.1f} 秒"
    )
    if result.untold:
        out.print(f"其中 {result.untold} 件所在的文件没有答复列，无法判断，不计入疑似件数。")
    out.print(_line("办结性质", [(label, result.classes[key]) for key, label in words.CLASSES.items()]))
    out.print(_line("类别　　", [(label, result.kinds[key]) for key, label in words.KINDS.items()]))
    out.print(_line("承诺（条）", [(label, result.commitments[key]) for key, label in _LEDGER]))
    shared = [n for n in result.matters.values() if n > 1]
    if result.matters:
        out.print(
            f"同一事项　{len(result.matters)} 个，其中 {len(shared)} 个有多件工单（共 {sum(shared)} 件，"
            f"最多的一个 {max(shared, default=1)} 件）"
        )


def _line(name: str, figures: list[tuple[str, int]]) -> str:
    # No space between a word and its figure: a narrow terminal would break the line there.
    return f"{name}　" + "　".join(f"{label}：[bold]{n}[/]" for label, n in figures)


def _top(out: Console, result: ScanResult) -> None:
    out.print()
    if not result.top:
        out.print(words.nobody_listed(result))
        return
    table = Table(
        title="最可能没有办成的", title_justify="left", title_style="bold", box=None, padding=(0, 1, 0, 0)
    )
    table.add_column("可能性", justify="right", no_wrap=True)
    table.add_column("工单与依据", overflow="fold")
    for top in result.ranked():
        table.add_row(f"[bold red]{words.percent(top.unresolved)}[/]", _order(top))
    out.print(table)


def _order(top: TopOrder) -> Text:
    kinds = "、".join(words.KINDS[k] for k in top.kinds)
    about = "　".join(
        part
        for part in (one_line(top.order), words.CLASSES[top.closure_class], kinds, one_line(top.unit))
        if part
    )
    text = FlowingText(_short(top.title, TITLE_LENGTH) or "（无标题）")
    text.append(f"　{about}\n", style="dim")
    if not top.reasons:
        text.append(without_headline(top.missing, words.missing_labels()), style="dim")
    for n, reason in enumerate(top.reasons):
        text.append("；" if n else "")
        _reason(text, reason)
    return text


def _reason(text: Text, reason: Evidence) -> None:
    """A sentence in quotes; the value of a column, or what another order showed, in brackets."""
    text.append(words.signal_label(reason.signal))
    if not reason.text.strip():
        return
    if reason.start is not None:
        inner = _short(reason.text, SENTENCE_LENGTH).translate({ord("“"): "‘", ord("”"): "’"})
        text.append("：").append(f"“{inner}”", style="yellow")
    else:
        text.append(f"（{one_line(reason.text)}）", style="yellow")


def _short(text: str, length: int) -> str:
    line = mask(one_line(text))
    return line if len(line) <= length else line[: length - 1] + "…"


def _problems(out: Console, result: ScanResult, outputs: Sequence[Path]) -> None:
    if len(result.rejected):
        out.print(f"\n[bold]没有读入的行：{len(result.rejected)}[/]")
        shown = result.rejected.first[:SHOWN_PROBLEMS]
        for problem in shown:
            out.print(Padding(escape(f"{words.place(problem)}：{problem.message}"), (0, 0, 0, 2)))
        if (more := len(result.rejected) - len(shown)) > 0:
            out.print(Padding(f"还有 {more} 行。", (0, 0, 0, 2)))
    if len(result.warned):
        out.print(f"\n[bold]读入了、但请留意：{len(result.warned)}[/]")
        for code, count in result.warned.counts.most_common():
            example = result.warned.examples[code]
            said = f"{count} 处，如 {words.place(example)}：{example.message}"
            out.print(Padding(escape(said), (0, 0, 0, 2)))
    if len(result.rejected) + len(result.warned):
        books = [path.name for path in outputs if path.suffix.lower() == ".xlsx"]
        where = f"{escape(one_line(books[0]))} 的" if books else "用 --out 写成 .xlsx 后，"
        sheets = [f"“{name}”" for name, log in _LISTED if len(getattr(result, log))]
        pages = "".join(sheets) + ("两页" if len(sheets) > 1 else "页")
        out.print(f"逐行清单：{where}{pages}写明文件、行、列、原值和处理办法。")


def _next(out: Console, result: ScanResult, outputs: Sequence[Path]) -> None:
    out.print()
    if not result.orders:
        out.print("[bold red]什么都没有读到。[/]请按上面的说明检查文件。")
        return
    for path in outputs:
        out.print(f"已写出 [bold]{escape(str(path))}[/]")
    if not outputs:
        out.print(
            "下一步：加上 --out findings.xlsx（或 .html、.jsonl、.csv、.parquet），把每一件和依据写成文件。"
        )
    out.print("以上是机器的参考意见，不是结论；每一件都有依据原文，请由人研判。")
