"""The page of an order: the words with their evidence, the reasons, promises, personal data, stepping through."""

from __future__ import annotations

import html
import re

from django.urls import reverse
from tests.conftest import Cast, Importer, row
from tests.web.conftest import SignIn

from wenxiao.learning.models import SecondReading
from wenxiao.library.models import Finding
from wenxiao.orders.models import Event, WorkOrder


def _order(number: str) -> WorkOrder:
    return WorkOrder.objects.select_related("finding").get(number=number)


def _marked(text: str) -> dict[str, str]:
    """What the page marks: number of the evidence → its words, joined over pieces."""
    found: dict[str, str] = {}
    for numbers, inside in re.findall(r'<mark class="ev [^"]*" data-ev="([^"]+)">(.*?)</mark>', text, re.S):
        words = html.unescape(re.sub(r"<sup.*?</sup>", "", inside, flags=re.S))
        for number in numbers.split():
            found[number] = found.get(number, "") + words
    return found


def test_evidence_is_marked_just_where_it_stands(county: Cast, sign_in: SignIn) -> None:
    order = _order("B1")
    text = sign_in(county.analyst).get(reverse("order", args=[order.pk])).text
    strongest = sorted(order.finding.evidence, key=lambda e: -abs(e["weight"]))
    expected = {
        str(n): getattr(order, e["field"])[e["start"] : e["end"]]
        for n, e in enumerate(strongest, 1)
        if e["start"] is not None and abs(e["weight"]) >= 0.005
    }
    marked = _marked(text)
    assert expected
    assert {n: marked[n] for n in expected} == expected


def test_every_signal_is_explained_with_its_share(county: Cast, sign_in: SignIn) -> None:
    text = sign_in(county.analyst).get(reverse("order", args=[_order("B1").pk])).text
    assert "只转不办" in text and "答复说已转给别的单位" in text
    shares = [int(n) for n in re.findall(r"[↑↓] 占 (\d+)%", text)]
    assert shares and 95 <= sum(shares) <= 105


def test_what_is_told_of_many_clauses_is_told_once_beside_the_words_of_each(
    cast: Cast, importer: Importer, sign_in: SignIn
) -> None:
    reply = (
        "前期因人员调整，维修不及时。灯具正在采购。维修方案正在细化。情况已知晓并处置。此后夜间照明会改善。"
    )
    importer([row(order="W1", reply=reply)])
    order = _order("W1")
    spoken = [e for e in order.finding.evidence if e["signal"] == "wording" and e["weight"] >= 0.005]
    text = sign_in(cast.analyst).get(reverse("order", args=[order.pk])).text
    assert len(spoken) > 1 and text.count("多见于没有办成的工单") == 1
    for evidence in spoken:
        assert f'<p class="quote small up">{evidence["text"]}</p>' in text


#: An order of enforcement that two bodies must act on.
_JOINT = {
    "title": "举报化工厂夜间偷排废水",
    "content": "厂里每天夜里偷排废水，要求环保和城管一起查处。",
    "reply": "县生态环境局会同县城管局、河口镇到现场检查，已立案查处，责令限期整改，下一步三家单位联合办理。",
}


def test_kinds_say_what_stands_behind_them(cast: Cast, importer: Importer, sign_in: SignIn) -> None:
    importer([row(order="K1", **_JOINT)])
    order = _order("K1")
    assert order.finding.is_enforcement and order.finding.is_crossing
    browser = sign_in(cast.analyst)
    for name in ("order", "peek"):
        text = browser.get(reverse(name, args=[order.pk])).text
        assert "<dt>执法领域</dt><dd>环保" in text and "立案、" in text
        assert "<dt>跨什么</dt><dd>部门" in text and "县生态环境局、" in text
    browser.post(reverse("set_language"), {"language": "en"})
    text = browser.get(reverse("order", args=[order.pk])).text
    assert "<dt>Field of enforcement</dt><dd>environment" in text and "case opened, " in text
    assert "<dt>Crosses</dt><dd>departments" in text


