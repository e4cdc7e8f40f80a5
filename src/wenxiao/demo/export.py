"""The demo county as files: the workbook that an upstream platform would export, and the truth beside it.

The workbook has the habits of such exports: a title and a note above the header, dates partly as real dates and partly
as Chinese text, 是/否 in words, empty cells. The same county always gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from .county import County, DemoOrder
from .dates import chinese_date

Cell = str | int | float | date | datetime | None


def _text_time(at: datetime | None) -> str:
    """2026年3月5日 15:20, as some columns of real exports have it."""
    return f"{chinese_date(at.date())} {at:%H:%M}" if at else ""


def _yes(value: bool | None) -> str:
    return "" if value is None else "是" if value else "否"


def _columns(names: dict[str, str]) -> list[tuple[str, Callable[[DemoOrder], Cell]]]:
    """Header and value, left to right. 来电时间, 派单时间 and 办结时间 are real dates, the other times are text."""
    return [
        ("工单编号", lambda o: o.number),
        ("来电时间", lambda o: o.called_at),
        ("诉求渠道", lambda o: o.channel),
        ("诉求人", lambda o: o.caller),
        ("联系电话", lambda o: o.phone),
        ("诉求类型", lambda o: o.request_type),
        ("一级分类", lambda o: o.category1),
        ("二级分类", lambda o: o.category2),
        ("工单标题", lambda o: o.title),
        ("诉求内容", lambda o: o.content),
        ("事发地址", lambda o: o.address),
        ("所属镇街", lambda o: names[o.town]),
        ("承办单位", lambda o: names[o.unit]),
        ("协办单位", lambda o: "、".join(names[u] for u in o.co_units)),
        ("派单时间", lambda o: o.dispatched_at),
        ("签收时间", lambda o: _text_time(o.signed_at)),
        ("办理时限", lambda o: _text_time(o.due_at)),
        ("答复时间", lambda o: _text_time(o.replied_at)),
        ("办结时间", lambda o: o.closed_at),
        ("工单状态", lambda o: o.status),
        ("答复内容", lambda o: o.reply),
        ("是否解决", lambda o: o.resolved),
        ("满意度", lambda o: o.satisfaction),
        ("不满意原因", lambda o: o.dissatisfied_reason),
        ("回访内容", lambda o: o.callback),
        ("是否疑难", lambda o: _yes(o.is_hard)),
        ("是否督办", lambda o: _yes(o.is_supervised)),
        ("是否最终办理结果", lambda o: _yes(o.is_final)),
        ("计划完成时间", lambda o: o.planned_finish),
        ("退回次数", lambda o: o.returns),
        ("延期次数", lambda o: o.extensions),
        ("重新办理次数", lambda o: o.rehandled),
        ("催办次数", lambda o: o.chases),
        ("旧工单编号", lambda o: o.previous),
        ("经度", lambda o: o.longitude),
        ("纬度", lambda o: o.latitude),
    ]


def write_export(county: County, path: str | Path) -> None:
    """The county's orders as an upstream export: title, note, header, then one row an order. Overwrites `path`."""
    names = {u.id: u.name for u in county.units}
    columns = _columns(names)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties(
            {"title": county.notice, "created": datetime.combine(county.until, datetime.min.time())}
        )
        sheet = book.add_worksheet("工单明细")
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        bold = book.add_format({"bold": True})
        sheet.set_column(0, len(columns) - 1, 16)
        sheet.write_string(0, 0, f"{county.name}12345热线工单明细表", bold)
        span = f"{chinese_date(county.since)}至{chinese_date(county.until)}"
        sheet.write_string(1, 0, f"统计时段：{span}　共{len(county.orders)}件　{county.notice}")
        for number, (header, _) in enumerate(columns):
            sheet.write_string(2, number, header, bold)
        for row, order in enumerate(county.orders, 3):
            for number, (_, value) in enumerate(columns):
                _write(sheet, (row, number), value(order), moment, day)


def _write(sheet: Any, at: tuple[int, int], value: Cell, moment: Any, day: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        sheet.write_datetime(*at, value, moment)
    elif isinstance(value, date):
        sheet.write_datetime(*at, datetime.combine(value, datetime.min.time()), day)
    elif isinstance(value, str):
        sheet.write_string(*at, value)
    else:
        sheet.write_number(*at, value)


def write_truth(county: County, path: str | Path) -> None:
    """One JSON object an order, in the order of the export; the story's orders carry its name under "story".

    Keys: order, matter, topic, closure, unresolved, kinds, relation, promises (start, end, text, due_text, due,
    certainty, kept), story. Overwrites `path`.
    """
    told = set(county.story.orders)
    with Path(path).open("w", encoding="utf-8", newline="\n") as out:
        for order in county.orders:
            row = asdict(county.truth[order.number])
            row["story"] = county.story.title if order.number in told else None
            out.write(json.dumps(row, ensure_ascii=False, default=date.isoformat) + "\n")
