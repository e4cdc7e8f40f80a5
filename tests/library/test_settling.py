"""What people do to matters: each act once, whole, in scope, kept, and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.conftest import TODAY, Cast, Importer, row

from wenxiao.library import settling
from wenxiao.library.choices import ActKind, MatterState, ProposalState
from wenxiao.library.grouping import group_all
from wenxiao.library.models import Matter, MatterAct, MatterLink, NotSame, Proposal
from wenxiao.library.services import confirm_finding
from wenxiao.library.shown import visible_matters
from wenxiao.orders.choices import EventKind
from wenxiao.orders.models import Event, WorkOrder

SEWAGE = "润泽食品厂在厂门外修了排污口，污水直接排进旁边的沟渠，臭得不敢开窗。"


def sewage(number: str, **more: str) -> dict[str, str]:
    """A call about one and the same outlet."""
    return row(order=number, title="河口镇润泽食品厂污水直排沟渠", content=SEWAGE, **more)


def home(number: str) -> str:
    return MatterLink.objects.get(order__number=number).matter.number


def pk(number: str) -> int:
    return WorkOrder.objects.get(number=number).pk


@pytest.fixture
def two(cast: Cast, importer: Importer) -> Cast:
    """A1, A2, A3 are one matter by what they say; B1 is another."""
    importer(
        [
            sewage("A1", called_at="2026-08-01 09:00:00"),
            sewage("A2", called_at="2026-08-11 09:00:00", phone="13911110000", caller="李红"),
            sewage("A3", called_at="2026-08-21 09:00:00", phone="13922220000", caller="赵强"),
            row(order="B1", title="建设路18号工地夜间打桩", content="工地半夜还在打桩，吵得睡不着。"),
        ]
    )
    assert home("A1") == home("A2") == home("A3") != home("B1")
    return cast


def links() -> list[Any]:
    return list(MatterLink.objects.order_by("order").values_list("order", "matter", "by", "score"))


def test_merged_orders_go_under_the_number_that_stays(two: Cast) -> None:
    into, other = home("B1"), home("A1")
    settled = settling.merge_matters(actor=two.analyst, into=into, other=other, note="同一家厂")
    assert {home(n) for n in ("A1", "A2", "A3", "B1")} == {into}
    assert settled.matter.number == into
    merged = Matter.objects.get(number=other)
    assert merged.merged_into == settled.matter
    assert [m.number for m in visible_matters(two.analyst)] == [into]
    assert visible_matters(two.analyst).get().shown_orders == 4
    told = Event.objects.filter(kind=EventKind.LINKED, actor=two.analyst)
    assert {e.order_id for e in told} == {pk("A1"), pk("A2"), pk("A3")}
    assert all("同一家厂" in e.text for e in told)


def test_a_second_click_changes_nothing(two: Cast) -> None:
    into, other = home("B1"), home("A1")
    settling.merge_matters(actor=two.analyst, into=into, other=other)
    before = links(), Event.objects.count()
    assert settling.merge_matters(actor=two.analyst, into=into, other=other).act is None
    assert (links(), Event.objects.count()) == before


def test_undoing_puts_back_what_was(two: Cast) -> None:
    was = links()
    acts = [
        settling.merge_matters(actor=two.analyst, into=home("B1"), other=home("A1")),
    ]
    settling.undo_act(actor=two.analyst, act=acts[0].act.pk)  # type: ignore[union-attr]
    assert links() == was
    split = settling.split_matter(actor=two.analyst, matter=home("A1"), orders=[pk("A3")])
    assert home("A3") == split.matter.number != home("A1")
    settling.undo_act(actor=two.analyst, act=split.act.pk)  # type: ignore[union-attr]
    assert links() == was
    moved = settling.move_orders(actor=two.analyst, orders=[pk("B1")], to=home("A1"))
    settling.undo_act(actor=two.analyst, act=moved.act.pk)  # type: ignore[union-attr]
    assert links() == was
    apart = settling.keep_apart(actor=two.analyst, one=pk("A1"), other=pk("A2"))
    assert home("A1") != home("A2")
    settling.undo_act(actor=two.analyst, act=apart.act.pk)  # type: ignore[union-attr]
    assert links() == was and not NotSame.objects.exists()
    assert len(visible_matters(two.analyst)) == 2


def test_undoing_twice_is_undoing_once(two: Cast) -> None:
    split = settling.split_matter(actor=two.analyst, matter=home("A1"), orders=[pk("A3")])
    assert split.act is not None
    settling.undo_act(actor=two.analyst, act=split.act.pk)
    count = Event.objects.count()
    assert settling.undo_act(actor=two.analyst, act=split.act.pk).act is None
    assert Event.objects.count() == count


def test_what_moved_on_since_cannot_be_undone_first(two: Cast) -> None:
    split = settling.split_matter(actor=two.analyst, matter=home("A1"), orders=[pk("A3")])
    assert split.act is not None
    settling.move_orders(actor=two.analyst, orders=[pk("A3")], to=home("B1"))
    with pytest.raises(ValidationError, match="先撤销"):
        settling.undo_act(actor=two.analyst, act=split.act.pk)
    assert home("A3") == home("B1")


def test_a_split_takes_only_orders_of_the_matter_and_not_all(two: Cast) -> None:
    for orders in ([], [pk("A1"), pk("B1")], [pk("A1"), pk("A2"), pk("A3")], [pk("B1")]):
        with pytest.raises(ValidationError):
            settling.split_matter(actor=two.analyst, matter=home("A1"), orders=orders)
    once = settling.split_matter(actor=two.analyst, matter=home("A1"), orders=[pk("A3"), pk("A2")])
    again = settling.split_matter(actor=two.analyst, matter=home("A1"), orders=[pk("A2"), pk("A3")])
    assert (again.matter, again.act) == (once.matter, None)


def test_a_matter_that_lost_its_last_order_points_to_where_it_went(two: Cast) -> None:
    left, to = home("B1"), home("A1")
    settling.move_orders(actor=two.analyst, orders=[pk("B1")], to=to.lower())
    assert Matter.objects.get(number=left).merged_into == Matter.objects.get(number=to)


def test_only_those_who_assess_and_only_what_is_there(two: Cast) -> None:
    number, act = home("A1"), 1
    for who in (two.leader, two.handler, two.clerk, two.stranger):
        for do in (
            lambda a: settling.merge_matters(actor=a, into=home("B1"), other=number),
            lambda a: settling.split_matter(actor=a, matter=number, orders=[pk("A1")]),
            lambda a: settling.move_orders(actor=a, orders=[pk("A1")], to=home("B1")),
            lambda a: settling.keep_apart(actor=a, one=pk("A1"), other=pk("A2")),
            lambda a: settling.answer_proposal(actor=a, proposal=1, accept=True),
            lambda a: settling.close_matter(actor=a, matter=number, note="x"),
            lambda a: settling.undo_act(actor=a, act=act),
        ):
            with pytest.raises(PermissionDenied):
                do(who)
    assert not MatterAct.objects.exists()
    with pytest.raises(Http404):
        settling.move_orders(actor=two.analyst, orders=[pk("A1")], to="M999999")
    with pytest.raises(Http404):
        settling.split_matter(actor=two.analyst, matter=number, orders=[0])


def test_apart_stays_apart_whatever_a_grouping_finds(two: Cast, importer: Importer) -> None:
    settling.keep_apart(actor=two.analyst, one=pk("A1"), other=pk("A2"))
    group_all(TODAY)
    importer([sewage("A4", called_at="2026-09-21 09:00:00")])
    assert home("A1") == home("A3") != home("A2")
    pairs = {tuple(sorted((p.matter.number, p.other.number))) for p in Proposal.objects.all() if p.other}
    assert tuple(sorted((home("A1"), home("A2")))) not in pairs
    with pytest.raises(ValidationError, match="不是同一事项"):
        settling.merge_matters(actor=two.analyst, into=home("A1"), other=home("A2"))


def test_apart_holds_in_matters_that_nobody_worked_on(two: Cast) -> None:
    """The pair alone keeps them apart, not that people have worked on the matters."""
    settling.keep_apart(actor=two.analyst, one=pk("A1"), other=pk("A2"))
    MatterLink.objects.all().delete()
    Matter.objects.update(worked_on=False)
    group_all(TODAY)
    assert home("A1") != home("A2")
    group_all(TODAY)
    assert home("A1") != home("A2")


def test_a_new_order_of_a_worked_matter_waits_for_a_yes(two: Cast, importer: Importer) -> None:
    confirm_finding(actor=two.analyst, order=pk("A1"))
    importer([sewage("A4", called_at="2026-09-21 09:00:00")])
    assert not MatterLink.objects.filter(order__number="A4").exists()
    proposal = Proposal.objects.get()
    assert (proposal.order.number, proposal.matter.number) == ("A4", home("A1"))  # type: ignore[union-attr]
    group_all(TODAY)
    assert Proposal.objects.count() == 1
    settled = settling.answer_proposal(actor=two.analyst, proposal=proposal.pk, accept=True)
    assert home("A4") == home("A1")
    assert settling.answer_proposal(actor=two.analyst, proposal=proposal.pk, accept=True).act is None
    settling.undo_act(actor=two.analyst, act=settled.act.pk)  # type: ignore[union-attr]
    assert not MatterLink.objects.filter(order__number="A4").exists()
    assert Proposal.objects.get().state == ProposalState.PENDING


def test_what_was_refused_is_never_proposed_again(two: Cast, importer: Importer) -> None:
    confirm_finding(actor=two.analyst, order=pk("A1"))
    importer([sewage("A4", called_at="2026-09-21 09:00:00")])
    settling.answer_proposal(actor=two.analyst, proposal=Proposal.objects.get().pk, accept=False)
    for _ in range(2):
        group_all(TODAY)
        assert home("A4") != home("A1")
        assert not Proposal.objects.filter(state=ProposalState.PENDING).exists()


def test_two_matters_that_people_work_on_are_only_proposed_to_become_one(
    two: Cast, importer: Importer
) -> None:
    MatterLink.objects.filter(order__number="A3").update(
        matter=Matter.objects.create(number="M000900", title="另一条", worked_on=True)
    )
    confirm_finding(actor=two.analyst, order=pk("A1"))
    was = links()
    group_all(TODAY)
    assert links() == was
    proposal = Proposal.objects.get()
    assert proposal.other is not None
    settling.answer_proposal(actor=two.analyst, proposal=proposal.pk, accept=True)
    assert home("A1") == home("A3")


def test_a_call_after_closing_opens_the_matter_and_raises_its_grade(two: Cast, importer: Importer) -> None:
    number = home("B1")
    before = Matter.objects.get(number=number)
    with pytest.raises(ValidationError):
        settling.close_matter(actor=two.analyst, matter=number, note=" ")
    settling.close_matter(actor=two.analyst, matter=number, note="现场已停工，来电人认可")
    Matter.objects.update(closed_at="2026-09-10 08:00:00", worked_on=False)
    group_all(TODAY)
    assert Matter.objects.get(number=number).state == MatterState.CLOSED
    again = row(order="B2", title="建设路18号工地夜间打桩", content="工地半夜还在打桩，吵得睡不着。")
    importer([{**again, "called_at": "2026-09-20 09:00:00"}])
    matter = Matter.objects.get(number=number)
    assert (matter.state, matter.reopened) == (MatterState.OPEN, 1)
    assert matter.grade_rank < before.grade_rank
    assert "重新打开" in matter.grade_reasons[-1]["text"]
    assert MatterAct.objects.get(kind=ActKind.REOPENED).data == {"order": pk("B2")}
    assert Event.objects.get(kind=EventKind.REOPENED).order_id == pk("B2")
    group_all(TODAY)
    assert Matter.objects.get(number=number).reopened == 1
