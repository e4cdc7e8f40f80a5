"""Findings as a workbook that an analyst would mail to a colleague: the top of the list, all orders in their order,
commitments, what to know about rows, legend."""

from __future__ import annotations

import heapq
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from wenxiao.display.harmless import harmless, is_formula
from wenxiao.display.masking import mask
from wenxiao.recognition.collection import is_untold
from wenxiao.recognition.schema import Commitment, Finding, Order
from wenxiao.reporting import words
from wenxiao.reporting.rows import COLUMNS, RANKED, Cell, concrete
from wenxiao.scanning.problems import ProblemLog
from wenxiao.scanning.result import Listing, ScanResult, due_bucket

#: Excel's own limits: rows of a sheet (the header is one) and characters of a cell.
SHEET_ROWS = 1_048_576
CELL_LENGTH = 32_767
CUT = "……（超过单元格上限，已截断）"

_BUCKETS = {"overdue": "已逾期", "week": "七天内到期", "later": "以后到期", "undated": "无期限"}
_PROMISES = (
    ("工单编号", 18),
    ("承诺", 50),
    ("到期日", 12),
    ("状态", 12),
    ("日期怎么来的", 44),
    ("原文里的时间", 16),
    ("承诺方", 14),
    ("承办单位", 16),
    ("同一事项", 11),
)
_PROBLEMS = (
    ("文件", 24),
    ("工作表", 14),
    ("行", 8),
    ("列", 16),
    ("原值（开头，已遮盖）", 30),
    ("说明与处理办法", 80),
)
#: The first sheet: the orders most likely not resolved, most likely first.
TOP = "最可能没有办成"
#: Sheets of what did not get in, and of what to know about what did; the summary and the page name them.
REJECTED, WARNED = "未读入", "提示"


