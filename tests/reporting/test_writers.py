"""The workbook, the page, the lines: what a colleague opens, read back with other people's readers."""

import csv
import json
import tracemalloc
from datetime import date, datetime

import openpyxl
import pyarrow.parquet as pq
import pytest

from wenxiao.orders.intake import Problem
from wenxiao.recognition.schema import (
    FINDINGS,
    FORMAT,
    Commitment,
    Evidence,
    Finding,
    Order,
    batch_to_findings,
)
from wenxiao.reporting.output import UnknownForm, check_forms, open_writers
from wenxiao.scanning.result import Listing, ScanResult, SourceNote

AS_OF = date(2026, 10, 31)
REPLY = "您好，此事已转交城管局处理，预计11月底前完工。<b>电话13800001234</b>"


def finding(number="1", unresolved=0.91):
    return Finding(
        number,
        2,
        "orders.xlsx",
        closure_class="staged_dated",
        unresolved=unresolved,
        kinds=["commitment", "repeat"],
        evidence=[Evidence("only_forwarded", "reply", 3, 13, REPLY[3:13], 1.5)],
        commitments=[
            Commitment(
                "reply",
                14,
                23,
                REPLY[14:23],
                date(2026, 11, 30),
                "11月底前",
                "“11月底前”取2026-11-30",
                "stated",
            )
        ],
        missing=["site_check"],
        matter="M000001",
        matter_score=0.8,
        model="test",
    )


def order(number="1", **more):
    return Order(
        number,
        2,
        title="路面塌陷",
        content="=1+1 路面塌了",
        reply=REPLY,
        called_at=datetime(2026, 10, 1),
        **more,
    )


def write(path, rows=None, result=None):
    result = result or ScanResult(AS_OF)
    with open_writers([path], result) as (writer,):
        for one, found in rows or [(order(), finding())]:
            writer.add(one, found)
            result.count(one, found)
        writer.finish(result)
    return path


