"""A filtered list as a file to take away: in scope, masked, and logged."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import IO, Any

import xlsxwriter
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wenxiao.library.choices import ClosureClass, Decision, Grade, Kind
from wenxiao.library.filters import OrderFilter
from wenxiao.library.models import Matter
from wenxiao.library.selectors import matters_of, work_list
from wenxiao.orders.choices import EventKind
from wenxiao.orders.masking import mask_address, mask_name, mask_phone, mask_text
from wenxiao.orders.models import Event, ImportRun, RejectedRow, WorkOrder
from wenxiao.units.models import User

FORMS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
#: Rows of one export; a sheet of Excel ends at 1,048,576.
LIMIT = 200_000
_CHUNK = 1000
_CELL = 32_767
#: What a spreadsheet program would run as a formula when it opens a CSV.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Export:
    """An open temporary file at its start, to be sent and closed (it is gone then)."""

    file: IO[bytes]
    name: str
    content_type: str
    rows: int


def export_orders(actor: User, narrowed: OrderFilter, form: str) -> Export:
    """The orders of the filter as xlsx or csv, personal data masked. Leaves an event that says who took what."""
    if form not in FORMS:
        raise ValidationError(_("只能导出 xlsx 或 csv"))
    rows = work_list(actor, narrowed)
    total = rows.count()
    if total > LIMIT:
        raise ValidationError(_("超过 %(limit)d 件，请先缩小范围") % {"limit": LIMIT})
    exported = _write(form, _header(), _rows(actor, rows.defer(None)))
    Event.objects.create(
        order=None,
        kind=EventKind.EXPORTED,
        actor=actor,
        data={"query": narrowed.query(), "rows": total, "form": form},
    )
    return Export(exported, f"{_('工单')}-{timezone.now():%Y%m%d-%H%M}.{form}", FORMS[form], total)


def export_problems(run: ImportRun, form: str = "xlsx") -> Export:
    """The rows of an import that did not get in, and the cells that were not understood in rows that did: where they
    stand and why, in the order of the file."""
    if form not in FORMS:
        raise ValidationError(_("只能导出 xlsx 或 csv"))
    rows = run.problems.all()
    header = [_("结果"), _("工作表"), _("行"), _("列"), _("原因"), _("代码")]
    file = _write(form, header, chain(map(_problem, rows.iterator()), _left_out(run)))
    name = _("导入问题")
    return Export(file, f"{name}-{run.pk}.{form}", FORMS[form], rows.count())


def _problem(row: RejectedRow) -> list[Any]:
    is_english = (get_language() or "").startswith("en") and row.message_en
    message = row.message_en if is_english else row.message
    result = _("已导入，格子没有读懂") if row.is_warning else _("没有导入")
    return [result, row.sheet, row.row, row.column, message, row.code]


def _left_out(run: ImportRun) -> Iterator[list[Any]]:
    """A last line where there were more warnings than are kept."""
    kept = run.problems.filter(is_warning=True).count()
    if (more := run.counts.get("warnings", 0) - kept) > 0:
        yield ["", "", "", "", _("还有 %(n)d 条提醒没有逐条保存") % {"n": more}, ""]


def _header() -> list[str]:
    return [
        _("工单编号"),
        _("来电时间"),
        _("标题"),
        _("诉求内容"),
        _("答复内容"),
        _("承办单位"),
        _("办结性质"),
        _("未实质性办结可能性"),
        _("类"),
        _("依据"),
        _("研判结论"),
        _("同一事项"),
        _("等级"),
        _("来电人"),
        _("联系电话"),
        _("地址"),
    ]


def _rows(actor: User, orders: QuerySet[WorkOrder]) -> Iterator[list[Any]]:
    """A thousand at a time, each with its matter as the actor is shown it."""
    found = orders.iterator(chunk_size=_CHUNK)
    while some := list(islice(found, _CHUNK)):
        matters = matters_of(actor, some)
        yield from (_row(order, matters.get(order.pk)) for order in some)


def _row(order: WorkOrder, matter: Matter | None) -> list[Any]:
    found = order.finding
    grade = getattr(matter, "shown_grade", "")
    caller = order.caller
    # What a page hides, a sheet that leaves the building hides all the more.
    hidden = "" if not order.is_confidential else str(_("这是保密工单，内容默认不显示。"))
    return [
        order.number,
        order.called_at,
        hidden or mask_text(order.title, caller),
        hidden or mask_text(order.content, caller),
        hidden or mask_text(order.reply, caller),
        order.unit,
        str(ClosureClass(found.closure_class).label),
        f"{found.unresolved:.0%}",
        "、".join(str(Kind(kind).label) for kind in found.kinds),
        hidden or mask_text(found.top_text, caller),
        str(Decision(found.decision).label),
        matter.number if matter else "",
        str(Grade(grade).label) if grade else "",
        mask_name(caller),
        mask_phone(order.phone),
        hidden or mask_address(order.address),
    ]


def _write(form: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- the caller sends it and closes it
    try:
        _write_xlsx(file, header, rows) if form == "xlsx" else _write_csv(file, header, rows)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _write_xlsx(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(header) - 1, 18)
        sheet.write_row(0, 0, header, bold)
        last = 0
        for last, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(last, column, value, moment)
                elif isinstance(value, str):
                    sheet.write_string(last, column, value[:_CELL])
                elif value is not None:
                    sheet.write(last, column, value)
        sheet.autofilter(0, 0, last, len(header) - 1)


def _write_csv(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """UTF-8 with the mark that Excel needs to believe it."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(map(_harmless, rows))
    text.detach()


def _harmless(row: Sequence[Any]) -> Iterator[Any]:
    """Cells that a spreadsheet program will show and not run."""
    for value in row:
        yield f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
