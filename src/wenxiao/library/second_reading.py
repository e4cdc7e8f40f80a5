"""Asking the second reader about the unclear middle: which orders, what leaves, and what is kept of the answer.

Its opinion is shown beside the judgement and is no part of it: no probability, class, kind or list depends on it.
Confidential orders never leave.
"""

from __future__ import annotations

import time
from datetime import datetime

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone

from wenxiao.learning.models import SecondReading
from wenxiao.learning.reader import Opinion, ReaderSettings, ReaderTrouble, ask
from wenxiao.library.choices import Decision
from wenxiao.orders.masking import mask_address, mask_text
from wenxiao.orders.models import WorkOrder

#: Failures in a row after which the reader is left alone until the next day's first try.
PATIENCE = 5


def reader_settings() -> ReaderSettings:
    """The second reader of this installation."""
    found: ReaderSettings = settings.SECOND_READER
    return found


def waiting(reader: ReaderSettings) -> QuerySet[WorkOrder]:
    """Orders in the unclear middle that nobody has decided on and that were not asked about in this version."""
    asked = SecondReading.objects.filter(order_version=F("order__version")).values("order")
    orders = WorkOrder.objects.filter(
        finding__decision=Decision.PENDING,
        finding__captured=True,
        finding__unresolved__gte=reader.low,
        finding__unresolved__lte=reader.high,
    )
    return orders.exclude(is_confidential=True).exclude(reply="").exclude(pk__in=asked).order_by("-pk")


def left_today(reader: ReaderSettings, now: datetime) -> int:
    """How many readings the day's budget still allows; none after PATIENCE failures in a row."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = list(SecondReading.objects.filter(at__gte=midnight).values_list("answered", flat=True))
    if len(today) >= PATIENCE and not any(today[:PATIENCE]):
        return 0
    return max(0, reader.daily - len(today))


def read_some(most: int, now: datetime | None = None) -> int:
    """Ask about up to `most` orders; returns how many. Nothing happens when there is no reader or no budget."""
    reader = reader_settings()
    if not reader.is_on:
        return 0
    done = 0
    for order in waiting(reader)[:most]:
        if not left_today(reader, now or timezone.now()):
            break
        _read(reader, order)
        done += 1
    return done


def _read(reader: ReaderSettings, order: WorkOrder) -> None:
    message = _masked(order, "\n".join(filter(None, (order.title, order.content))))
    reply = _masked(order, order.reply)
    row = SecondReading(
        order=order, order_version=order.version, model=reader.model[:80], sent=len(message) + len(reply)
    )
    begun = time.monotonic()
    try:
        _keep(row, ask(reader, message, reply))
    except ReaderTrouble as trouble:
        row.trouble = trouble.reason[:30]
    row.milliseconds = round(1000 * (time.monotonic() - begun))
    row.save()


def _keep(row: SecondReading, opinion: Opinion) -> None:
    row.answered, row.unresolved, row.reason = True, opinion.unresolved, opinion.reason
    row.start, row.end = opinion.start, opinion.end


def _masked(order: WorkOrder, text: str) -> str:
    """Names, numbers and doors hidden, one character for one, so that a quotation still has its place."""
    return mask_address(mask_text(text, order.caller, order.phone))


def opinion_on(order: WorkOrder) -> SecondReading | None:
    """What the second reader said of the order's present version; None when it was not asked or did not answer."""
    rows = SecondReading.objects.filter(order=order, order_version=order.version, answered=True)
    return rows.first()
