"""How orders belong together, through the pages: what ties them, acts with the way back, proposals, hot matters."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.conftest import TODAY, Cast, Importer, row
from tests.web.conftest import SignIn

from wenxiao.library.grouping import group_all, refresh_matters
from wenxiao.library.models import Matter, MatterAct, MatterLink, NotSame, Proposal, RelatedOrders
from wenxiao.library.services import confirm_finding
from wenxiao.orders.models import WorkOrder

SEWAGE = "润泽食品厂在厂门外修了排污口，污水直接排进旁边的沟渠，臭得不敢开窗。"


def sewage(number: str, day: int, **more: str) -> dict[str, str]:
    """A call about one outlet, on a day of November, each by another caller."""
    return row(
        order=number,
        title="河口镇润泽食品厂污水直排沟渠",
        content=SEWAGE,
        called_at=f"2026-11-{day:02d} 09:00:00",
        phone=f"139000000{day:02d}",
        caller=f"周{day}",
        **more,
    )


def pk(number: str) -> int:
    return WorkOrder.objects.get(number=number).pk


def home(number: str) -> str:
    return MatterLink.objects.get(order__number=number).matter.number


def page_of(number: str) -> str:
    return reverse("matter", args=[home(number)])


@pytest.fixture
def outlet(cast: Cast, importer: Importer) -> Cast:
    """Six calls of six people about the outlet, the fourth of the village's; one call about something else."""
    calls = [sewage(f"A{n}", 14 + n) for n in range(1, 7)]
    calls[3]["unit"] = "柳岸村"
    importer(
        [
            *calls,
            row(
                order="B1",
                title="建设路18号工地夜间打桩",
                content="工地半夜还在打桩，吵得睡不着。",
                address="县城建设路18号",
            ),
        ]
    )
    return cast


@pytest.fixture
def analyst(outlet: Cast, sign_in: SignIn) -> Client:
    return sign_in(outlet.analyst)


def test_each_order_says_what_ties_it(analyst: Client) -> None:
    text = analyst.get(page_of("A1")).text
    assert text.count("是同一事项的可能性") == 5
    assert "润泽食品厂" in text and "地点、主体" in text
    assert "群体诉求 · 6 人" in text
    assert f"{reverse('compare')}?a={pk('A1')}" in text


def test_two_orders_side_by_side(analyst: Client) -> None:
    text = analyst.get(f"{reverse('compare')}?a={pk('A1')}&b={pk('A2')}").text
    assert '<mark class="ev name">润泽食品厂</mark>' in text
    assert "系统归为同一事项" in text and f"同在事项 {home('A1')}" in text
    other = analyst.get(f"{reverse('compare')}?a={pk('A1')}&b={pk('B1')}").text
    assert "系统认为不是同一事项" in other and "不像同一件事" in other
    for bad in ("", "?a=1", "?a=x&b=2", f"?a={pk('A1')}&b=99999999", "?a=9999999999999999999&b=1"):
        assert analyst.get(f"{reverse('compare')}{bad}").status_code == 404


def test_a_confidential_order_is_not_compared(analyst: Client) -> None:
    WorkOrder.objects.filter(number="A2").update(is_confidential=True)
    text = analyst.get(f"{reverse('compare')}?a={pk('A1')}&b={pk('A2')}").text
    assert "不比较" in text and "<mark" not in text and text.count(SEWAGE) == 1
    assert analyst.get(page_of("A1")).text.count("是同一事项的可能性") == 4


def test_split_with_the_way_back(analyst: Client) -> None:
    was = home("A1")
    data = {"act": "split", "order": [pk("A5"), pk("A6")], "note": "另一个排口"}
    answer = analyst.post(reverse("settle", args=[was]), data, follow=True)
    assert home("A5") == home("A6") != home("A1") == was
    assert (
        "另一个排口" in answer.text and reverse("act-undo", args=[MatterAct.objects.get().pk]) in answer.text
    )
    analyst.post(reverse("act-undo", args=[MatterAct.objects.get().pk]))
    assert home("A5") == was


