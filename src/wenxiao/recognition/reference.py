"""The day that "今年" and "三日内" in a reply count from, and why it is that one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from wenxiao.recognition.schema import Order
from wenxiao.recognition.text import NEAR, Signature, signatures

#: A reply is sometimes completed after its recorded time, and signed anew; one signed later than this is a slip of the
#: pen. On the public board the latest honest one is half a year late.
LATE = timedelta(days=183)


class Reference(NamedTuple):
    """The day that a reply's times count from, None when the order has no usable one; `note` says to a person, in
    Chinese, why the date under the reply was not taken, "" when it was or there is none."""

    day: date | None
    note: str = ""


def reference_of(order: Order) -> Reference:
    """The newest date that the reply is signed with, else its time, else that of closing.

    Replies pasted one after another need not stand in the order of their days. A signature that lies before the message, or far from the reply's time, is a slip of the pen and is passed over.
    """
    return reference_from(order, signatures(order.reply))


def reference_from(order: Order, signed: Sequence[Signature]) -> Reference:
    """`reference_of` an order, given what its reply is signed with."""
    given = order.replied_at or order.closed_at
    return _chosen(signed, _day(given), _day(order.called_at))


def signed_or_given(reply: str, given: date | None, asked: date | None) -> Reference:
    """`reference_of` for a reply recorded on `given` to a message of the day `asked`."""
    return _chosen(signatures(reply), given, asked)


def _chosen(found: Sequence[Signature], given: date | None, asked: date | None) -> Reference:
    if not found:
        return Reference(given)
    signed = [s.date for s in found]
    fitting = [day for day in signed if _misfit(day, given, asked) == ""]
    if fitting:
        return Reference(max(fitting))
    known = "改以答复时间为准" if given else "工单也没有答复时间"
    return Reference(given, f"落款日期{signed[-1]}{_misfit(signed[-1], given, asked)}，疑为笔误，{known}")


def _misfit(signed: date, given: date | None, asked: date | None) -> str:
    """Why a reply cannot have been signed on this day; "" when it can."""
    if asked is not None and signed < asked:
        return f"早于来电日{asked}"
    if given is not None and signed - given > LATE:
        return f"晚于答复时间{given}半年以上"
    if given is not None and given - signed > NEAR:
        return f"早于答复时间{given}一年以上"
    return ""


def _day(when: datetime | None) -> date | None:
    return when.date() if when else None
