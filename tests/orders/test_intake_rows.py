"""Rows: which get in, which do not, and that every one is accounted for."""

from __future__ import annotations

import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wenxiao.orders.intake import Limits, open_source, read_orders
from wenxiao.orders.intake.characters import clean_text

HEADER = "工单编号,来电时间,诉求内容,答复内容,办结时间\n"


def test_every_bad_row_is_named_and_the_good_ones_get_in(write, read) -> None:
    rows = [
        "1,2026-02-30,甲,乙,",
        "2,2026-03-05,甲,,",
        "3,2026-03-05,甲,乙,2026-03-01",
        "4,2026-03-05,,,",
        "",
        "5,2026-03-05,=1+1,\x07@乙,",
        ",2026-03-05,甲,乙,",
        HEADER.strip(),
        "6,2026-03-05,,乙,",
        "7,2026-03-05,甲,乙,,多",
        "8,2026-03-05,甲",
    ]
    result = read(write(HEADER + "\n".join(rows)))
    assert [o.order for o in result.orders] == ["1", "2", "3", "5", "orders#8", "6", "8"]
    assert result.places("warnings") == [
        (2, "来电时间", "impossible_date"),
        (3, "答复内容", "missing_reply"),
        (4, "办结时间", "times_out_of_order"),
        (7, "答复内容", "control_characters"),
        (8, "工单编号", "missing_number"),
        (10, "诉求内容", "missing_content"),
        (12, "", "too_few_cells"),
        (12, "答复内容", "missing_reply"),
    ]
    assert result.places("rejects") == [(5, "", "nothing_to_read"), (11, "", "too_many_cells")]
    assert result.places("skipped") == [(9, "", "repeated_header")]
    assert result.blank == 1
    assert result.orders[3].content == "=1+1" and result.orders[3].reply == "@乙"


def test_a_column_that_is_missing_altogether_is_no_warning_for_each_row(write, read) -> None:
    result = read(write("诉求内容\n甲\n乙\n"))
    assert [o.order for o in result.orders] == ["orders#2", "orders#3"] and not result.warnings


def test_the_same_number_twice(write, read) -> None:
    rows = "1,,甲,乙,\n2,,丙,丁,\n1,,甲,乙,\n2,,丙,另一个答复,\n"
    result = read(write(HEADER + rows))
    assert [(o.order, o.row, o.reply) for o in result.orders] == [("1", 2, "乙"), ("2", 3, "丁")]
    assert result.places("skipped") == [(4, "工单编号", "duplicate_row")]
    assert result.places("rejects") == [(5, "工单编号", "same_order_apart")]
    assert "第 2 行" in result.skipped[0].message and "第 3 行" in result.rejects[0].message


def test_rows_without_a_number_are_never_taken_for_each_other(write, read) -> None:
    result = read(write(HEADER + ",,甲,乙,\n,,甲,乙,\n"))
    assert [o.order for o in result.orders] == ["orders#2", "orders#3"]


def test_numbers_that_a_sheet_has_rounded_to_one_do_not_reject_each_other(xlsx, read) -> None:
    rows = [["工单编号", "诉求内容"], [320682202603051234, "甲"], [320682202603051234, "乙"]]
    result = read(xlsx(rows))
    assert [o.content for o in result.orders] == ["甲", "乙"]
    assert result.orders[1].order == "orders#3"
    assert [p.code for p in result.warnings] == ["number_lost_digits"] * 2


def test_overlapping_files_of_one_source_are_counted_once(tmp_path, write) -> None:
    march, april = (
        write(HEADER + "1,,甲,乙,\n2,,丙,丁,\n", "3月.csv"),
        write(HEADER + "2,,丙,丁,\n1,,改,乙,\n", "4月.csv"),
    )
    batches = [batch for _, batch in read_orders([march, april])]
    assert [(o.file, o.order) for b in batches for o in b.orders] == [("3月.csv", "1"), ("3月.csv", "2")]
    assert [(p.file, p.row) for b in batches for p in b.skipped] == [("4月.csv", 2)]
    (reject,) = [p for b in batches for p in b.rejects]
    assert reject.row == 3 and "文件“3月.csv”第 2 行" in reject.message


