"""Lists, figures and exports: every count opens what it counted, and no list costs a query a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from tests.conftest import TODAY, Cast, Importer, row

from wenxiao.library.counting import list_counts
from wenxiao.library.exporting import export_orders, export_problems
from wenxiao.library.filters import SORTS, LedgerFilter, MatterFilter, OrderFilter
from wenxiao.library.ledger import due_part, ledger, ledger_counts
from wenxiao.library.matters import matter_grades, matter_list, matter_story
from wenxiao.library.overview import overview
from wenxiao.library.selectors import neighbours, order_detail, work_list
from wenxiao.orders.models import Event, WorkOrder
from wenxiao.units.models import User

ALL = OrderFilter(decision="", captured=False)


def _some(count: int) -> list[dict[str, str]]:
    replies = [
        "您反映的情况已转交河口镇处理。",
        "9月5日已更换灯泡并通电，附前后照片，来电人现场确认。",
        "我局将于2026年11月10日前完成维修。",
        "后续将择期安排人员维修，请耐心等待。",
    ]
    return [
        row(
            reply=replies[n % 4],
            unit=["县住建局", "河口镇", "柳岸村"][n % 3],
            called_at=f"2026-{n % 9 + 1:02d}-{n % 27 + 1:02d} 10:00:00",
        )
        for n in range(count)
    ]


@pytest.fixture
def orders(cast: Cast, importer: Importer) -> None:
    importer(_some(24))


@pytest.mark.parametrize("sort", SORTS)
def test_the_list_in_its_order_and_stepping_through_it(cast: Cast, orders: None, sort: str) -> None:
    narrowed = replace(ALL, sort=sort)
    listed = [order.pk for order in work_list(cast.analyst, narrowed)]
    assert len(listed) == 24
    for place, pk in enumerate(listed):
        before = listed[place - 1] if place else None
        after = listed[place + 1] if place + 1 < len(listed) else None
        assert neighbours(cast.analyst, narrowed, pk) == (before, after)


def test_counts_agree_with_rows_for_every_filter(cast: Cast, orders: None) -> None:
    filters = [
        ALL,
        OrderFilter(),
        replace(ALL, classes=("procedural", "staged_dated")),
        replace(ALL, kinds=("commitment",)),
        replace(ALL, unit=cast.town.pk),
        replace(ALL, since=date(2026, 3, 1), until=date(2026, 4, 30)),
        replace(ALL, least=50),
        replace(ALL, most=49),
        replace(ALL, q="路灯"),
        replace(ALL, grades=("blue", "yellow")),
    ]
    for narrowed in filters:
        rows = list(work_list(cast.analyst, narrowed))
        counts = list_counts(cast.analyst, narrowed)
        assert counts.total == len(rows), narrowed
        assert sum(counts.classes.values()) == len(rows)
        for kind, count in counts.kinds.items():
            assert count == sum(kind in order.finding.kinds for order in rows)
    likely = work_list(cast.analyst, replace(ALL, least=50)).count()
    assert likely + work_list(cast.analyst, replace(ALL, most=49)).count() <= 24
    assert work_list(cast.analyst, replace(ALL, unit=cast.town.pk)).count() == 16


def test_every_figure_opens_what_it_counted(cast: Cast, orders: None) -> None:
    figures = overview(cast.analyst, TODAY)
    everything = [figures.orders, figures.captured, figures.pending, figures.confirmed, *figures.kinds]
    for figure in [*everything, *figures.units, *figures.repeats]:
        opened = OrderFilter.from_query(QueryDict(figure.query))
        assert work_list(cast.analyst, opened).count() == figure.value, figure
    for figure in figures.due:
        opened_ledger = LedgerFilter.from_query(QueryDict(figure.query))
        assert ledger(cast.analyst, opened_ledger, TODAY).count() == figure.value, figure
    assert figures.orders.value == 24
    assert sum(figure.of or 0 for figure in figures.repeats) == 24


def test_the_parts_of_the_ledger_leave_nothing_out(cast: Cast, orders: None) -> None:
    counts = ledger_counts(cast.analyst, LedgerFilter(), TODAY)
    assert sum(counts.values()) == ledger(cast.analyst, LedgerFilter(), TODAY).count() > 0
    for part, count in counts.items():
        rows = list(ledger(cast.analyst, LedgerFilter(due=part), TODAY))
        assert len(rows) == count
        assert all(due_part(promise, TODAY) == part for promise in rows)
    assert counts["overdue"] >= 6


def test_the_library(cast: Cast, orders: None) -> None:
    matters = list(matter_list(cast.analyst, MatterFilter()))
    assert sum(matter_grades(cast.analyst, MatterFilter()).values()) == len([m for m in matters if m.grade])
    assert [m.grade_rank for m in matters] == sorted(m.grade_rank for m in matters)
    for sort in ("-called", "-orders", "due", "age"):
        assert len(list(matter_list(cast.analyst, MatterFilter(sort=sort)))) == len(matters)
    story = matter_story(cast.analyst, matters[0].number)
    assert [m.at for m in story.moments] == sorted(m.at for m in story.moments)
    assert story.reasons and all("{" not in reason for reason in story.reasons)


Page = Callable[[User], Any]
PAGES: dict[str, Page] = {
    "work_list": lambda actor: [
        (o.finding.kinds, o.source.name, _units(o)) for o in work_list(actor, ALL)[:100]
    ],
    "counts": lambda actor: list_counts(actor, ALL),
    "ledger": lambda actor: [_units(c.order) for c in ledger(actor, LedgerFilter(), TODAY)[:100]],
    "matters": lambda actor: [m.shown_orders for m in matter_list(actor, MatterFilter())[:100]],  # type: ignore[attr-defined]
    "overview": lambda actor: overview(actor, TODAY),
    "order": lambda actor: order_detail(
        actor, WorkOrder.objects.order_by("pk").values_list("pk", flat=True)[0]
    ),
}


def _units(order: WorkOrder) -> list[str]:
    return [link.unit.name for link in order.order_units.all()]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["analyst", "clerk"])
def test_ten_more_rows_cost_no_more_queries(cast: Cast, importer: Importer, page: str, who: str) -> None:
    actor = getattr(cast, who)
    importer([row(unit="河口镇", co_units="县住建局"), *_some(9)])
    with CaptureQueriesContext(connection) as few:
        PAGES[page](actor)
    importer(_some(20))
    with CaptureQueriesContext(connection) as many:
        PAGES[page](actor)
    # A matter that the actor sees in part costs up to five (`visible_matters`).
    assert len(many) == len(few) <= 16


def test_an_export_is_masked_logged_and_harmless(cast: Cast, importer: Importer) -> None:
    importer([row(order="A1", title="=cmd|'/c calc'!A1", content="陈小明，13912345678，路灯坏了，请维修。")])
    with export_orders(cast.analyst, ALL, "csv").file as file:
        lines = list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"))))
    text = "\n".join(lines[1])
    assert lines[1][0] == "A1" and lines[1][2].startswith("'=")
    for secret in ("陈小明", "13912345678", "13800000000", "12号楼301室"):
        assert secret not in text
    event = Event.objects.get(kind="exported")
    assert (event.actor, event.data["rows"], event.order_id) == (cast.analyst, 1, None)
    with export_orders(cast.analyst, ALL, "xlsx").file as file:
        sheet = load_workbook(io.BytesIO(file.read())).active
    assert sheet is not None and sheet["C2"].value == "=cmd|'/c calc'!A1" and sheet["C2"].data_type == "s"


def test_a_month_that_is_not_over_is_no_fall(cast: Cast, importer: Importer) -> None:
    importer([row(called_at="2026-10-05 09:00:00"), row(called_at="2026-11-03 09:00:00")])
    middle = overview(cast.analyst, date(2026, 11, 24)).repeats
    assert [(f.label, f.running) for f in middle[-2:]] == [("2026-10", False), ("2026-11", True)]
    assert not any(f.running for f in overview(cast.analyst, date(2026, 11, 30)).repeats)
    without_calls = overview(cast.analyst, date(2026, 12, 2)).repeats
    assert without_calls[-1].label == "2026-11" and not without_calls[-1].running


def test_rejected_rows_can_be_taken_away(cast: Cast, importer: Importer) -> None:
    run = importer([row(), row(title="", content="", reply="")])
    with export_problems(run).file as file:
        sheet = load_workbook(io.BytesIO(file.read())).active
    assert sheet is not None and sheet["C2"].value == 3 and sheet["E2"].value


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=路灯&kinds=commitment,repeat&classes=procedural&least=50&sort=called&unit=3",
        "since=2026-01-01&until=2026-02-01&decision=&captured=0&repeated=1&grades=red&matter=M000001",
    ],
)
def test_a_filter_is_its_query_string(query: str) -> None:
    narrowed = OrderFilter.from_query(QueryDict(query))
    assert OrderFilter.from_query(QueryDict(narrowed.query())) == narrowed


@pytest.mark.parametrize(
    "query",
    [
        "kinds=drop",
        "least=abc",
        "since=31.12.2026",
        "unit=1e9",
        "sort=hacked",
        "decision=x",
        "unit=²",
        "least=" + "9" * 40,
    ],
)
def test_nonsense_in_a_query_string_is_left_out(query: str) -> None:
    assert OrderFilter.from_query(QueryDict(query)) == OrderFilter()