def test_the_workbook_has_one_row_an_order_with_frozen_header_and_filters(tmp_path):
    book = openpyxl.load_workbook(write(tmp_path / "f.xlsx"))
    sheet = book["工单"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:S2"
    row = dict(zip([c.value for c in sheet[1]], sheet[2], strict=True))
    assert row["工单编号"].value == "1"
    assert row["未实质性办结可能性"].value == 0.91
    assert row["办结性质"].value == "阶段性（有期限）"
    assert row["类别"].value == "承诺件、多次来电"
    assert row["依据（信号与原文）"].value == "1. 只转不办（答复）：此事已转交城管局处理"
    assert row["最近到期日"].value == datetime(2026, 11, 30)
    assert "13800001234" not in row["答复"].value


def test_a_cell_that_looks_like_a_formula_is_text(tmp_path):
    sheet = openpyxl.load_workbook(write(tmp_path / "f.xlsx"))["工单"]
    cells = {c.value: c for row in sheet.iter_rows() for c in row}
    assert cells["=1+1 路面塌了"].data_type == "s"


def test_the_ledger_sheet_has_a_row_for_each_commitment(tmp_path):
    sheet = openpyxl.load_workbook(write(tmp_path / "f.xlsx"))["承诺台账"]
    assert [c.value for c in sheet[2]][:4] == ["1", REPLY[14:23], datetime(2026, 11, 30), "以后到期"]


@pytest.mark.parametrize("text", ["\x00\x0b坏字符\ud800", "长" * 200_000])
def test_a_workbook_holds_any_text(tmp_path, text):
    path = write(tmp_path / "f.xlsx", [(order(unit=text), finding())])
    assert openpyxl.load_workbook(path)["工单"]["L2"].value[:32_767]


def test_the_page_marks_the_evidence_and_escapes_the_rest(tmp_path):
    page = write(tmp_path / "f.html").read_text("utf-8")
    assert '<mark class="up"><sup>1</sup>此事已转交城管局处理</mark>' in page
    assert '<mark class="promise"><sup>A</sup>' in page
    assert "&lt;b&gt;" in page
    assert "13800001234" not in page
    assert "http" not in page  # self-contained: nothing is fetched


def test_the_page_lists_the_most_likely_first(tmp_path):
    rows = [(order(str(n)), finding(str(n), unresolved=n / 10)) for n in range(10)]
    page = write(tmp_path / "f.html", rows).read_text("utf-8")
    assert page.index(">90%<") < page.index(">10%<")


def test_json_lines_hold_one_object_an_order(tmp_path):
    row = json.loads(write(tmp_path / "f.jsonl").read_text("utf-8"))
    (evidence,) = row["evidence"]
    assert REPLY[evidence["start"] : evidence["end"]] == evidence["text"]
    assert row["commitments"][0]["due"] == "2026-11-30"


def test_csv_opens_in_a_spreadsheet_and_runs_nothing(tmp_path):
    path = write(tmp_path / "f.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(path.open(encoding="utf-8-sig", newline=""))
    assert row["诉求内容"] == "'=1+1 路面塌了"


def test_an_unknown_ending_is_refused_before_work_begins(tmp_path):
    with pytest.raises(UnknownForm, match=r"f\.docx"):
        check_forms([tmp_path / "f.docx"])


def test_a_failure_leaves_the_old_file_as_it_was(tmp_path):
    path = tmp_path / "f.jsonl"
    path.write_text("old")
    with pytest.raises(RuntimeError), open_writers([path], ScanResult(AS_OF)) as (writer,):
        writer.add(order(), finding())
        raise RuntimeError
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["f.jsonl"]


HOSTILE = "=cmd|'/c calc'!A1\x1b[2J\x9b31m\u202e\u2066\x07"
ACTING = set("\x1b\x9b\u202e\u2066\x07")


@pytest.mark.parametrize("name", ["f.csv", "f.html", "f.jsonl"])
def test_no_character_that_acts_reaches_a_file(tmp_path, name):
    one, found = order(unit=HOSTILE), finding(HOSTILE)
    one.title = one.reply = HOSTILE
    found.evidence = [Evidence("only_forwarded", "reply", 0, len(HOSTILE), HOSTILE, 1.5)]
    found.commitments[0].text = found.commitments[0].basis = HOSTILE
    found.matter = HOSTILE
    text = write(tmp_path / name, [(one, found)]).read_text("utf-8")
    assert "calc" in text
    assert not ACTING & set(text)


def test_json_lines_still_say_the_text_to_the_letter(tmp_path):
    (line,) = write(tmp_path / "f.jsonl", [(order(), finding(HOSTILE))]).read_text("utf-8").splitlines()
    assert json.loads(line)["order"] == HOSTILE


def test_a_workbook_cell_neither_acts_nor_runs(tmp_path):
    path = write(tmp_path / "f.xlsx", [(order(unit=HOSTILE), finding(HOSTILE))])
    for row in openpyxl.load_workbook(path)["工单"].iter_rows(min_row=2):
        for cell in row:
            assert cell.data_type != "f"
            assert not ACTING & set(str(cell.value))
            assert cell.quotePrefix == (str(cell.value)[0] in "=+-@")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", " =1", "\t=1", "＝1"])
def test_a_formula_is_made_harmless_in_csv(tmp_path, text):
    path = write(tmp_path / "f.csv", [(order(unit=text), finding())])
    (row,) = csv.DictReader(path.open(encoding="utf-8-sig", newline=""))
    assert row["承办单位"] == "'" + text


def problem(code, row, value=""):
    return Problem(
        "orders.xlsx", "一月", row, "来电时间", code, "写法无法识别，已留空。", "left empty", 0, value
    )


def with_problems(count):
    result = ScanResult(AS_OF)
    for row in range(count):
        result.warned.add(problem("unreadable_date", row, "上月 13800001234"))
    result.rejected.add(problem("nothing_to_read", 7))
    return result


def test_the_workbook_lists_every_row_with_a_problem(tmp_path):
    book = openpyxl.load_workbook(write(tmp_path / "f.xlsx", result=with_problems(3000)))
    rows = list(book["提示"].iter_rows(min_row=2, values_only=True))
    assert [row[2] for row in rows] == list(range(3000))
    assert rows[0][:4] == ("orders.xlsx", "一月", 0, "来电时间")
    assert rows[0][4] == "上月 138******34"
    assert rows[0][5] == "写法无法识别，已留空。"
    assert [row[2] for row in book["未读入"].iter_rows(min_row=2, values_only=True)] == [7]


def test_the_page_counts_problems_and_says_where_they_are(tmp_path):
    page = write(tmp_path / "f.html", result=with_problems(30)).read_text("utf-8")
    assert "<b>30</b> 处" in page
    assert "orders.xlsx，一月，第 0 行，来电时间" in page
    assert "“提示”" in page


def test_problems_stay_out_of_memory():
    log = with_problems(1).warned
    tracemalloc.start()
    for row in range(20_000):
        log.add(problem("unreadable_date", row, "x" * 500))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000
    assert len(log) == sum(1 for _ in log) == 20_001


def repeated():
    found = finding()
    found.evidence += [
        Evidence(
            "repeat_earlier", "matter", None, None, "本人前次来电（工单7，2026-06-01来电，2026-06-05办结）"
        ),
        Evidence("repeat_marked", "previous_order", None, None, "6"),
    ]
    return [(order(), found)]


def test_the_workbook_names_the_earlier_orders(tmp_path):
    sheet = openpyxl.load_workbook(write(tmp_path / "f.xlsx", repeated()))["工单"]
    row = dict(zip([c.value for c in sheet[1]], [c.value for c in sheet[2]], strict=True))
    assert row["前次来电"] == "本人前次来电（工单7，2026-06-01来电，2026-06-05办结）\n来源写明前次工单：6"


def test_the_page_names_the_earlier_orders(tmp_path):
    page = write(tmp_path / "f.html", repeated()).read_text("utf-8")
    assert "工单7，2026-06-01来电" in page and "来源写明前次工单：6" in page


def test_a_cell_of_promises_stays_readable_and_the_ledger_has_them_all(tmp_path):
    found = finding()
    found.commitments = [Commitment("reply", 0, 4, f"第{n}项" + "修" * 200) for n in range(8)]
    book = openpyxl.load_workbook(write(tmp_path / "f.xlsx", [(order(), found)]))
    row = dict(zip([c.value for c in book["工单"][1]], [c.value for c in book["工单"][2]], strict=True))
    assert row["承诺"].endswith("另有 3 条") and max(map(len, row["承诺"].splitlines())) < 100
    assert book["承诺台账"].max_row == 9 and len(book["承诺台账"]["B2"].value) == 203


def test_parquet_holds_every_finding_with_its_types_and_says_what_it_is(tmp_path):
    rows = [(order(str(n)), finding(str(n), n / 20_000)) for n in range(17_000)]
    table = pq.read_table(write(tmp_path / "findings.parquet", rows))
    assert table.schema.remove_metadata() == FINDINGS
    assert table.schema.metadata[b"format"] == FORMAT.encode()
    assert table.schema.metadata[b"as_of"] == b"2026-10-31"
    read = [one for batch in table.to_batches() for one in batch_to_findings(batch)]
    assert read == [one for _, one in rows]


def test_the_first_sheet_has_the_most_likely_first_and_the_other_keeps_the_order_of_the_file(tmp_path):
    rows = [
        (order(str(n)), finding(str(n), unresolved=p)) for n, p in enumerate((0.6, 0.2, 0.9, 0.9, 0.5), 1)
    ]
    book = openpyxl.load_workbook(write(tmp_path / "f.xlsx", rows))
    assert book.sheetnames[0] == book.active.title == "最可能没有办成"
    first, *ranked = book.active.iter_rows(values_only=True)
    at = {header: place for place, header in enumerate(first)}
    assert [(row[at["名次"]], row[at["工单编号"]]) for row in ranked] == [
        (1, "3"),
        (2, "4"),
        (3, "1"),
        (4, "5"),
    ]
    assert ranked[0][at["依据（信号与原文）"]] == "1. 只转不办（答复）：此事已转交城管局处理"
    assert [row[0] for row in book["工单"].iter_rows(min_row=2, values_only=True)] == [
        "1",
        "2",
        "3",
        "4",
        "5",
    ]


def test_the_first_sheet_takes_no_more_than_the_administrator_says(tmp_path):
    rows = [(order(str(n)), finding(str(n), unresolved=0.5 + n / 100)) for n in range(9)]
    result = ScanResult(AS_OF, Listing(0.5, 10, 3))
    book = openpyxl.load_workbook(write(tmp_path / "f.xlsx", rows, result))
    assert [c.value for c in book.active["C"]] == ["工单编号", "8", "7", "6"]


def test_where_nobody_is_likely_the_first_sheet_says_so(tmp_path):
    book = openpyxl.load_workbook(write(tmp_path / "f.xlsx", [(order(), finding(unresolved=0.2))]))
    assert [c.value for c in book.active[2] if c.value] == [
        "没有一件的可能性达到 50%（最高 20%），所以不列名单；逐件都有判断。"
    ]


@pytest.mark.parametrize("ending", ["xlsx", "html"])
def test_a_source_unlike_the_training_is_named_with_what_is_known_of_its_words(tmp_path, ending):
    result = ScanResult(AS_OF)
    result.sources += [
        SourceNote("旧.xlsx", "Excel", 30),
        SourceNote("信.xlsx", "Excel", 30, known=(0.44, 0.61)),
    ]
    path = write(tmp_path / f"f.{ending}", result=result)
    if ending == "xlsx":
        text = "\n".join(str(c) for row in openpyxl.load_workbook(path)["说明"].values for c in row)
    else:
        text = path.read_text("utf-8")
    assert "诉求 44%（训练所用的约 57%），答复 61%（训练所用的约 70%）" in text
    assert text.count("请留意：这份文件") == 1


def test_a_reason_without_words_of_its_own_has_no_colon(tmp_path):
    silent = finding()
    silent.evidence = [Evidence("no_reply", "reply", None, None, "", 2.0)]
    row = openpyxl.load_workbook(write(tmp_path / "f.xlsx", [(order(), silent)]))["工单"][2]
    assert "1. 没有答复" in [c.value for c in row]
