"""Confirming, dismissing, taking back: once is once, all or none, and always with a trace."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from tests.conftest import Cast, Importer, row

from wenxiao.library.counting import list_counts
from wenxiao.library.filters import OrderFilter
from wenxiao.library.models import Verdict
from wenxiao.library.selectors import saved_views, work_list
from wenxiao.library.services import (
    Decided,
    confirm_finding,
    confirm_findings,
    delete_view,
    dismiss_finding,
    dismiss_findings,
    reveal_personal_data,
    save_view,
    set_commitment_state,
    undo_verdict,
    undo_verdicts,
)
from wenxiao.library.view_models import SavedView
from wenxiao.orders.models import Event, WorkOrder


@pytest.fixture
def orders(cast: Cast, importer: Importer) -> list[int]:
    importer([row() for _ in range(4)])
    return list(WorkOrder.objects.order_by("pk").values_list("pk", flat=True))


def _decisions() -> list[str]:
    return list(WorkOrder.objects.order_by("pk").values_list("finding__decision", flat=True))


def test_it_works(cast: Cast, orders: list[int]) -> None:
    assert confirm_finding(actor=cast.analyst, order=orders[0], note="现场还在冒水") == Decided(1, 0)
    assert _decisions() == ["confirmed", "pending", "pending", "pending"]
    verdict = Verdict.objects.get()
    assert (verdict.by, verdict.note) == (cast.analyst, "现场还在冒水")
    assert verdict.snapshot["closure_class"] and "signals" in verdict.snapshot
    event = Event.objects.get(kind="confirmed")
    assert (event.order_id, event.actor, event.text) == (orders[0], cast.analyst, "现场还在冒水")


def test_a_double_click_is_one_click(cast: Cast, orders: list[int]) -> None:
    dismiss_finding(actor=cast.analyst, order=orders[0], reason="substantive")
    assert dismiss_finding(actor=cast.analyst, order=orders[0], reason="substantive") == Decided(0, 1)
    undo_verdict(actor=cast.analyst, order=orders[0])
    assert undo_verdict(actor=cast.analyst, order=orders[0]) == Decided(0, 1)
    assert list(Event.objects.exclude(kind="imported").values_list("kind", flat=True)) == [
        "dismissed",
        "undone",
    ]
    assert Verdict.objects.count() == 1


def test_another_verdict_replaces_the_first_and_both_are_kept(cast: Cast, orders: list[int]) -> None:
    confirm_finding(actor=cast.analyst, order=orders[0])
    dismiss_finding(actor=cast.administrator, order=orders[0], reason="answered")
    first, second = Verdict.objects.order_by("pk")
    assert first.undone_by == cast.administrator and second.undone_at is None
    assert _decisions()[0] == "dismissed"


def test_a_reason_is_needed(cast: Cast, orders: list[int]) -> None:
    for reason, note in (("", ""), ("whatever", ""), ("other", "  ")):
        with pytest.raises(ValidationError):
            dismiss_finding(actor=cast.analyst, order=orders[0], reason=reason, note=note)
    assert _decisions() == ["pending"] * 4


def test_many_at_once_all_or_none(cast: Cast, orders: list[int]) -> None:
    with pytest.raises(Http404):
        confirm_findings(actor=cast.analyst, orders=[*orders, 10**9])
    assert _decisions() == ["pending"] * 4 and not Verdict.objects.exists()
    confirm_findings(actor=cast.analyst, orders=orders[:1])
    assert dismiss_findings(actor=cast.analyst, orders=orders, reason="answered") == Decided(4, 0)
    assert undo_verdicts(actor=cast.analyst, orders=orders) == Decided(4, 0)
    assert _decisions() == ["pending"] * 4
    with pytest.raises(ValidationError):
        confirm_findings(actor=cast.analyst, orders=range(2000))


def test_the_list_and_its_counts_follow(cast: Cast, orders: list[int]) -> None:
    confirm_finding(actor=cast.analyst, order=orders[0])
    pending = OrderFilter(captured=False)
    assert orders[0] not in [order.pk for order in work_list(cast.analyst, pending)]
    counts = list_counts(cast.analyst, pending)
    assert counts.total == work_list(cast.analyst, pending).count() == 3
    assert counts.decisions == {"pending": 3, "confirmed": 1, "dismissed": 0}


def test_commitments_move_along_their_table(cast: Cast, orders: list[int]) -> None:
    promise = WorkOrder.objects.get(pk=orders[0]).commitments.first()
    assert promise is not None
    act = {"actor": cast.analyst, "commitment": promise.pk}
    set_commitment_state(**act, state="broken", note="现场未修")
    set_commitment_state(**act, state="broken")
    with pytest.raises(ValidationError):
        set_commitment_state(**act, state="partly")
    with pytest.raises(ValidationError):
        set_commitment_state(**act, state="nonsense")
    event = Event.objects.get(kind="commitment")
    assert event.data == {"commitment": promise.pk, "from": "pending", "to": "broken"}
    with pytest.raises(Http404):
        set_commitment_state(actor=cast.analyst, commitment=10**9, state="kept")


def test_looking_at_personal_data_leaves_a_trace(cast: Cast, orders: list[int]) -> None:
    reveal_personal_data(actor=cast.handler, order=WorkOrder.objects.get(pk=orders[0]))
    assert Event.objects.get(kind="revealed").actor == cast.handler


def test_saved_views(cast: Cast) -> None:
    mine = save_view(actor=cast.analyst, name=" 执法  未研判 ", query="kinds=enforcement")
    assert save_view(actor=cast.analyst, name="执法 未研判", query="kinds=repeat").pk == mine.pk
    save_view(actor=cast.leader, name="大家的", query="", shared=True)
    assert [v.name for v in saved_views(cast.analyst)] == ["大家的", "执法 未研判"]
    assert [v.name for v in saved_views(cast.leader)] == ["大家的"]
    delete_view(actor=cast.leader, view=mine.pk)
    delete_view(actor=cast.analyst, view=mine.pk)
    delete_view(actor=cast.analyst, view=mine.pk)
    assert not SavedView.objects.filter(pk=mine.pk).exists()
    with pytest.raises(ValidationError):
        save_view(actor=cast.analyst, name="  ", query="")
