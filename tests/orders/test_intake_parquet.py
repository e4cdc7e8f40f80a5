"""Parquet files of orders: the same orders as from a text file, exact types, and clear words about damage."""

import json
import tempfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wenxiao.orders.intake import UnreadableFile, open_source
from wenxiao.recognition.schema import batch_to_orders, orders_to_batch

COLUMNS = ("工单编号", "标题", "诉求内容", "答复内容")


def orders_of(path):
    return [order for batch in open_source(path, source_name="orders").batches() for order in batch.orders]


def written(folder, table, **how):
    path = Path(folder, "orders.parquet")
    pq.write_table(table, path, **how)
    return path


@settings(deadline=None)
@given(st.lists(st.lists(st.text(max_size=30), min_size=4, max_size=4), max_size=20))
def test_a_table_of_texts_reads_like_the_same_table_as_json_lines(rows):
    filled = [["甲1", "路灯不亮", "河西路路灯不亮", "已修复"], *rows]
    table = [dict(zip(COLUMNS, map(_storable, row), strict=True)) for row in filled]
    with tempfile.TemporaryDirectory() as folder:
        parquet = written(folder, pa.Table.from_pylist(table))
        lines = Path(folder, "orders.jsonl")
        lines.write_text("".join(json.dumps(row) + "\n" for row in table), "utf-8")
        assert orders_of(parquet) == orders_of(lines)


def _storable(text):
    """Neither form can hold half of a surrogate pair as UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def test_times_numbers_and_flags_keep_their_values(tmp_path):
    table = pa.table(
        {
            "工单编号": pa.array([Decimal("20260302000000001234")], pa.decimal128(24, 0)),
            "诉求内容": ["河西路积水"],
            "来电时间": pa.array([datetime(2026, 3, 2, 9, 10)], pa.timestamp("us")),
            "办结时间": pa.array([datetime(2026, 3, 2, 16, 30, tzinfo=UTC)], pa.timestamp("us", "UTC")),
            "计划完成时间": pa.array([date(2026, 6, 30)], pa.date32()),
            "退回次数": pa.array([2], pa.int64()),
            "是否疑难": [True],
            "答复内容": pa.array(["已疏通".encode()], pa.binary()),
        }
    )
    [order] = orders_of(written(tmp_path, table))
    assert order.order == "20260302000000001234"
    assert order.called_at == datetime(2026, 3, 2, 9, 10)
    assert order.closed_at == datetime(2026, 3, 3, 0, 30), "an instant is told by the clock of China"
    assert order.planned_finish == date(2026, 6, 30)
    assert (order.returns, order.is_hard, order.reply) == (2, True, "已疏通")


def test_the_engines_own_table_of_orders_can_be_read_back(tmp_path):
    table = pa.table(
        {"工单编号": ["甲1", "甲2"], "诉求内容": ["路灯不亮", "道路积水"], "答复内容": ["已修", ""]}
    )
    before = orders_of(written(tmp_path, table))
    batch = orders_to_batch(before)
    names = [name for name in batch.schema.names if name not in ("row", "file", "sheet")]
    again = orders_of(written(tmp_path, pa.Table.from_batches([batch]).select(names)))
    assert again == list(batch_to_orders(batch))


def test_rows_are_numbered_from_one_over_row_groups(tmp_path):
    count = 1_300
    table = pa.table({"工单编号": [f"甲{i}" for i in range(count)], "诉求内容": ["路灯不亮"] * count})
    orders = orders_of(written(tmp_path, table, row_group_size=500))
    assert [order.row for order in orders] == list(range(1, count + 1))


@pytest.mark.parametrize("keep", [4, 40, -20])
def test_a_damaged_file_is_refused_in_words(tmp_path, keep):
    path = written(tmp_path, pa.table({"工单编号": ["甲1"], "诉求内容": ["路灯不亮"]}))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UnreadableFile) as refused:
        open_source(path)
    assert refused.value.code == "damaged_file"
    assert "Parquet" in refused.value.message


def test_damage_inside_costs_the_rest_of_the_file_and_is_told(tmp_path):
    count = 3_000
    table = pa.table(
        {"工单编号": [f"甲{i}" for i in range(count)], "诉求内容": [f"{i}号路灯不亮" for i in range(count)]}
    )
    path = written(tmp_path, table, row_group_size=1_000, compression="zstd", use_dictionary=False)
    data = bytearray(path.read_bytes())
    group = pq.ParquetFile(path).metadata.row_group(2).column(0)
    at = group.data_page_offset
    data[at : at + group.total_compressed_size] = b"\xff" * group.total_compressed_size
    path.write_bytes(data)
    batches = list(open_source(path).batches())
    assert sum(len(batch.orders) for batch in batches) >= 1_000
    assert [problem.code for batch in batches for problem in batch.rejects] == ["rest_unreadable"]


def test_a_column_that_stands_twice_is_no_reason_to_stop(tmp_path):
    table = pa.Table.from_arrays(
        [pa.array(["甲1"]), pa.array(["路灯不亮"]), pa.array(["另一段"])],
        names=["工单编号", "诉求内容", "诉求内容"],
    )
    [order] = orders_of(written(tmp_path, table))
    assert order.content == "路灯不亮"
