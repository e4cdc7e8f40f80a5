"""What grouping keeps of orders travels between machines and groups as the orders themselves do."""

from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from wenxiao.recognition.matters import Grouper
from wenxiao.recognition.matters.packed import pack
from wenxiao.recognition.schema import Order, orders_to_batch

PLACES = ["河西路3号院", "城东花园5栋", "安平镇柳林村", ""]
PROBLEMS = ["下雨就积水，下水道堵塞", "路灯不亮，夜里看不见路", "咨询公积金", "𠮷祥超市乱收费"]


@st.composite
def batches(draw):
    orders = [
        Order(
            order=str(number),
            title=draw(st.sampled_from(PLACES)) + draw(st.sampled_from(PROBLEMS)),
            content=draw(st.sampled_from(PROBLEMS)) * draw(st.integers(0, 2)),
            phone=draw(st.sampled_from(["", "13800000000"])),
            called_at=draw(st.none() | st.datetimes(datetime(2025, 1, 1), datetime(2026, 1, 1))),
            longitude=draw(st.none() | st.just(112.9)),
        )
        for number in range(draw(st.integers(1, 12)))
    ]
    cut = draw(st.integers(0, len(orders)))
    return [orders_to_batch(part) for part in (orders[:cut], orders[cut:]) if part]


@settings(deadline=None, max_examples=40)
@given(batches())
def test_packed_orders_group_as_the_orders_themselves(cut):
    whole, packed = Grouper(), Grouper()
    for batch in cut:
        whole.add(batch)
        packed.add_packed(_through_a_file(pack(batch)))
    assert packed.group() == whole.group()
    assert packed.related() == whole.related()


def _through_a_file(batch):
    file = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_batches([batch]), file)
    [read] = pq.read_table(pa.BufferReader(file.getvalue())).cast(batch.schema).to_batches()
    return read


def test_no_text_of_an_order_is_in_what_travels():
    batch = orders_to_batch(
        [Order(order="甲1", title="河西路积水", content="下水道堵塞", caller="张三丰", phone="13800000000")]
    )
    assert all(
        pa.types.is_nested(field.type) or pa.types.is_primitive(field.type) for field in pack(batch).schema
    )
    assert "河西" not in str(pack(batch).to_pylist())