def test_a_confidential_order_does_not_name_its_bodies(
    cast: Cast, importer: Importer, sign_in: SignIn
) -> None:
    importer([row(order="K1", **_JOINT)])
    WorkOrder.objects.filter(number="K1").update(is_confidential=True)
    for name in ("order", "peek"):
        text = sign_in(cast.analyst).get(reverse(name, args=[_order("K1").pk])).text
        assert "执法类" in text and "执法领域" not in text and "涉及单位" not in text


def test_a_promise_shows_its_date_and_its_arithmetic(county: Cast, sign_in: SignIn) -> None:
    order = _order("B2")
    promise = order.commitments.exclude(due=None).first()
    assert promise is not None
    text = sign_in(county.analyst).get(reverse("order", args=[order.pk])).text
    unbroken = re.sub(r"(\d{4}-\d\d-\d\d)", r'<span class="nowrap">\1</span>', html.escape(promise.basis))
    assert "2026-12-15" in unbroken and unbroken in text
    assert _marked(text)["A"] == promise.text


def test_personal_data_is_masked_until_somebody_looks_and_leaves_a_trace(
    county: Cast, sign_in: SignIn
) -> None:
    order = _order("B2")
    browser = sign_in(county.handler)
    text = browser.get(reverse("order", args=[order.pk])).text
    assert "13912345678" not in text and "王建国" not in text and "12号楼301室" not in text
    seen = browser.post(reverse("reveal", args=[order.pk])).text
    assert "13912345678" in seen and "王建国" in seen and "12号楼301室" in seen
    trace = Event.objects.get(kind="revealed")
    assert (trace.order_id, trace.actor) == (order.pk, county.handler)
    assert browser.get(reverse("reveal", args=[order.pk])).status_code == 404


def test_numbers_in_the_texts_are_masked_too(cast: Cast, importer: Importer, sign_in: SignIn) -> None:
    importer([row(order="P1", content="请打我电话13800138000，尽快来修路灯。", title="联系13800138000")])
    text = sign_in(cast.analyst).get(reverse("order", args=[_order("P1").pk])).text
    assert "13800138000" not in text
    assert "13800138000" not in sign_in(cast.analyst).get("/assess/?decision=&captured=0").text


def test_a_confidential_order_hides_its_content(county: Cast, sign_in: SignIn) -> None:
    WorkOrder.objects.filter(number="B1").update(is_confidential=True)
    order = _order("B1")
    analyst, handler = sign_in(county.analyst), sign_in(county.handler)
    for browser in (analyst, handler):
        for address in (
            "/assess/?decision=&captured=0",
            reverse("order", args=[order.pk]),
            reverse("peek", args=[order.pk]),
            reverse("matter", args=[order.matter_link.matter.number]),
            reverse("library"),
            reverse("commitments"),
        ):
            text = browser.get(address).text
            assert "打桩" not in text and "已转交施工单位" not in text, address
            assert "工地夜间施工" not in text, address
    assert "打桩" in analyst.post(reverse("reveal", args=[order.pk])).text
    assert handler.post(reverse("reveal", args=[order.pk])).status_code == 403
    assert Event.objects.filter(kind="revealed").count() == 1


def test_the_verdict_stands_on_the_page_with_its_reason(county: Cast, sign_in: SignIn) -> None:
    order = _order("B1")
    browser = sign_in(county.analyst)
    here = reverse("order", args=[order.pk])
    given = {
        "order": order.pk,
        "decision": "dismissed",
        "reason": "answered",
        "note": "已当面说明",
        "next": here,
    }
    text = browser.post("/assess/decide", given, follow=True).text
    assert "咨询类，答复完整" in text and "已当面说明" in text and "撤销结论" in text
    text = browser.post("/assess/undo", {"one": order.pk, "next": here}, follow=True).text
    assert "还没有研判结论" in text and "以前的结论" not in text.split("流转记录")[0]


