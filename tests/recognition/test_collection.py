"""What only the whole collection shows."""

import tracemalloc
from dataclasses import dataclass
from datetime import datetime

from wenxiao.recognition.collection import Added, Collection, conclude_finding
from wenxiao.recognition.columns import ColumnSignals
from wenxiao.recognition.schema import Evidence, Finding, Order

RULES = ColumnSignals()


@dataclass
class Assigned:
    matter: str
    score: float | None = 0.9


def test_a_call_after_closing_is_a_repeat_and_speaks_against_the_closing():
    added = conclude(
        [order("1", "06-01", closed="06-05"), order("2", "07-01", closed="07-04")], ["M000001", "M000001"]
    )
    assert [a.repeat for a in added] == [False, True]
    assert [[e.signal for e in a.evidence] for a in added] == [["called_again"], ["repeat_earlier"]]
    assert added[0].evidence[0].text == "2026-07-01"


def test_a_call_while_the_order_is_open_is_chasing_not_a_repeat():
    added = conclude(
        [order("1", "06-01", closed="06-05"), order("2", "06-03", closed="06-05")], ["M000001"] * 2
    )
    assert [a.repeat for a in added] == [False, False]
    assert [[e.signal for e in a.evidence] for a in added] == [[], ["matter_open"]]


def test_a_call_after_one_order_and_during_another_chases_the_other():
    orders = [
        order("1", "06-01", closed="06-05"),
        order("2", "06-20", closed="06-25"),
        order("3", "06-22", closed="06-24"),
        order("4", "07-02", closed="07-04"),
    ]
    added = conclude(orders, ["M000001"] * 4)
    assert [a.repeat for a in added] == [False, True, False, True]
    assert [a.chase for a in added] == [False, False, True, False]


def test_an_order_that_was_never_closed_does_not_make_chases_for_ever():
    orders = [
        order("1", "01-01", closed="01-05"),
        order("2", "02-01"),
        order("3", "02-09"),
        order("4", "09-01"),
    ]
    assert [a.chase for a in conclude(orders, ["M000001"] * 4)] == [False, False, True, False]


def test_a_chase_is_no_repeat_though_it_names_the_open_order_unless_a_column_says_so():
    chase = Added("M1", 0.9, [Evidence("matter_open", "matter", None, None, "2026-06-01")], chase=True)
    for field, kinds in (("previous_order", ["flagged"]), ("is_repeat", ["repeat", "flagged"])):
        marked = Evidence("repeat_marked", field, None, None, "1")
        finding = Finding("2", 3, kinds=["repeat", "flagged"], evidence=[marked])
        assert conclude_finding(finding, chase).kinds == kinds


def test_a_call_after_the_window_is_a_repeat_but_no_longer_speaks_against_the_closing():
    added = conclude(
        [order("1", "01-01", closed="01-05"), order("2", "09-01", closed="09-05")], ["M000001"] * 2
    )
    assert added[1].repeat
    assert not added[0].evidence


def test_copies_of_one_form_are_copies_though_names_and_dates_in_them_differ():
    form = "UU00{}您好，该问题我单位高度重视，已于{}月安排人员跟进，感谢您对我们工作的理解和支持，祝您生活愉快，欢迎继续监督。"
    orders = [order(str(n), "06-01", reply=form.format(n, n + 1)) for n in range(3)]
    assert all(a.evidence for a in conclude(orders, ["M1", "M2", "M3"]))


def test_a_unit_that_closes_most_of_its_orders_at_the_end_of_the_month_stands_out():
    steady = [order(f"a{n}", "06-01", closed=f"06-{n + 1:02}", unit="甲镇") for n in range(30)]
    flurry = [order(f"b{n}", "06-01", closed="06-30", unit="乙镇") for n in range(12)]
    few = [order(f"c{n}", "06-01", closed="06-30", unit="丙镇") for n in range(3)]
    added = conclude([*steady, *flurry, *few], None)
    assert [bool(a.evidence) for a in added] == [False] * 30 + [True] * 12 + [False] * 3
    assert added[30].evidence[0].text == "最后两天办结12件，当月其余日子每天0.0件"


def test_a_later_call_does_not_turn_a_reply_that_tells_of_a_result_into_a_closing_on_paper():
    bare = Evidence("result_stated", "reply", 0, 3, "已修复")
    finding = Finding("1", 2, closure_class="unclear", unresolved=0.6, logit=0.4, evidence=[bare])
    again = Added("M1", 0.8, [Evidence("called_again", "matter", None, None, "2026-07-01", 2.0)])
    concluded = conclude_finding(finding, again)
    assert (concluded.closure_class, concluded.unresolved) == ("unclear", 0.9168)


def test_a_reply_that_passes_on_stays_what_it_is_when_somebody_calls_again():
    passed = Evidence("only_forwarded", "reply", 0, 3, "已转交", 1.0)
    finding = Finding("1", 2, closure_class="procedural", unresolved=0.6, logit=0.4, evidence=[passed])
    again = Added("M1", 0.8, [Evidence("called_again", "matter", None, None, "2026-07-01", 2.0)])
    assert conclude_finding(finding, again).closure_class == "procedural"


