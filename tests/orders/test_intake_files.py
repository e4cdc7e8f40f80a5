"""Every kind of file that hotlines send is read, by what it holds and not by its name."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from wenxiao.orders.intake import Limits, UnreadableFile, open_source

HEADER = "工单编号,来电时间,诉求内容,答复内容\n"
ROW = "A1,2026-03-05 15:20:00,路灯不亮,已经修好\n"


def refusal(path: Path, **options: object) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        for _ in open_source(path, **options).batches():  # type: ignore[arg-type]
            pass
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "，"])
def test_text_in_any_encoding_and_separator(write, read, encoding, separator) -> None:
    result = read(write((HEADER + ROW).replace(",", separator), "x.dat", encoding))
    (order,) = result.orders
    assert (order.order, order.content, order.reply) == ("A1", "路灯不亮", "已经修好")
    assert order.called_at == datetime(2026, 3, 5, 15, 20)
    assert result.source.separator == separator
    assert not result.rejects and not result.warnings and not result.source.unplaced


def test_separator_named_in_the_first_line_as_excel_does(write, read) -> None:
    result = read(write("sep=;\n" + (HEADER + ROW).replace(",", ";")))
    assert [o.order for o in result.orders] == ["A1"]
    assert result.source.header_row == 2


def test_xlsx_keeps_text_exactly_and_reads_typed_cells(xlsx, read) -> None:
    text = "\n\t\t 路灯\u3000不亮 \r\n=1+1 "
    when = datetime(2026, 3, 5, 9, 32, 9)
    path = xlsx([["工单编号", "来电时间", "诉求内容", "答复内容"], [2549.0, when, text, "@已修"]])
    (order,) = read(path).orders
    assert (order.order, order.called_at, order.reply) == ("2549", when, "@已修")
    assert order.content == text.replace("\r\n", "\n"), "XML itself turns \\r\\n into \\n"


def test_xlsx_with_the_1904_calendar_and_escaped_characters(xlsx, read) -> None:
    when = datetime(2026, 3, 5, 9, 32, 9)
    rows = [["工单编号", "来电时间", "诉求内容", "答复内容"], ["1", when, "甲_x000D_乙", "丙"]]
    (order,) = read(xlsx(rows, epoch1904=True)).orders
    assert order.called_at == when
    assert order.content == "甲\r乙", "what Excel shows for _x000D_"


def test_xlsx_shared_strings_beyond_memory_go_to_disk(tmp_path, read) -> None:
    import xlsxwriter

    path = tmp_path / "shared.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["工单编号", "诉求内容", "答复内容"])
        for i in range(1, 40):
            sheet.write_row(i, 0, [f"N{i}", f"内容{i}", f"答复{i}"])
    orders = read(path, limits=Limits(strings_in_memory=10)).orders
    assert [(o.order, o.reply) for o in orders] == [(f"N{i}", f"答复{i}") for i in range(1, 40)]


def test_old_binary_workbook_numbers_rows_as_excel_does(xls, read) -> None:
    rows = [
        [None],
        [None, "工单编号", "诉求内容", "答复内容"],
        [None, 2549.0, "路灯", "已修"],
        [],
        [None, "B2", "水", ""],
    ]
    result = read(xls(rows))
    assert result.source.kind == "xls" and result.source.header_row == 2
    assert [(o.order, o.row, o.content) for o in result.orders] == [("2549", 3, "路灯"), ("B2", 5, "水")]
    assert result.places("warnings") == [(5, "答复内容", "missing_reply")]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_html_that_calls_itself_xls(write, read, encoding) -> None:
    page = (
        "<html><head><meta charset=x></head><body><table><tr><td>菜单</td></tr></table><table>"
        "<tr><td colspan=3>三月工单</td></tr><tr><th>工单编号</th><th>诉求内容</th><th>答复内容</th></tr>"
        "<tr><td>0012</td><td>甲<br>乙 &lt;3 &amp; 4</td><td>好</td></tr></table></body></html>"
    )
    result = read(write(page, "export.xls", encoding))
    (order,) = result.orders
    assert (order.order, order.content, order.reply, order.row) == ("0012", "甲\n乙 <3 & 4", "好", 3)


def test_json_lines_and_json_array(write, read) -> None:
    rows = [
        {"id": "A1", "date": "2026-03-05", "content": '甲"{}\\', "reply": "乙", "url": "x"},
        {"id": 12345678901234567890, "date": 1772673600000, "content": "丙", "reply": None},
    ]
    lines = read(write("\n".join(map(json.dumps, rows)) + "\n", "a.jsonl"))
    array = read(write(json.dumps(rows, indent=2, ensure_ascii=False), "b.json"))
    packed = read(write(json.dumps(rows), "c.json"))
    for result in (lines, array, packed):
        assert [(o.order, o.row, o.content, o.reply) for o in result.orders] == [
            ("A1", 1, '甲"{}\\', "乙"),
            ("12345678901234567890", 2, "丙", ""),
        ]
        assert result.orders[1].called_at == datetime(2026, 3, 5, 9, 20), "milliseconds, in the time of China"
        assert result.source.unplaced == ["url"]


def test_a_broken_json_line_is_named_and_the_rest_gets_in(write, read) -> None:
    result = read(write('{"id":1,"content":"a"}\n{"id":2,\n[3]\n{"id":4,"content":"b"}\n', "a.jsonl"))
    assert [o.order for o in result.orders] == ["1", "4"]
    assert result.places("rejects") == [(2, "", "bad_json"), (3, "", "bad_json")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \n\n", "empty_file"),
        (b"%PDF-1.7\n%", "wrong_type"),
        (b"\x89PNG\r\n\x1a\n\0\0", "wrong_type"),
        (b"MZ\x90\0\x03\0\0\0", "wrong_type"),
        (bytes(range(256)) * 8, "wrong_type"),
        (b"PK\x03\x04 broken", "damaged_file"),
        (b"MIME-Version: 1.0\n", "save_as_xlsx"),
        (HEADER.encode(), "no_rows"),
        ("甲方,乙方\n1,2\n".encode(), "no_columns"),
    ],
)
def test_files_that_cannot_be_orders_say_what_they_are(write, content, code) -> None:
    error = refusal(write(content, "上报.xlsx"))
    assert error.code == code
    assert "上报.xlsx" in str(error) and error.message and error.message_en


def test_missing_directory_and_forbidden_files(tmp_path, write) -> None:
    assert refusal(tmp_path / "none.csv").code == "missing_file"
    assert refusal(tmp_path).code == "is_directory"
    path = write(HEADER + ROW)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert refusal(path).code == "no_permission"


def test_headers_are_named_when_none_is_known_but_data_is_not(write) -> None:
    assert "负责人、楼栋" in refusal(write("负责人,楼栋\n某某,12\n")).message
    told = refusal(write("欧阳小明,13800001111,龙门路5号\n上官小红,13900002222,龙门路6号\n"))
    assert told.code == "no_columns"
    assert not any(word in str(told) + told.message_en for word in ("欧阳", "1380000", "龙门路"))


def test_password_protected_workbooks(ole, xls) -> None:
    assert refusal(ole("EncryptedPackage")).code == "password_protected"
    rows = [["工单编号", "诉求内容", "答复内容"], ["1", "甲", "乙"]]
    assert refusal(xls(rows, locked=True)).code == "password_protected"
    assert refusal(ole("WordDocument")).code == "wrong_type"


def test_zip_bomb_is_refused_by_its_directory(xlsx, with_part) -> None:
    path = with_part(xlsx([["诉求内容"], ["甲"]]), "xl/worksheets/sheet1.xml", b"<a>" + b" " * 3_000_000)
    assert refusal(path, limits=Limits(bomb_bytes=1_000_000)).code == "zip_bomb"
    assert refusal(path, limits=Limits(inflated_bytes=1_000_000, bomb_bytes=10**9)).code == "too_large"


def test_entity_bomb_is_refused(xlsx, with_part) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><worksheet><sheetData/></worksheet>'
    path = xlsx([["诉求内容"], ["甲"]])
    assert refusal(with_part(path, "xl/worksheets/sheet1.xml", bomb)).code == "forbidden_xml"
    assert refusal(with_part(path, "xl/workbook.xml", bomb)).code == "forbidden_xml"


def test_a_far_away_cell_costs_no_memory(xlsx, with_part, read) -> None:
    sheet = (
        '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>诉求内容</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>甲</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    result = read(with_part(xlsx([["x"]]), "xl/worksheets/sheet1.xml", sheet.encode()))
    assert [(o.row, o.content) for o in result.orders] == [(2, "甲")]


def test_a_prefix_on_every_tag_changes_nothing(xlsx, with_part, read) -> None:
    sheet = (
        '<x:worksheet xmlns:x="u"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>诉求内容</x:t></x:is></x:c></x:row>'
        '<x:row><x:c t="str"><x:f>A1</x:f><x:v>甲</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    result = read(with_part(xlsx([["x"]]), "xl/worksheets/sheet1.xml", sheet.encode()))
    assert [(o.row, o.content) for o in result.orders] == [(2, "甲")]


def test_damage_on_the_way_keeps_the_rows_before_it(xlsx, with_part, read) -> None:
    rows = "".join(f'<row><c t="inlineStr"><is><t>内容{i}</t></is></c></row>' for i in range(9000))
    head = '<worksheet><sheetData><row><c t="inlineStr"><is><t>诉求内容</t></is></c></row>'
    path = with_part(xlsx([["x"]]), "xl/worksheets/sheet1.xml", (head + rows + "<row><").encode())
    result = read(path)
    count = len(result.orders)
    assert count > 1000
    assert [o.content for o in result.orders] == [f"内容{i}" for i in range(count)]
    assert result.places("rejects") == [(count + 2, "", "rest_unreadable")]


def test_a_workbook_cut_in_half_is_damaged(xlsx) -> None:
    path = xlsx([["诉求内容"], ["甲"]])
    path.write_bytes(path.read_bytes()[:-300])
    assert refusal(path).code == "damaged_file"
