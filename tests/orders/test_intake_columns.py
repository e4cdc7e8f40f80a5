"""Which column is taken for which field, and what is said about the others."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.orders.intake import UnreadableFile, open_source
from wenxiao.orders.intake.headers import match_header, normalise
from wenxiao.recognition.schema import ORDER_FIELDS

DATA = tomllib.loads((files("wenxiao.orders.intake") / "data" / "headers.toml").read_text("utf-8"))
FIELDS = {k: v for k, v in DATA.items() if k in ORDER_FIELDS}
ALIASES = [(field, alias) for field, entry in FIELDS.items() for alias in entry["aliases"]]


def placed(result) -> dict[str, str]:
    return {c.field: c.header for c in result.source.columns if c.field}


def test_every_field_of_an_order_has_aliases() -> None:
    assert set(FIELDS) == set(ORDER_FIELDS) - {"row", "file", "sheet"}


def test_no_alias_stands_for_two_fields() -> None:
    owners: dict[str, set[str]] = {}
    for field, alias in ALIASES:
        owners.setdefault(normalise(alias), set()).add(field)
    assert {alias: found for alias, found in owners.items() if len(found) > 1} == {}


@given(
    st.sampled_from(ALIASES),
    st.sampled_from(["{}", " {}\n", "{}：", "{}（必填）", "*{}", "1.{}", "{} [单位:天]"]),
)
def test_an_alias_is_known_in_any_dress(pair, dress) -> None:
    field, alias = pair
    match = match_header(dress.format(alias))
    assert match is not None and match.field == field and match.share == 1.0


@given(st.text(max_size=50))
def test_any_header_at_all_is_matched_or_left(header) -> None:
    match = match_header(header)
    assert match is None or (match.field in FIELDS and 0 < match.share <= 1)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("群众反映的主要内容", "content"),
        ("三级单位办结期限", "due_at"),
        ("工单创建时间", "called_at"),
        ("回访时间", None),
        ("满意度回访时间", None),
        ("答复内容附件", None),
        ("答复内容审核状态", None),
        ("是否需要回访", None),
        ("备注", None),
        ("计划完成时间\n（非最终办理结果填写此列）", "planned_finish"),
        ("事项分类一级", "category"),
        ("五级分类", "category"),
        ("Unique Key", "order"),
        ("Created Date", "called_at"),
        ("Complaint Type", "request_type"),
    ],
)
def test_headers_seen_in_the_wild(header, field) -> None:
    match = match_header(header)
    assert (match.field if match else None) == field


def test_header_below_a_title_and_merged_rows(xlsx, read) -> None:
    rows = [
        ["2026年3月工单明细表"],
        [],
        ["制表：中心"],
        ["工单编号", None, "诉求内容", "答复内容"],
        ["1", "x", "甲", "乙"],
    ]
    result = read(xlsx(rows))
    assert result.source.header_row == 4
    assert [(o.order, o.row) for o in result.orders] == [("1", 5)]
    assert result.source.unplaced == ["B列（无表头）"]
    assert any("B列没有表头但有内容" in note for note in result.source.notes)


def test_header_of_two_rows(xlsx, read) -> None:
    rows = [
        ["工单编号", "诉求内容", "办理", None, "回访", None],
        [None, None, "承办单位", "公开答复内容", "是否解决", "满意度"],
        ["1", "甲", "住建局", "乙", "是", "满意"],
    ]
    (order,) = read(xlsx(rows)).orders
    assert (order.order, order.unit, order.reply, order.resolved, order.satisfaction) == (
        "1",
        "住建局",
        "乙",
        "是",
        "满意",
    )


def test_the_same_header_twice_keeps_the_filled_one(write, read) -> None:
    result = read(write("工单编号,诉求号码,诉求号码,诉求内容\n1,,13800001111,甲\n"))
    assert result.orders[0].phone == "13800001111"
    assert any(note.startswith("B 列“诉求号码”") for note in result.source.notes)


def test_public_reply_beside_the_internal_account(write, read) -> None:
    both = read(write("工单编号,诉求内容,办理情况,公开答复内容\n1,甲,内部,公开\n")).orders[0]
    assert (both.reply, both.handling) == ("公开", "内部")
    alone = read(write("工单编号,诉求内容,办理情况\n1,甲,内部\n"))
    assert (alone.orders[0].reply, alone.orders[0].handling) == ("内部", "")
    assert any("办理情况" in note for note in alone.source.notes)


def test_rules_between_columns_of_one_field(write, read) -> None:
    header = "工单编号,诉求内容,市交办办结期限,区交办办结期限,首次满意度,最终满意度\n"
    result = read(write(header + "1,甲,2026-03-09,2026-03-07,不满意,满意\n2,乙,2026-03-09,,不满意,\n"))
    first, second = result.orders
    assert (first.due_at.day, first.satisfaction) == (7, "满意")
    assert (second.due_at.day, second.satisfaction) == (9, "不满意"), (
        "an empty cell falls back to the other column"
    )


def test_levels_of_the_category_are_joined(write, read) -> None:
    result = read(write("工单编号,诉求内容,二级分类,一级分类,三级分类\n1,甲,路灯,城建,\n"))
    assert result.orders[0].category == "城建->路灯"
    assert not result.source.unplaced


def test_a_mapping_wins_over_the_aliases(write, read) -> None:
    path = write("编号,诉求内容,答复内容,最后说法\n1,甲,乙,丙\n")
    result = read(path, mapping={"reply": "最后说法", "title": "答复内容"})
    assert (result.orders[0].reply, result.orders[0].title) == ("丙", "乙")
    strange = write("一,二\n1,甲\n", "strange.csv")
    assert read(strange, mapping={"content": "二"}).orders[0].content == "甲"
    with pytest.raises(UnreadableFile) as caught:
        open_source(path, mapping={"reply": "没有"})
    assert caught.value.code == "mapping_column_missing" and "没有" in caught.value.message
    with pytest.raises(ValueError, match="nonsense"):
        open_source(path, mapping={"nonsense": "编号"})


def test_columns_show_samples_and_the_unplaced_are_named(write, read) -> None:
    source = read(write("工单编号,诉求内容,天气\n1,甲,晴\n2,乙,雨\n")).source
    assert [(c.header, c.field, c.samples) for c in source.columns] == [
        ("工单编号", "order", ["1", "2"]),
        ("诉求内容", "content", ["甲", "乙"]),
        ("天气", None, ["晴", "雨"]),
    ]
    assert source.unplaced == ["天气"] and "列“天气”没有认出，未导入。" in source.notes
    assert "晴" not in repr(source.columns), "samples may be personal and stay out of logs"
    assert placed(read(write("工单编号,诉求内容\n1,甲\n"))) == {"order": "工单编号", "content": "诉求内容"}


#: Headers that public code of hotlines uses, by the field that they mean.
SEEN = {
    "order": "工单号 工单编码 编号 诉求编号 受理编号 热线单号 平台单号 转办单工单编号 任务编号 留言编号",
    "called_at": "来电时间 来话时间 受理时间 登记时间 创建时间 反映时间 接单时间 留言时间",
    "caller": "来电人 反映人 诉求人 联系人 来话人 求助人员 留言用户",
    "phone": "联系电话 来电号码 来电人电话/账号 联系方式 求助号码 诉求号码",
    "request_type": "诉求类型 工单类型 事项类型 业务类别 来电类别",
    "category": "问题分类 诉求分类 诉求归口 一级分类 二级分类 三级分类 四级分类 五级分类 事项分类一级",
    "title": "标题 工单标题 诉求标题 留言主题",
    "content": "内容 主要内容 诉求内容 市民诉求 问题描述 市民原始诉求 补充信息 留言详情",
    "address": "事发地址 事件发生地 诉求详细地址 发生地址 小区点位",
    "area": "被反映街乡镇 村/社区",
    "channel": "渠道 诉求渠道 受理渠道 处理受理方式 渠道来源",
    "unit": "承办单位 主办单位 责任单位 受理部门 市交办主办单位 立案部门",
    "co_units": "协办单位 市交办协办单位",
    "dispatched_at": "派单时间 分派时间 派遣时间 交办时间 市交办时间 区交办时间 首次转办时间",
    "due_at": "办理时限 办理截止时间 市交办办结期限 区交办办结期限 处理时限(+单位) 期限 延期后截止日期",
    "closed_at": "办结时间 完成时间 结案时间 处理完成时间",
    "replied_at": "回复时间 答复时间",
    "reply": "答复内容 回复内容 公开答复内容 转办单回复内容 答复意见",
    "handling": "办理情况 处置结果",
    "resolved": "是否解决 解决情况 诉求是否解决 问题是否解决",
    "satisfaction": "满意度 是否满意 办理满意 首次满意度 最终满意度 短信评价满意度",
    "rated_process": "过程满意 办理过程满意度",
    "role": "主办/协办 是否主办",
    "callback": "不满意原因 不满原因 未解决原因 转办单不满意回访内容 回访意见",
    "previous_order": "旧工单编号 催办单号",
    "is_repeat": "是否老户 是否重复",
    "is_hard": "是否疑难",
    "is_joint": "是否协办 是否联合办理",
    "is_supervised": "是否督办",
    "is_urgent": "紧急程度",
    "is_confidential": "是否保密",
    "is_final": "是否最终办理结果 是否为最终办理结果",
    "planned_finish": "计划完成时间 计划完成时间（非最终办理结果填写此列）",
    "returns": "退回次数",
    "extensions": "延期次数 是否延期",
    "rehandled": "重新办理次数 办结次数",
    "callbacks": "回访次数",
    "chases": "催办次数",
}


@pytest.mark.parametrize(
    ("field", "header"), [(f, h) for f, headers in SEEN.items() for h in headers.split()]
)
def test_every_known_variant_has_its_field(field, header) -> None:
    match = match_header(header)
    assert match is not None and (match.field, match.share) == (field, 1.0)


def test_what_kind_of_trouble_is_where_is_enough_without_a_text(write, read) -> None:
    """The records of many cities abroad hold no words of the caller: a category and a place tell one matter."""
    header = "category,created_date,address,latitude,longitude\n"
    rows = "Pothole,2025-03-01,12 W STATE ST,41.85,-87.62\n,2025-03-01,12 W STATE ST,41.85,-87.62\nGraffiti,2025-03-02,,,\n"
    result = read(write(header + rows, "cases.csv"))
    assert [(order.category, order.latitude) for order in result.orders] == [("Pothole", 41.85)]
    assert len(result.rejects) == 2


def test_where_there_is_a_text_column_an_order_needs_a_text(write, read) -> None:
    result = read(write("工单编号,诉求内容,问题分类,事发地址\n1,路灯不亮,照明,建设路\n2,,照明,建设路\n"))
    assert [order.order for order in result.orders] == ["1"]
    assert len(result.rejects) == 1
