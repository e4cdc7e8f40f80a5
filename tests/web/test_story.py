"""A long story is folded, never cut: the ends and what mattered are shown, everything is on the page."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Cast, Importer, row
from tests.web.conftest import SignIn

from wenxiao.library.models import Commitment, MatterLink
from wenxiao.orders.choices import ROUTINE, EventKind
from wenxiao.orders.selectors import Moment
from wenxiao.web.story import ENDS, WHOLE, folded

START = datetime(2026, 1, 1, 9)


def _moments(kinds: list[str]) -> list[Moment]:
    return [Moment(START + timedelta(hours=n), kind) for n, kind in enumerate(kinds)]


@given(st.lists(st.sampled_from(EventKind.values), max_size=60))
def test_every_event_is_there_once_and_in_order(kinds: list[str]) -> None:
    moments = _moments(kinds)
    stretches = folded(moments)
    assert [m for s in stretches for m in s.rows] == moments
    hidden = [m for s in stretches if s.is_folded for m in s.rows]
    assert all(m.kind in ROUTINE for m in hidden)
    assert not hidden or len(moments) > WHOLE
    told = [m for m in moments if m.kind != EventKind.IMPORTED]
    assert not set(map(id, hidden)) & set(map(id, told[:ENDS] + told[-ENDS:]))
    assert all(a.is_folded != b.is_folded for a, b in pairwise(stretches))


def test_an_act_in_the_middle_stays_in_sight() -> None:
    stretches = folded(_moments(["received"] * 10 + ["supervised"] + ["signed"] * 10))
    assert [(s.is_folded, len(s.rows)) for s in stretches] == [
        (False, 3), (True, 7), (False, 1), (True, 7), (False, 3),
    ]  # fmt: skip


def test_the_page_of_a_matter_with_many_orders(cast: Cast, importer: Importer, sign_in: SignIn) -> None:
    importer([row(order=f"M{n:02d}") for n in range(20)])
    matter = MatterLink.objects.get(order__number="M00").matter
    MatterLink.objects.update(matter=matter)
    text = sign_in(cast.analyst).get(reverse("matter", args=[matter.number])).text
    assert (
        text.count('<details class="fold') == 4
    )  # orders, promises, and the line on both sides of its last events
    assert all(text.count(f">M{n:02d}<") >= 1 for n in range(20))
    assert "中间 14 件工单" in text


def test_promises_to_act_on_come_first_and_columns_are_named(
    cast: Cast, importer: Importer, sign_in: SignIn
) -> None:
    importer([row(order="P1", reply="我局将尽快完成维修。")])
    order = MatterLink.objects.get(order__number="P1").order
    Commitment.objects.create(
        order=order, field="planned_finish", text="2026-12-31", due=date(2026, 12, 31), certainty="stated"
    )
    address = reverse("matter", args=[order.matter_link.matter.number])
    text = sign_in(cast.analyst).get(address).text
    assert text.index("计划完成时间：2026-12-31") < text.index("没有期限")
    assert "计划完成时间：2026-12-31" in sign_in(cast.analyst).get("/commitments/").text
