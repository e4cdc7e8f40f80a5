"""Which matters are named after a confidential order, so that the name is not shown where the content is not."""

from __future__ import annotations

from collections.abc import Iterable

from wenxiao.library.models import Matter
from wenxiao.orders.models import WorkOrder


def named_after_confidential(matters: Iterable[Matter]) -> set[int]:
    """Ids of the matters whose `shown_title` is the title, or the beginning of the content, of a confidential order.

    One query for any number of matters.
    """
    shown = {matter.pk: str(getattr(matter, "shown_title", "") or "") for matter in matters}
    rows = WorkOrder.objects.filter(matter_link__matter__in=list(shown), is_confidential=True)
    found = set()
    for matter, title, content in rows.values_list("matter_link__matter", "title", "content"):
        name = shown[matter]
        if name and (
            name == title.strip() or " ".join(content.split()).startswith(name) or title.startswith(name)
        ):
            found.add(matter)
    return found