def test_a_repeat_names_the_same_callers_earlier_order_of_the_same_unit():
    orders = [
        order("甲1", "06-01", closed="06-05", phone="1380", unit="甲镇"),
        order("乙", "06-02", closed="06-06"),
    ]
    again = order("甲2", "07-01", phone="1380", unit="甲镇")
    added = conclude([*orders, again], ["M1"] * 3)
    assert earlier(added[2]) == "本人前次来电（工单甲1，2026-06-01来电，2026-06-05办结）"


def test_a_reader_who_may_see_every_order_is_told_which_ones():
    orders = [
        order("甲1", "06-01", closed="06-05", phone="1380", unit="甲镇"),
        order("乙1", "06-10", closed="06-12", phone="1390", unit="乙镇"),
        order("乙2", "07-01", phone="1370", unit="乙镇"),
    ]
    added = conclude(orders, ["M1"] * 3, sees_all=True)
    assert earlier(added[2]) == (
        "同一事项前次来电（工单乙1，2026-06-10来电，2026-06-12办结；工单甲1，2026-06-01来电，2026-06-05办结）"
    )
    assert [e.text for e in added[0].evidence if e.signal == "called_again"] == ["工单乙1，2026-06-10来电"]


def test_a_trace_of_an_order_is_small():
    collection = Collection(RULES)
    tracemalloc.start()
    for n in range(20_000):
        collection.add(
            order(f"20260601{n:08}", "06-01", closed="06-05", phone=f"139{n}", reply="已处理" * 40)
        )
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept / 20_000 < 120


def test_a_repeat_by_somebody_else_or_at_another_unit_says_when_and_not_which():
    first = order("甲1", "06-01", closed="06-05", phone="1380", unit="甲镇")
    others = conclude([first, order("2", "07-01", phone="1390", unit="甲镇")], ["M1", "M1"])
    assert earlier(others[1]) == "同一事项前次来电（2026-06-01来电，2026-06-05办结）"
    elsewhere = conclude([first, order("2", "07-01", phone="1380", unit="乙镇")], ["M1", "M1"])
    assert earlier(elsewhere[1]) == "本人前次来电（2026-06-01来电，2026-06-05办结）"


def test_a_confidential_order_is_never_named():
    first = order("甲1", "06-01", closed="06-05", phone="1380", is_confidential=True)
    added = conclude([first, order("2", "07-01", phone="1380")], ["M1", "M1"])
    assert "甲1" not in earlier(added[1])


def test_other_matters_do_not_make_a_repeat():
    added = conclude([order("1", "06-01", closed="06-05"), order("2", "07-01")], ["M000001", "M000002"])
    assert not any(a.repeat or a.evidence for a in added)


def test_the_same_reply_under_several_matters_is_copied():
    same = "该问题我单位高度重视，已安排人员跟进，感谢您对我们工作的理解和支持，祝您生活愉快，欢迎继续监督我们的工作。"
    orders = [order(str(n), "06-01", reply=same) for n in range(3)]
    assert all(a.evidence[0].signal == "copied_reply" for a in conclude(orders, ["M1", "M2", "M3"]))
    assert not any(a.evidence for a in conclude(orders, ["M1", "M1", "M2"]))


def test_a_unit_that_closes_by_label_stands_out_from_its_peers():
    honest = [order(f"a{n}", "06-01", unit="甲镇") for n in range(40)]
    labels = [
        order(f"b{n}", "06-01", unit="乙镇", request_type="撤单" if n < 8 else "投诉") for n in range(12)
    ]
    added = conclude(honest + labels, None)
    assert [bool(a.evidence) for a in added] == [False] * 40 + [True] * 8 + [False] * 4
    assert added[40].evidence[0].text == "8/12"


def test_a_finding_takes_what_the_collection_adds():
    finding = Finding("1", 2, closure_class="substantive", unresolved=0.27, logit=-1.0, kinds=["commitment"])
    more = Added("M000007", 0.8, [Evidence("called_again", "matter", None, None, "2", 2.0)], repeat=True)
    concluded = conclude_finding(finding, more)
    assert (concluded.matter, concluded.matter_score) == ("M000007", 0.8)
    assert concluded.kinds == ["commitment", "repeat"]
    assert concluded.unresolved == 0.7311
    assert concluded.closure_class == "unclear"


def order(number, called, *, closed=None, **more):
    closed_at = datetime.fromisoformat(f"2026-{closed}T09:00") if closed else None
    return Order(
        number, called_at=datetime.fromisoformat(f"2026-{called}T09:00"), closed_at=closed_at, **more
    )


def earlier(added):
    (evidence,) = [e for e in added.evidence if e.signal == "repeat_earlier"]
    return evidence.text


def conclude(orders, matters, *, sees_all=False):
    collection = Collection(RULES, sees_all=sees_all)
    for one in orders:
        collection.add(one)
    return collection.conclude(None if matters is None else [Assigned(m) for m in matters])
