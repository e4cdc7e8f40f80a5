"""New orders into matters, without looking through the history: a day's import, or one order.

Each is looked up in the history by its rare words and compared with the few orders that share some (postings, recognition's
`arriving`); it joins a matter or begins one, by the same rules over what people have settled as a whole grouping. Then what
follows for the orders of those matters is worked out anew: who called again, which replies are copies, the columns of the
matter. Nothing else is read or written. What compares all orders of a unit is left to the nightly look over all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction

from wenxiao.library import rules as grade_rules
from wenxiao.library.choices import ProposalState
from wenxiao.library.gists import Todo, settle_gists, signed, traces
from wenxiao.library.grouping import (
    Check,
    Group,
    column_rules,
    drop_emptied,
    fill_gists,
    group_all,
    place,
    refresh_some,
    write_some,
)
from wenxiao.library.history_models import OrderGist
from wenxiao.library.models import Finding, Matter, MatterLink, Proposal
from wenxiao.library.named import named_ties
from wenxiao.library.placing import Existing, Planner
from wenxiao.library.postings import InUse, Lists, in_use, is_due, post, write_anew
from wenxiao.library.proposing import Settled, add_related
from wenxiao.library.recognising import SHARED, conclude
from wenxiao.orders import bulk
from wenxiao.orders.models import WorkOrder
from wenxiao.recognition.collection import Added, Collection
from wenxiao.recognition.columns import ColumnSignals
from wenxiao.recognition.matters.arriving import AT_ONCE, Arrivals, Arrived, arrive
from wenxiao.recognition.matters.columns import Columns, columns
from wenxiao.recognition.matters.facts import Facts
from wenxiao.recognition.matters.stored import from_bytes, version
from wenxiao.recognition.schema import Evidence
from wenxiao.recognition.traces import Trace

#: What was said of an order beside others of its unit, or of its reply, stays until the next look over all.
KEPT = frozenset({"closed_in_flurry", "escape_label", "copied_reply"})
#: Orders with one reply that are looked at, the newest: enough to tell that it is a copy.
COPIES = 300
#: Orders by which it is told whether closings come in at all.
_NEWEST = 200
#: When more of the history than this is new, it is grouped as a whole: that costs less, and sees more.
_NEW = 0.2


def group(today: date, check: Check = lambda: None) -> None:
    """Group what is new: with the whole history where that is small, or where much is new, else by itself."""
    least = settings.GROUP_ALL_BELOW
    now = in_use()
    todo = OrderGist.objects.filter(todo=Todo.PLACE).count()
    history = now.seen.count if now is not None else WorkOrder.objects.count() - todo
    if least and (history < least or todo > _NEW * history):
        group_all(today, check)
    else:
        group_new(today, check)


def group_new(today: date, check: Check = lambda: None) -> None:
    """Place what is new, bring findings, matters and grades up to date. Safe to repeat, and to stop anywhere."""
    rules = column_rules(today)
    now = in_use()
    if now is None:  # the first time, or after an upgrade
        fill_gists(rules, check)
        write_anew(check)
        now = in_use()
        assert now is not None
    for gists in _todo(Todo.PLACE):
        check()
        if is_due(now, max(gists)):
            write_anew(check)
            now = in_use() or now
        _place(list(gists), from_bytes(list(gists.values())), now, today, check)
    for gists in _todo(Todo.CONCLUDE):
        check()
        _settle(list(gists), rules, today, check)


def look_up(facts: Facts, order: int = 0) -> Arrived:
    """The matter that an order belongs to, and the next best candidates. Nothing is written, and the order need not be in the
    record (`order` is its key, if it is; its own group is then no answer). Raises LookupError before a first grouping."""
    now = in_use()
    if now is None:
        raise LookupError("no vocabulary yet")
    return arrive([order], columns([facts]), now.seen, now.weights, Lists(now.generation)).placed[0]


def _todo(state: OrderGist.Todo) -> Iterator[dict[int, bytes]]:
    """Some orders at a time, with what they say, until there are no more."""
    asked, waiting = ("order", "form", "facts"), {"todo": state.value}
    gists = dict.fromkeys(range(AT_ONCE), b"")
    while len(gists) == AT_ONCE:
        rows = bulk.select(OrderGist, asked, waiting, order_by=["order"], limit=AT_ONCE)
        gists = {order: bytes(facts) for order, form, facts in rows if form == version()}
        if gists:
            yield gists


def _place(orders: Sequence[int], packed: Columns, now: InUse, today: date, check: Check) -> None:
    """Give some new orders their matters. An order that only says something else now stays with its companions."""
    lists = Lists(now.generation)
    with transaction.atomic():
        check()
        post(orders, packed, now.weights)
    stay = _with_companions(orders, lists)
    rows = np.array([at for at, pk in enumerate(orders) if pk not in stay], dtype=np.int64)
    new = [orders[at] for at in rows]
    arrivals = arrive(new, packed.take(rows), now.seen, now.weights, lists)
    groups = _groups(arrivals)
    links, settled = _as_settled({pk for one in groups for pk in one.orders})
    # Of orders that are with others it doesn't matter: they are worth a matter anyway.
    alone = [one.orders[0] for one in groups if len(one.orders) == 1]
    asked = new if settled.worked or settled.apart else alone
    captured = {pk for (pk,) in bulk.select(Finding, ("order",), {"order": asked, "captured": True})}
    plan = place(groups, Planner(links, captured, settled))
    left = {links[pk].matter for one in plan for pk in one.orders if pk in links} - {
        one.matter for one in plan
    }
    with transaction.atomic():
        check()
        if plan:
            write_some(plan, today)
        settled.write(all_of_it=False)
        ties = ((one.order, other, tie) for one in arrivals.placed for other, tie in one.ties)
        add_related([*ties, *named_ties(list(orders))])
        if left:
            drop_emptied(Matter.objects.filter(pk__in=left))
        settle_gists(orders, Todo.PLACE, Todo.CONCLUDE)


def _with_companions(orders: Sequence[int], lists: Lists) -> set[int]:
    """Those that share a matter with others already."""
    homes = lists.groups(orders)
    members = lists.members(sorted(set(homes.values())))
    return {order for order, matter in homes.items() if len(members[matter]) > 1}


def _as_settled(orders: set[int]) -> tuple[dict[int, Existing], Settled]:
    """Where orders are now, and what people have settled about them."""
    links = bulk.select(MatterLink, ("order", "matter", "by", "matter__worked_on"), {"order": orders})
    worked = {matter for _, matter, _, worked_on in links if worked_on}
    return {
        order: Existing(matter, by is not None or worked_on, by is not None)
        for order, matter, by, worked_on in links
    }, Settled.about(orders, {matter for _, matter, _, _ in links}, worked)


def _groups(arrivals: Arrivals) -> list[Group]:
    """What arrived, with those that were in its groups before, in the order of arrival."""
    first: dict[int, int] = {}

    def named(group: int) -> int:
        while group in first:
            group = first[group]
        return group

    for one, other in arrivals.merged:
        if (a := named(one)) != (b := named(other)):
            first[b] = a
    found: dict[int, Group] = {}
    for arrived in arrivals.placed:
        group = found.setdefault(named(arrived.group), Group([]))
        group.orders.append(arrived.order)
        group.scores[arrived.order] = arrived.score
    before = {group: [group] for group in found}
    for other in first:
        before.setdefault(named(other), []).append(other)
    for name, group in found.items():
        old = [pk for one in before[name] for pk in arrivals.members(one)]
        group.orders = list(dict.fromkeys([*old, *group.orders]))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Home:
    """What `Collection` asks for of the matter of an order."""

    matter: str
    score: float | None = None


def _settle(orders: Sequence[int], rules: ColumnSignals, today: date, check: Check) -> None:
    """What follows for the orders, and for others of their matters."""
    homes = _homes(orders)
    everyone = sorted({*orders, *homes})
    collection = Collection(rules)
    noted = traces(everyone)
    for pk in everyone:
        collection.add_trace(noted[pk])
    ends = any(noted[pk].closed for pk in everyone) or _tells_of_ends()
    assigned = [_Home(str(homes.get(pk, -pk))) for pk in everyone]
    added = dict(zip(everyone, collection.conclude(assigned, rates=False, ends=ends), strict=True))
    copied = _copied(orders, noted, collection)
    for pk in copied.keys() & added.keys():
        added[pk].evidence.append(copied[pk])
    others = {pk: Added(evidence=[copied[pk]]) for pk in copied.keys() - added.keys()}
    likely = grade_rules.load(grade_rules.rules_folder()).likely
    with transaction.atomic():
        check()
        conclude(everyone, added, likely, KEPT)
        conclude(sorted(others), others, likely, SHARED - {"copied_reply"})
        refresh_some(set(homes.values()), today)
        settle_gists(orders, Todo.CONCLUDE, Todo.NOTHING)


def _tells_of_ends() -> bool:
    """Whether the newest orders tell of closings at all."""
    return any(WorkOrder.objects.order_by("-pk").values_list("closed_at", flat=True)[:_NEWEST])


def _homes(orders: Sequence[int]) -> dict[int, int]:
    """The matters of the orders, with all orders of these. Where an order only waits for a yes, it counts as given."""
    asked, pending, mine = ("order", "matter"), {"state": ProposalState.PENDING.value}, list(orders)
    links = bulk.select(MatterLink, asked, {"order": mine})
    linked = {order for order, _ in links}
    waiting = bulk.select(Proposal, asked, {"order": [pk for pk in mine if pk not in linked], **pending})
    matters = {matter for _, matter in [*links, *waiting]}
    waiting = bulk.select(Proposal, asked, {"matter": matters, **pending})
    given = {order: matter for order, matter in waiting if order is not None}
    return {**given, **dict(bulk.select(MatterLink, asked, {"matter": matters}))}


def _copied(orders: Sequence[int], noted: Mapping[int, Trace], collection: Collection) -> dict[int, Evidence]:
    """For the orders whose reply stands under several matters: that it is a copy. When a reply has just become one, for
    those that had it before as well."""
    found: dict[int, Evidence] = {}
    new = set(orders)
    for reply in {noted[pk].reply for pk in orders} - {0}:
        same = OrderGist.objects.filter(reply=signed(reply)).order_by("-order")
        rows: Any = same.values_list("order", "order__matter_link__matter")[:COPIES]
        homes = {pk: matter or -pk for pk, matter in rows}
        evidence = collection.copied(len(set(homes.values())))
        before = collection.copied(len({home for pk, home in homes.items() if pk not in new}))
        if evidence is not None:
            found |= {pk: evidence for pk in homes if pk in new or before is None}
    return found
