"""The eighteen signals of the domain's table: each fires on a made-up case, and keeps quiet on one that only looks like it."""

from dataclasses import dataclass, replace
from datetime import date, datetime

import pytest

from wenxiao.recognition.collection import Collection, conclude_finding
from wenxiao.recognition.engine import Engine
from wenxiao.recognition.schema import Order
from wenxiao.recognition.settings import Settings

ENGINE = Engine(Settings(as_of=date(2026, 10, 31)))
NINE = datetime(2026, 5, 12, 9, 0)
BASE = Order(
    "1",
    2,
    title="城东路路灯不亮",
    content="城东路路灯不亮，晚上看不见路。",
    reply="经现场核查，城东路路灯线路被挖断，5月11日已修复亮灯。",
    unit="甲镇",
    called_at=datetime(2026, 5, 8, 9, 0),
    closed_at=datetime(2026, 5, 12, 9, 0),
    replied_at=datetime(2026, 5, 12, 9, 0),
)
PROMISED = "该路段路灯计划2026年8月底前完成更换。"
COPIED = "您反映的问题我单位高度重视，已安排工作人员进行跟进，感谢您对我们工作的理解和支持，祝您生活愉快，欢迎监督。"


@dataclass
class Assigned:
    matter: str
    score: float | None = 0.9


def told(**changes):
    """What fires in one order alone."""
    return {e.signal for e in ENGINE.read(replace(BASE, **changes)).evidence}


# number, signal, what makes it fire, what only looks like it
ALONE = [
    (1, "said_unresolved", {"resolved": "未解决"}, {"resolved": "已解决"}),
    (1, "rated_dissatisfied", {"satisfaction": "不满意"}, {"satisfaction": "基本满意"}),
    (2, "callback_not_done", {"callback": "一直没人来过"}, {"callback": "有人来过，没有问题了"}),
    (
        4,
        "promise_overdue",
        {"reply": PROMISED, "satisfaction": "一般"},
        {"reply": PROMISED.replace("8月", "12月"), "satisfaction": "一般"},
    ),
    (
        5,
        "only_forwarded",
        {"reply": "您反映的情况已转交县城管局处理。"},
        {"reply": "您反映的情况已转交县城管局，核查情况如下：摊点占道属实，当日已清理完毕。"},
    ),
    (6, "in_progress", {"reply": "目前该路段正在施工。"}, {"reply": "该路段去年正在施工，现已通车。"}),
    (
        6,
        "plan_undated",
        {"reply": "下一步我镇将更换路灯。"},
        {"reply": "下一步我镇将更换路灯，计划2026年6月底前完成。"},
    ),
    (
        7,
        "not_verified",
        {"reply": "据社区反馈，未见异常。"},
        {"reply": "根据您反映的情况，我局到现场核实。"},
    ),
    (
        8,
        "no_duty",
        {"reply": "该道路不在我镇管养范围内，无法处理。"},
        {"reply": "该道路不在我镇管养范围内，应由县公路局负责养护，我们已与其对接。"},
    ),
    (
        9,
        "told_to_sue",
        {"reply": "双方各执一词，建议通过诉讼解决。"},
        {"reply": "我局已立案调查，您的损失可通过诉讼解决。"},
    ),
    (10, "waits_for_others", {"reply": "需待资金到位后实施。"}, {"reply": "您提供的材料齐全，已当场办好。"}),
    (
        11,
        "only_explained",
        {"reply": "已向来电人作了解释，对方表示理解。"},
        {"reply": "经核查，当日已修复。"},
    ),
    (
        12,
        "demands_unanswered",
        {
            "content": "一、请修复城东路路灯。二、请清理河西垃圾站。",
            "reply": "城东路路灯已于5月11日修复亮灯。",
        },
        {"content": "城东路路灯不亮，请尽快修复。", "reply": "城东路路灯已于5月11日修复亮灯。"},
    ),
    (
        14,
        "third_party_urged",
        {"reply": "已责成物业公司妥善处理。"},
        {"reply": "已责成物业公司处理，电梯已恢复运行。"},
    ),
    (
        15,
        "contradiction",
        {"satisfaction": "满意", "resolved": "未解决"},
        {"satisfaction": "基本满意", "resolved": "部分解决"},
    ),
    (16, "returned_often", {"returns": 2}, {"returns": 1}),
    (16, "extended_often", {"extensions": 2}, {"extensions": 1}),
    (16, "rehandled", {"rehandled": 1}, {"rehandled": 0}),
    (16, "closed_in_minutes", {"signed_at": datetime(2026, 5, 12, 8, 55)}, {"signed_at": BASE.called_at}),
    (16, "closed_at_limit", {"due_at": NINE.replace(minute=20)}, {"due_at": NINE.replace(day=20)}),
    (18, "supervised", {"is_supervised": True}, {"is_supervised": False}),
    (18, "flagged_hard", {"is_hard": True}, {"is_supervised": True}),
]


