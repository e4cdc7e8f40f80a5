"""Nothing of another unit's order reaches a handler: not a word, a date, a count, a kind or a grade, on any page, in
any filter, search or export, even when one matter holds orders of both."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from tests.conftest import TODAY, Cast, Importer, row
from tests.web.conftest import SignIn

from wenxiao.library.grouping import refresh_matters
from wenxiao.library.models import Commitment, Finding, Matter, MatterLink
from wenxiao.orders.models import WorkOrder
from wenxiao.web.urls import urlpatterns

#: In every column of the orders that the clerk must not see; numbers and days that nothing else has.
SENTINELS = ("哨兵", "HIDDEN", "2024-02-0", "2024-02-1", "2027-08-17", "13712340000")


@pytest.fixture
def shared(cast: Cast, importer: Importer) -> Cast:
    """One matter with an order of the village and five of the bureau: older, of other callers, of kinds that the
    village's order is not of, with a promise of their own, and together of the worst grade."""
    mine = row(order="V1", title="沟渠排污水", unit="柳岸村", reply="我村将于2026年12月10日前清理完毕。")
    theirs = [
        row(
            order=f"HIDDEN-{n}",
            title=f"哨兵标题{n}",
            content=f"哨兵诉求{n}，有人乱倒垃圾。",
            reply=f"经查属实，哨兵依法立案处罚。我局将在2027年8月17日前完成整改。{n}",
            called_at=f"2024-02-0{n + 1} 09:00:00",
            replied_at=f"2024-02-1{n} 09:00:00",
            closed_at=f"2024-02-1{n} 10:00:00",
            caller=f"哨兵{n}",
            phone=f"1371234000{n}",
            address=f"哨兵路{n}号",
        )
        for n in range(5)
    ]
    importer([mine, *theirs])
    matter = MatterLink.objects.get(order__number="V1").matter
    MatterLink.objects.update(matter=matter)
    Matter.objects.exclude(pk=matter.pk).delete()
    Finding.objects.filter(order__number__startswith="HIDDEN").update(is_enforcement=True, is_crossing=True)
    refresh_matters(TODAY)
    return cast


def _only() -> Matter:
    return Matter.objects.get()


def _hidden() -> int:
    return WorkOrder.objects.values_list("pk", flat=True).get(number="HIDDEN-0")


def _addresses() -> dict[str, list[str]]:
    """What there is to open under each name of urls.py, with every filter that could tell of what is not shown."""
    mine = WorkOrder.objects.get(number="V1").pk
    asked = "decision=&captured=0"
    filters = [
        "q=哨兵", "grades=red", "kinds=enforcement", "kinds=crossing", "repeated=1", f"matter={_only().number}",
        "since=2024-01-01&until=2024-12-31", "sort=called", "sort=-called", "sort=probability", "source=1", "run=1",
    ]  # fmt: skip
    narrowings = ["", "q=哨兵", "state=", "grades=red", "kinds=enforcement", "several=1"]
    narrowings += [f"sort={s}" for s in ("-called", "-orders", "due", "age")]
    dues = ["", "q=哨兵", "concrete=0", "due=overdue", "due=later", "since=2027-01-01"]
    return {
        "home": ["/"],
        "search": [f"/search?q={word}" for word in ("哨兵", "HIDDEN-0", "整改")],
        "assess": ["/assess/", *(f"/assess/?{asked}&{f}" for f in filters)],
        "order": [reverse("order", args=[mine]), f"{reverse('order', args=[mine])}?{asked}&sort=called"],
        "peek": [reverse("peek", args=[mine])],
        "library": [f"/library/?{n}" for n in narrowings],
        "matter": [reverse("matter", args=[_only().number])],
        "hot": ["/library/hot/"],
        "compare": [f"/library/compare?a={mine}&b={mine}"],
        "commitments": [f"/commitments/?{d}" for d in dues],
        "overview": ["/overview/"],
        "repeats": ["/overview/repeats/", "/overview/repeats/?days=30", "/overview/repeats/?variant=closed"],
        "password_change": ["/password/"],
    }


#: What is only posted to, or shut to a handler; each is tried below.
SENT = {"login", "logout", "set_language", "decide", "undo", "export", "keep-view", "drop-view", "reveal", "settle", "apart", "proposal", "act-undo", "commitment-state", "commitment-correct", "order-kinds", "commitment-add"}  # fmt: skip
SHUT: dict[str, list[object]] = {
    "proposals": [],
    "imports": [], "import": [1], "import-sheets": [1], "import-confirm": [1], "import-retry": [1], "import-rejected": [1],
    "models": [], "models-train": [], "models-reread": [], "model-trial": ["m1"], "model-use": ["m1"], "models-back": [],
    "model": ["m1"], "engine-job": [1], "import-discard": [1],
    "people": [], "account": [1], "account-password": [1], "account-open": [1],
    "units": [], "units-place": [], "unit": [1], "unit-change": [1], "unit-undo": [1],
    "rules": [], "rule-group": ["signals"], "rule": ["signals"], "rule-undo": [1],
}  # fmt: skip


def test_every_address_is_walked(shared: Cast) -> None:
    names = {pattern.name for pattern in urlpatterns}
    assert names - SENT - set(SHUT) == set(_addresses())


def _seen(browser: Client, address: str) -> str:
    answer = browser.get(address, follow=True)
    assert answer.status_code == 200, address
    return str(answer.text)


