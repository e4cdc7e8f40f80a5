"""The page of the model: an administrator trains, tries, switches, goes back; nobody else gets there."""

from __future__ import annotations

import pytest
from tests.conftest import TODAY, Cast, Importer, row
from tests.web.conftest import SignIn

from wenxiao.learning.in_force import version_in_force
from wenxiao.learning.jobs import abandoned_jobs
from wenxiao.learning.models import EngineJob, ModelVersion
from wenxiao.library.changing import use_version
from wenxiao.library.engine_jobs import run_job
from wenxiao.library.services import confirm_findings, dismiss_findings
from wenxiao.orders.models import WorkOrder

ADDRESSES = ("/models/", "/models/shipped/")
NOISY = "您好，经我局执法人员现场检查，施工噪声超标，已责令改正。我局将尽快安排人员复查。"
STALLS = "您好，城管执法队员已到现场责令改正并暂扣物品，将于2026年12月15日前设置隔离栏。"
ACTS = ("/models/train", "/models/back", "/models/reread", "/models/shipped/trial", "/models/shipped/use")


@pytest.fixture
def verdicts(cast: Cast, importer: Importer) -> Cast:
    importer([row() for _ in range(120)])
    orders = list(WorkOrder.objects.order_by("pk").values_list("pk", flat=True))
    confirm_findings(actor=cast.analyst, orders=orders[::2])
    dismiss_findings(actor=cast.analyst, orders=orders[1::2], reason="misread")
    return cast


def _work() -> None:
    for job in abandoned_jobs():
        run_job(job.pk, TODAY)


def test_from_training_to_going_back(verdicts: Cast, sign_in: SignIn) -> None:
    browser = sign_in(verdicts.administrator)
    assert "用这些结论训练" in browser.get("/models/").text
    assert "排队中" in browser.post("/models/train", follow=True).text
    browser.post("/models/train")  # a double click
    assert EngineJob.objects.count() == 1
    _work()
    name = ModelVersion.objects.get().name
    assert name in browser.get("/models/").text

    page = browser.get(f"/models/{name}/").text
    assert "与现用模型比" in page and "启用，并重新识别" not in page  # first a trial
    browser.post(f"/models/{name}/trial")
    _work()
    assert "启用，并重新识别" in browser.get(f"/models/{name}/").text

    browser.post(f"/models/{name}/use")
    assert version_in_force() == ModelVersion.objects.get()
    _work()
    assert "退回出厂模型" in browser.get("/models/").text
    browser.post("/models/back")
    assert version_in_force() is None


def test_progress_is_shown_and_reloads_the_page_at_its_end(verdicts: Cast, sign_in: SignIn) -> None:
    browser = sign_in(verdicts.administrator)
    browser.post("/models/train")
    job = EngineJob.objects.get()
    waiting = browser.get(f"/models/jobs/{job.pk}", headers={"HX-Request": "true"})
    assert "every 1s" in waiting.text and "HX-Refresh" not in waiting
    _work()
    assert browser.get(f"/models/jobs/{job.pk}", headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_too_few_verdicts_are_said(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.administrator)
    assert "继续研判" in browser.get("/models/").text
    browser.post("/models/train")
    _work()
    assert "没有完成" in browser.get("/models/").text


def test_nobody_else_gets_there(county: Cast, sign_in: SignIn) -> None:
    for other in (county.analyst, county.leader, county.handler):
        browser = sign_in(other)
        assert all(browser.get(address).status_code == 403 for address in ADDRESSES)
        assert all(browser.post(address).status_code == 403 for address in ACTS)
        assert "/models/" not in browser.get("/overview/").text


def test_a_model_that_does_not_exist(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.administrator)
    assert browser.get("/models/local-9-nothing/").status_code == 404
    assert "没有这个模型" in browser.post("/models/local-9-nothing/use", follow=True).text
    assert "没有可以退回的版本" in browser.post("/models/back", follow=True).text


def test_a_year_of_corrections_on_the_pages(cast: Cast, importer: Importer, sign_in: SignIn) -> None:
    """An analyst puts kinds and commitments right on the pages; the administrator trains and reads what was learned."""
    noisy = {"title": "工地噪音扰民", "reply": NOISY, "content": "半夜打桩，要求查处。"}
    stalls = {"title": "流动摊贩占道经营", "reply": STALLS, "content": "堵塞道路，要求查处。"}
    importer([row(**(noisy, stalls, {})[n % 3]) for n in range(120)])
    analyst = sign_in(cast.analyst)
    for order in WorkOrder.objects.order_by("pk"):
        if order.title == noisy["title"]:
            analyst.post(f"/orders/{order.pk}/kinds", {"kind": [], "next": "/assess/"})
            promise = order.commitments.get()
            analyst.post(f"/commitments/{promise.pk}/state", {"state": "cancelled", "next": "/assess/"})
        confirm_findings(actor=cast.analyst, orders=[order.pk])
    browser = sign_in(cast.administrator)
    front = browser.get("/models/").text
    assert "更正 / 至少要" in front and "用这些结论训练" in front
    browser.post("/models/train")
    _work()
    assert EngineJob.objects.get().state == "done", EngineJob.objects.get().error
    page = browser.get(f"/models/{ModelVersion.objects.get().name}/").text
    assert "研判结论还不够" in page  # all verdicts are of one side: nothing to learn the probability from
    assert "工单是不是执法类" in page and "更正过的，判对" in page and "太少，没有学" in page
    assert "10 / 10" in page and "0 / 10" in page  # the new model and the present one on what was kept apart


def test_a_model_of_another_base_says_so(county: Cast, sign_in: SignIn) -> None:
    plain = {"format": "wenxiao.adjustment/1", "scale": 1.0, "constant": 0.1, "signals": {}}
    report = {
        "cases": {"verdicts": 60, "apart": 20},
        "trained": {"total": {"precision": None, "recall": None}},
    }
    old = ModelVersion.objects.create(
        name="local-1-old", content={**plain, "base": "closure-5-0"}, report=report, fingerprint=""
    )
    use_version(actor=county.administrator, name=old.name)
    assert "请重新训练一个" in sign_in(county.administrator).get("/models/").text
