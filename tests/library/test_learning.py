"""Learning from verdicts in the record: nothing changes before a person says so, and everything can be taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.conftest import TODAY, Cast, Importer, row

from wenxiao.learning.choices import JobKind, JobState
from wenxiao.learning.in_force import adjustment_in_force, version_in_force
from wenxiao.learning.jobs import abandoned_jobs, add_job, claim_job, finish
from wenxiao.learning.models import EngineJob, ModelUse, ModelVersion
from wenxiao.library.changing import go_back, stale, use_version
from wenxiao.library.engine_jobs import run_job
from wenxiao.library.models import Finding, Verdict
from wenxiao.library.services import confirm_findings, dismiss_findings
from wenxiao.library.training import answered, readiness, split
from wenxiao.orders.models import WorkOrder
from wenxiao.orders.runs import LostClaim
from wenxiao.recognition.learning import Policy

pytestmark = pytest.mark.django_db
#: Replies of one sort that the people of this centre think fine, and of one that they do not.
FINE = "您好，已转交河口镇办理，河口镇已于9月2日更换灯泡并恢复照明。"
EMPTY = "您好，您反映的问题已收悉，已转交河口镇处理，我局将尽快督促办理。感谢您的来电。"


@pytest.fixture
def year(cast: Cast, importer: Importer) -> list[int]:
    """Orders with verdicts in the order of their days: every second one is upheld."""
    importer([row(reply=EMPTY if n % 2 else FINE) for n in range(160)])
    orders = list(WorkOrder.objects.order_by("pk").values_list("pk", flat=True))
    empty = WorkOrder.objects.filter(reply=EMPTY).values_list("pk", flat=True)
    confirm_findings(actor=cast.analyst, orders=list(empty))
    dismiss_findings(
        actor=cast.analyst, orders=[pk for pk in orders if pk not in set(empty)], reason="substantive"
    )
    start = datetime(2026, 1, 1, 9)
    for day, verdict in enumerate(Verdict.objects.order_by("order_id")):
        Verdict.objects.filter(pk=verdict.pk).update(at=start + timedelta(days=day))
    return orders


def _do(kind: JobKind, **params: Any) -> EngineJob:
    job = run_job(add_job(kind=kind, params=params, actor=None).pk, TODAY)
    assert job is not None
    assert job.state == JobState.DONE, job.error
    return job


def _trained() -> ModelVersion:
    return ModelVersion.objects.get(name=_do(JobKind.TRAIN).result["version"])


def _state() -> list[tuple[Any, ...]]:
    return list(Finding.objects.order_by("order").values_list("order", "unresolved", "decision", "model"))


def test_training_changes_no_order_and_reports_on_verdicts_kept_apart(cast: Cast, year: list[int]) -> None:
    before = _state()
    version = _trained()
    assert _state() == before and version_in_force() is None
    report = version.report
    assert report["cases"]["verdicts"] == 120 and report["cases"]["apart"] == 40
    assert report["trained"]["cases"] == report["present"]["cases"] == 40
    assert report["from"] >= "2026-04-30"  # the newest quarter of the verdicts
    assert report["trained"]["by_unit"]["县住建局"]["hits"] > 0


def test_the_same_verdicts_make_the_same_version(cast: Cast, year: list[int]) -> None:
    assert _trained() == _trained()
    assert ModelVersion.objects.count() == 1


def test_use_and_back(cast: Cast, year: list[int]) -> None:
    before = _state()
    version = _trained()
    use_version(actor=cast.administrator, name=version.name)
    assert stale(TODAY).count() == 160
    assert _do(JobKind.REREAD).result == {"read": 160}
    assert stale(TODAY).count() == 0
    after = _state()
    assert [one[2] for one in after] == [one[2] for one in before]  # verdicts stay
    assert all(one[3].endswith(f"+{version.adjustment.key}") for one in after)
    go_back(actor=cast.administrator)
    _do(JobKind.REREAD)
    assert _state() == before and adjustment_in_force() is None


def test_a_trial_says_beforehand_what_the_change_then_does(cast: Cast, year: list[int]) -> None:
    version = _trained()
    likely = {pk: chance >= 0.5 for pk, chance, *_ in _state()}
    trial = _do(JobKind.TRIAL, version=version.name).result
    assert {pk: chance >= 0.5 for pk, chance, *_ in _state()} == likely  # a trial changes nothing
    use_version(actor=None, name=version.name)
    _do(JobKind.REREAD)
    now = {pk: chance >= 0.5 for pk, chance, *_ in _state()}
    recent = set(WorkOrder.objects.filter(called_at__gte=trial["since"]).values_list("pk", flat=True))
    assert trial["read"] == len(recent) == 160
    assert trial["newly"] == sum(now[pk] and not likely[pk] for pk in recent)
    assert trial["no_longer"] == sum(likely[pk] and not now[pk] for pk in recent)


def test_using_what_is_used_already_changes_nothing(cast: Cast, year: list[int]) -> None:
    name = _trained().name
    use_version(actor=None, name=name)
    use_version(actor=None, name=name)
    assert ModelUse.objects.count() == 1


def test_too_few_verdicts_are_refused_with_the_numbers(cast: Cast, importer: Importer) -> None:
    importer([row() for _ in range(3)])
    job = run_job(add_job(kind=JobKind.TRAIN, params={}, actor=None).pk, TODAY)
    assert job is not None and job.state == JobState.FAILED
    assert "60" in job.error and "0" in job.error
    assert not readiness().is_enough


def test_a_dismissal_that_says_nothing_about_the_outcome_teaches_nothing(
    cast: Cast, importer: Importer
) -> None:
    importer([row(), row()])
    first, second = WorkOrder.objects.order_by("pk").values_list("pk", flat=True)
    dismiss_findings(actor=cast.analyst, orders=[first], reason="out_of_scope")
    dismiss_findings(actor=cast.analyst, orders=[second], reason="answered")
    found = answered(TODAY, Policy.load())
    assert [(one.pk, one.target.unresolved) for one in found] == [(second, False)]
    assert (readiness().resolved, readiness().unusable) == (1, 1)


def test_a_verdict_on_an_older_text_is_left_out(cast: Cast, importer: Importer) -> None:
    one = row()
    importer([one])
    order = WorkOrder.objects.get()
    confirm_findings(actor=cast.analyst, orders=[order.pk])
    importer([{**one, "reply": FINE}])
    assert answered(TODAY, Policy.load()) == []


def test_outcomes_known_only_later_stay_out_of_learning(cast: Cast, year: list[int]) -> None:
    policy = Policy.load()
    found = answered(TODAY, policy)
    learn, apart = split(found, policy)
    first = min(one.target.at for one in apart)
    assert len(apart) == 40 and all(one.target.at < first for one in learn)


def test_only_an_administrator_changes_the_engine(cast: Cast, year: list[int]) -> None:
    name = _trained().name
    for other in (cast.analyst, cast.leader, cast.handler):
        with pytest.raises(PermissionDenied):
            use_version(actor=other, name=name)
        with pytest.raises(PermissionDenied):
            go_back(actor=other)
    with pytest.raises(ValidationError):
        use_version(actor=cast.administrator, name="local-9-nothing")
    with pytest.raises(ValidationError):
        go_back(actor=cast.administrator)


def test_a_job_belongs_to_one_process(cast: Cast) -> None:
    job = add_job(kind=JobKind.REREAD, params={}, actor=None)
    assert add_job(kind=JobKind.REREAD, params={}, actor=None) == job  # a double click is one click
    mine = claim_job(job.pk)
    assert mine is not None and claim_job(job.pk) is None and abandoned_jobs() == []
    EngineJob.objects.update(beat_at=datetime(2026, 1, 1))  # its process was killed long ago
    assert abandoned_jobs() == [job]
    theirs = claim_job(job.pk)
    assert theirs is not None
    with pytest.raises(LostClaim):
        finish(mine, {})
    finish(theirs, {"read": 0})
    assert claim_job(job.pk) is None


def test_reading_again_goes_on_where_it_was_killed(cast: Cast, year: list[int]) -> None:
    use_version(actor=None, name=_trained().name)
    half = year[:80]
    from wenxiao.library.recognising import recognise

    recognise(WorkOrder.objects.filter(pk__in=half), TODAY, lambda count: None)
    assert stale(TODAY).count() == 80
    assert _do(JobKind.REREAD).result == {"read": 80}
