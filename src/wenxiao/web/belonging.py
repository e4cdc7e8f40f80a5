"""What the page of a matter says about how its orders belong together, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from wenxiao.library.calls import calls_of, repeat_rate, standings
from wenxiao.library.choices import CallKind
from wenxiao.library.comparing import related_orders, ties_within, waiting
from wenxiao.library.history_models import OrderGist
from wenxiao.library.hot import call_rules
from wenxiao.library.matters import MatterStory
from wenxiao.library.models import Matter, MatterAct
from wenxiao.orders.models import WorkOrder
from wenxiao.recognition.callers import caller_of
from wenxiao.units.models import User
from wenxiao.units.scope import sees_all
from wenxiao.web.ties import ReasonLine, reason_lines

#: Changes of a matter that are shown; the event line has all of them.
CHANGES = 8


@dataclass(frozen=True, slots=True)
class TieLine:
    """What ties an order to an earlier one."""

    other: WorkOrder
    likely: float
    reasons: list[ReasonLine]


def matter_parts(user: User, story: MatterStory, did: str) -> dict[str, Any]:
    """For the template. `did`: the key of the act that has just been done here."""
    rules = call_rules()
    calls = standings(calls_of(_rows(story.orders)), rules)
    kinds = {pk: standing.kind for pk, standing in calls.items()}
    callers = {caller_of(order.phone, order.caller) for order in story.orders}
    ties = {
        pk: TieLine(tie.other, tie.likely, reason_lines(tie.reasons))
        for pk, tie in ties_within(story.orders).items()
    }
    acts = _acts(user, story.matter)
    return {
        "call_kinds": {pk: CallKind(kind).label for pk, kind in kinds.items() if kind},
        "fresh": {pk: "、".join(standing.fresh) for pk, standing in calls.items() if standing.fresh},
        "repeats": repeat_rate(kinds.values())[0],
        "repeat_days": rules.repeat_days,
        "callers": len(callers),
        "is_group": len(callers) >= rules.group,
        "ties": ties,
        "related": related_orders(user, story.orders),
        "proposals": waiting(story.matter.pk) if sees_all(user) else [],
        "acts": acts,
        "did": next((act for act in acts if str(act.pk) == did and act.undone_at is None), None),
        "may_settle": user.may_assess,
    }


def _rows(orders: list[WorkOrder]) -> list[dict[str, Any]]:
    names = ("pk", "called_at", "closed_at", "replied_at", "phone", "caller")
    said = dict(OrderGist.objects.filter(order__in=[o.pk for o in orders]).values_list("order", "problems"))
    return [
        {**{name: getattr(order, name) for name in names}, "gist__problems": said.get(order.pk)}
        for order in orders
    ]


def _acts(user: User, matter: Matter) -> list[MatterAct]:
    """The last changes; of no matter for who sees only some of its orders: a change may be about the others."""
    if not sees_all(user):
        return []
    rows = MatterAct.objects.filter(Q(matter=matter) | Q(other=matter))
    return list(rows.select_related("matter", "other", "by", "undone_by")[:CHANGES])