def test_merged_numbers_lead_on(analyst: Client) -> None:
    gone, stays = home("B1"), home("A1")
    analyst.post(reverse("settle", args=[gone]), {"act": "merge", "to": stays})
    answer = analyst.get(reverse("matter", args=[gone]))
    assert answer.status_code == 302 and answer["Location"] == reverse("matter", args=[stays])
    assert gone not in analyst.get("/library/?state=").text


def test_move_not_the_same_and_what_cannot_be(analyst: Client) -> None:
    settle = reverse("settle", args=[home("A1")])
    analyst.post(settle, {"act": "move", "order": pk("A6"), "to": home("B1")})
    assert home("A6") == home("B1")
    analyst.post(reverse("apart"), {"a": pk("A1"), "b": pk("A2")})
    assert home("A1") != home("A2") and NotSame.objects.count() == 1
    count = MatterAct.objects.count()
    for data in (
        {"act": "move", "order": pk("A1"), "to": "M999999"},
        {"act": "move", "order": pk("A1"), "to": ""},
        {"act": "split"},
        {"act": "compare", "order": pk("A1")},
        {"act": "close"},
        {"act": "nonsense"},
    ):
        answer = analyst.post(settle, data, follow=True)
        assert answer.status_code == 200 and 'class="toast-it error"' in answer.text, data
    assert MatterAct.objects.count() == count


def test_two_ticked_orders_are_compared(analyst: Client) -> None:
    data = {"act": "compare", "order": [pk("A1"), pk("A3")]}
    answer = analyst.post(reverse("settle", args=[home("A1")]), data)
    assert answer["Location"] == f"{reverse('compare')}?a={pk('A1')}&b={pk('A3')}"


def test_a_proposal_is_answered(outlet: Cast, analyst: Client, importer: Importer) -> None:
    assert "没有等待确认的建议" in analyst.get(reverse("proposals")).text
    confirm_finding(actor=outlet.analyst, order=pk("A1"))
    importer([sewage("A7", 23), sewage("A8", 24)])
    text = analyst.get(reverse("proposals")).text
    assert "A7" in text and "A8" in text and home("A1") in text
    assert "系统建议归并" in analyst.get(page_of("A1")).text
    one = Proposal.objects.get(order__number="A7")
    analyst.post(reverse("proposal", args=[one.pk]), {"answer": "accept", "next": "proposals"})
    assert home("A7") == home("A1")
    other = Proposal.objects.get(order__number="A8")
    analyst.post(reverse("proposal", args=[other.pk]), {"answer": "refuse"})
    group_all(TODAY)
    assert "没有等待确认的建议" in analyst.get(reverse("proposals")).text


def test_related_orders_are_followed(analyst: Client) -> None:
    low, high = sorted((pk("A1"), pk("B1")))
    RelatedOrders.objects.all().delete()
    RelatedOrders.objects.create(low_id=low, high_id=high, tie=0.8)
    text = analyst.get(page_of("A1")).text
    assert "相关但不是同一件事" in text and home("B1") in text


def test_hot_matters_with_an_alert(analyst: Client, outlet: Cast) -> None:
    WorkOrder.objects.filter(number="A1").update(longitude=120.5, latitude=32.3)
    text = analyst.get(reverse("hot")).text
    assert home("A1") in text and home("B1") not in text
    assert 'class="daybars"' in text and text.count("<circle") == 1
    assert "来电突增" in analyst.get("/overview/").text
    WorkOrder.objects.update(longitude=None, called_at="2026-01-01 09:00:00")
    refresh_matters(TODAY)
    assert "目前没有正在升温的事项" in analyst.get(reverse("hot")).text
    assert "来电突增" not in analyst.get("/overview/").text


def test_calls_that_come_in_late_are_hot_on_their_own_day(analyst: Client, settings: Any) -> None:
    settings.TODAY = TODAY + timedelta(days=20)
    text = analyst.get(reverse("hot")).text
    assert home("A1") in text and f"{settings.TODAY:%Y-%m-%d}" not in text
    settings.TODAY = TODAY + timedelta(days=100)
    assert "目前没有正在升温的事项" in analyst.get(reverse("hot")).text