def test_two_files_of_one_name_without_numbers_both_get_in(tmp_path) -> None:
    paths = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "x.csv")
        paths[-1].write_text("诉求内容,答复内容\n甲,乙\n", "utf-8")
    orders = [o.order for _, batch in read_orders(paths) for o in batch.orders]
    assert orders == ["x#2", "x#2~2"]


def test_long_cells(write, read) -> None:
    rows = [f"{i},,{'长' * n},乙," for i, n in enumerate((200_000, 1_000_001, 32_767, 5_000_000, 3))]
    result = read(write(HEADER + "\n".join(rows)))
    assert [(o.order, len(o.content)) for o in result.orders] == [("0", 200_000), ("2", 32_767), ("4", 3)]
    assert result.places("rejects") == [(3, "诉求内容", "cell_too_long"), (5, "", "record_too_long")]
    assert result.places("warnings") == [(2, "诉求内容", "long_cell"), (4, "诉求内容", "cell_at_excel_limit")]


def test_a_lost_quote_costs_one_row(write, read) -> None:
    rows = [f"{i},2026-03-05,内容{i},答复{i}," for i in range(2, 60)]
    rows[5] = '7,2026-03-05,"没有下半个引号,答复7,'
    rows[9] = '11,2026-03-05,"他说"好"了",答复11,'
    rows[20] = '22,2026-03-05,"正常的""引号""\n和换行",答复22,'
    result = read(write(HEADER + "\n".join(rows) + "\n"))
    assert result.places("rejects") == [(7, "", "broken_quote")]
    assert result.places("warnings") == [(11, "", "stray_quote")]
    assert [o.order for o in result.orders] == [str(i) for i in range(2, 60) if i != 7]
    assert result.orders[19].content == '正常的"引号"\n和换行'


def test_a_quote_that_is_never_closed_does_not_swallow_the_file(write, read) -> None:
    rows = "".join(f"{i},2026-03-05,内容{i},答复{i},\n" for i in range(3, 3000))
    result = read(
        write(HEADER + '2,2026-03-05,"开,答复,\n' + rows), limits=Limits(record_chars=5000, cell_chars=5000)
    )
    assert result.places("rejects") == [(2, "", "broken_quote")]
    assert len(result.orders) == 2997


def test_a_problem_keeps_what_stands_in_the_cell_but_nothing_of_a_person(write, read) -> None:
    header = "工单编号,来电时间,联系电话,诉求内容,答复内容\n"
    result = read(write(header + "1,去年冬天,1.39E+17,甲,乙\n1,2026-03-01,2,丙,丁\n"))
    values = {p.code: p.value for p in [*result.warnings, *result.rejects]}
    assert values["unreadable_date"] == "去年冬天"
    assert values["same_number_different_content"] == "1"
    assert not any("1.39" in value for value in values.values())
    assert not any("去年冬天" in p.message for p in result.warnings)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_undecodable_bytes_are_marked_and_named(write, read, encoding) -> None:
    text = HEADER + "".join(f"{i},2026-03-05,内容{i},答复{i},\n" for i in range(2, 90))
    raw = text.encode(encoding)
    at = raw.find("内容50".encode(encoding))
    result = read(write(raw[:at] + b"\xff\xff" + raw[at:]))
    assert result.places("warnings") == [(50, "诉求内容", "bad_encoding")] and not result.rejects
    assert encoding.upper() in result.warnings[0].message
    assert len(result.orders) == 88
    assert result.orders[48].content.lstrip("\ufffd") == "内容50" != result.orders[48].content


def test_a_number_with_undecodable_bytes_names_no_order(write, read) -> None:
    raw = (HEADER + "1,,甲,乙,\n2X,,丙,丁,\n").encode().replace(b"X", b"\xff")
    result = read(write(raw))
    assert [o.order for o in result.orders] == ["1"]
    assert result.places("rejects") == [(3, "工单编号", "bad_number")]


def test_half_characters_never_reach_the_orders(write, read) -> None:
    result = read(write('{"id":1,"content":"\\ud83d"}\n{"id":2,"content":"\\ud83d\\ude00"}\n', "a.jsonl"))
    assert [o.content for o in result.orders] == ["\ufffd", "😀"]
    assert result.places("warnings") == [(1, "content", "bad_characters")]


def test_formulas(xlsx, read) -> None:
    rows = [["工单编号", "诉求内容", "答复内容"], ["1", "=A1&A2", "乙"], ["2", "甲", "乙"]]
    result = read(xlsx(rows))
    assert [o.order for o in result.orders] == ["1", "2"]
    assert result.places("warnings")[0] == (2, "诉求内容", "formula_without_value")


