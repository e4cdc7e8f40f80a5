"""What is kept of each order for grouping and for the rules over a collection (recognition.gist)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from wenxiao.library.history_models import OrderGist
from wenxiao.orders import bulk
from wenxiao.orders.models import WorkOrder
from wenxiao.recognition.callers import caller_of
from wenxiao.recognition.matters.stored import version
from wenxiao.recognition.traces import Trace

Todo = OrderGist.Todo
_COLUMNS = ("order", "form", "facts", "reply", "problems", "escaped", "todo")
_CHUNK = 2000
_TRACED = (
    "number",
    "unit",
    "called_at",
    "closed_at",
    "replied_at",
    "phone",
    "caller",
    "is_confidential",
    "gist__reply",
    "gist__escaped",
)


def store_gists(gists: Mapping[int, Mapping[str, Any]]) -> None:
    """Keep the gists of orders that were just read (rows of `gist.GIST`). Those that say what they said before stay where
    they are; the others are to be placed."""
    form = version()
    before = OrderGist.objects.filter(order__in=gists).values_list("order", "form", "facts", "todo")
    known = {pk: (was, bytes(facts), todo) for pk, was, facts, todo in before}
    fresh, changed = [], []
    for pk, gist in gists.items():
        values = (form, gist["facts"], signed(gist["reply"]), gist["problems"], gist["escaped"])
        if pk not in known:
            fresh.append((pk, *values, Todo.PLACE.value))
            continue
        was, facts, todo = known[pk]
        same = (was, facts) == (form, gist["facts"])
        changed.append((*values, max(todo, Todo.CONCLUDE.value if same else Todo.PLACE.value), pk))
    bulk.insert(OrderGist, _COLUMNS, fresh)
    bulk.update(OrderGist, "order", _COLUMNS[1:], changed)


def signed(number: int) -> int:
    """A column of a database holds 64 bits with a sign."""
    return number - 2**64 if number >= 2**63 else number


def without_gist() -> QuerySet[WorkOrder]:
    """The orders of which nothing is kept that today's engine can use."""
    return WorkOrder.objects.filter(Q(gist__isnull=True) | ~Q(gist__form=version()))


def trace_of_row(row: Sequence[Any]) -> Trace:
    """The trace of an order, from its values of `traced`."""
    number, unit, called, closed, replied, phone, caller, hidden, reply, escaped = row
    return Trace(
        number,
        unit,
        called,
        closed or replied,
        caller_of(phone, caller),
        (reply or 0) % 2**64,
        bool(escaped),
        hidden is True,
    )


def traces(orders: list[int]) -> dict[int, Trace]:
    """The traces of some orders."""
    rows = bulk.select(WorkOrder, ("id", *_TRACED), {"id": orders})
    return {row[0]: trace_of_row(row[1:]) for row in rows}


def all_traced() -> Iterator[list[tuple[int, Trace, bytes]]]:
    """Key, trace and facts of every order that has a gist, by key, some thousand at a time."""
    last = 0
    while True:
        found = WorkOrder.objects.filter(pk__gt=last, gist__form=version()).order_by("pk")
        rows = list(found.values_list("pk", "gist__facts", *_TRACED)[:_CHUNK])
        if not rows:
            return
        yield [(row[0], trace_of_row(row[2:]), bytes(row[1])) for row in rows]
        last = rows[-1][0]


def unsettled() -> dict[OrderGist.Todo, list[int]]:
    """The orders with which something is still to do, by what it is."""
    found: dict[OrderGist.Todo, list[int]] = {Todo.PLACE: [], Todo.CONCLUDE: []}
    for order, todo in OrderGist.objects.filter(todo__gt=0).order_by("order").values_list("order", "todo"):
        found[Todo(todo)].append(order)
    return found


def settle_gists(orders: Sequence[int], done: OrderGist.Todo, then: OrderGist.Todo) -> None:
    """Say that something was done with the orders, as far as it is still to do."""
    bulk.change(OrderGist, {"todo": then.value}, {"order": list(orders), "todo": done.value})