def test_calls_that_wait_for_a_yes_make_a_matter_hot_too(
    outlet: Cast, analyst: Client, importer: Importer
) -> None:
    WorkOrder.objects.update(called_at="2026-08-01 09:00:00")
    confirm_finding(actor=outlet.analyst, order=pk("A1"))
    importer([sewage(f"C{n}", 20 + n) for n in range(3)])
    assert not MatterLink.objects.filter(order__number="C0").exists()
    assert home("A1") in analyst.get(reverse("hot")).text


def test_a_handler_is_shown_nothing_of_others(outlet: Cast, sign_in: SignIn, importer: Importer) -> None:
    """The village has one of the six orders: no tie, no number, no growth, no proposal tells of the rest."""
    confirm_finding(actor=outlet.analyst, order=pk("A1"))
    importer([sewage("A7", 23)])
    clerk = sign_in(outlet.clerk)
    text = clerk.get(page_of("A4")).text
    # As a word: a random token of the page may well hold the two characters.
    assert not re.search(r"\bA[123567]\b", text)
    assert "是同一事项的可能性" not in text and "群体诉求" not in text and "系统建议" not in text
    assert clerk.get(f"{reverse('compare')}?a={pk('A4')}&b={pk('A1')}").status_code == 404
    assert home("A1") not in clerk.get(reverse("hot")).text
    assert "来电突增" not in clerk.get("/overview/").text
    assert clerk.get(reverse("proposals")).status_code == 403
    assert "归并建议" not in clerk.get("/library/").text
    assert clerk.get(reverse("matter", args=[home("B1")])).status_code == 404


def test_a_handler_and_a_leader_cannot_act(outlet: Cast, sign_in: SignIn) -> None:
    number = home("A1")
    low = MatterLink.objects.order_by("pk").values_list("order", "matter")
    was = list(low)
    for who in (outlet.clerk, outlet.leader):
        browser = sign_in(who)
        for address, data in (
            (reverse("settle", args=[number]), {"act": "split", "order": pk("A4")}),
            (reverse("settle", args=[number]), {"act": "merge", "to": home("B1")}),
            (reverse("apart"), {"a": pk("A4"), "b": pk("A1")}),
            (reverse("proposal", args=[1]), {"answer": "accept"}),
            (reverse("act-undo", args=[1]), {}),
        ):
            assert browser.post(address, data).status_code == 403, address
    assert list(low.all()) == was


def test_a_pointer_tells_a_handler_nothing(outlet: Cast, sign_in: SignIn, analyst: Client) -> None:
    """Another unit's matter, merged into another unit's matter, is not there; nor is one merged into mine hidden."""
    gone = Matter.objects.create(
        number="M000800", title="x", merged_into=Matter.objects.get(number=home("B1"))
    )
    mine = Matter.objects.create(
        number="M000801", title="x", merged_into=Matter.objects.get(number=home("A4"))
    )
    clerk = sign_in(outlet.clerk)
    assert clerk.get(reverse("matter", args=[gone.number])).status_code == 404
    assert clerk.get(reverse("matter", args=[mine.number])).status_code == 302


def test_no_list_costs_a_query_a_row(outlet: Cast, analyst: Client, importer: Importer) -> None:
    confirm_finding(actor=outlet.analyst, order=pk("A1"))

    def count(address: str) -> int:
        analyst.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert analyst.get(address).status_code == 200
        return len(queries)

    pages = [
        reverse("hot"),
        reverse("proposals"),
        page_of("A1"),
        f"{reverse('compare')}?a={pk('A1')}&b={pk('A2')}",
    ]

    def more(start: int) -> None:
        importer([sewage(f"D{start}{n}", 16 + n) for n in range(3)])
        for n in range(start, start + 3):
            bridge = {"title": f"城北{n}号桥下堆垃圾", "content": f"城北{n}号桥下有人堆垃圾，没人清运。"}
            importer([{**sewage(f"E{n}{m}", 20 + m), **bridge} for m in range(4)])
        RelatedOrders.objects.get_or_create(low_id=pk("A1"), high_id=pk(f"E{start}0"), defaults={"tie": 0.7})

    more(10)
    few = [count(page) for page in pages]
    more(20)
    assert [count(page) for page in pages] == few
    assert max(few) <= 30