class WorkbookWriter:
    """Streams to the folder `scratch` row by row; memory does not grow with the number of orders."""

    def __init__(self, path: Path, as_of: date, scratch: str, listing: Listing) -> None:
        options: dict[str, Any] = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        }
        options["tmpdir"] = scratch
        self._book = xlsxwriter.Workbook(str(path), options)
        self._as_of, self._listing = as_of, listing
        self._top: list[tuple[float, int, list[Cell]]] = []
        self._seen = 0
        base = {"valign": "top", "font_name": "等线", "font_size": 10}
        head = {"bold": True, "bg_color": "#E8EEF6", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        self._head = self._book.add_format({**base, **head})
        self._forms = {
            "text": self._book.add_format(base),
            "wrap": self._book.add_format({**base, "text_wrap": True}),
            "percent": self._book.add_format({**base, "num_format": "0%", "align": "center"}),
            "date": self._book.add_format({**base, "num_format": "yyyy-mm-dd", "align": "center"}),
            "number": self._book.add_format(base),
        }
        # Marks a cell as text for good: a spreadsheet that edits it does not then run it as a formula.
        self._quoted = {
            form: self._book.add_format({**base, "text_wrap": form == "wrap", "quote_prefix": True})
            for form in ("text", "wrap")
        }
        self._ranked = _Sheet(
            self, TOP, [("名次", 6), *((c.header, c.width) for c in RANKED)], frozen_columns=3
        )
        self._orders = _Sheet(self, "工单", [(c.header, c.width) for c in COLUMNS], frozen_columns=1)
        self._promises = _Sheet(self, "承诺台账", list(_PROMISES))

    def add(self, order: Order, finding: Finding) -> None:
        self._consider(order, finding)
        self._orders.write([(c.value(order, finding), c.form) for c in COLUMNS])
        for commitment in concrete(finding):
            self._promises.write(self._promise(order, finding, commitment))

    def _consider(self, order: Order, finding: Finding) -> None:
        """Keep the order if it is among the most likely so far; earlier rows stand first among equals."""
        self._seen += 1
        key = finding.unresolved, -self._seen
        full = len(self._top) >= self._listing.ranked
        if (
            finding.unresolved < self._listing.likely
            or is_untold(finding.evidence)
            or not self._listing.ranked
        ):
            return
        if not full or key > self._top[0][:2]:
            cells = [c.value(order, finding) for c in RANKED]
            (heapq.heappushpop if full else heapq.heappush)(self._top, (*key, cells))

    def _write_ranked(self, result: ScanResult) -> None:
        forms = ("number", *(c.form for c in RANKED))
        for place, (_, _, cells) in enumerate(sorted(self._top, reverse=True), 1):
            self._ranked.write(list(zip((place, *cells), forms, strict=True)))
        if not self._top:
            self._ranked.write(
                [(None, "text"), (None, "text"), (None, "text"), (words.nobody_listed(result), "text")]
            )
        self._ranked.close()

    def _promise(self, order: Order, finding: Finding, commitment: Commitment) -> list[tuple[Cell, str]]:
        return [
            (finding.order, "text"),
            (mask(commitment.text), "wrap"),
            (commitment.due, "date"),
            (_BUCKETS[due_bucket(commitment, self._as_of)], "text"),
            (commitment.basis, "wrap"),
            (commitment.due_text, "text"),
            (commitment.promisor, "text"),
            (order.unit, "text"),
            (finding.matter, "text"),
        ]

    def finish(self, result: ScanResult) -> None:
        self._write_ranked(result)
        self._orders.close()
        self._promises.close()
        self._problems(REJECTED, result.rejected)
        self._problems(WARNED, result.warned)
        self._legend(result)
        self._book.close()

    def _problems(self, name: str, problems: ProblemLog) -> None:
        """A sheet of rows to look at, one problem a row, in the order in which they were met."""
        if not len(problems):
            return
        sheet = _Sheet(self, name, list(_PROBLEMS))
        for p in problems:
            cells: list[Cell] = [p.file, p.sheet, p.row, p.column, mask(p.value), p.message]
            sheet.write(list(zip(cells, ("text", "text", "number", "text", "text", "wrap"), strict=True)))
        sheet.close()

    def _legend(self, result: ScanResult) -> None:
        legend = _Sheet(self, "说明", [("项目", 24), ("内容", 90)])
        lines: list[tuple[str, Cell]] = [
            ("数据截止日", result.as_of.isoformat()),
            ("工单", result.orders),
            (f"疑似未实质性办结（可能性≥{result.listing.likely:.0%}）", result.unresolved),
            *(
                (
                    f"{TOP}（头一页）",
                    f"按可能性排列的前 {len(self._top)} 件；“工单”页是全部工单，按原文件的顺序。",
                ),
            )
            * bool(self._top),
            *((f"请留意：{note.name}", words.caution(note)) for note in result.sources if note.known),
            (f"没有读入的行（见“{REJECTED}”）", len(result.rejected)),
            (f"读入了、但请留意（见“{WARNED}”）", len(result.warned)),
            ("识别模型", result.model),
            ("怎么读", "“可能性”是机器给出的参考，不是结论；每一条都列出依据的原文，由人研判。"),
            ("个人信息", "手机号、身份证号、银行卡号已遮盖；文中姓名无法可靠识别，转发前请留意。"),
        ]
        lines += [(signal.label, signal.explain) for signal in words.signals().values()]
        for line in lines:
            legend.write([(value, "wrap") for value in line])
        legend.close()

    def sheet(self, name: str, columns: list[tuple[str, int]], frozen_columns: int) -> Any:
        """A new sheet with its header written, frozen and sized."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, frozen_columns)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for at, (header, width) in enumerate(columns):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, header, self._head)
        return sheet

    def write(self, sheet: Any, row: int, at: int, value: Cell, form: str) -> None:
        """One cell, as what it is: never a formula, never a link."""
        style = self._forms[form]
        if isinstance(value, str) and form in self._quoted and is_formula(value):
            style = self._quoted[form]
        if value is None or value == "":
            sheet.write_blank(row, at, None, style)
        elif isinstance(value, str):
            sheet.write_string(row, at, clean(value), style)
        elif isinstance(value, date):
            sheet.write_datetime(row, at, value, style)
        else:
            sheet.write_number(row, at, value, style)


def clean(text: str) -> str:
    """Text that a workbook can hold: no characters that act or are illegal in XML, no more than a cell takes."""
    text = harmless(text)
    return text if len(text) <= CELL_LENGTH else text[: CELL_LENGTH - len(CUT)] + CUT


class _Sheet:
    """A table with a header and filters that goes on in another sheet when Excel's rows run out."""

    def __init__(
        self, book: WorkbookWriter, name: str, columns: list[tuple[str, int]], frozen_columns: int = 0
    ) -> None:
        self._book, self._name, self._columns, self._frozen = book, name, columns, frozen_columns
        self._part = 0
        self._next()

    def _next(self) -> None:
        self._part += 1
        name = self._name if self._part == 1 else f"{self._name}{self._part}"
        self._sheet = self._book.sheet(name, self._columns, self._frozen)
        self._row = 0

    def write(self, cells: list[tuple[Cell, str]]) -> None:
        if self._row + 1 >= SHEET_ROWS:
            self.close()
            self._next()
        self._row += 1
        for at, (value, form) in enumerate(cells):
            self._book.write(self._sheet, self._row, at, value, form)

    def close(self) -> None:
        self._sheet.autofilter(0, 0, max(1, self._row), len(self._columns) - 1)