def test_a_verdict_on_an_older_version_asks_for_another_look(
    county: Cast, sign_in: SignIn, importer: Importer
) -> None:
    order = _order("B1")
    browser = sign_in(county.analyst)
    browser.post("/assess/decide", {"one": order.pk, "decision": "confirmed"})
    importer(
        [row(order="B1", title="工地夜间施工", reply="经现场核查，9月8日起已停止夜间施工，来电人确认。")]
    )
    text = browser.get(reverse("order", args=[order.pk])).text
    assert "下结论以后，工单内容变了" in text and "第 2 版" in text


def test_stepping_goes_through_the_list_that_one_came_from(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    query = f"decision=&captured=0&unit={county.bureau.pk}"
    first, second = Finding.objects.filter(order__number__startswith="B").order_by("-unresolved", "-order")
    text = browser.get(f"{reverse('order', args=[first.order_id])}?{query}").text
    assert f'data-key="n" href="{reverse("order", args=[second.order_id])}' in text
    assert 'data-key="p"' not in text


def test_an_order_without_a_finding_says_that_reading_is_to_come(county: Cast, sign_in: SignIn) -> None:
    order = _order("B1")
    order.finding.delete()
    text = sign_in(county.analyst).get(reverse("order", args=[order.pk])).text
    assert "还没有识别" in text


def test_the_second_reader_stands_beside_the_judgement(county: Cast, sign_in: SignIn) -> None:
    order = WorkOrder.objects.get(number="V1")
    address = reverse("order", args=[order.pk])
    browser = sign_in(county.analyst)
    assert "第二读者" not in browser.get(address).text
    SecondReading.objects.create(
        order=order,
        order_version=1,
        model="demo-7b",
        answered=True,
        unresolved=True,
        reason="只转不办",
        start=4,
        end=10,
    )
    page = browser.get(address).text
    assert "第二读者的意见" in page and "只转不办" in page and "不计入可能性" in page


def test_a_promise_is_put_right_on_the_page(county: Cast, sign_in: SignIn) -> None:
    order = WorkOrder.objects.get(number="B2")
    promise = order.commitments.get()
    browser = sign_in(county.analyst)
    address = reverse("commitment-correct", args=[promise.pk])
    form = {
        "text": promise.text,
        "due": "2026-12-20",
        "concrete": "1",
        "next": reverse("order", args=[order.pk]),
    }
    page = browser.post(address, form, follow=True).text
    assert "2026-12-20" in page and "机器原来读作：到期 2026-12-15" in page
    assert "日期应写成" in browser.post(address, {**form, "due": "明天"}, follow=True).text
    assert "请照原文" in browser.post(address, {**form, "text": "没有的话"}, follow=True).text
    assert sign_in(county.clerk).post(address, form).status_code == 403


def test_kinds_are_put_right_on_the_page(county: Cast, sign_in: SignIn) -> None:
    order = _order("B1")
    browser = sign_in(county.analyst)
    page = browser.get(reverse("order", args=[order.pk])).text
    assert "更正类别" in page and order.finding.is_enforcement
    here = reverse("order", args=[order.pk])
    page = browser.post(f"/orders/{order.pk}/kinds", {"next": here}, follow=True).text
    assert "analyst" in page and "更正" in page and not _order("B1").finding.is_enforcement
    refused = browser.post(f"/orders/{order.pk}/kinds", {"kind": "repeat", "next": here}, follow=True).text
    assert "不能在这里更正" in refused
    assert "更正类别" not in sign_in(county.leader).get(here).text


def test_a_commitment_is_added_on_the_page(county: Cast, sign_in: SignIn) -> None:
    order = _order("B1")
    browser, here = sign_in(county.analyst), reverse("order", args=[order.pk])
    assert "补充承诺" in browser.get(here).text and not order.commitments.exists()
    given = {"text": "转交施工单位", "due": "2026-12-20", "concrete": "1", "next": here}
    page = browser.post(f"/orders/{order.pk}/commitments", given, follow=True).text
    assert "由 analyst 补充" in page and "2026-12-20" in page
    for wrong in ({"text": "不在里面"}, {"due": "明天"}):
        browser.post(f"/orders/{order.pk}/commitments", {**given, **wrong})
    assert order.commitments.count() == 1
