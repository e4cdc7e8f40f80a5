"""The pages of the rules: a trial before a change, a history, a way back, and nobody else gets there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import TODAY, Cast, Importer, row
from tests.web.conftest import SignIn

from wenxiao.learning.jobs import abandoned_jobs
from wenxiao.learning.models import EngineJob, RuleEdit
from wenxiao.library.engine_jobs import run_job
from wenxiao.library.models import Finding
from wenxiao.library.rule_edits import rule_files, rule_section
from wenxiao.library.services import confirm_findings
from wenxiao.orders.models import WorkOrder

CHASED = "/rules/columns.toml/edit?rule=signal/chased"


@pytest.fixture(autouse=True)
def rules_folder(settings: Any, tmp_path: Path) -> None:
    settings.RULES = tmp_path / "rules"


def _work() -> None:
    for job in abandoned_jobs():
        run_job(job.pk, TODAY)


def _form(file: str, key: str, **changes: str) -> dict[str, str]:
    values = rule_section(file, key).values
    plain = {n: "\n".join(v) if isinstance(v, list) else f"{v:g}" for n, v in values.items()}
    return {**plain, **changes}


def test_every_rule_of_every_file_has_a_page(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.administrator)
    front = browser.get("/rules/").text
    for file, label in rule_files().items():
        assert label in front
        listed = browser.get(f"/rules/{file}/").text
        address = listed.split(f'href="/rules/{file}/edit?rule=')[1].split('"')[0]
        assert browser.get(f"/rules/{file}/edit?rule={address}").status_code == 200


def test_try_save_and_take_back(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.administrator)
    before = list(Finding.objects.order_by("order").values_list("order", "unresolved", "captured"))
    form = _form("signals.toml", "signal/only_forwarded", any="绝不会出现的说法")
    address = "/rules/signals.toml/edit?rule=signal/only_forwarded"

    trying = browser.post(address, {**form, "act": "try"})
    _work()
    assert list(Finding.objects.order_by("order").values_list("order", "unresolved", "captured")) == before
    tried = browser.get(trying["Location"]).text
    assert "保存以后会变什么" in tried and "绝不会出现的说法" in tried and not RuleEdit.objects.exists()

    browser.post(address, {**form, "act": "save", "note": "太宽"})
    _work()
    assert all("only_forwarded" not in str(f.evidence) for f in Finding.objects.all())
    assert "太宽" in browser.get("/rules/").text

    browser.post(f"/rules/edits/{RuleEdit.objects.get().pk}/undo")
    _work()
    assert list(Finding.objects.order_by("order").values_list("order", "unresolved", "captured")) == before
    assert RuleEdit.objects.count() == 2  # the history keeps both


def test_the_threshold_of_capture_can_be_tried(cast: Cast, importer: Importer, sign_in: SignIn) -> None:
    importer([row(reply="您好，已转交河口镇办理。") for _ in range(3)])
    browser = sign_in(cast.administrator)
    form = _form("grades.toml", "capture", likely="0.999")
    browser.post("/rules/grades.toml/edit?rule=capture", {**form, "act": "try"})
    _work()
    likely = Finding.objects.filter(unresolved__gte=0.5).count()
    assert likely == 3 and EngineJob.objects.get().result["no_longer"] == likely


@pytest.mark.parametrize(
    ("file", "key", "changes", "said"),
    [
        ("columns.toml", "signal/chased", {"prior": "-1"}, "方向相反"),
        ("columns.toml", "signal/chased", {"prior": "很多"}, "请填数字"),
        ("grades.toml", "capture", {"likely": "7"}, "不合适"),
    ],
)
def test_what_does_not_fit_is_said_beside_the_field(
    county: Cast, sign_in: SignIn, file: str, key: str, changes: dict[str, str], said: str
) -> None:
    browser = sign_in(county.administrator)
    address = f"/rules/{file}/edit?rule={key}"
    answer = browser.post(address, {**_form(file, key, **changes), "act": "save"})
    assert answer.status_code == 422 and said in answer.text and next(iter(changes.values())) in answer.text
    assert not RuleEdit.objects.exists()


def test_saving_what_is_there_already_changes_nothing(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.administrator)
    form = {**_form("columns.toml", "signal/chased"), "act": "save"}
    assert "没有改动" in browser.post(CHASED, form, follow=True).text
    assert not RuleEdit.objects.exists() and not EngineJob.objects.exists()


def test_a_rule_shows_how_people_judged_it(county: Cast, sign_in: SignIn) -> None:
    order = WorkOrder.objects.get(number="V1")
    fired = {item["signal"] for item in order.finding.evidence}
    assert "only_forwarded" in fired
    address = "/rules/signals.toml/edit?rule=signal/only_forwarded"
    assert "还没有研判过" in sign_in(county.administrator).get(address).text
    confirm_findings(actor=county.analyst, orders=[order.pk])
    page = sign_in(county.administrator).get(address).text
    assert "100.0%" in page


def test_nobody_else_gets_there(county: Cast, sign_in: SignIn) -> None:
    for other in (county.analyst, county.leader, county.handler):
        browser = sign_in(other)
        for address in ("/rules/", "/rules/signals.toml/", CHASED):
            assert browser.get(address).status_code == 403
        assert browser.post(CHASED, {"act": "save"}).status_code == 403
        assert browser.post("/rules/edits/1/undo").status_code == 403


def test_what_does_not_exist(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.administrator)
    assert browser.get("/rules/model.json/").status_code == 404
    assert browser.get("/rules/signals.toml/edit?rule=signal/nothing").status_code == 404
    assert "没有这次修改" in browser.post("/rules/edits/99/undo", follow=True).text


def test_a_rule_tells_its_numbers_by_name(county: Cast, sign_in: SignIn) -> None:
    text = sign_in(county.administrator).get("/rules/signals.toml/").text
    assert "答复最长多少字才算：" in text
    held = re.findall(r'<td class="small">([^<]*)</td>', text)
    assert held and not any(re.fullmatch(r"-?[\d.]+", part) for one in held for part in one.split("；"))
