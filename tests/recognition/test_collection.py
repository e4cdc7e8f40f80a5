"""What only the whole collection shows."""

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
    assert [[e.signal for e in a.evidence] for a in added] == [["called_again"], []]
    assert added[0].evidence[0].text == "2026-07-01"


def test_a_call_while_the_order_is_open_is_chasing_not_a_repeat():
    added = conclude(
        [order("1", "06-01", closed="06-05"), order("2", "06-03", closed="06-05")], ["M000001"] * 2
    )
    assert [a.repeat for a in added] == [False, False]


def test_a_call_after_the_window_is_a_repeat_but_no_longer_speaks_against_the_closing():
    added = conclude(
        [order("1", "01-01", closed="01-05"), order("2", "09-01", closed="09-05")], ["M000001"] * 2
    )
    assert added[1].repeat
    assert not added[0].evidence


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
    assert concluded.closure_class == "procedural"


def order(number, called, *, closed=None, **more):
    closed_at = datetime.fromisoformat(f"2026-{closed}T09:00") if closed else None
    return Order(
        number, called_at=datetime.fromisoformat(f"2026-{called}T09:00"), closed_at=closed_at, **more
    )


def conclude(orders, matters):
    collection = Collection(RULES)
    for one in orders:
        collection.add(one)
    return collection.conclude(None if matters is None else [Assigned(m) for m in matters])
