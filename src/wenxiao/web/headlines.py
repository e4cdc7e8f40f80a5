"""The strongest reason of an order as lists show it, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from wenxiao.library.models import Finding
from wenxiao.library.selectors import LIKELY
from wenxiao.orders.models import WorkOrder
from wenxiao.recognition.headline import first_missing, leading
from wenxiao.recognition.schema import Evidence
from wenxiao.reporting import words
from wenxiao.web.reading import english, signal_words


def headlines(orders: Iterable[WorkOrder]) -> dict[int, str]:
    """The headline of each order, by its key. Chinese is what recognition stored beside the finding; any other language
    is told from the evidence, which costs one query for all of them."""
    found = {order.pk: order.finding.top_text for order in orders if hasattr(order, "finding")}
    if not english():
        return found
    rows = Finding.objects.filter(order__in=found).values_list("order", "evidence", "missing", "unresolved")
    return {order: _headline(*rest) for order, *rest in rows}


def _headline(evidence: Sequence[dict[str, Any]], missing: Sequence[str], unresolved: float) -> str:
    """Words of a text as they stand, a column or another order by the name of its signal."""
    best = leading([Evidence(**item) for item in evidence])
    if best:
        return "; ".join(e.text if e.start is not None else signal_words(e.signal, e.weight)[0] for e in best)
    if unresolved < LIKELY / 100:
        return ""
    label = words.missing().get(first_missing(missing))
    return (
        _("没有明显的一句话；主要因为%(missing)s") % {"missing": label[1]} if label else _("没有明显的一句话")
    )
