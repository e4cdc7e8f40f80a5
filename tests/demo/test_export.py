"""The export reads back as an upstream sheet, and the truth beside it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from wenxiao.demo import County, build_county, write_export, write_truth


@pytest.fixture(scope="module")
def sheet(county: County, tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    path = tmp_path_factory.mktemp("demo") / "export.xlsx"
    write_export(county, path)
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def test_rows_below_a_title_and_a_note(county: County, sheet: list[list[Any]]) -> None:
    assert county.name in sheet[0][0] and county.notice in sheet[1][0]
    assert sheet[2][0] == "工单编号" and len(set(sheet[2])) == len(sheet[2])
    assert [row[0] for row in sheet[3:]] == [o.number for o in county.orders]


def test_cells_are_what_the_orders_hold(county: County, sheet: list[list[Any]]) -> None:
    at = {name: i for i, name in enumerate(sheet[2])}
    for row, o in zip(sheet[3:], county.orders, strict=True):
        assert row[at["诉求内容"]] == o.content and row[at["答复内容"]] == o.reply
        assert row[at["承办单位"]] == county.unit(o.unit).name
        assert row[at["退回次数"]] == o.returns
    row, o = sheet[3], county.orders[0]
    assert row[at["来电时间"]] == o.called_at
    assert isinstance(row[at["签收时间"]], str) and row[at["签收时间"]].startswith(f"{o.called_at.year}年")
    assert isinstance(row[at["办结时间"]], datetime)


def test_same_county_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_export(build_county(orders=60), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_truth_has_a_line_for_every_order(county: County, tmp_path: Path) -> None:
    write_truth(county, tmp_path / "truth.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text("utf-8").splitlines()]
    assert [r["order"] for r in rows] == [o.number for o in county.orders]
    assert [r["order"] for r in rows if r["story"]] == list(county.story.orders)
    due = [p["due"] for r in rows for p in r["promises"] if p["certainty"] == "stated"]
    assert due and all(datetime.fromisoformat(d) for d in due)
