"""The page of the model: an administrator trains, tries, switches, goes back; nobody else gets there."""

from __future__ import annotations

import pytest
from tests.conftest import TODAY, Cast, Importer, row
from tests.web.conftest import SignIn

from wenxiao.learning.in_force import version_in_force
from wenxiao.learning.jobs import abandoned_jobs
from wenxiao.learning.models import EngineJob, ModelVersion
from wenxiao.library.engine_jobs import run_job
from wenxiao.library.services import confirm_findings, dismiss_findings
from wenxiao.orders.models import WorkOrder

ADDRESSES = ("/models/", "/models/shipped/")
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
