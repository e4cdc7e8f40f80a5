"""What counts as a commitment, and what comes with it. All texts are our own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wenxiao.calendars import Calendar, Day
from wenxiao.recognition.commitments import commitments_of, commitments_of_many, find_commitments, find_many
from wenxiao.recognition.schema import Commitment, Order

TraceFunction = Callable[[FrameType, str, object], object]
REPLIED = date(2026, 5, 11)
HELLO, THANKS = "网友您好！您反映的问题已收悉，现回复如下：", "感谢您对我们工作的支持。2026年5月11日"


def found(body: str, reference: date = REPLIED) -> list[Commitment]:
    text = HELLO + body + THANKS
    commitments = find_commitments(text, reference=reference)
    assert all(one.text == text[one.start : one.end] for one in commitments)
    return commitments


def concrete(body: str, reference: date = REPLIED) -> list[Commitment]:
    return [one for one in found(body, reference) if one.concrete]


def test_a_dated_promise_comes_with_its_day_and_its_arithmetic() -> None:
    (one,) = concrete("经核查，该路段路灯确有损坏，计划今年8月底前完成全部路灯更换。")
    assert one.text == "计划今年8月底前完成全部路灯更换"
    assert (one.due, one.certainty, one.field) == (date(2026, 8, 31), "stated", "reply")
    assert one.due_text == "今年8月底前"
    assert one.basis == "以答复日2026-05-11为基准，“今年8月底前”取2026-08-31"
    assert not one.provisional


def test_several_in_one_sentence_come_out_as_several() -> None:
    got = concrete("该项目计划2026年6月开工建设，预计2026年12月底建成通车，力争2027年3月底前投入使用。")
    assert [one.due for one in got] == [date(2026, 6, 30), date(2026, 12, 31), date(2027, 3, 31)]


def test_working_days_use_the_calendar_given() -> None:
    text = HELLO + "我局将于3个工作日内安排人员修复路面。" + THANKS
    holiday = Calendar.load(overrides=[Day(date(2026, 5, 13), False, "县庆", "人工")])
    (usual,) = find_commitments(text, reference=REPLIED)
    (moved,) = find_commitments(text, reference=REPLIED, calendar=holiday)
    assert (usual.due, moved.due) == (date(2026, 5, 14), date(2026, 5, 15))
    assert "县庆1天" in moved.basis


def test_a_year_without_calendar_makes_the_day_provisional_and_says_so() -> None:
    (one,) = found("我局将于15个工作日内完成路面修复。", date(2026, 12, 25))
    assert one.provisional and "待核" in one.basis


def test_a_leading_clause_that_says_when_belongs_to_the_promise() -> None:
    (one,) = concrete("12月底前，我镇将完成该路段的硬化施工。")
    assert one.text.startswith("12月底前") and one.due == date(2026, 12, 31)


def test_a_condition_has_no_date_and_asks_for_one() -> None:
    (one,) = found("待验收合格后，我局将及时安装路灯。")
    assert (one.due, one.certainty) == (None, "fuzzy")
    assert "需单位补报期限" in one.basis and "2026-06-10复核" in one.basis


@pytest.mark.parametrize("word", ["今后", "以后", "站后"])
def test_not_every_after_names_an_event(word: str) -> None:
    got = found(f"从本周起，{word}我局将安排专人清运垃圾。")
    assert all(word not in one.due_text for one in got)


def test_a_day_before_the_reply_makes_no_due_day() -> None:
    assert found("要求物业公司在2026年5月2日前将垃圾清理干净。") == []
    for one in found("5月9日起我公司将调整该线路发车时间。"):
        assert one.due is None


def test_a_hint_is_fuzzy() -> None:
    (one,) = found("我局将尽快组织施工队伍对破损路面进行修复。")
    assert (one.due, one.certainty, one.due_text) == (None, "fuzzy", "尽快")


def test_vague_intentions_are_not_concrete() -> None:
    got = found("下一步，我镇将进一步加强日常监管，不断提升服务水平。")
    assert got and not any(one.concrete for one in got)


def test_what_a_third_party_promises_names_it() -> None:
    (one,) = concrete("经协调，物业公司承诺于5月底前完成电梯维修。")
    assert (one.promisor, one.due) == ("物业公司", date(2026, 5, 31))
    (own,) = concrete("我局将于5月底前完成电梯维修。")
    assert own.promisor == "本单位"


@pytest.mark.parametrize(
    "body",
    [
        "5月6日，我局执法人员到现场进行了检查，并于5月8日完成了路面修复。",
        "该道路已于2025年12月底竣工通车。",
        "根据《条例》第十二条规定，用人单位应当自用工之日起一个月内订立书面劳动合同。",
        "办理该业务的流程：申请人提交身份证、户口簿，窗口自受理之日起10个工作日内办结。",
        "请您携带身份证到所在地社区申请。",
        "您要求我局明年修建停车场的来信收悉。",
        "经核实，该小区不在改造范围内。",
    ],
)
def test_past_work_law_and_the_callers_part_are_no_checkable_promise(body: str) -> None:
    assert concrete(body) == []


def test_a_year_in_the_name_of_a_plan_is_not_the_day() -> None:
    got = concrete("我局将按照《2029年工作方案》，于6月底前完成管网改造。")
    assert date(2026, 6, 30) in [one.due for one in got]


def test_a_day_that_was_put_off_is_the_new_one() -> None:
    text = "因下雨，听证会时间由5月20日调整为5月28日召开。"
    assert all(one.due == date(2026, 5, 28) for one in found(text))


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("我局計劃於２０２６年８月底前完成路燈更換。", "我局计划于2026年8月底前完成路灯更换。"),
        ("我局将于２４个工作日内完成路灯更换。", "我局将于24个工作日内完成路灯更换。"),
    ],
)
def test_full_width_and_traditional_read_like_plain(written: str, plain: str) -> None:
    (one,), (other,) = found(written), found(plain)
    assert (one.due, one.concrete) == (other.due, other.concrete)


def test_signs_that_take_several_characters_do_not_shift_the_offsets() -> None:
    (one,) = found("面积约500㎡的路面（第⑩标段），我局将于8月底前完成修复。")
    assert one.text.endswith("我局将于8月底前完成修复")


# --- the domain's table of forms, one made-up promise for each ---------------------------------------------

FORMS = [
    ("我局将于6月底前完成路面修复。", date(2026, 6, 30), "以答复日2026-05-11为基准，“6月底前”取2026-06-30"),
    ("我局将于7月15日前完成路面修复。", date(2026, 7, 15), "“7月15日前”取2026-07-15"),
    ("我局将于12月中旬完成路面修复。", date(2026, 12, 20), "“12月中旬”取2026-12-20"),
    ("我局将于三个工作日内完成路面修复。", date(2026, 5, 14), "“三个工作日内”取2026-05-14"),
    ("我局将于一周内完成路面修复。", date(2026, 5, 18), "“一周内”取2026-05-18"),
    ("我局将于15天内完成路面修复。", date(2026, 5, 26), "“15天内”取2026-05-26"),
    ("我局将于两个月内完成路面修复。", date(2026, 7, 11), "“两个月内”取2026-07-11"),
    ("我局将于本周内完成路面修复。", date(2026, 5, 17), "“本周内”取2026-05-17"),
    ("我局将于下周一进场修复路面。", date(2026, 5, 18), "“下周一”取2026-05-18"),
    ("我局将于本月内完成路面修复。", date(2026, 5, 31), "“本月内”取2026-05-31"),
    ("我局将于国庆节前完成路面修复。", date(2026, 9, 30), "“国庆节前”取2026-09-30"),
    ("我局将于开学前完成校门口路面修复。", date(2026, 8, 31), "“开学前”取2026-08-31"),
    ("我局将于年底前完成路面修复。", date(2026, 12, 31), "“年底前”取2026-12-31"),
    ("我局计划明年一季度完成路面修复。", date(2027, 3, 31), "“明年一季度”取2027-03-31"),
    ("我局计划三季度末完成路面修复。", date(2026, 9, 30), "“三季度末”取2026-09-30"),
    ("汛期结束后，我局将组织修复河堤。", None, "需单位补报期限，否则2026-06-10复核"),
    ("项目竣工后，我局将组织移交道路。", None, "需单位补报期限，否则2026-06-10复核"),
    ("待资金到位后，我局将组织修复路面。", None, "需单位补报期限，否则2026-06-10复核"),
    ("我局将尽快组织人员修复路面。", None, "“尽快”没有写明日期，需单位补报期限，否则2026-06-10复核"),
]


@pytest.mark.parametrize(("body", "day", "why"), FORMS)
def test_every_form_of_the_table_explains_its_day_in_chinese(body: str, day: date | None, why: str) -> None:
    (one,) = found(body)
    assert (one.due, one.certainty) == (day, "stated" if day else "fuzzy")
    assert why in one.basis


def test_what_goes_on_has_no_day() -> None:
    got = found("我局将持续加强对该路段的巡查，实行长效管理。")
    assert got and all(one.due is None and not one.concrete for one in got)


# --- columns ----------------------------------------------------------------------------------------------

REPLY = HELLO + "我局将于2026年12月底前完成道路修复。" + THANKS


def test_the_planned_finish_wins_over_the_text_and_is_listed_once() -> None:
    order = Order(reply=REPLY, replied_at=datetime(2026, 5, 11), planned_finish=date(2026, 9, 30))
    (text,) = commitments_of(order)
    assert (text.field, text.due) == ("reply", date(2026, 9, 30))
    assert "以工单“计划完成时间”列为准" in text.basis and "2026-12-31" in text.basis


def test_the_same_day_in_column_and_text_is_one_commitment_with_both_named() -> None:
    order = Order(reply=REPLY, replied_at=datetime(2026, 5, 11), planned_finish=date(2026, 12, 31))
    (one,) = commitments_of(order)
    assert "“2026年12月底前”取2026-12-31" in one.basis
    assert "与工单“计划完成时间”列一致" in one.basis


def test_a_planned_finish_that_no_text_tells_is_listed_by_itself() -> None:
    order = Order(reply="已收悉。", replied_at=datetime(2026, 5, 11), planned_finish=date(2026, 9, 30))
    (column,) = commitments_of(order)
    assert (column.field, column.due, column.start) == ("planned_finish", date(2026, 9, 30), None)


def test_a_promise_of_an_answer_that_is_not_final_says_so_once() -> None:
    (dated,) = commitments_of(Order(reply=REPLY, replied_at=datetime(2026, 5, 11), is_final=False))
    assert dated.due == date(2026, 12, 31) and "是否最终办理结果”为否" in dated.basis


def test_an_earlier_day_in_the_text_stays() -> None:
    order = Order(reply=REPLY, replied_at=datetime(2026, 5, 11), planned_finish=date(2027, 6, 30))
    assert [one.due for one in commitments_of(order)] == [date(2027, 6, 30), date(2026, 12, 31)]


def test_not_final_without_a_day_asks_for_one() -> None:
    (one,) = commitments_of(Order(reply="已收悉。", replied_at=datetime(2026, 5, 11), is_final=False))
    assert (one.field, one.due) == ("is_final", None) and "补报期限" in one.basis


def test_a_final_answer_is_not_held_to_an_old_plan() -> None:
    order = Order(
        reply="已办结。", replied_at=datetime(2026, 5, 11), is_final=True, planned_finish=date(2026, 9, 30)
    )
    assert commitments_of(order) == []


def test_the_reference_is_the_signed_date() -> None:
    reply = HELLO + "我局将于三日内完成修复。感谢。2026年5月6日"
    (one,) = commitments_of(Order(reply=reply, replied_at=datetime(2026, 5, 11)))
    assert one.due == date(2026, 5, 9)


UNDATED = HELLO + "我局将于三个工作日内完成路面修复，道路改造工程计划2026年8月底前完工。"


def test_without_a_usable_time_what_names_its_year_is_dated_all_the_same() -> None:
    counted, named = commitments_of(Order(reply=UNDATED))
    assert (named.due, named.certainty) == (date(2026, 8, 31), "stated")
    assert named.basis == "“2026年8月底前”取2026-08-31，写明年份，不依赖答复时间"
    assert (counted.due, counted.certainty, counted.due_text) == (None, "fuzzy", "三个工作日内")
    assert "没有可用的答复时间" in counted.basis


def test_without_a_usable_time_the_year_of_a_relative_word_is_not_known() -> None:
    (one,) = commitments_of(Order(reply=HELLO + "该路段计划今年8月底前完工通车。"))
    assert (one.due, one.certainty) == (None, "fuzzy")
    assert "要从答复日算起" in one.basis


def test_without_a_usable_time_a_year_named_before_carries_on() -> None:
    reply = HELLO + "该项目计划2026年6月开工建设，预计12月底建成通车。"
    assert [one.due for one in commitments_of(Order(reply=reply))] == [date(2026, 6, 30), date(2026, 12, 31)]


def test_without_a_usable_time_the_planned_finish_dates_the_promise() -> None:
    order = Order(reply="我局将于三日内完成修复", planned_finish=date(2026, 9, 30))
    (one,) = commitments_of(order)
    assert one.due == date(2026, 9, 30) and "以工单“计划完成时间”列为准" in one.basis


def test_orders_with_and_without_time_keep_their_places_in_a_batch() -> None:
    orders = [Order(reply=UNDATED), Order(reply=UNDATED, replied_at=datetime(2026, 5, 11)), Order(reply="")]
    assert commitments_of_many(orders) == [commitments_of(one) for one in orders]


def test_a_slip_of_the_pen_in_the_signature_is_said_in_the_basis() -> None:
    reply = HELLO + "我局将于10日内完成修复。2025年5月9日"
    order = Order(reply=reply, called_at=datetime(2026, 5, 4), replied_at=datetime(2026, 5, 11))
    (one,) = commitments_of(order)
    assert one.due == date(2026, 5, 21)
    assert one.basis.startswith("以答复日2026-05-11为基准，“10日内”取2026-05-21")
    assert "落款日期2025-05-09早于来电日2026-05-04，疑为笔误，改以答复时间为准" in one.basis


# --- properties -------------------------------------------------------------------------------------------

CLAUSES = st.sampled_from(
    [
        "我局将于6月底前完成修复",
        "下一步",
        "，",
        "。",
        "；",
        "\n",
        "　",
        "待验收后",
        "物业承诺尽快整改",
        "2026年",
        "：",
        "《2027年方案》",
        "届时",
        "由社区组织安装",
        "已完成",
        "您",
        "1,500元",
        "8:30",
        "㎡",
        "預計",
        "１２月",
        "\ud83d",
        "😀",
        "、",
        "预计年底完工",
    ]
)


@given(st.lists(CLAUSES, max_size=10).map("".join), st.dates(date(2004, 1, 1), date(2035, 12, 31)))
def test_nothing_is_due_before_the_reply(text: str, reference: date) -> None:
    for one in find_commitments(text, reference=reference):
        assert one.due is None or one.due >= reference or "文中所述" in one.basis


@given(st.lists(CLAUSES, max_size=25).map("".join), st.dates(date(2010, 1, 1), date(2030, 1, 1)))
def test_offsets_slice_and_past_days_are_flagged(text: str, reference: date) -> None:
    for one in find_commitments(text, reference=reference):
        assert one.start is not None and one.end is not None
        assert one.text == text[one.start : one.end] and one.text.strip() == one.text
        assert one.due_text in text
        assert (one.certainty == "stated") == (one.due is not None)
        if one.due and one.due < reference:
            assert "已过" in one.basis


@given(st.lists(st.lists(CLAUSES, max_size=12).map("".join), max_size=6))
def test_a_reply_reads_the_same_in_any_batch(texts: list[str]) -> None:
    alone = [find_commitments(text, reference=REPLIED) for text in texts]
    assert find_many([(text, REPLIED) for text in texts]) == alone


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    for one in find_commitments(text, reference=REPLIED):
        assert one.text == text[one.start : one.end]


def test_orders_read_the_same_together() -> None:
    orders = [
        Order(reply=REPLY, replied_at=datetime(2026, 5, 11)),
        Order(),
        Order(reply=REPLY, planned_finish=date(2026, 6, 1)),
    ]
    assert commitments_of_many(orders) == [commitments_of(order) for order in orders]


@pytest.mark.parametrize(
    "unit",
    [
        "将",
        "我局将于6月底前完成，",
        "待",
        "2026年",
        "《",
        "十",
        "1",
        "至6月",
        " ",
        "届时",
        "后",
        "(",
        "：",
        "要求3日内",
        "一二三四五六七八九十",
    ],
)
def test_hostile_text_costs_no_more_than_in_line_with_its_length(unit: str) -> None:
    assert _work(unit, 40_000) <= 2.2 * _work(unit, 20_000) + 2_000


@settings(max_examples=5, deadline=None)
@given(st.lists(CLAUSES, min_size=4, max_size=12).map("".join))
def test_mixed_hostile_text_costs_no_more_than_in_line_with_its_length(piece: str) -> None:
    assert _work(piece, 40_000) <= 2.2 * _work(piece, 20_000) + 2_000


def _work(piece: str, size: int) -> int:
    """Lines of our code that run when a text of `size` characters is read that says `piece` over and over: the same on any
    machine. What runs inside one line (patterns, arrays, compiled loops) is for `python -m bench.commitments --hostile`."""
    text = (piece * (size // max(len(piece), 1) + 1))[:size]
    count = 0

    def each_line(frame: FrameType, event: str, arg: object) -> TraceFunction:
        nonlocal count
        count += event == "line"
        return each_line

    def ours(frame: FrameType, event: str, arg: object) -> TraceFunction | None:
        return each_line if "wenxiao" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(ours)
    try:
        find_commitments(text, reference=REPLIED)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "told",
    [
        "该店已按要求对排烟管道整改到位。",
        "我局已对沿线进行巡查并清理路面。",
        "镇卫生院近段时间也进行了药房改造。",
        "河东公园已完成步道硬化。",
    ],
)
def test_what_is_told_as_done_is_no_commitment(told: str) -> None:
    assert found(told) == []


@pytest.mark.parametrize(
    ("body", "due"),
    [
        ("已安排施工队将于5月底前完成修复。", date(2026, 5, 31)),
        ("我局已责令该公司在6月底前完成退费工作。", date(2026, 6, 30)),
    ],
)
def test_what_was_ordered_or_arranged_and_is_still_to_come_is_one(body: str, due: date) -> None:
    assert [one.due for one in found(body)] == [due]


@pytest.mark.parametrize(
    "offer",
    [
        "我镇将一如既往地做好便民服务工作。",
        "我局将一如既往开展夜间巡查，欢迎广大市民随时拨打值班电话。",
        "后续如有疑问可联系我站，我们将及时处理。",
        "如有其他问题，可致电我局值班室，我们将安排专人上门处理。",
    ],
)
def test_a_standing_offer_is_no_commitment(offer: str) -> None:
    assert found(offer) == []


def test_an_offer_with_a_day_is_one_and_what_stands_beside_it_is_too() -> None:
    (one,) = found("我站将于6月底前一如既往开展汛前检查。")
    assert one.due == date(2026, 6, 30)
    beside = found("下一步，我们将一如既往加强该路段巡查，6月底前装好隔离栏。")
    assert [c.text for c in beside] == ["6月底前装好隔离栏"]
