"""Commitments of a work order: what its columns say, and its reply read in their light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from wenxiao.calendars import Calendar
from wenxiao.recognition.commitments.find import find_many
from wenxiao.recognition.commitments.settings import Settings
from wenxiao.recognition.schema import Commitment, Order
from wenxiao.recognition.text import reference_date


def commitments_of(
    order: Order, *, calendar: Calendar | None = None, settings: Settings | None = None
) -> list[Commitment]:
    """Commitments of an order: its columns first (是否最终办理结果, 计划完成时间), then its reply.

    The columns win: an undertaking of the reply without a date, or with a later one, takes the planned day.
    A reply with neither signature nor time has no reference date, and so only its columns are read.
    """
    return commitments_of_many([order], calendar=calendar, settings=settings)[0]


def commitments_of_many(
    orders: Sequence[Order], *, calendar: Calendar | None = None, settings: Settings | None = None
) -> list[list[Commitment]]:
    """`commitments_of` each order, the same whatever the batch, and several times faster."""
    references = [_reference(order) for order in orders]
    readable = [(order.reply, day) for order, day in zip(orders, references, strict=True) if day]
    read = iter(find_many(readable, calendar=calendar, settings=settings))
    found = [next(read) if day else [] for day in references]
    return [_with_columns(order, one) for order, one in zip(orders, found, strict=True)]


def _with_columns(order: Order, found: list[Commitment]) -> list[Commitment]:
    planned = order.planned_finish if order.is_final is not True else None
    if planned:
        found = [_held_to(one, planned) for one in found]
    return [*_from_columns(order), *found]


def _reference(order: Order) -> date | None:
    return reference_date(order.reply, order.replied_at) or _day(order.closed_at)


def _day(when: datetime | None) -> date | None:
    return when.date() if when else None


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
    if not one.concrete or (one.due and one.due <= planned):
        return one
    said = f"，答复写作{one.due}" if one.due else ""
    basis = f"以工单“计划完成时间”列为准，取{planned}{said}"
    return replace(one, due=planned, certainty="stated", basis=basis, provisional=False)