def test_messages_name_the_place_and_never_the_person(write, read) -> None:
    secret = "欧阳小明,13800001111,龙门路5号"
    header = "工单编号,来电人,联系电话,事发地址,诉求内容,答复内容,来电时间,是否疑难,退回次数\n"
    rows = [f'1,{secret},"甲{secret}","乙",明天,大概,几次'] * 1 + [
        f"1,{secret},丙,丁,2026-13-01,,",
        f"2,{secret},,,,,",
    ]
    rows += [f'3,{secret},"丙,丁,,,', f"4,{secret},丙,丁,,,,,{secret}"]
    path = write(header + "\n".join(rows), "三月.csv")
    result = read(path)
    problems = result.rejects + result.warnings + result.skipped
    assert {p.code for p in problems} >= {
        "same_number_different_content",
        "nothing_to_read",
        "broken_quote",
        "too_many_cells",
        "unreadable_date",
        "unreadable_flag",
        "unreadable_number",
    }
    for problem in problems:
        assert problem.file == "三月.csv" and problem.row > 1
        assert not any(
            word in repr(problem) for word in ("欧阳", "1380000", "龙门路", "明天", "大概", "几次")
        )


cells = st.text(
    st.characters(codec="gb18030", exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=8),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    separator=st.sampled_from([",", ";", "\t", "|", "，"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_csv_writer_writes_comes_back(tmp_path: Path, rows, encoding, separator, end) -> None:
    text = io.StringIO(newline="")
    # With \n as the end, Python's writer leaves a lone \r unquoted, which no reader can tell from a line end.
    quoting = csv.QUOTE_ALL if end == "\n" else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerow(["工单编号", "诉求内容", "答复内容", "承办单位"])
    for i, (content, reply) in enumerate(rows):
        writer.writerow([f"N{i}", "甲" + content, reply, "住建局"])
    path = tmp_path / "round.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    source = open_source(path)
    (batch,) = source.batches()
    wanted = [(clean_text("甲" + c)[0], clean_text(r)[0], "住建局") for c, r in rows]
    assert [(o.content, o.reply, o.unit) for o in batch.orders] == wanted
    assert not batch.rejects and [o.row for o in batch.orders] == list(range(2, len(rows) + 2))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(st.text(st.sampled_from('甲乙12,"\n\r\t;|='), max_size=120))
def test_no_text_below_a_header_loses_a_row_unaccounted(tmp_path: Path, body) -> None:
    path = tmp_path / "wild.csv"
    path.write_bytes(("工单编号,诉求内容,答复内容\nA,甲,乙\n" + body).encode())
    batches = list(open_source(path).batches(3))
    numbers = [p.row for b in batches for p in [*b.orders, *b.merged, *b.rejects, *b.skipped]]
    blank = sum(b.blank for b in batches)
    assert len(numbers) == len(set(numbers)), "no row twice"
    assert sorted(numbers)[0] == 2 and max(numbers) <= len(numbers) + blank + 1, "no row lost"


def test_memory_does_not_grow_with_the_file(tmp_path) -> None:
    path = tmp_path / "large.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write(HEADER)
        for i in range(15_000):
            stream.write(
                f'HD{i},2026-03-05 15:20:00,"内容{i}{"很长的诉求" * 50}","答复{i}{"已经处理" * 50}",2026-03-09\n'
            )
    size = path.stat().st_size
    assert size > 20_000_000
    tracemalloc.start()
    count = sum(len(batch.orders) for batch in open_source(path).batches(500))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 15_000
    assert peak < size / 2


def test_batches_can_be_read_again_and_are_bounded_in_rows_and_text(write) -> None:
    source = open_source(
        write(HEADER + "".join(f"{i},,甲,乙,\n" for i in range(10))), limits=Limits(batch_chars=1000)
    )
    assert [len(b.orders) for b in source.batches(4)] == [3, 4, 3], "the last order stays open"
    assert [len(b.orders) for b in source.batches(20)] == [10]
    long = open_source(
        write(HEADER + "".join(f"{i},,{'甲' * 400},乙,\n" for i in range(10))),
        limits=Limits(batch_chars=1000),
    )
    assert max(len(b.orders) for b in long.batches(20)) == 3
