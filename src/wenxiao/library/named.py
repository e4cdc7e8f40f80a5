"""The earlier order that an order names as the one it repeats (旧工单编号), in the words of a caller or of the platform.

It is as strong as evidence comes, but no proof: the columns of some sources hold whatever is related (关联工单编号). So it puts no
orders together; where the two are in different matters, each is shown beside the other's, before what the engine ties.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from wenxiao.library.models import MatterLink
from wenxiao.orders import bulk
from wenxiao.orders.models import WorkOrder

_CHUNK = 2000


def names(one: WorkOrder, other: WorkOrder) -> bool:
    """Whether one of two orders names the other."""
    pairs = ((one, other), (other, one))
    return one.source_id == other.source_id and any(a.previous_order.strip() == b.number for a, b in pairs)


def named_ties(orders: list[int] | None = None) -> Iterator[tuple[int, int, float]]:
    """Each order (of `orders`, or of all) with the earlier one of its source that it names, where the two are in different matters, as
    sure ties (`proposing.add_related`). What was named before it came is seen when all are looked at."""
    columns = ("id", "source", "previous_order")
    if orders is None:
        rows = list(WorkOrder.objects.exclude(previous_order="").values_list(*columns).iterator())
    else:
        rows = [row for row in bulk.select(WorkOrder, columns, {"id": orders}) if row[2]]
    naming: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for pk, source, number in rows:
        naming[source].append((pk, number.strip()))
    for source, found in naming.items():
        for start in range(0, len(found), _CHUNK):
            yield from _apart(source, found[start : start + _CHUNK])


def _apart(source: int, naming: list[tuple[int, str]]) -> Iterator[tuple[int, int, float]]:
    named = WorkOrder.objects.filter(source=source, number__in={number for _, number in naming})
    keys = dict(named.values_list("number", "pk"))
    pairs = [(pk, keys[number]) for pk, number in naming if keys.get(number, pk) != pk]
    ends = {pk for pair in pairs for pk in pair}
    homes = dict(bulk.select(MatterLink, ("order", "matter"), {"order": ends}))
    for one, other in pairs:
        if one not in homes or homes[one] != homes.get(other):
            yield one, other, 1.0
