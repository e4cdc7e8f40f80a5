"""Workbooks of several sheets: all that hold orders are read, the others are named."""

from __future__ import annotations

import openpyxl
import pytest

from wenxiao.orders.intake import UnreadableFile, open_source

FULL = ["工单编号", "来电时间", "诉求内容", "承办单位", "答复内容", "办结时间"]


def month(*numbers: str) -> list[list[str]]:
    return [FULL, *[[n, "2026-03-05", f"内容{n}", "住建局", f"答复{n}", "2026-03-06"] for n in numbers]]


def test_every_sheet_of_orders_is_read_in_its_order_with_its_own_header(xlsx, read) -> None:
    other = [
        ["二月工单"],
        ["答复内容", "工单编号", "诉求内容", "承办单位"],
        ["已修", "B1", "灯不亮", "供电公司"],
    ]
    result = read(xlsx(month("A1", "A2"), other, month("C1")))
    assert [(o.sheet, o.row, o.order) for o in result.orders] == [
        ("表1", 2, "A1"),
        ("表1", 3, "A2"),
        ("表2", 3, "B1"),
        ("表3", 2, "C1"),
    ]
    assert (result.orders[2].reply, result.orders[2].content) == ("已修", "灯不亮")
    assert result.source.sheets == ["表1", "表2", "表3"] and result.source.sheet == "表1、表2、表3"


def test_a_legend_and_a_summary_are_left_out_and_named(xlsx, read) -> None:
    legend = [["字段", "含义"], ["工单编号", "平台给的号"], ["答复内容", "单位的答复"]]
    summary = [["承办单位", "主要内容", "件数"], ["住建局", "路灯", "12"]]
    result = read(xlsx(legend, month("A1"), summary, [[None]], [FULL]))
    assert [o.order for o in result.orders] == ["A1"] and not result.rejects
    notes = "\n".join(result.source.notes)
    assert "工作表“表1”、“表3”只有少数几列像工单" in notes and "“表5”只有表头" in notes
    assert "表4" not in notes, "an empty sheet is not worth a word"


def test_naming_sheets_overrides_every_judgement(xlsx, read) -> None:
    summary = [["主要内容", "件数"], ["路灯", "12"]]
    path = xlsx(month("A1"), summary, month("C1"))
    assert [o.content for o in read(path, sheet="表2").orders] == ["路灯"]
    assert [o.sheet for o in read(path, sheet=["表3", "表2"]).orders] == ["表2", "表3"], "in the file's order"
    with pytest.raises(UnreadableFile) as caught:
        open_source(path, sheet=["表1", "表9"])
    assert caught.value.code == "no_sheet" and "表1、表2、表3" in caught.value.message


def test_a_hidden_sheet_waits_to_be_named(tmp_path, read) -> None:
    book = openpyxl.Workbook()
    for title, rows, state in (("旧", month("A0"), "hidden"), ("新", month("A1"), "visible")):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "h.xlsx")
    result = read(tmp_path / "h.xlsx")
    assert [o.order for o in result.orders] == ["A1"]
    assert any("“旧”是隐藏的" in note for note in result.source.notes)
    assert [o.order for o in read(tmp_path / "h.xlsx", sheet="旧").orders] == ["A0"]


def test_the_same_number_in_two_sheets_names_the_sheet(xlsx, read) -> None:
    changed = month("A1")
    changed[1][2] = "另一件事"
    result = read(xlsx(month("A1"), month("A1"), changed))
    assert [(p.sheet, p.row, p.code) for p in [*result.skipped, *result.rejects]] == [
        ("表2", 2, "duplicate_row"),
        ("表3", 2, "same_number_different_content"),
    ]
    assert "工作表“表1”第 2 行" in result.rejects[0].message


def test_rows_without_a_number_are_told_apart_by_sheet(xlsx, read) -> None:
    rows = [["诉求内容", "答复内容"], ["甲", "乙"]]
    assert [o.order for o in read(xlsx(rows, rows)).orders] == ["orders#表1#2", "orders#表2#2"]


def test_a_mapped_column_that_one_sheet_lacks_is_said_and_not_fatal(xlsx, read) -> None:
    first = [["编号", "内容", "最后说法"], ["1", "甲", "乙"]]
    second = [["编号", "内容", "答复内容"], ["2", "丙", "丁"]]
    path = xlsx(first, second)
    result = read(path, mapping={"reply": "最后说法"})
    assert [o.reply for o in result.orders] == ["乙", "丁"]
    assert any("“表2”" in note and "最后说法" in note for note in result.source.notes)
    with pytest.raises(UnreadableFile) as caught:
        open_source(path, mapping={"reply": "哪里都没有"})
    assert caught.value.code == "mapping_column_missing"


def test_what_every_sheet_says_is_said_once(xlsx, read) -> None:
    rows = [[*FULL, "天气"], ["1", "2026-03-05", "甲", "住建局", "乙", "2026-03-06", "晴"]]
    more = [["工单编号", *rows[0][1:]], ["2", *rows[1][1:]]]
    notes = read(xlsx(rows, more)).source.notes
    assert notes.count("列“天气”没有认出，未导入。") == 1


def test_reading_again_starts_from_the_top_of_the_first_sheet(xlsx) -> None:
    source = open_source(xlsx(month("A1", "A2"), month("B1")))
    again = [[o.order for b in source.batches(2) for o in b.orders] for _ in range(2)]
    assert again == [["A1", "A2", "B1"]] * 2


def test_the_sheets_of_an_old_workbook_are_read_alike(xls, read) -> None:
    result = read(xls(month("A1"), [["说明"], ["随便"]], month("B1", "B2"), month("C1"), hidden=(3,)))
    assert [(o.sheet, o.order) for o in result.orders] == [("工单", "A1"), ("表3", "B1"), ("表3", "B2")]
    notes = "\n".join(result.source.notes)
    assert "“表2”不像工单表" in notes and "“表4”是隐藏的" in notes
