"""What people say of kinds and commitments: kept whatever the engine reads, and learned from only when they are enough.

A simulated year: three sorts of orders, every one judged; the people of this centre hold that noise is no enforcement
matter and that "尽快" is no commitment, and put that right wherever the engine says otherwise.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.conftest import TODAY, Cast, Importer, row

from wenxiao.learning.choices import JobKind, JobState
from wenxiao.learning.jobs import add_job
from wenxiao.learning.models import EngineJob, ModelVersion
from wenxiao.library.changing import go_back, use_version
from wenxiao.library.corrections import Correction, add_commitment, labels
from wenxiao.library.engine_jobs import run_job
from wenxiao.library.kinds import correct_kinds
from wenxiao.library.models import Commitment, Finding, KindVerdict, Matter, Verdict
from wenxiao.library.recognising import recognise
from wenxiao.library.services import confirm_findings, dismiss_findings, set_commitment_state
from wenxiao.library.teaching import read_taught, taught
from wenxiao.library.training import readiness
from wenxiao.orders.models import Event, WorkOrder
from wenxiao.recognition.learning import Policy

pytestmark = pytest.mark.django_db
NOISE = {
    "title": "工地夜间施工噪音扰民",
    "content": "建设路工地每天半夜打桩，噪音很大，要求查处。",
    "reply": "您好，经我局执法人员现场检查，施工噪声超标，已责令改正。我局将尽快安排人员复查。",
}
STALLS = {
    "title": "流动摊贩占道经营",
    "content": "菜市场门口流动摊贩占道经营，堵塞道路，要求查处。",
    "reply": "您好，城管执法队员已到现场责令改正并暂扣物品，将于2026年12月15日前设置隔离栏。",
}
PLAIN = {
    "title": "路灯不亮",
    "content": "村东头的路灯坏了，请维修。",
    "reply": "您好，灯泡已于9月2日更换，现已恢复照明。",
}
SORTS = (NOISE, STALLS, PLAIN)


def _judged(cast: Cast, importer: Importer, count: int, every: int = 1) -> None:
    """`count` orders over a year with verdicts; of those that people hold to be read wrong, every `every`th is put right."""
    importer([row(**SORTS[n % 3]) for n in range(count)])
    orders = list(WorkOrder.objects.order_by("pk"))
    plain = [order.pk for order in orders if order.title == PLAIN["title"]]
    confirm_findings(actor=cast.analyst, orders=[order.pk for order in orders if order.pk not in set(plain)])
    dismiss_findings(actor=cast.analyst, orders=plain, reason="substantive")
    noisy = [order for order in orders if order.title == NOISE["title"]]
    for order in noisy[::every]:
        others = [kind for kind in order.finding.kinds if kind == "crossing"]
        correct_kinds(actor=cast.analyst, order=order.pk, kinds=others)
        for promise in order.commitments.filter(due=None):
            set_commitment_state(actor=cast.analyst, commitment=promise.pk, state="cancelled")
    for n, order in enumerate(orders):
        at = datetime(2026, 1, 1, 9) + timedelta(days=300 * n / count)
        Verdict.objects.filter(order=order).update(at=at)
        KindVerdict.objects.filter(order=order).update(at=at)
        Commitment.objects.filter(order=order, changed_at__isnull=False).update(changed_at=at)


@pytest.fixture
def year(cast: Cast, importer: Importer) -> Cast:
    _judged(cast, importer, 240)
    return cast


def _do(kind: JobKind, **params: Any) -> EngineJob:
    job = run_job(add_job(kind=kind, params=params, actor=None).pk, TODAY)
    assert job is not None
    return job


def _trained() -> ModelVersion:
    job = _do(JobKind.TRAIN)
    assert job.state == JobState.DONE, job.error
    return ModelVersion.objects.get(name=job.result["version"])


def test_the_engine_reads_the_year_as_the_simulation_needs(year: Cast) -> None:
    assert set(
        Finding.objects.filter(order__title=STALLS["title"]).values_list("is_enforcement", flat=True)
    ) == {True}
    assert set(KindVerdict.objects.filter(kind="enforcement").values_list("read", "holds")) == {(True, False)}
    assert set(Commitment.objects.filter(order__title=NOISE["title"]).values_list("state", flat=True)) == {
        "cancelled"
    }


def test_what_people_hold_systematically_is_learned_and_shown_beside_the_present_model(year: Cast) -> None:
    parts = _trained().report["parts"]
    for part in ("enforcement", "commitment"):
        report = parts[part]
        assert report["too_few"] is None and report["corrected"] >= 50
        before, after = report["present"], report["trained"]
        assert before["cases"] == after["cases"] == report["apart"] > 0
        assert before["right"] == 0 and after["right"] == after["corrected"] > 15
        assert after["total"]["f1"] > before["total"]["f1"] + 0.2 and after["total"]["recall"] == 1.0
        assert report["from"] >= "2026-08-01"
    assert parts["enforcement"]["trained"]["by_unit"]["县住建局"]["hits"] > 0
    assert parts["enforcement"]["learned"][0]["signal"].startswith(("field/", "act/"))
    assert parts["crossing"]["too_few"]["corrected"] == 0


def test_few_corrections_leave_the_lines_where_they_are(cast: Cast, importer: Importer) -> None:
    _judged(cast, importer, 120, every=8)
    version = _trained()
    assert version.adjustment.parts == {}
    assert version.report["parts"]["enforcement"]["too_few"]["corrected"] < Policy.load().least_corrected
    assert version.content["format"] == "wenxiao.adjustment/1"


def test_lines_are_moved_also_where_verdicts_are_too_few_for_the_probability(year: Cast) -> None:
    Verdict.objects.filter(decision="dismissed").update(reason="out_of_scope")
    version = _trained()
    assert version.report["too_few"]["resolved"] == 0 and "enforcement" in version.adjustment.parts
    assert (version.adjustment.scale, version.adjustment.signals) == (1.0, {})


def test_a_trial_says_what_the_lines_then_change_and_back_undoes_it(year: Cast, importer: Importer) -> None:
    importer([row(**NOISE) for _ in range(5)])  # what nobody has judged yet
    fresh = WorkOrder.objects.filter(verdicts__isnull=True)
    before = list(Finding.objects.order_by("order").values_list("order", "is_enforcement", "model"))
    version = _trained()
    trial = _do(JobKind.TRIAL, version=version.name).result
    assert trial["lines"] == {"enforcement_out": 5, "promise_out": 5}
    assert len(trial["examples"]["enforcement_out"]) == 5
    use_version(actor=year.administrator, name=version.name)
    assert _do(JobKind.REREAD).state == JobState.DONE
    assert set(fresh.values_list("finding__is_enforcement", flat=True)) == {False}
    assert not Commitment.objects.filter(order__in=fresh).exists()
    assert Commitment.objects.filter(state="cancelled").count() == 80  # what people touched stays
    assert all(
        name.endswith(f"+{version.adjustment.key}")
        for name in Finding.objects.values_list("model", flat=True)
    )
    go_back(actor=year.administrator)
    _do(JobKind.REREAD)
    assert list(Finding.objects.order_by("order").values_list("order", "is_enforcement", "model")) == before
    assert Commitment.objects.filter(order__in=fresh).count() == 5


def test_a_version_that_cannot_be_read_is_refused_in_words(cast: Cast, importer: Importer) -> None:
    importer([row()])
    broken = ModelVersion.objects.create(
        name="local-1-old", content={"format": "wenxiao.adjustment/0"}, fingerprint=""
    )
    with pytest.raises(ValidationError, match="重新训练"):
        use_version(actor=cast.administrator, name=broken.name)
    job = _do(JobKind.TRIAL, version=broken.name)
    assert job.state == JobState.FAILED and "重新训练" in job.error


def test_a_commitment_teaches_also_when_the_order_was_rated_since(cast: Cast, importer: Importer) -> None:
    one = row(**NOISE)
    importer([one])
    promise = Commitment.objects.get()
    set_commitment_state(actor=cast.analyst, commitment=promise.pk, state="cancelled")
    importer([{**one, "satisfaction": "满意"}])
    assert WorkOrder.objects.get().version == 2
    policy = Policy.load()
    lessons = read_taught(taught(policy), TODAY, policy, lambda count: None)
    assert [(e.yes, e.corrected) for e in lessons.examples["commitment"]] == [(False, True)]
    importer([{**one, "reply": "您好，已转交办理。"}])
    assert read_taught(taught(policy), TODAY, policy, lambda count: None).examples["commitment"] == []


# What people say stands


@pytest.fixture
def order(cast: Cast, importer: Importer) -> WorkOrder:
    importer([row(**STALLS)])
    return WorkOrder.objects.get()


def test_a_kind_that_was_put_right_stays_when_the_order_is_read_again(cast: Cast, order: WorkOrder) -> None:
    correct_kinds(actor=cast.analyst, order=order.pk, kinds=["crossing"])
    for _ in range(2):
        finding = Finding.objects.get()
        assert (finding.is_enforcement, finding.is_crossing, finding.captured) == (False, True, True)
        assert "crossing" in Matter.objects.get().kinds and "enforcement" not in Matter.objects.get().kinds
        recognise(WorkOrder.objects.all(), TODAY, lambda count: None)
    said = {one.kind: (one.read, one.holds) for one in KindVerdict.objects.all()}
    assert said == {"enforcement": (True, False), "crossing": (False, True)}
    assert Event.objects.get(kind="noted").data["kinds"] == {"enforcement": False, "crossing": True}


def test_saying_it_again_changes_nothing_and_changing_ones_mind_keeps_both(
    cast: Cast, order: WorkOrder
) -> None:
    for _ in range(2):
        correct_kinds(actor=cast.analyst, order=order.pk, kinds=[])
    assert KindVerdict.objects.count() == 2 and Event.objects.filter(kind="noted").count() == 1
    correct_kinds(actor=cast.analyst, order=order.pk, kinds=["enforcement"])
    standing = KindVerdict.objects.get(kind="enforcement", replaced_at__isnull=True)
    assert (standing.read, standing.holds) == (True, True) and KindVerdict.objects.count() == 3
    assert Finding.objects.get().is_enforcement


def test_who_may_say_of_kinds_and_commitments(cast: Cast, order: WorkOrder) -> None:
    given = Correction("已责令改正", None, False)
    for other in (cast.leader, cast.handler):
        with pytest.raises(PermissionDenied):
            correct_kinds(actor=other, order=order.pk, kinds=[])
        with pytest.raises(PermissionDenied):
            add_commitment(actor=other, order=order.pk, given=given)
    for act in (
        lambda: correct_kinds(actor=cast.analyst, order=order.pk + 1, kinds=[]),
        lambda: add_commitment(actor=cast.analyst, order=order.pk + 1, given=given),
    ):
        with pytest.raises(Http404):
            act()
    with pytest.raises(ValidationError):
        correct_kinds(actor=cast.analyst, order=order.pk, kinds=["repeat"])
    assert not KindVerdict.objects.exists()


def test_a_commitment_that_was_passed_over_is_added_and_kept(cast: Cast, order: WorkOrder) -> None:
    given = Correction("暂扣物品", date(2026, 12, 20), True)
    added = add_commitment(actor=cast.analyst, order=order.pk, given=given)
    assert STALLS["reply"][added.start : added.end] == "暂扣物品" and added.state == "confirmed"
    recognise(WorkOrder.objects.all(), TODAY, lambda count: None)
    assert Commitment.objects.filter(pk=added.pk, due=date(2026, 12, 20)).exists()
    (label,) = labels(Policy.load())
    assert {"added": True} in [one["read"] for one in label["commitments"]]
    with pytest.raises(ValidationError):
        add_commitment(actor=cast.analyst, order=order.pk, given=Correction("不在里面的话", None, True))


def test_what_was_added_is_not_listed_twice_when_the_engine_comes_to_find_it(
    cast: Cast, order: WorkOrder
) -> None:
    promise = order.commitments.get()
    text, due = promise.text, promise.due
    promise.delete()  # as if the engine of the day had passed it over
    add_commitment(actor=cast.analyst, order=order.pk, given=Correction(text[2:], due, True))
    recognise(WorkOrder.objects.all(), TODAY, lambda count: None)
    assert [one.text for one in order.commitments.all()] == [text[2:]]


def test_adding_what_is_listed_already_confirms_that(cast: Cast, order: WorkOrder) -> None:
    promise = order.commitments.get()
    given = Correction(promise.text, promise.due, promise.concrete)
    assert add_commitment(actor=cast.analyst, order=order.pk, given=given).pk == promise.pk
    promise.refresh_from_db()
    assert (promise.state, promise.read) == ("confirmed", None) and order.commitments.count() == 1


def test_what_people_have_said_is_counted(cast: Cast, order: WorkOrder) -> None:
    correct_kinds(actor=cast.analyst, order=order.pk, kinds=["enforcement", "crossing"])
    set_commitment_state(actor=cast.analyst, commitment=order.commitments.get().pk, state="cancelled")
    parts = readiness().parts
    assert (parts["enforcement"], parts["crossing"], parts["commitment"]) == ((1, 0), (1, 1), (1, 1))
