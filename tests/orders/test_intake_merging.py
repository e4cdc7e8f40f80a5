"""One order on several rows becomes one order; rows that differ in the caller's side do not."""

from __future__ import annotations

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wenxiao.orders.intake import Limits, open_source, read_orders

HEADER = "工单编号,来电时间,诉求内容,承办单位,主办/协办,答复内容,满意度,办结时间,退回次数\n"


def test_a_row_for_each_unit_is_one_order_with_its_units_and_replies(write, read) -> None:
    rows = [
        "1,2026-03-05,路面塌陷,供水公司,协办,管道已修好,,2026-03-08,",
        "1,2026-03-05,路面塌陷,住建局,主办,路面已修复,满意,2026-03-09,1",
        "1,2026-03-05,路面塌陷,南街社区,协办,,,2026-03-07,",
        "2,2026-03-06,路灯不亮,供电公司,主办,已换灯泡,,2026-03-07,",
    ]
    result = read(write(HEADER + "\n".join(rows)))
    one, two = result.orders
    assert (one.unit, one.co_units, one.row) == ("住建局", "供水公司、南街社区", 2)
    assert one.reply == "〔供水公司〕\n管道已修好\n\n〔住建局〕\n路面已修复"
    assert (one.satisfaction, one.closed_at.day, one.returns) == ("满意", 9, 1)
    assert (two.unit, two.reply) == ("供电公司", "已换灯泡")
    assert result.places("merged") == [(3, "", "merged_row"), (4, "", "merged_row")]
    assert not result.rejects and not result.skipped and not result.warnings


def test_a_row_for_each_call_back_keeps_the_last_word_and_says_so(write, read) -> None:
    rows = [
        "1,2026-03-05,路灯不亮,供电公司,,已换灯泡,不满意,,",
        "1,2026-03-05,路灯不亮,供电公司,,已换灯泡,满意,,",
    ]
    result = read(write(HEADER + "\n".join(rows)))
    (order,) = result.orders
    assert (order.satisfaction, order.reply, order.unit, order.co_units) == (
        "满意",
        "已换灯泡",
        "供电公司",
        "",
    )
    assert result.places("warnings") == [(3, "", "merged_values_differ")]
    assert "满意度" in result.warnings[0].message


def test_several_steps_of_one_unit_follow_each_other_without_a_name(write, read) -> None:
    rows = ["1,,路灯不亮,供电公司,,已派人,,,", "1,,路灯不亮,供电公司,,已换灯泡,,,"]
    assert read(write(HEADER + "\n".join(rows))).orders[0].reply == "已派人\n\n已换灯泡"


@pytest.mark.parametrize("other", ["2026-03-05,另一件事", "2026-04-05,路灯不亮"])
def test_another_message_or_time_under_the_same_number_stays_a_named_error(write, read, other) -> None:
    rows = ["1,2026-03-05,路灯不亮,供电公司,,已换,,,", f"1,{other},城管局,,已查,,,"]
    result = read(write(HEADER + "\n".join(rows)))
    assert [o.unit for o in result.orders] == ["供电公司"]
    assert result.places("rejects") == [(3, "工单编号", "same_number_different_content")]


def test_rows_apart_are_named_with_the_way_out(write, read) -> None:
    rows = ["1,,灯,甲局,,已修,,,", "2,,水,乙局,,已修,,,", "1,,灯,丙局,,已查,,,", "1,,灯,甲局,,已修,,,"]
    result = read(write(HEADER + "\n".join(rows)))
    assert result.places("rejects") == [(4, "工单编号", "same_order_apart")]
    assert "排序" in result.rejects[0].message and "第 2 行" in result.rejects[0].message
    assert result.places("skipped") == [(5, "工单编号", "duplicate_row")]


def test_a_file_read_again_has_only_duplicates(write) -> None:
    rows = "1,,灯,甲局,,已修,,,\n1,,灯,乙局,,已查,,,\n,,,丙局,,也查了,,,\n2,,水,乙局,,已修,,,\n"
    first, second = write(HEADER + rows, "a.csv"), write(HEADER + rows, "b.csv")
    batches = [batch for _, batch in read_orders([first, second])]
    assert [o.order for b in batches for o in b.orders] == ["1", "2"]
    assert [(p.file, p.row) for b in batches for p in b.skipped] == [("b.csv", n) for n in (2, 3, 4, 5)]
    assert not any(b.rejects for b in batches)


def test_a_file_with_nothing_of_the_caller_merges_nothing(write, read) -> None:
    result = read(write("工单编号,答复内容\n1,甲\n1,乙\n"))
    assert [o.reply for o in result.orders] == ["甲"]
    assert result.places("rejects") == [(3, "工单编号", "same_number_different_content")]


def test_cells_merged_over_rows_are_one_order_or_stand_in_each(tmp_path, read) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["工单编号", "诉求内容", "承办单位", "答复内容"],
        ["1", "路面塌陷", "住建局", "已修复"],
        [None, None, "供水公司", "管道已修"],
        ["2", "路灯不亮", "供电公司", "已换"],
        ["3", "停电", None, "已送电"],
    ):
        sheet.append(row)
    for cells in ("A2:A3", "B2:B3", "C4:C5"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "m.xlsx")
    result = read(tmp_path / "m.xlsx")
    assert [(o.order, o.unit, o.co_units) for o in result.orders] == [
        ("1", "住建局", "供水公司"),
        ("2", "供电公司", ""),
        ("3", "供电公司", ""),
    ]
    assert result.orders[0].reply == "〔住建局〕\n已修复\n\n〔供水公司〕\n管道已修"


def test_what_merged_cells_leave_in_a_csv_continues_the_order_above(write, read) -> None:
    rows = [
        "1,2026-03-05,路面塌陷,住建局,主办,已修复,,,",
        ",,,供水公司,协办,管道已修,,,",
        ",2026-03-05,停电,供电局,,已送,,,",
    ]
    result = read(write(HEADER + "\n".join(rows)))
    assert [(o.order, o.co_units) for o in result.orders] == [("1", "供水公司"), ("orders#4", "")]
    assert result.places("merged") == [(3, "", "merged_row")]


def test_an_order_on_too_many_rows_stops_growing(write, read) -> None:
    rows = "".join(f"1,,灯,局{i},,答{i},,,\n" for i in range(9))
    result = read(write(HEADER + rows), limits=Limits(merged_rows=4))
    assert len(result.merged) == 3 and {p.code for p in result.rejects} == {"merged_too_many"}
    assert len(result.rejects) == 5


units = st.sampled_from(["甲局", "乙局", "丙局", ""])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["灯", "水"]), units, units), max_size=14),
    st.integers(1, 5),
)
def test_every_row_is_accounted_for_once_in_any_batch_size(tmp_path_factory, rows, size) -> None:
    path = tmp_path_factory.mktemp("m") / "x.csv"
    lines = "".join(f"{n},,{text},{unit},,{reply},,,\n" for n, text, unit, reply in rows)
    path.write_text(HEADER + "9,,灯,甲局,,乙,,,\n" + lines, "utf-8")
    batches = list(open_source(path).batches(size))
    found = [p.row for b in batches for p in [*b.orders, *b.merged, *b.rejects, *b.skipped]]
    assert sorted(found) == list(range(2, len(rows) + 3))
    whole = [o for b in open_source(path).batches(1000) for o in b.orders]
    assert [o for b in batches for o in b.orders] == whole
    assert len({o.order for o in whole}) == len(whole)
