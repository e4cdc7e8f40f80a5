"""Commitments of a work order: what its columns say, and its reply read in their light."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from wenxiao.calendars import Calendar
from wenxiao.recognition.commitments.find import find_many, stand_in
from wenxiao.recognition.commitments.lessons import Clause, clauses_of
from wenxiao.recognition.commitments.lines import SHIPPED_LINES, Lines
from wenxiao.recognition.commitments.reading import Conventions
from wenxiao.recognition.commitments.settings import Settings, default_settings
from wenxiao.recognition.reference import Reference, reference_of
from wenxiao.recognition.schema import Commitment, Order

Replies = list[tuple[str, date]]
Found = TypeVar("Found")


def commitments_of(
    order: Order, *, calendar: Calendar | None = None, settings: Settings | None = None
) -> list[Commitment]:
    """Commitments of an order: its columns first (是否最终办理结果, 计划完成时间), then its reply.

    The columns win: an undertaking of the reply without a date, or with a later one, takes the planned day.
    A reply with neither signature nor time has no reference date: what names its year is dated all the same, the rest
    says that its day is not known.
    """
    return commitments_of_many([order], calendar=calendar, settings=settings)[0]


def commitments_of_many(
    orders: Sequence[Order],
    *,
    calendar: Calendar | None = None,
    settings: Settings | None = None,
    references: Sequence[Reference] | None = None,
    lines: Lines = SHIPPED_LINES,
) -> list[list[Commitment]]:
    """`commitments_of` each order, the same whatever the batch, and several times faster. `references` are
    `reference_of` them, where the caller has them already; `lines` are where verdicts have moved the model's."""
    if references is None:
        references = [reference_of(order) for order in orders]

    def read(replies: Replies, dated: bool) -> list[list[Commitment]]:
        return find_many(replies, calendar=calendar, settings=settings, dated=dated, lines=lines)

    most = (settings or default_settings()).most
    out = []
    for order, to, read_there in zip(orders, references, _by_day(orders, references, read), strict=True):
        found = [_noted(one, to.note) for one in read_there]
        out.append(_listed(_with_columns(order, found), most))
    return out


def clauses_of_many(
    orders: Sequence[Order], *, calendar: Calendar, references: Sequence[Reference]
) -> list[list[Clause]]:
    """The clauses of each order's reply that verdicts can teach by, as the shipped model sees them."""

    def read(replies: Replies, dated: bool) -> list[list[Clause]]:
        return clauses_of(replies, Conventions(calendar, default_settings(), dated))

    return _by_day(orders, references, read)


def _by_day(
    orders: Sequence[Order],
    references: Sequence[Reference],
    read: Callable[[Replies, bool], list[list[Found]]],
) -> list[list[Found]]:
    """What `read` finds in each order's reply; those whose day is not known are read by a stand-in, and apart."""
    pairs = list(zip(orders, references, strict=True))
    dated = iter(read([(order.reply, to.day) for order, to in pairs if to.day], True))
    undated = iter(read([(order.reply, stand_in(order.reply)) for order, to in pairs if not to.day], False))
    return [next(dated if to.day else undated) for to in references]


def _listed(found: list[Commitment], most: int) -> list[Commitment]:
    """Each undertaking once, where a reply says the same words with the same day again; and no more than `most`."""
    once: dict[object, Commitment] = {}
    for one in found:
        once.setdefault((one.field, one.text, one.due, one.due_text, one.concrete), one)
    listed = list(once.values())
    if len(listed) <= most:
        return listed
    last = listed[most - 1]
    more = f"本工单另有 {len(listed) - most} 项承诺未列出，请看答复原文"
    return [*listed[: most - 1], replace(last, basis=f"{last.basis}；{more}" if last.basis else more)]


def _noted(one: Commitment, note: str) -> Commitment:
    """With a word on why the date under the reply was passed over, where a day was reckoned without it."""
    return replace(one, basis=f"{one.basis}；{note}") if note and one.basis else one


def _with_columns(order: Order, found: list[Commitment]) -> list[Commitment]:
    """One undertaking is listed once: where the reply tells what the column dates, the reply's words carry the day."""
    planned = order.planned_finish if order.is_final is not True else None
    if planned:
        found = [_held_to(one, planned) for one in found]
        is_told = any(one.concrete and one.due == planned for one in found)
    else:
        is_told = order.is_final is False and any(one.concrete for one in found)
        if is_told:
            found = [_not_final(one) for one in found]
    return found if is_told else [*_from_columns(order), *found]


def _from_columns(order: Order) -> list[Commitment]:
    if order.planned_finish and order.is_final is not True:
        day = order.planned_finish
        basis = f"以工单“计划完成时间”列为准，取{day}"
        return [
            Commitment("planned_finish", None, None, str(day), day, str(day), basis, "stated", True, "本单位")
        ]
    if order.is_final is False:
        basis = "工单“是否最终办理结果”为否，未填计划完成时间，需单位补报期限"
        return [Commitment("is_final", None, None, "否", None, "", basis, "none", True, "本单位")]
    return []


def _held_to(one: Commitment, planned: date) -> Commitment:
    if one.concrete and one.due == planned:
        return replace(one, basis=f"{one.basis}；与工单“计划完成时间”列一致")
    if not one.concrete or (one.due and one.due < planned):
        return one
    said = f"，答复写作{one.due}" if one.due else ""
    basis = f"以工单“计划完成时间”列为准，取{planned}{said}"
    return replace(one, due=planned, certainty="stated", basis=basis, provisional=False)


def _not_final(one: Commitment) -> Commitment:
    """A promise of a reply that the unit itself marks as not final: without a day it must be given one."""
    if not one.concrete:
        return one
    said = "工单“是否最终办理结果”为否"
    basis = f"{one.basis}；{said}" if one.basis else f"{said}，答复没有写期限，需单位补报期限"
    return replace(one, basis=basis)
