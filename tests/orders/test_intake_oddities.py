"""Small oddities of real exports: numbers that lost their digits, JSON that is nearly JSON, bytes of no encoding, odd names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from wenxiao.orders.intake import open_source
from wenxiao.orders.intake.characters import clean_text


def test_digits_lost_to_scientific_writing_are_not_invented(write, read) -> None:
    result = read(
        write("工单编号,联系电话,诉求内容,答复内容\n2.019E+15,1.38E+10,甲,乙\n2.019E+15,1.39E+10,丙,丁\n")
    )
    assert [(o.order, o.phone) for o in result.orders] == [
        ("2.019E+15", "1.38E+10"),
        ("orders#3", "1.39E+10"),
    ]
    assert {p.code for p in result.warnings} == {"scientific_number"} and len(result.warnings) == 4
    assert "文本" in result.warnings[0].message and "15 位" not in result.warnings[0].message


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("20190501001.0", "20190501001"),
        ("\u200b'0012", "0012"),
        ("２０１９A－１", "2019A-1"),
        ('="007"', "007"),
    ],
)
def test_numbers_shed_what_programs_put_around_them(write, read, written, number) -> None:
    quoted = written.replace('"', '""')
    assert read(write(f'工单编号,诉求内容\n"{quoted}",甲\n')).orders[0].order == number


def test_a_row_of_formulas_without_values_says_so(xlsx, read) -> None:
    result = read(xlsx([["工单编号", "诉求内容", "答复内容"], ["1", "=A9", "=A8"], ["2", "甲", "乙"]]))
    assert [o.order for o in result.orders] == ["2"]
    assert (
        result.places("rejects") == [(2, "诉求内容", "only_formulas")] and "公式" in result.rejects[0].message
    )


def test_json_that_is_nearly_json(write, read) -> None:
    lines = [
        '\ufeff{"id": {"a": 1}, "content": "甲", "reply": ["一", "二"]}',
        "",
        '{"id": 1e400, "content": "乙", "reply": "好"}\r',
        '{"id": NaN, "content": "丙", "reply": "好", "phone": Infinity}',
        '\ufeff{"id": "5", "id": "6", "content": "丁", "reply": "好"}',
        '{"id": "7", "id": "7", "content": "戊", "reply": "好"}',
    ]
    result = read(write("\n".join(lines), "a.jsonl"))
    assert [o.order for o in result.orders] == ["a#1", "a#3", "a#4", "6", "7"]
    assert result.orders[0].reply == "一\n二"
    assert [p for p in result.places("warnings") if p[2] != "missing_number"] == [
        (1, "id", "nested_value"),
        (1, "reply", "nested_text"),
        (3, "id", "not_finite"),
        (4, "id", "not_finite"),
        (4, "phone", "not_finite"),
        (5, "", "repeated_key"),
    ]


def test_a_key_that_comes_late_is_named(write, read) -> None:
    lines = [f'{{"id": {i}, "content": "甲"}}' for i in range(150)] + [
        '{"id": 999, "content": "乙", "reply": "丙"}'
    ]
    notes = read(write("\n".join(lines), "a.jsonl")).source.notes
    assert any("键“reply”在第 151 行" in note for note in notes)


def test_a_small_file_with_many_bad_bytes_is_read_where_most_lines_are_good(write, read) -> None:
    text = "工单编号,诉求内容,答复内容\n" + "".join(f"{i},路灯{i},好\n" for i in range(5))
    raw = text.encode("gb18030").replace("路灯2".encode("gb18030"), b"\xff\xff\xff\xff\xff\xff\xff2")
    result = read(write(raw))
    assert result.source.encoding == "gb18030" and [o.order for o in result.orders] == list("01234")
    assert result.places("warnings") == [(4, "诉求内容", "bad_encoding")]
    assert "\ufffd" in result.orders[2].content and "\ufffd" not in result.orders[3].content


def test_terminal_escapes_go_and_line_ends_stay(write, read) -> None:
    result = read(
        write('工单编号,诉求内容,答复内容\n1,\x1b[31m红\x1b[0m字\x1b]0;标题\x07,"一\x0b二\t三\r\n四\x9b2J"\n')
    )
    assert (result.orders[0].content, result.orders[0].reply) == ("红字", "一\n二\t三\r\n四")
    assert result.places("warnings") == [
        (2, "诉求内容", "control_characters"),
        (2, "答复内容", "control_characters"),
    ]
    assert clean_text("平常\n的\t话") == ("平常\n的\t话", [])


def test_rows_that_excel_hides_are_read_and_counted(tmp_path, read) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["工单编号", "诉求内容", "答复内容"],
        ["1", "甲", "乙"],
        ["2", "丙", "丁"],
        ["合计", None, "2"],
    ):
        book.active.append(row)
    book.active.row_dimensions[2].hidden = True
    book.save(tmp_path / "f.xlsx")
    result = read(tmp_path / "f.xlsx")
    assert [o.order for o in result.orders] == ["1", "2"]
    assert "有 1 行被筛选或隐藏，也一并读了。" in result.source.notes
    assert result.places("skipped") == [(4, "", "total_row")]


@pytest.mark.skipif(os.name != "posix", reason="file names are bytes only there")
def test_a_file_name_of_another_encoding_is_shown_as_it_was_meant(tmp_path) -> None:
    path = os.fsencode(tmp_path) + b"/" + "三月.csv".encode("gb18030")
    Path(os.fsdecode(path)).write_text("诉求内容,答复内容\n甲,乙\n", "utf-8")
    source = open_source(os.fsdecode(path))
    (batch,) = source.batches()
    assert source.file == "三月.csv" and batch.orders[0].order == "三月#2"


@pytest.mark.skipif(os.name != "posix", reason="locales of POSIX")
def test_scan_in_a_locale_without_chinese(tmp_path) -> None:
    (tmp_path / "三月.csv").write_text("工单编号,诉求内容,答复内容\n1,路灯不亮,已修好\n", "utf-8")
    command = [sys.executable, "-m", "wenxiao", "scan", "三月.csv", "--out", "结果.jsonl"]
    env = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0"}
    done = subprocess.run(command, check=False, cwd=tmp_path, env=env, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    assert "三月.csv" in done.stdout.decode("utf-8") and (tmp_path / "结果.jsonl").exists()


def test_a_date_with_the_year_last_is_read_as_month_first_and_doubted_where_it_could_be_either(
    write, read
) -> None:
    rows = "1,05/03/2026,甲,乙\n2,25/12/2026,甲,乙\n3,05/05/2026,甲,乙\n"
    result = read(write("工单编号,来电时间,诉求内容,答复内容\n" + rows))
    assert [(o.called_at.month, o.called_at.day) for o in result.orders] == [(5, 3), (12, 25), (5, 5)]
    assert result.places("warnings") == [(2, "来电时间", "ambiguous_date")]


@pytest.mark.parametrize("total", ["合计,,1件", "总计：,,共 3 件", "Total,,3", "小计,,"])
def test_a_row_of_totals_with_a_measure_word_is_no_order(write, read, total: str) -> None:
    result = read(write(f"工单编号,诉求标题,诉求内容,答复内容\nG1,路灯,路灯不亮,已修复\n{total},\n"))
    assert [order.order for order in result.orders] == ["G1"]
    assert result.places("skipped") == [(3, "", "total_row")]
