"""Corrections: what the engine had read stays beside what a person put in its place, and a new reading keeps both."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.conftest import TODAY, Cast, Importer, row

from wenxiao.cli import OK, main
from wenxiao.library.corrections import Correction, correct_commitment, labels
from wenxiao.library.models import Commitment, Verdict
from wenxiao.library.recognising import recognise
from wenxiao.library.services import confirm_finding
from wenxiao.orders.models import Event, WorkOrder
from wenxiao.recognition.learning import Policy

REPLY = "您反映的情况已转交河口镇处理，我单位将在2026年12月15日前完成维修并恢复照明。"


@pytest.fixture
def promise(cast: Cast, importer: Importer) -> Commitment:
    importer([row(reply=REPLY)])
    return Commitment.objects.get()


def test_words_and_date_are_put_right(cast: Cast, promise: Commitment) -> None:
    given = Correction("将在2026年12月15日前完成维修", date(2026, 12, 20), True)
    row = correct_commitment(actor=cast.analyst, commitment=promise.pk, given=given)
    assert REPLY[row.start : row.end] == row.text == given.text
    assert (row.due, row.state) == (date(2026, 12, 20), "confirmed")
    assert row.read["due"] == "2026-12-15" and row.read["text"] == promise.text
    event = Event.objects.get(kind="commitment")
    assert event.actor == cast.analyst and event.data["read"]["due"] == "2026-12-15"


def test_reading_again_keeps_the_correction_and_adds_nothing(cast: Cast, promise: Commitment) -> None:
    given = Correction("恢复照明", None, False)
    correct_commitment(actor=cast.analyst, commitment=promise.pk, given=given)
    recognise(WorkOrder.objects.all(), TODAY, lambda count: None)
    row = Commitment.objects.get()
    assert (row.text, row.due, row.concrete) == ("恢复照明", None, False)


def test_giving_what_is_there_changes_nothing(cast: Cast, promise: Commitment) -> None:
    given = Correction(promise.text, promise.due, promise.concrete)
    row = correct_commitment(actor=cast.analyst, commitment=promise.pk, given=given)
    assert (
        row.read is None and row.state == "pending" and not Event.objects.filter(kind="commitment").exists()
    )


def test_words_that_are_not_there_are_refused(cast: Cast, promise: Commitment) -> None:
    for text in ("明天就修", ""):
        with pytest.raises(ValidationError):
            correct_commitment(
                actor=cast.analyst, commitment=promise.pk, given=Correction(text, promise.due, True)
            )
    promise.refresh_from_db()
    assert promise.read is None


def test_who_may_correct(cast: Cast, promise: Commitment) -> None:
    given = Correction(promise.text, None, True)
    for other in (cast.leader, cast.handler):
        with pytest.raises(PermissionDenied):
            correct_commitment(actor=other, commitment=promise.pk, given=given)
    with pytest.raises(Http404):
        correct_commitment(actor=cast.analyst, commitment=promise.pk + 1, given=given)


def test_a_class_is_corrected_with_the_verdict(cast: Cast, promise: Commitment) -> None:
    order = promise.order_id
    assert confirm_finding(actor=cast.analyst, order=order, closure_class="procedural").changed == 1
    assert confirm_finding(actor=cast.analyst, order=order, closure_class="procedural").changed == 0
    assert Verdict.objects.get().closure_class == "procedural"
    assert "程序性" in Event.objects.get(kind="confirmed").text
    for wrong in ("substantive", "unclear", "something"):
        with pytest.raises(ValidationError):
            confirm_finding(actor=cast.analyst, order=order, closure_class=wrong)


def test_labels_hold_answers_and_no_words(cast: Cast, promise: Commitment) -> None:
    confirm_finding(actor=cast.analyst, order=promise.order_id, closure_class="procedural")
    correct_commitment(
        actor=cast.analyst, commitment=promise.pk, given=Correction("恢复照明", date(2026, 12, 20), True)
    )
    (label,) = labels(Policy.load())
    assert label["verdict"]["unresolved"] is True and label["verdict"]["class"] == "procedural"
    (one,) = label["commitments"]
    assert (one["due"], one["read"]["due"]) == ("2026-12-20", "2026-12-15")
    assert REPLY[one["start"] : one["end"]] == "恢复照明"
    assert "照明" not in json.dumps(label, ensure_ascii=False)


@pytest.mark.django_db(transaction=True)
def test_labels_as_a_file(cast: Cast, importer: Importer, tmp_path: Path) -> None:
    importer([row(reply=REPLY)])
    confirm_finding(actor=cast.analyst, order=WorkOrder.objects.get().pk)
    out = tmp_path / "labels.jsonl"
    assert main(["model", "labels", str(out)]) == OK
    assert len(out.read_text("utf-8").splitlines()) == 1