def _words_of_the_page(text: str, address: str) -> str:
    """Without what was asked for: it stands in the search fields and chips again."""
    for word in ("哨兵", "HIDDEN-0"):
        if word in address:
            for shown in (f'value="{word}"', f"“{word}”", f"q={word}", f"q={quote(word)}"):
                text = text.replace(shown, "")
    return text


def test_the_fixture_would_be_noticed(shared: Cast, sign_in: SignIn) -> None:
    """Who sees all finds every sentinel somewhere; else the next test would prove nothing."""
    analyst = sign_in(shared.analyst)
    pages = " ".join(analyst.get(a, follow=True).text for some in _addresses().values() for a in some)
    pages += analyst.get(reverse("order", args=[_hidden()])).text
    for word in ("哨兵", "HIDDEN", "2024-02-0", "2024-02-1", "2027-08-17"):
        assert word in pages
    assert (_only().grade, _only().order_count) == ("red", 6)


def test_no_page_tells(shared: Cast, sign_in: SignIn) -> None:
    clerk = sign_in(shared.clerk)
    for addresses in _addresses().values():
        for address in addresses:
            text = _words_of_the_page(_seen(clerk, address), address)
            assert [word for word in SENTINELS if word in text] == [], address


def test_the_matter_is_what_its_own_orders_make_it(shared: Cast, sign_in: SignIn) -> None:
    clerk = sign_in(shared.clerk)
    row_of_mine = clerk.get("/library/?state=").context["page"].object_list[0]
    assert (row_of_mine.shown_orders, row_of_mine.shown_units) == (1, 1)
    assert (row_of_mine.shown_title, row_of_mine.shown_grade) == ("沟渠排污水", "blue")
    assert row_of_mine.shown_kinds == Finding.objects.get(order__number="V1").kinds
    for narrowing in ("grades=red", "kinds=enforcement", "kinds=crossing", "several=1"):
        assert list(clerk.get(f"/library/?state=&{narrowing}").context["page"].object_list) == [], narrowing
    grades = {t.grade: t.count for t in clerk.get("/library/?state=").context["tabs"]}
    assert grades == {"red": 0, "orange": 0, "yellow": 0, "blue": 1}
    text = clerk.get(reverse("matter", args=[_only().number])).text
    assert "grade-blue" in text and "grade-red" not in text
    assert "人反映同一事项" not in text and "同一事项来电" not in text


def test_the_orders_list_filters_by_what_is_shown(shared: Cast, sign_in: SignIn) -> None:
    clerk, analyst = sign_in(shared.clerk), sign_in(shared.analyst)

    def found(browser: Client, query: str) -> list[str]:
        page = browser.get(f"/assess/?decision=&captured=0&{query}").context["page"]
        return [order.number for order in page.object_list]

    assert "V1" in found(analyst, "grades=red")
    assert found(clerk, "grades=red") == []
    assert found(clerk, "grades=blue") == ["V1"]
    Finding.objects.update(is_repeat=False)
    assert "V1" in found(analyst, "repeated=1")
    assert found(clerk, "repeated=1") == []


def test_the_export_tells_no_more(shared: Cast, sign_in: SignIn) -> None:
    answer: Any = sign_in(shared.clerk).post("/assess/export", {"query": "decision=&captured=0"})
    rows = list(load_workbook(io.BytesIO(b"".join(answer))).active.values)  # type: ignore[union-attr]
    cells = " ".join(str(cell) for one in rows for cell in one)
    assert [word for word in SENTINELS if word in cells] == []
    assert len(rows) == 2 and "红" not in cells


def test_what_is_posted_finds_nothing(shared: Cast, sign_in: SignIn) -> None:
    clerk = sign_in(shared.clerk)
    promise = Commitment.objects.filter(order=_hidden()).first()
    assert promise is not None
    refused = {
        reverse("reveal", args=[_hidden()]): {},
        reverse("commitment-state", args=[promise.pk]): {"state": "kept"},
        reverse("commitment-correct", args=[promise.pk]): {"text": promise.text, "due": "", "concrete": "1"},
        reverse("order-kinds", args=[_hidden()]): {"kind": "enforcement"},
        reverse("commitment-add", args=[_hidden()]): {"text": promise.text, "due": "", "concrete": "1"},
        reverse("decide"): {"one": _hidden(), "decision": "confirmed"},
        reverse("undo"): {"one": _hidden()},
        reverse("settle", args=[_only().number]): {"act": "move", "order": _hidden(), "to": _only().number},
        reverse("apart"): {"a": _hidden(), "b": WorkOrder.objects.get(number="V1").pk},
        reverse("proposal", args=[1]): {"answer": "accept"},
        reverse("act-undo", args=[1]): {},
    }
    for address, data in refused.items():
        answer = clerk.post(address, data)
        assert answer.status_code in (403, 404), address
        assert "哨兵" not in answer.text
    for name, args in SHUT.items():
        for answer in (clerk.get(reverse(name, args=args)), clerk.post(reverse(name, args=args))):
            assert answer.status_code in (403, 404, 405), name


def test_what_others_called_is_not_the_evidence(shared: Cast, sign_in: SignIn) -> None:
    told = {"signal": "called_again", "field": "matter", "start": None, "end": None, "text": "2024-02-05", "weight": 1.0}  # fmt: skip
    found = Finding.objects.get(order__number="V1")
    found.evidence = [told]
    found.save()
    address = reverse("order", args=[found.order_id])
    assert "2024-02-05" in sign_in(shared.analyst).get(address).text
    assert "2024-02-05" not in sign_in(shared.clerk).get(address).text
