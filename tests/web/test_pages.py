"""Library, ledger and overview: what they show, what they lead to, and what every page owes its reader."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import Cast, Importer
from tests.web.conftest import SignIn

from wenxiao.library.matters import matter_story
from wenxiao.library.models import Commitment, Matter
from wenxiao.orders.models import WorkOrder


def test_the_ledger_sorts_promises_by_due_date(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    overdue = browser.get("/commitments/?due=overdue").text
    assert "2026-10-10" in overdue and "2026-12-15" not in overdue
    later = browser.get("/commitments/?due=later").text
    assert "2026-12-15" in later and "2026-10-10" not in later


def test_a_promise_moves_along_its_states_only(county: Cast, sign_in: SignIn) -> None:
    promise = Commitment.objects.exclude(due=None).order_by("pk").first()
    assert promise is not None
    browser = sign_in(county.analyst)
    address = reverse("commitment-state", args=[promise.pk])
    assert (
        "承诺已改为“已兑现”" in browser.post(address, {"state": "kept", "note": "有照片"}, follow=True).text
    )
    assert "不能从“已兑现”改为“不成立”" in browser.post(address, {"state": "cancelled"}, follow=True).text
    assert sign_in(county.clerk).post(address, {"state": "broken"}).status_code == 403
    promise.refresh_from_db()
    assert promise.state == "kept"


def test_a_matter_tells_its_story(county: Cast, sign_in: SignIn) -> None:
    matter = WorkOrder.objects.get(number="V1").matter_link.matter
    text = sign_in(county.analyst).get(reverse("matter", args=[matter.number])).text
    assert matter.number in text and "沟渠排污水" in text and "来龙去脉" in text
    reasons = matter_story(county.analyst, matter.number).reasons
    assert reasons and all(html.escape(reason) in text for reason in reasons)


def test_the_library_narrows_by_grade(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    for grade in ("red", "orange", "yellow", "blue"):
        text = browser.get(f"/library/?grades={grade}").text
        shown = set(re.findall(r"M\d{6}", text))
        assert shown == set(Matter.objects.filter(grade=grade).values_list("number", flat=True))


def test_every_figure_opens_as_many_orders_as_it_says(county: Cast, sign_in: SignIn) -> None:
    for who in (county.analyst, county.clerk):
        browser = sign_in(who)
        text = browser.get("/overview/").text
        links = re.findall(r'<td class="num"><a href="([^"]+)">([\d,]+)</a>', text)
        links += re.findall(
            r'<li class="card"><a href="([^"]+)"><span[^>]*>[^<]*</span><b>([\d,]+)</b>', text
        )
        assert len(links) > 10
        for address, value in links:
            opened = browser.get(html.unescape(address)).text
            if "/commitments/" in address:
                here = re.search(r'aria-current="page">[^<]* <span class="tally">([\d,]+)', opened)
            else:
                here = re.search(r"共 ([\d,]+) 件", opened)
            assert here is not None and here[1] == value, address


def test_charts_have_table_twins(county: Cast, sign_in: SignIn) -> None:
    text = sign_in(county.leader).get("/overview/").text
    for name in ("kinds", "units", "due", "repeats"):
        assert f'id="d-{name}"' in text
    assert text.count('<details class="twin"') == 4


@pytest.mark.parametrize("page", ["assess", "library", "commitments", "overview", "imports"])
def test_an_empty_record_is_explained(cast: Cast, sign_in: SignIn, page: str) -> None:
    text = sign_in(cast.analyst).get(reverse(page)).text
    assert re.search(r'class="(card )?state"|class="state', text)


def _addresses() -> list[str]:
    order = WorkOrder.objects.get(number="B1")
    return [
        "/assess/", "/library/", "/commitments/", "/overview/", "/import/", "/password/",
        reverse("order", args=[order.pk]), reverse("matter", args=[order.matter_link.matter.number]),
    ]  # fmt: skip


def test_pages_hold_no_inline_code_and_load_nothing_from_elsewhere(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    for address in [*_addresses(), "/nowhere/"]:
        answer = browser.get(address)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", answer.text), address
        scripts = re.findall(r"<script(?![^>]*application/json)([^>]*)>(.*?)</script>", answer.text, re.S)
        assert all("src=" in attributes and not body for attributes, body in scripts), address
        assert not re.search(r'(src|href|action)="(https?:)?//', answer.text), address


def test_pages_name_their_language_title_and_one_heading(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    titles = set()
    for address in _addresses():
        text = browser.get(address).text
        assert '<html lang="zh-Hans">' in text
        assert len(re.findall(r"<h1", text)) == 1, address
        title = re.search(r"<title>(.+?)</title>", text)
        assert title is not None
        titles.add(title[1])
    assert len(titles) == len(_addresses())


def test_nothing_personal_stays_in_a_cache(county: Cast, sign_in: SignIn) -> None:
    assert sign_in(county.analyst).get("/assess/").headers["Cache-Control"] == "no-store"


def test_signing_in_goes_on_to_our_own_pages_only(county: Cast) -> None:
    given = {"username": "analyst", "password": "correct horse", "next": "https://elsewhere.example/"}
    assert Client().post("/login/", given).headers["Location"] == "/"


def test_a_word_that_looks_like_code_is_shown_as_words(
    cast: Cast, importer: Importer, sign_in: SignIn
) -> None:
    from tests.conftest import row

    importer(
        [row(order="X1", title="<script>alert(1)</script>", reply="已转交<b>镇里</b>处理&amp;，请等待。")]
    )
    order = WorkOrder.objects.get(number="X1")
    for address in (
        "/assess/?decision=&captured=0",
        reverse("order", args=[order.pk]),
        "/commitments/",
        "/library/",
    ):
        text = sign_in(cast.analyst).get(address).text
        assert "<script>alert" not in text and "<b>镇里" not in text
