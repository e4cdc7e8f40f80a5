"""New orders against a large library: the same matters as a whole grouping, and nothing else touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import TODAY, Cast, Importer, row

from wenxiao.demo import build_county, write_export
from wenxiao.library import settling
from wenxiao.library.arrivals import group_new, look_up
from wenxiao.library.choices import MatterState, ProposalState
from wenxiao.library.grouping import group_all
from wenxiao.library.history_models import OrderGist, Posting, Vocabulary
from wenxiao.library.models import Finding, Matter, MatterLink, Proposal
from wenxiao.library.pipeline import run_import, start_import
from wenxiao.library.postings import in_use, write_anew
from wenxiao.orders.models import WorkOrder
from wenxiao.orders.uploads import stage_upload
from wenxiao.recognition.matters.facts import read_facts
from wenxiao.recognition.schema import Order

#: Of the pairs of orders in one matter, the share on which one by one and all at once agree (F1): that of the index.
TOLERANCE = 0.85
#: What one new order that joins a matter may ask and write, its transactions included.
QUESTIONS, LOOKS = 42, 7
SEWAGE = "润泽食品厂在厂门外修了排污口，污水直接排进旁边的沟渠，臭得不敢开窗。"


def calls() -> list[dict[str, str]]:
    """Three matters of two calls each, and some of one call."""
    pile = "康宁家园小区北门外的打桩机半夜还在施工，噪声吵得老人孩子睡不着。"
    wages = "我们十二个工人在宏达机械厂干了三个月，厂里拖欠工资一直不发。"
    return [
        row(
            order="A1", title="河口镇润泽食品厂污水直排沟渠", content=SEWAGE, called_at="2026-05-01 09:00:00"
        ),
        row(
            order="B1", title="康宁家园小区旁工地夜间打桩扰民", content=pile, called_at="2026-05-02 09:00:00"
        ),
        row(order="C1", title="宏达机械厂拖欠工人工资", content=wages, called_at="2026-05-03 09:00:00"),
        *(row(called_at=f"2026-05-{10 + n} 09:00:00") for n in range(6)),
        later("A1", "A2", "2026-06-01 09:00:00"),
        row(
            order="B2",
            title="工地夜间打桩，康宁家园小区无法休息",
            content=pile,
            called_at="2026-06-02 09:00:00",
        ),
        row(order="C2", title="宏达机械厂欠薪三个月", content=wages, called_at="2026-06-03 09:00:00"),
    ]


def later(of: str, order: str, called_at: str) -> dict[str, str]:
    """Another call about the outlet, by another caller."""
    return row(
        order=order,
        title="河口镇润泽食品厂污水直排沟渠",
        content=SEWAGE,
        called_at=called_at,
        closed_at="",
        phone=f"1390000{int(order[1:]):04d}",
    )


@pytest.fixture
def arriving(settings: Any) -> None:
    """As in a large library: only what is new is looked at."""
    settings.GROUP_ALL_BELOW = 0


def homes() -> dict[str, str]:
    links = MatterLink.objects.values_list("order__number", "matter__number")
    return dict(links)


def agreement(a: Mapping[str, Hashable], b: Mapping[str, Hashable]) -> float:
    """F1 of the pairs of orders together in `b`, against those in `a`; an order in no matter is alone."""

    def pairs(labels: Sequence[Hashable]) -> int:
        return sum(n * (n - 1) // 2 for n in Counter(labels).values())

    numbers = sorted(a.keys() | b.keys())
    of_a, of_b = [a.get(n, n) for n in numbers], [b.get(n, n) for n in numbers]
    together = pairs(of_a) + pairs(of_b)
    return 2 * pairs(list(zip(of_a, of_b, strict=True))) / together if together else 1.0


def said() -> dict[str, tuple[Any, ...]]:
    """What the findings say of calls that came again."""
    rows = Finding.objects.values_list("order__number", "is_repeat", "unresolved", "evidence")
    return {
        number: (repeat, likely, sorted(item["signal"] for item in evidence))
        for number, repeat, likely, evidence in rows
    }


class Latecomers:
    """Orders that are taken out of the record as if they had not come yet, to be put back some at a time."""

    def __init__(self, stay: int) -> None:
        orders = WorkOrder.objects.order_by("pk")
        last = orders.values_list("pk", flat=True)[stay - 1]
        self._rows = [
            list(orders.filter(pk__gt=last)),
            list(Finding.objects.filter(order__gt=last).order_by("order")),
            list(OrderGist.objects.filter(order__gt=last).order_by("order")),
        ]
        MatterLink.objects.all().delete()
        Matter.objects.all().delete()
        orders.filter(pk__gt=last).delete()

    def come(self, step: int) -> None:
        for start in range(0, len(self._rows[0]), step):
            for rows in self._rows:
                some = rows[start : start + step]
                for one in some:
                    if isinstance(one, OrderGist):
                        one.todo = OrderGist.Todo.PLACE
                type(rows[0]).objects.bulk_create(some)
            group_new(TODAY)


@pytest.mark.parametrize("step", [1, 60])
def test_orders_that_arrive_find_the_matters_of_a_whole_grouping(
    cast: Cast, tmp_path: Path, settings: Any, step: int
) -> None:
    settings.UPLOADS, settings.RECOGNITION_PROCESSES = tmp_path, 1
    import_county(tmp_path / "orders.xlsx", 360)
    whole, findings = homes(), said()
    assert len(whole) > len(set(whole.values())) > 100
    late = Latecomers(240)
    group_all(TODAY)
    before = homes()
    late.come(step)
    arrived = homes()
    # Nothing is taken apart; two matters become one where a new order belongs to both.
    assert all(len({arrived[number] for number in companions(before, one)}) == 1 for one in before)
    assert agreement(whole, arrived) >= TOLERANCE
    # The rates of units are those of the last look over all; who called again is known at once.
    alike = [n for n in whole if companions(whole, n) == companions(arrived, n)]
    assert len(alike) > 0.8 * len(whole)
    assert {n: said()[n][0] for n in alike} == {n: findings[n][0] for n in alike}


def companions(found: Mapping[str, str], number: str) -> set[str]:
    return {other for other, matter in found.items() if matter == found.get(number)}


def import_county(path: Path, orders: int) -> None:
    county = build_county(orders=orders)
    write_export(county, path)
    with path.open("rb") as file:
        run = stage_upload(actor=None, file=file, name=path.name, source="")
    start_import(actor=None, run=run.pk, in_background=False)
    assert run_import(run.pk, TODAY) is not None


def test_numbers_stay_and_a_repeat_is_told(cast: Cast, importer: Importer, arriving: None) -> None:
    importer(calls())
    before = homes()
    assert before["A1"] == before["A2"] and before["B1"] == before["B2"] and before["C1"] == before["C2"]
    importer([later("A1", "N1", "2026-11-01 09:00:00")])
    after = homes()
    assert {n: after[n] for n in before} == before
    assert after["N1"] == before["A1"]
    assert Matter.objects.get(number=after["N1"]).last_called.month == 11
    assert Matter.objects.get(number=after["N1"]).order_count == 3


def test_what_people_settled_stays(cast: Cast, importer: Importer, arriving: None) -> None:
    importer(calls())
    keys = dict(WorkOrder.objects.values_list("number", "pk"))
    settling.keep_apart(actor=cast.analyst, one=keys["A1"], other=keys["A2"])
    settled = homes()
    assert settled["A1"] != settled["A2"]
    importer([later("A1", "N1", "2026-11-01 09:00:00")])
    assert {n: homes()[n] for n in settled} == settled
    # Both matters were worked on: the newcomer waits for a person's yes, and is in neither.
    assert "N1" not in homes()
    asked = Proposal.objects.get(order__number="N1", state=ProposalState.PENDING)
    assert asked.matter.number in {settled["A1"], settled["A2"]}
    settling.answer_proposal(actor=cast.analyst, proposal=asked.pk, accept=False)
    OrderGist.objects.filter(order__number="N1").update(todo=OrderGist.Todo.PLACE)
    group_new(TODAY)
    refused = Proposal.objects.get(order__number="N1", matter=asked.matter)
    assert refused.state == ProposalState.REFUSED


def test_a_call_after_closing_opens_the_matter_again(cast: Cast, importer: Importer, arriving: None) -> None:
    importer(calls())
    number = homes()["A1"]
    settling.close_matter(actor=cast.analyst, matter=number, note="已核实")
    grade = Matter.objects.get(number=number).grade_rank
    Matter.objects.filter(number=number).update(closed_at="2026-10-20 09:00:00")
    importer([later("A1", "N1", "2026-11-01 09:00:00")])
    asked = Proposal.objects.get(order__number="N1")
    settling.answer_proposal(actor=cast.analyst, proposal=asked.pk, accept=True)
    matter = Matter.objects.get(number=number)
    assert (matter.state, matter.reopened) == (MatterState.OPEN, 1)
    assert matter.grade_rank < grade


def test_a_better_reply_moves_nothing(cast: Cast, importer: Importer, arriving: None) -> None:
    rows = calls()
    importer(rows)
    before = homes()
    importer([{**rows[0], "reply": "已于2026年6月3日封堵排污口，来电人现场确认。"}])
    assert homes() == before
    assert not OrderGist.objects.filter(todo__gt=0).exists()


def test_an_interrupted_grouping_goes_on_and_asks_no_more_of_a_larger_library(
    cast: Cast, importer: Importer, arriving: None
) -> None:
    importer(calls())
    whole = homes()

    def questions() -> int:
        MatterLink.objects.filter(order__number="A2").delete()
        OrderGist.objects.filter(order__number="A2").update(todo=OrderGist.Todo.PLACE)
        with CaptureQueriesContext(connection) as captured:
            group_new(TODAY)
        return len(captured)

    few = questions()
    assert few <= QUESTIONS
    assert homes() == whole
    importer([row() for _ in range(40)])
    # Which candidates come up may add a look; one for each of forty orders must not.
    assert questions() < few + 10


def test_looking_up_names_the_matter_and_the_next_best_and_writes_nothing(
    cast: Cast, importer: Importer, arriving: None
) -> None:
    importer(calls())
    keys = dict(WorkOrder.objects.values_list("number", "pk"))
    call = Order("N1", title="河口镇润泽食品厂污水直排沟渠", content=SEWAGE, called_at=datetime(2026, 11, 1))
    before = homes()
    look_up(read_facts(call))  # what a process loads once
    with CaptureQueriesContext(connection) as captured:
        found = look_up(read_facts(call))
    assert len(captured) <= LOOKS
    assert not [q for q in captured if not q["sql"].startswith("SELECT")]
    assert Matter.objects.get(pk=found.group).number == before["A1"] == before["A2"]
    assert {order for order, _ in found.near[:2]} == {keys["A1"], keys["A2"]}
    assert [p for _, p in found.near] == sorted((p for _, p in found.near), reverse=True)
    assert homes() == before and not Posting.objects.filter(order__gt=max(keys.values())).exists()


def test_lists_written_anew_hold_what_came_since(cast: Cast, importer: Importer, arriving: None) -> None:
    importer(calls())
    importer([row() for _ in range(4)])
    assert Posting.objects.exists()
    write_anew()
    now = in_use()
    assert now is not None and now.seen.count == 16
    assert not Posting.objects.exists() and Vocabulary.objects.count() == 1
    importer([later("A1", "N1", "2026-11-01 09:00:00")])
    assert homes()["N1"] == homes()["A1"]