@pytest.mark.parametrize(("number", "signal", "case", "lookalike"), ALONE)
def test_a_signal_of_the_table_speaks_on_its_case_and_not_on_its_lookalike(number, signal, case, lookalike):
    assert signal in told(**case)
    assert signal not in told(**lookalike)


def together(orders, matters):
    """What fires in each order of a collection."""
    rules = Collection(ENGINE.column_signals)
    for one in orders:
        rules.add(one)
    added = rules.conclude([Assigned(matter) for matter in matters])
    found = [conclude_finding(ENGINE.read(order), more) for order, more in zip(orders, added, strict=True)]
    return [{e.signal for e in one.evidence} for one in found]


def months(*days):
    return [datetime(2026, 5, day, 9) for day in days]


AGAIN = replace(BASE, order="2", called_at=datetime(2026, 6, 1), closed_at=datetime(2026, 6, 3))
STEADY = [replace(BASE, order=f"s{n}", closed_at=when) for n, when in enumerate(months(*range(10, 32)))]
TOGETHER = [
    (3, "called_again", [BASE, AGAIN], ["M1", "M1"], ["M1", "M2"]),
    (
        13,
        "copied_reply",
        [replace(BASE, order=n, reply=COPIED) for n in "123"],
        ["M1", "M2", "M3"],
        ["M1"] * 3,
    ),
]


@pytest.mark.parametrize(("number", "signal", "orders", "case", "lookalike"), TOGETHER)
def test_a_signal_of_many_orders_speaks_on_its_case_and_not_on_its_lookalike(
    number, signal, orders, case, lookalike
):
    assert any(signal in one for one in together(orders, case))
    assert not any(signal in one for one in together(orders, lookalike))


def test_a_flurry_at_month_end_speaks_and_a_steady_month_does_not():
    flurry = [replace(BASE, order=f"f{n}", closed_at=datetime(2026, 5, 31, 9)) for n in range(12)]
    assert all("closed_in_flurry" in one for one in together(flurry, ["M1"] * 12))
    assert not any("closed_in_flurry" in one for one in together(STEADY, ["M1"] * len(STEADY)))


def test_escape_labels_speak_where_a_unit_stands_out_and_not_where_all_do_so():
    labelled = [replace(BASE, order=f"e{n}", request_type="撤单", unit="乙镇") for n in range(12)]
    honest = [replace(BASE, order=f"h{n}", unit="甲镇") for n in range(40)]
    alike = [replace(one, request_type="撤单") for one in honest]
    assert any("escape_label" in one for one in together([*labelled, *honest], ["M1"] * 52))
    assert not any("escape_label" in one for one in together([*labelled, *alike], ["M1"] * 52))


def test_every_row_of_the_table_has_a_case():
    rows = {number for number, *_ in (*ALONE, *TOGETHER)} | {17}
    assert rows == set(range(1, 19))
    known = {**ENGINE.text_signals.signals, **ENGINE.column_signals.signals}
    assert rows == {s.number for s in known.values() if s.number}


def test_where_no_column_says_anything_only_texts_speak():
    bare = Order("1", 2, content="路灯不亮", reply="经现场核查，路灯已于5月11日修复。")
    assert {e.field for e in ENGINE.read(bare).evidence} <= {"reply", "content", "title"}
