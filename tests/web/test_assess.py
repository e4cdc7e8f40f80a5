"""The list to assess: what a row shows, narrowing, deciding, taking back, keeping a view."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse
from tests.conftest import Cast, Importer, row
from tests.web.conftest import SignIn

from wenxiao.library.models import Finding
from wenxiao.orders.models import Event, WorkOrder

ALL = "/assess/?decision=&captured=0"
HTMX = {"HX-Request": "true", "HX-Target": "results"}


def _pk(number: str) -> int:
    return WorkOrder.objects.values_list("pk", flat=True).get(number=number)


def _rows(text: str) -> list[str]:
    """Numbers of the orders that the list shows, in its order."""
    return re.findall(r'<span class="mono no">([^<]+)</span>', text)


def test_a_row_shows_its_words_and_its_probability(county: Cast, sign_in: SignIn) -> None:
    text = sign_in(county.analyst).get(ALL).text
    assert sorted(_rows(text)) == ["B1", "B2", "V1", "V2"]
    order = WorkOrder.objects.get(number="B1")
    assert order.finding.top_text and order.finding.top_text in text
    assert f"{round(order.finding.unresolved * 100)}%" in text


def test_counts_agree_with_rows(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    browser.post("/assess/decide", {"one": _pk("B1"), "decision": "confirmed"})
    for query in ("decision=pending", "decision=confirmed", "decision=", "decision=&kinds=commitment"):
        text = browser.get(f"/assess/?captured=0&{query}").text
        shown = re.search(r"共 ([\d,]+) 件", text)
        assert shown is not None
        assert int(shown[1]) == len(_rows(text)), query


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("q=电梯", ["B2"]),
        ("q=污水", ["V1"]),
        ("q=没有的词", []),
        ("q=B2", ["B2"]),
        ("since=2026-09-01&until=2026-09-01", ["B1", "B2", "V1", "V2"]),
        ("until=2026-08-31", []),
        ("least=0&most=100", ["B1", "B2", "V1", "V2"]),
        ("since=nonsense&unit=x&page=99&kinds=rubbish", ["B1", "B2", "V1", "V2"]),
    ],
)
def test_narrowing(county: Cast, sign_in: SignIn, query: str, numbers: list[str]) -> None:
    assert sorted(_rows(sign_in(county.analyst).get(f"{ALL}&{query}").text)) == numbers


def test_htmx_gets_the_results_alone(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    part = browser.get(ALL, headers=HTMX).text
    assert part.lstrip().startswith('<section id="results"')
    assert "<html" not in part


def test_the_search_box_looks_through_all_orders(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    browser.post("/assess/decide", {"one": _pk("B2"), "decision": "confirmed"})
    assert _rows(browser.get("/search?q=电梯", follow=True).text) == ["B2"]


def test_confirming_answers_with_the_list_and_a_way_back(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    answer = browser.post(
        "/assess/decide",
        {"one": _pk("B1"), "decision": "confirmed", "back": "decision=pending&captured=0"},
        headers=HTMX,
    )
    assert "B1" not in _rows(answer.text) and len(_rows(answer.text)) == 3
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert toast == {"text": "已确认 1 件", "undo": str(_pk("B1"))}
    undone = browser.post(
        "/assess/undo", {"order": toast["undo"], "back": "decision=pending&captured=0"}, headers=HTMX
    )
    assert len(_rows(undone.text)) == 4


def test_a_second_click_changes_nothing_and_says_so(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    for _ in range(2):
        answer = browser.post("/assess/decide", {"one": _pk("B1"), "decision": "confirmed"}, follow=True)
    assert "这件工单已经是这个结论" in answer.text
    assert Event.objects.filter(kind="confirmed").count() == 1


def test_dismissing_needs_a_reason(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    bare = browser.post("/assess/decide", {"order": _pk("B1"), "decision": "dismissed"}, headers=HTMX)
    assert bare.status_code == 422
    assert bare.headers["X-Message"].isascii()
    other = browser.post(
        "/assess/decide", {"order": _pk("B1"), "decision": "dismissed", "reason": "other"}, follow=True
    )
    assert "请写明理由" in other.text
    assert WorkOrder.objects.get(number="B1").finding.decision == "pending"
    browser.post("/assess/decide", {"order": _pk("B1"), "decision": "dismissed", "reason": "substantive"})
    assert WorkOrder.objects.get(number="B1").finding.decision == "dismissed"


def test_ticked_orders_are_decided_together(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    ticked = [_pk("B1"), _pk("V1")]
    answer = browser.post("/assess/decide", {"order": ticked, "decision": "confirmed"}, follow=True)
    assert "已确认 2 件" in answer.text
    assert sorted(_rows(browser.get("/assess/?decision=confirmed&captured=0").text)) == ["B1", "V1"]


@pytest.mark.parametrize("order", ["", "abc", "9" * 30, "-1"])
def test_rubbish_in_place_of_an_order_is_refused(county: Cast, sign_in: SignIn, order: str) -> None:
    answer = sign_in(county.analyst).post(
        "/assess/decide", {"one": order, "decision": "confirmed"}, follow=True
    )
    assert answer.status_code == 200
    assert "没有选中工单" in answer.text


def test_the_way_back_leads_to_our_own_pages_only(county: Cast, sign_in: SignIn) -> None:
    answer = sign_in(county.analyst).post(
        "/assess/decide", {"one": _pk("B1"), "decision": "confirmed", "next": "https://elsewhere.example/"}
    )
    assert answer.headers["Location"] == reverse("assess")


def test_a_view_is_kept_shared_and_dropped(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    kept = browser.post(
        "/assess/views",
        {"name": "住建局", "query": f"decision=&captured=0&unit={county.bureau.pk}", "shared": "on"},
        follow=True,
    )
    assert sorted(_rows(kept.text)) == ["B1", "B2"]
    clerk = sign_in(county.clerk)
    assert "住建局" in sign_in(county.leader).get("/assess/").text
    view = county.analyst.saved_views.get()
    clerk.post(reverse("drop-view", args=[view.pk]))
    assert county.analyst.saved_views.count() == 1
    browser.post(reverse("drop-view", args=[view.pk]))
    assert county.analyst.saved_views.count() == 0


def test_an_empty_record_leads_to_the_import(cast: Cast, sign_in: SignIn) -> None:
    assert reverse("imports") in sign_in(cast.analyst).get("/assess/").text
    text = sign_in(cast.handler).get("/assess/").text
    assert "这里还没有工单" in text and reverse("imports") not in text


def test_pages_hold_thirty_rows_each(cast: Cast, importer: Importer, sign_in: SignIn) -> None:
    importer([row() for _ in range(35)])
    browser = sign_in(cast.analyst)
    first, second = browser.get(ALL).text, browser.get(f"{ALL}&page=2").text
    assert (len(_rows(first)), len(_rows(second))) == (30, 5)
    assert not set(_rows(first)) & set(_rows(second))


def test_a_list_that_was_swapped_in_leads_back_to_the_list(county: Cast, sign_in: SignIn) -> None:
    """A key pressed before the new list is bound submits it plainly: it must not ask for the address it was posted to."""
    browser = sign_in(county.analyst)
    swapped = browser.post(
        "/assess/decide",
        {"one": _pk("B1"), "decision": "confirmed", "back": "decision="},
        headers={"HX-Request": "true"},
    ).text
    there = swapped.split('name="next" value="')[1].split('"')[0]
    assert there.startswith("/assess/?")
    assert browser.get(there.replace("&amp;", "&")).status_code == 200


def test_likely_ones_are_a_chip_whose_count_agrees(county: Cast, sign_in: SignIn) -> None:
    Finding.objects.filter(order__number="V2").update(unresolved=0.2)
    browser = sign_in(county.analyst)
    shown = browser.get("/assess/?decision=&captured=0").context
    narrowed = browser.get(f"/assess/?{shown['likely_address']}").context
    assert narrowed["counts"].total == shown["likely"] == len(narrowed["page"].object_list)
    assert 0 < shown["likely"] < shown["counts"].total
    assert all(order.finding.unresolved >= 0.5 for order in narrowed["page"].object_list)
    assert narrowed["likely_on"] and not shown["likely_on"] and not narrowed["chips"][:-1]


def test_the_day_is_counted(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    assert "今天已研判" not in browser.get("/assess/?captured=0").text
    for number in ("B1", "V1"):
        browser.post("/assess/decide", {"one": _pk(number), "decision": "confirmed"})
    assert "今天已研判 2 件，还剩 2" in browser.get("/assess/?captured=0").text
    assert "今天已研判 1 件，还剩 0" in browser.get("/assess/?captured=0&q=污水").text
    browser.post("/assess/undo", {"one": _pk("B1")})
    assert "今天已研判 1 件，还剩 3" in browser.get("/assess/?captured=0").text
    assert "今天已研判" not in sign_in(county.leader).get("/assess/?captured=0").text


def test_coming_back_leads_to_the_row_one_left(cast: Cast, importer: Importer, sign_in: SignIn) -> None:
    importer([row(order=f"N{n:02d}", reply="您反映的情况已转交施工单位。") for n in range(35)])
    browser = sign_in(cast.analyst)
    last = _rows(browser.get(f"{ALL}&page=2").text)
    order = browser.get(f"/orders/{_pk(last[2])}/?decision=").text
    there = re.search(r'href="/assess/\?([^"]*at=\d+)"', order)
    assert there is not None
    back = browser.get("/assess/?captured=0&" + there[1].replace("&amp;", "&")).text
    assert _rows(back) == last and 'data-at="2"' in back
    browser.post("/assess/decide", {"one": _pk(last[2]), "decision": "confirmed"})
    gone = browser.get(f"/assess/?decision=pending&captured=0&at={_pk(last[2])}").text
    assert _rows(gone) == [*last[:2], *last[3:]] and 'data-at="2"' in gone


@pytest.mark.parametrize("at", ["", "abc", "9" * 30, "-1", "999999"])
def test_coming_back_from_nowhere_shows_the_beginning(county: Cast, sign_in: SignIn, at: str) -> None:
    text = sign_in(county.analyst).get(f"{ALL}&at={at}").text
    assert len(_rows(text)) == 4 and "data-at" not in text


def test_the_headline_speaks_the_language_of_the_page(
    cast: Cast, importer: Importer, sign_in: SignIn
) -> None:
    importer([row(order="H1", reply="")])
    browser = sign_in(cast.analyst)
    chinese = re.findall(r'<p class="quote">([^<]+)', browser.get(ALL).text)
    browser.post("/language", {"language": "en", "next": "/"})
    english = re.findall(r'<p class="quote">([^<]+)', browser.get(ALL).text)
    assert (chinese, english) == (["没有答复"], ["No reply"])
    number = WorkOrder.objects.get(number="H1").matter_link.matter.number
    assert english[0] in browser.get(f"/library/{number}/").text


def test_empty_lists_say_why_and_what_next(cast: Cast, importer: Importer, sign_in: SignIn) -> None:
    browser = sign_in(cast.analyst)
    assert "导入热线平台导出的表格" in browser.get("/assess/").text
    assert "指挥中心导入并识别后" in sign_in(cast.clerk).get("/assess/").text
    importer([row(order="E1", reply="您反映的情况已转交施工单位。")])
    assert "没有符合条件的工单" in browser.get("/assess/?q=没有的词").text
    browser.post("/assess/decide", {"one": _pk("E1"), "decision": "confirmed"})
    assert "都研判完了" in browser.get("/assess/").text
    assert "这一栏还没有工单" in browser.get("/assess/?decision=dismissed").text


def test_a_verdict_of_a_colleague_is_not_overwritten_unseen(county: Cast, sign_in: SignIn) -> None:
    order = WorkOrder.objects.get(number="B1")
    mine, theirs = sign_in(county.analyst), sign_in(county.administrator)
    seen = re.search(r'name="seen" value="([^"]+)"', mine.get("/assess/").text)
    assert seen is not None
    theirs.post("/assess/decide", {"one": order.pk, "decision": "confirmed"})
    form = {"one": order.pk, "decision": "dismissed", "reason": "misread", "seen": seen[1]}
    told = mine.post("/assess/decide", form, follow=True).text
    assert "administrator 刚判了其中 1 件（已确认），没有改动" in told
    assert Finding.objects.get(order=order).decision == "confirmed"
    again = re.search(r'name="seen" value="([^"]+)"', told)
    assert again is not None
    mine.post("/assess/decide", form | {"seen": again[1]})
    assert Finding.objects.get(order=order).decision == "dismissed", "having seen it, one may"


def test_shared_views_stay_among_colleagues(county: Cast, sign_in: SignIn) -> None:
    sign_in(county.analyst).post("/assess/views", {"name": "盯住建局", "query": "", "shared": "on"})
    assert "盯住建局" in sign_in(county.leader).get("/assess/").text
    assert "盯住建局" not in sign_in(county.handler).get("/assess/").text


@pytest.mark.parametrize(
    "address",
    [
        "/assess/?until=9999-12-31&since=0001-01-01",
        "/assess/?closed_until=9999-12-31",
        "/commitments/?until=9999-12-31&since=0001-01-01",
    ],
)
def test_the_ends_of_time_are_dates_too(county: Cast, sign_in: SignIn, address: str) -> None:
    assert sign_in(county.analyst).get(address).status_code == 200


def test_a_nul_is_refused_on_every_database(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    assert browser.get("/assess/?q=a%00b").status_code == 400
    assert browser.get("/library/a%00/").status_code == 400
    assert browser.post("/assess/views", {"name": "a\0b", "query": ""}).status_code == 400
