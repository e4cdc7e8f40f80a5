"""`wenxiao scan` from the outside: files in, exit code, summary and findings out."""

import csv
import json
import os
import zipfile
from pathlib import Path

import jsonschema
import pytest
import xlsxwriter

from wenxiao.cli import main

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "findings.schema.json").read_text("utf-8"))
HEADER = [
    "工单编号",
    "来电时间",
    "标题",
    "诉求内容",
    "承办单位",
    "答复内容",
    "办结时间",
    "是否解决",
    "满意度",
]
ROWS = [
    ["GD001", "2026-03-02 09:10", "河西路积水", "河西路下雨就积水，希望尽快疏通。", "河西镇",
     "您好，您反映的情况已转交镇建设办处理，请耐心等待。2026年3月5日", "2026-03-05 16:00", "未解决", "不满意"],
    ["GD002", "2026-03-04 10:00", "咨询公积金", "请问公积金提取要哪些材料？", "公积金中心",
     "您好，根据《住房公积金提取办法》规定，需要身份证、购房合同原件，到窗口当场办结。", "2026-03-05 09:00", "解决", "满意"],
    ["GD003", "2026-03-08 11:00", "工地夜间施工", "城东工地半夜施工，要求查处。", "城管局",
     "经现场核查，该工地夜间施工属实，已责令改正，预计今年6月底前完成全部施工。2026年3月10日", "2026-03-10 12:00", "", ""],
]  # fmt: skip


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def make_csv(rows=ROWS, name="orders.csv", encoding="utf-8", header=HEADER):
    with open(name, "w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return name


def findings(*args):
    code = main(["scan", *args, "--as-of", "2026-10-31", "--out", "out.jsonl", "--processes", "1"])
    rows = [json.loads(line) for line in Path("out.jsonl").read_text("utf-8").splitlines()]
    return code, rows


def test_every_row_comes_out_in_order_and_keeps_the_format():
    code, rows = findings(make_csv())
    assert code == 0
    assert [(r["order"], r["row"]) for r in rows] == [("GD001", 2), ("GD002", 3), ("GD003", 4)]
    for row in rows:
        jsonschema.validate(row, SCHEMA, format_checker=jsonschema.FormatChecker())


def test_offsets_are_slices_of_the_fields_as_imported():
    _, rows = findings(make_csv())
    texts = {row[0]: {"title": row[2], "content": row[3], "reply": row[5]} for row in ROWS}
    spans = [
        (r["order"], s) for r in rows for s in r["evidence"] + r["commitments"] if s["start"] is not None
    ]
    assert spans
    for number, span in spans:
        assert texts[number][span["field"]][span["start"] : span["end"]] == span["text"]


def test_what_was_only_passed_on_ranks_above_what_was_answered():
    _, rows = findings(make_csv())
    passed_on, answered, _ = rows
    assert passed_on["closure"]["unresolved"] > 0.8
    assert answered["closure"]["unresolved"] < 0.3
    assert passed_on["closure"]["class"] in ("procedural", "staged_undated")
    assert answered["closure"]["class"] == "substantive"
    assert "dissatisfied" in passed_on["kinds"]
    assert passed_on["evidence"][0]["weight"] > 0


def test_a_commitment_carries_its_date_and_how_it_was_worked_out():
    _, rows = findings(make_csv())
    (promise,) = [c for c in rows[2]["commitments"] if c["concrete"]]
    assert promise["due"] == "2026-06-30"
    assert promise["certainty"] == "stated"
    assert "2026-03-10" in promise["basis"]
    assert {"commitment", "enforcement"} <= set(rows[2]["kinds"])


def test_the_result_does_not_depend_on_processes_or_batches(tmp_path):
    many = [[f"{row[0]}-{n}", *row[1:]] for n in range(1500) for row in ROWS]
    make_csv(many, "many.csv")
    outputs = []
    for processes in ("1", "2"):
        assert main(["scan", "many.csv", "--as-of", "2026-10-31", "--out", f"{processes}.jsonl",
                     "--processes", processes]) == 0  # fmt: skip
        outputs.append(Path(f"{processes}.jsonl").read_bytes())
    assert outputs[0] == outputs[1]


def test_a_file_without_a_reply_column_accuses_nobody(capsys):
    bare = [[row[0], row[1], row[2], row[3]] for row in ROWS]
    code, rows = findings(make_csv(bare, header=HEADER[:4]))
    assert code == 0
    assert {row["closure"]["class"] for row in rows} == {"unclear"}
    assert {e["signal"] for row in rows for e in row["evidence"] if not e["weight"]} >= {"no_reply_column"}
    said = capsys.readouterr().out
    assert "疑似未实质性办结 0 件" in said and "3 件所在的文件没有答复列" in said


def test_a_rating_speaks_even_where_the_file_has_no_reply_column(capsys):
    rated = [[*row[:4], row[8]] for row in ROWS]
    findings(make_csv(rated, header=[*HEADER[:4], HEADER[8]]))
    said = capsys.readouterr().out
    assert "疑似未实质性办结 1 件" in said and "2 件所在的文件没有答复列" in said


def test_an_empty_reply_is_no_reply_where_others_have_one():
    _, rows = findings(
        make_csv([*ROWS, ["GD004", "2026-03-09 11:00", "路灯", "路灯不亮。", "", "", "", "", ""]])
    )
    assert "no_reply" in {e["signal"] for e in rows[3]["evidence"]}
    assert rows[3]["closure"]["unresolved"] > 0.5


def test_the_summary_says_what_was_found_and_what_to_do_next(capsys):
    assert main(["scan", make_csv(), "--as-of", "2026-10-31"]) == 0
    said = capsys.readouterr().out
    assert "共 3 件" in said
    assert "已转交镇建设办处理" in said
    assert "--out findings.xlsx" in said


class TestBadInput:
    def test_a_bad_row_is_named_and_the_good_ones_get_through(self, capsys):
        rows = [*ROWS, ["", "", "", "", "", "", "2026-02-30", "", ""], ["GD001", *ROWS[1][1:]]]
        code, found = findings(make_csv(rows))
        assert code == 0
        assert [r["order"] for r in found] == ["GD001", "GD002", "GD003"]
        said = capsys.readouterr().out
        assert "没有读入的行" in said
        assert "orders.csv" in said and "第 6 行" in said

    @pytest.mark.parametrize("content", [b"", b"%PDF-1.7 ...", b"\x89PNG\r\n\x1a\n", b"a,b\n1,2\n"])
    def test_nothing_readable_is_exit_2_with_a_reason(self, content, capsys):
        Path("bad.xlsx").write_bytes(content)
        assert main(["scan", "bad.xlsx", "--out", "out.jsonl"]) == 2
        assert "bad.xlsx" in capsys.readouterr().out

    def test_a_missing_file_is_said_to_be_missing(self, capsys):
        assert main(["scan", "nowhere.csv"]) == 2
        assert "nowhere.csv" in capsys.readouterr().out

    def test_one_bad_file_does_not_stop_the_others(self, capsys):
        Path("bad.csv").write_bytes(b"")
        code, rows = findings("bad.csv", make_csv())
        assert code == 1
        assert len(rows) == 3

    def test_a_zip_bomb_is_refused(self):
        with zipfile.ZipFile("bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("xl/workbook.xml", "<workbook/>")
            archive.writestr("xl/worksheets/sheet1.xml", b" " * 300_000_000)
        assert main(["scan", "bomb.xlsx"]) == 2

    def test_a_huge_cell_and_control_characters_are_read_whole(self):
        rows = [[*ROWS[0][:3], "路" * 200_000 + "\x07", *ROWS[0][4:]], ROWS[1]]
        code, found = findings(make_csv(rows))
        assert (code, len(found)) == (0, 2)

    def test_an_unknown_output_form_is_refused_before_anything_is_read(self, capsys):
        assert main(["scan", make_csv(), "--out", "findings.docx"]) == 2
        assert "findings.docx" in capsys.readouterr().err

    def test_an_output_folder_that_is_not_there_is_said_so(self, capsys):
        assert main(["scan", make_csv(), "--out", "no/such/folder/f.jsonl"]) == 1
        assert "写不出" in capsys.readouterr().err

    def test_a_date_that_is_none_is_refused(self, capsys):
        with pytest.raises(SystemExit) as stop:
            main(["scan", make_csv(), "--as-of", "昨天"])
        assert stop.value.code == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_encodings_make_no_difference(encoding):
    plain = findings(make_csv())[1]
    assert findings(make_csv(encoding=encoding))[1] == plain


def test_a_workbook_with_a_title_above_the_header_reads_like_the_csv():
    plain = findings(make_csv())[1]
    book = xlsxwriter.Workbook("orders.xlsx")
    sheet = book.add_worksheet()
    sheet.write(0, 0, "2026年3月办结工单")
    for at, row in enumerate([HEADER, *ROWS], 1):
        sheet.write_row(at, 0, row)
    book.close()
    rows = findings("orders.xlsx")[1]
    changing = {"row", "file", "sheet"}
    assert [{k: v for k, v in r.items() if k not in changing} for r in rows] == [
        {k: v for k, v in r.items() if k not in changing} for r in plain
    ]


@pytest.mark.skipif("WENXIAO_DATA" not in os.environ, reason="WENXIAO_DATA names no folder of real messages")
def test_real_replies_come_out_whole():
    path = Path(os.environ["WENXIAO_DATA"]) / "tipdm" / "replies.xlsx"
    assert main(["scan", str(path), "--as-of", "2020-01-31", "--out", "out.jsonl"]) == 0
    rows = [json.loads(line) for line in Path("out.jsonl").read_text("utf-8").splitlines()]
    assert [r["row"] for r in rows] == list(range(2, 2578))
    for row in rows:
        jsonschema.validate(row, SCHEMA)


def test_an_older_copy_of_the_report_rules_still_serves(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "report.toml").write_text(
        "likely = 0.5\nlisted = 10\n[headline]\nleast = 0.15\nleast_wording = 0.3\nshortest = 6\n", "utf-8"
    )
    code, rows = findings(make_csv(), "--settings", str(tmp_path / "rules"))
    assert (code, len(rows)) == (0, 3)


def test_columns_of_unknown_names_are_said_on_the_command_line(capsys):
    header = ["号", "时", "事", "诉说之事", "谁管", "怎么办的", "完", "好没好", "满不满"]
    path = make_csv(header=header)
    assert main(["scan", path]) == 2
    assert "--column" in capsys.readouterr().out
    code, rows = findings(path, "--column", "content=诉说之事", "--column", "答复内容=怎么办的")
    assert code == 0
    named = findings(make_csv(name="named.csv"))[1]
    assert [r["closure"]["class"] for r in rows] == [r["closure"]["class"] for r in named]
    assert main(["scan", path, "--column", "nothing=怎么办的"]) == 2
    assert "reply（答复内容）" in capsys.readouterr().err


def test_what_reads_nothing_leaves_what_was_written_before(capsys):
    findings(make_csv())
    before = Path("out.jsonl").read_bytes()
    Path("empty.csv").write_bytes(b"")
    capsys.readouterr()
    assert main(["scan", "empty.csv", "--out", "out.jsonl"]) == 2
    assert Path("out.jsonl").read_bytes() == before
    said = capsys.readouterr().err
    assert "empty.csv：" in said and "没有改动" in said


def test_a_call_back_column_is_no_reply_column():
    """A reply that stands under an unknown header must not be taken for one that was never given."""
    header = [*HEADER[:5], "诸般说法", *HEADER[6:], "回访内容"]
    code, rows = findings(make_csv([[*row, ""] for row in ROWS], header=header))
    assert code == 0
    assert {r["closure"]["class"] for r in rows} == {"unclear"}
    assert all("no_reply_column" in {e["signal"] for e in r["evidence"]} for r in rows)
    assert all(not r["missing"] for r in rows)


def test_full_width_telephones_are_starred():
    row = [*ROWS[0]]
    row[3] = "请打１３９１２３４５６７８找我，路面积水。"
    main(["scan", make_csv([row]), "--out", "out.csv"])
    assert "１３９１２３４５６７８" not in Path("out.csv").read_text("utf-8-sig")
