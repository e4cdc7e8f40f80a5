"""Who gets which page, and that another unit's order is nowhere: not by address, list, count, search or act."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import Cast
from tests.web.conftest import SignIn

from wenxiao.orders.models import WorkOrder

PAGES = ("assess", "library", "commitments", "overview", "imports")


@pytest.mark.parametrize(
    ("who", "shut"),
    [
        ("analyst", ()),
        ("administrator", ()),
        ("leader", ("imports",)),
        ("handler", ("imports",)),
        ("clerk", ("imports",)),
        ("stranger", ("imports",)),
    ],
)
def test_each_role_gets_its_pages(county: Cast, sign_in: SignIn, who: str, shut: tuple[str, ...]) -> None:
    browser = sign_in(getattr(county, who))
    for page in PAGES:
        answer = browser.get(reverse(page))
        assert answer.status_code == (403 if page in shut else 200), page
        assert ("没有这项权限" in answer.text) == (page in shut)


@pytest.mark.parametrize("page", PAGES)
def test_nobody_gets_in_without_signing_in(county: Cast, page: str) -> None:
    answer = Client().get(reverse(page))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/?next=")


def test_signing_in_and_out(county: Cast) -> None:
    browser = Client()
    wrong = browser.post("/login/", {"username": "analyst", "password": "no"})
    assert "账号或密码不对" in wrong.text
    right = browser.post("/login/", {"username": "analyst", "password": "correct horse"}, follow=True)
    assert right.request["PATH_INFO"] == "/assess/"
    assert browser.post("/logout/", follow=True).request["PATH_INFO"] == "/login/"
    assert browser.get("/assess/").status_code == 302


def test_a_leader_begins_with_the_overview(county: Cast, sign_in: SignIn) -> None:
    assert sign_in(county.leader).get("/").headers["Location"] == "/overview/"


def _pk(number: str) -> int:
    return WorkOrder.objects.values_list("pk", flat=True).get(number=number)


@pytest.mark.parametrize("name", ["order", "peek"])
def test_the_address_of_another_units_order_is_not_there(county: Cast, sign_in: SignIn, name: str) -> None:
    clerk = sign_in(county.clerk)
    assert clerk.get(reverse(name, args=[_pk("V1")])).status_code == 200
    assert clerk.get(reverse(name, args=[_pk("B1")])).status_code == 404
    assert clerk.get(reverse(name, args=[987654])).status_code == 404


def test_revealing_another_units_caller_is_not_there(county: Cast, sign_in: SignIn) -> None:
    assert sign_in(county.clerk).post(reverse("reveal", args=[_pk("B1")])).status_code == 404


def test_the_matter_of_another_unit_is_not_there(county: Cast, sign_in: SignIn) -> None:
    number = WorkOrder.objects.get(number="B1").matter_link.matter.number
    assert sign_in(county.analyst).get(reverse("matter", args=[number])).status_code == 200
    assert sign_in(county.clerk).get(reverse("matter", args=[number])).status_code == 404


def test_lists_counts_and_search_know_only_the_scope(county: Cast, sign_in: SignIn) -> None:
    clerk = sign_in(county.clerk)
    everything = clerk.get("/assess/?decision=&captured=0").text
    assert "共 2 件" in everything and "沟渠排污水" in everything
    assert "工地夜间施工" not in everything
    found = clerk.get("/assess/?decision=&captured=0&q=工地").text
    assert "没有符合条件的工单" in found
    asked_by_unit = clerk.get(f"/assess/?decision=&captured=0&unit={county.bureau.pk}").text
    assert "没有符合条件的工单" in asked_by_unit and county.bureau.name not in asked_by_unit
    for page in ("library", "commitments", "overview"):
        assert "工地夜间施工" not in clerk.get(reverse(page)).text


def test_an_export_holds_only_the_scope(county: Cast, sign_in: SignIn) -> None:
    import io

    from openpyxl import load_workbook

    answer = sign_in(county.clerk).post("/assess/export", {"query": "decision=&captured=0"})
    rows = list(load_workbook(io.BytesIO(b"".join(answer))).active.values)  # type: ignore[arg-type, union-attr]
    assert sorted(str(r[0]) for r in rows[1:]) == ["V1", "V2"]


@pytest.mark.parametrize("who", ["clerk", "leader"])
def test_only_those_who_assess_decide(county: Cast, sign_in: SignIn, who: str) -> None:
    answer = sign_in(getattr(county, who)).post("/assess/decide", {"one": _pk("V1"), "decision": "confirmed"})
    assert answer.status_code == 403
    assert WorkOrder.objects.get(number="V1").finding.decision == "pending"


def test_who_only_reads_sees_no_buttons_to_decide(county: Cast, sign_in: SignIn) -> None:
    text = sign_in(county.leader).get("/assess/?decision=&captured=0").text
    assert "工地夜间施工" in text
    assert "data-dismiss" not in text and 'name="one"' not in text


def test_unknown_pages_say_so(county: Cast, sign_in: SignIn) -> None:
    answer = sign_in(county.analyst).get("/nowhere/")
    assert answer.status_code == 404
    assert "没有找到这个页面" in answer.text


def test_a_session_that_ended_under_a_form_leads_back_to_its_page(county: Cast, client: Client) -> None:
    page = "http://testserver/assess/?decision=confirmed"
    gone = client.post("/assess/decide", {"one": "1"}, headers={"Referer": page})
    assert gone.headers["Location"] == "/login/?next=/assess/%3Fdecision%3Dconfirmed&lost=1"
    for elsewhere in ("", "https://elsewhere.example/x", "javascript:alert(1)"):
        gone = client.post("/assess/decide", {"one": "1"}, headers={"Referer": elsewhere})
        assert gone.headers["Location"] == "/login/?next=/&lost=1"


def test_files_of_the_pages_are_kept_by_the_browser_and_change_their_address(client: Client) -> None:
    text = client.get("/login/").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"#]+)', text)
    assert len(addresses) > 6
    assert all(re.search(r"\?v=[0-9a-f]{12}$", address) for address in addresses)


def test_no_way_back_leads_to_another_units_order(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.handler)
    theirs = WorkOrder.objects.select_related("matter_link__matter").get(number="V1")
    text = browser.get(f"/assess/?decision=&captured=0&at={theirs.pk}").text
    assert "data-at" not in text and "V1" not in re.findall(r'no">([^<]+)<', text)
    matter = theirs.matter_link.matter.number
    assert "<ol" not in browser.get(f"/assess/?decision=&captured=0&matter={matter}").text


@pytest.mark.parametrize("address", ["/assess/decide", "/assess/undo", "/models/train", "/logout/"])
def test_an_address_for_forms_is_no_blank_page(county: Cast, sign_in: SignIn, address: str) -> None:
    answer = sign_in(county.administrator).get(address)
    assert answer.status_code == 404 and "没有找到这个页面" in answer.text
