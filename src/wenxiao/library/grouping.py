"""Orders into matters: what the grouper proposes, laid over what people have settled.

The grouper looks at all orders at once. Its groups are then matched with the matters that are there: a group goes on
under the oldest matter that holds most of its orders. A link that a person set is never moved, and the orders of a
matter that people have worked on stay with it; that new orders join it, or another matter, is only proposed. What a
person has set apart is never put together. Numbers are never given twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from wenxiao.library import rules as grade_rules
from wenxiao.library.acts import lock, reopen_called
from wenxiao.library.choices import MatterState
from wenxiao.library.facts import MATTER_COLUMNS, gather, matter_columns, refresh
from wenxiao.library.gists import Todo, all_traced, settle_gists, store_gists, unsettled, without_gist
from wenxiao.library.models import Counter, Finding, Matter, MatterLink
from wenxiao.library.named import named_ties
from wenxiao.library.placing import Existing, Planner
from wenxiao.library.proposing import Settled, write_related
from wenxiao.library.recognising import conclude, engine_settings, to_batch
from wenxiao.library.rules import stamp
from wenxiao.orders import bulk
from wenxiao.orders.records import CONTENT
from wenxiao.recognition.collection import Added, Collection
from wenxiao.recognition.columns import ColumnSignals
from wenxiao.recognition.engine import learned
from wenxiao.recognition.gist import gist_of
from wenxiao.recognition.matters import Assignment, Grouper, Tie
from wenxiao.recognition.matters.stored import to_packed
from wenxiao.recognition.schema import batch_to_orders

_CHUNK = 1000
#: Called in each writing transaction, so that the caller can refuse (it lost its claim) or note progress.
Check = Callable[[], None]


@dataclass(slots=True)
class Group:
    """Orders that belong together. `matter` None: it needs a new one. `may_join`: even one that people work on."""

    orders: list[int]
    matter: int | None = None
    scores: dict[int, float | None] = field(default_factory=dict)
    may_join: bool = False


def group_all(today: date, check: Check = lambda: None) -> None:
    """Group every order in the record, bring findings, matters and grades up to date. Safe to repeat, and to stop
    anywhere: each step writes in small transactions and finds the rest to do by itself."""
    rules = column_rules(today)
    fill_gists(rules, check)
    todo = unsettled()
    keys, added, ties = _conclude(rules)
    _update_findings(keys, added, check)
    settled = Settled.load()
    captured = set(Finding.objects.filter(captured=True).values_list("order", flat=True))
    planner = Planner(existing(MatterLink.objects.all()), captured, settled)
    write_groups(_plan(keys, added, planner), today, check)
    with transaction.atomic():
        check()
        settled.write()
        write_related([*((keys[tie.left], keys[tie.right], tie.tie) for tie in ties), *named_ties()])
        drop_emptied(Matter.objects.all())
    refresh_matters(today, check)
    for state, orders in todo.items():
        settle_gists(orders, state, Todo.NOTHING)


def drop_emptied(among: QuerySet[Matter]) -> None:
    """What the grouper has emptied goes; a matter on which people worked stays with its history."""
    among.filter(links__isnull=True, worked_on=False, grade_by__isnull=True).delete()


def column_rules(today: date) -> ColumnSignals:
    """The rules over columns and collections, as they are here."""
    engine = engine_settings(today)
    stamps = tuple(sorted((file.name, stamp(file)) for file in engine.data.iterdir())) if engine.data else ()
    key = engine.data, stamps, engine.adjustment.key if engine.adjustment else ""
    if key not in _rules:
        _rules.clear()
        _rules[key] = ColumnSignals(engine.data, learned(engine))
    return _rules[key]


#: The rules that were read last: one new order should not wait for files to be read again.
_rules: dict[tuple[Any, ...], ColumnSignals] = {}


def _conclude(rules: ColumnSignals) -> tuple[list[int], Sequence[Added], list[Tie]]:
    """What the whole collection says about each order (keys and additions, side by side), and which are related."""
    collection, grouper = Collection(rules), Grouper()
    keys: list[int] = []
    for rows in all_traced():
        keys += [pk for pk, _, _ in rows]
        grouper.add_packed(to_packed([facts for _, _, facts in rows]))
        for _, trace, _ in rows:
            collection.add_trace(trace)
    return keys, collection.conclude(grouper.group()), grouper.related()


def conclude_all(today: date, check: Check = lambda: None) -> None:
    """What the whole collection says about each order, by the matters as they are: rates of units, copied replies, calls that
    came again. Once a day; between two days, new orders are told only what their own matters show."""
    collection = Collection(column_rules(today))
    home = dict(MatterLink.objects.values_list("order", "matter").iterator())
    keys: list[int] = []
    for rows in all_traced():
        keys += [pk for pk, _, _ in rows]
        for _, trace, _ in rows:
            collection.add_trace(trace)
    assigned = [Assignment(str(home.get(pk, -pk)), None) for pk in keys]
    _update_findings(keys, collection.conclude(assigned), check)


def fill_gists(rules: ColumnSignals, check: Check) -> None:
    """Read what is kept out of orders of which nothing, or nothing of today's form, is kept: once after an upgrade."""
    while rows := list(without_gist().order_by("pk").values_list("pk", "number", "row", *CONTENT)[:_CHUNK]):
        gists = gist_of(list(batch_to_orders(to_batch([row[1:] for row in rows]))), rules).to_pylist()
        with transaction.atomic():
            check()
            store_gists(dict(zip([row[0] for row in rows], gists, strict=True)))


def _update_findings(keys: Sequence[int], added: Sequence[Added], check: Check) -> None:
    """Give the findings what the collection adds. Only those for which something changes are touched."""
    by_key = dict(zip(keys, added, strict=True))
    columns = ("order", "logit", "own_logit", "is_repeat", "own_repeat")
    touched = []
    for pk, logit, own_logit, is_repeat, own_repeat in Finding.objects.values_list(*columns).iterator():
        more = by_key.get(pk)
        if more and (more.evidence or logit != own_logit or is_repeat != (own_repeat or more.repeat)):
            touched.append(pk)
    touched.sort()
    likely = grade_rules.load(grade_rules.rules_folder()).likely
    for start in range(0, len(touched), _CHUNK):
        with transaction.atomic():
            check()
            conclude(touched[start : start + _CHUNK], by_key, likely)


def _plan(keys: Sequence[int], added: Sequence[Added], planner: Planner) -> list[Group]:
    """The groups that need writing, in the order of their first order. What may only be proposed goes to `settled`."""
    groups: dict[str, Group] = {}
    for pk, more in zip(keys, added, strict=True):
        group = groups.setdefault(more.matter, Group([]))
        group.orders.append(pk)
        group.scores[pk] = more.matter_score
    return place(groups.values(), planner)


def place(groups: Iterable[Group], planner: Planner) -> list[Group]:
    """The groups of the engine as they may be written."""
    settled, plan = planner.settled, []
    for group in groups:
        for orders in settled.cut(group.orders, planner.homes(group.orders)):
            for moving, matter in planner.place(orders, group.scores):
                plan.append(Group(moving, matter, group.scores, matter in settled.worked))
    return plan


def existing(links: QuerySet[MatterLink]) -> dict[int, Existing]:
    """Where orders are now."""
    rows: Any = links.values_list("order", "matter", "by", "matter__worked_on")
    return {
        order: Existing(matter, by is not None or worked, by is not None)
        for order, matter, by, worked in rows.iterator()
    }


def write_groups(plan: Sequence[Group], today: date, check: Check) -> None:
    for start in range(0, len(plan), _CHUNK):
        with transaction.atomic():
            check()
            write_some(plan[start : start + _CHUNK], today)


def write_some(plan: Sequence[Group], today: date) -> None:
    """Write some groups. Call in a transaction."""
    counter = lock()
    # Somebody may have acted since the plan was made: what is kept now stays, whatever the plan says.
    links, states = _links([pk for group in plan for pk in group.orders])
    wanted = {group.matter for group in plan if group.matter is not None}
    states |= _states(wanted - states.keys())
    todo = [
        replaced(group, orders=[pk for pk in group.orders if _may_move(links.get(pk), states)])
        for group in plan
        if _may_take(group, states)
    ]
    todo = [group for group in todo if group.orders]
    _create_matters([group for group in todo if group.matter is None], counter, today)
    fresh: list[tuple[Any, ...]] = []
    moved: list[tuple[Any, ...]] = []
    at = timezone.now()
    for group in todo:
        for pk in group.orders:
            score = group.scores.get(pk)
            if pk not in links:
                fresh.append((pk, group.matter, score, [], at, "", ""))
            elif links[pk][0] != group.matter:
                moved.append((group.matter, score, pk))
    bulk.insert(MatterLink, ("order", "matter", "score", "reasons", "at", "call", "fresh"), fresh)
    bulk.update(MatterLink, "order", ("matter", "score"), moved)


class _State(NamedTuple):
    worked_on: bool
    merged_into: int | None


def _links(orders: list[int]) -> tuple[dict[int, tuple[int, int | None]], dict[int, _State]]:
    """The matters that orders are in and who put them there, and how those matters are."""
    columns = ("order", "matter", "by", *(f"matter__{name}" for name in _State._fields))
    rows = bulk.select(MatterLink, columns, {"order": orders})
    links = {order: (matter, by) for order, matter, by, *_ in rows}
    return links, {matter: _State(*state) for _, matter, _, *state in rows}


def _states(matters: set[int]) -> dict[int, _State]:
    """How those of the matters are that are still there."""
    rows = bulk.select(Matter, ("id", *_State._fields), {"id": matters})
    return {pk: _State(*state) for pk, *state in rows}


def _may_take(group: Group, states: Mapping[int, _State]) -> bool:
    """Not a matter that has gone, that was merged, or that somebody began to work on, since the plan was made: the next
    grouping sees it as it is."""
    if group.matter is None:
        return True
    state = states.get(group.matter)
    return state is not None and state.merged_into is None and (group.may_join or not state.worked_on)


def _may_move(link: tuple[int, int | None] | None, states: Mapping[int, _State]) -> bool:
    return link is None or (link[1] is None and not states[link[0]].worked_on)


def _create_matters(groups: Sequence[Group], counter: Counter, today: date) -> None:
    facts = gather({place: group.orders for place, group in enumerate(groups)})
    rules = grade_rules.load(grade_rules.rules_folder())
    matters = []
    for place in range(len(groups)):
        counter.value += 1
        columns = matter_columns(facts[place], rules, today)
        matters.append(Matter(number=f"M{counter.value:06d}", **columns))
    counter.save(update_fields=["value"])
    for group, matter in zip(groups, Matter.objects.bulk_create(matters), strict=True):
        group.matter = matter.pk


def refresh_matters(today: date, check: Check = lambda: None) -> int:
    """Bring all open matters up to date with their orders, commitments and the day; returns how many changed."""
    last, count = 0, 0
    with transaction.atomic():
        check()
        reopen_called(Matter.objects.select_for_update().filter(state=MatterState.CLOSED))
    while True:
        with transaction.atomic():
            check()
            # Locked: a grade that a person sets meanwhile must not be written over.
            found = Matter.objects.select_for_update().filter(pk__gt=last, state=MatterState.OPEN)
            matters = list(found.order_by("pk")[:_CHUNK])
            if not matters:
                return count
            count += _refresh(matters, today)
        last = matters[-1].pk


def refresh_some(ids: Iterable[int], today: date) -> None:
    """Bring some matters up to date, after opening those that were called about since they were closed. Call in a
    transaction."""
    matters = list(Matter.objects.select_for_update().filter(pk__in=set(ids)).order_by("pk"))
    reopen_called(matters)
    _refresh([matter for matter in matters if matter.state == MatterState.OPEN], today)


def _refresh(matters: Sequence[Matter], today: date) -> int:
    changed = refresh(matters, grade_rules.load(grade_rules.rules_folder()), today)
    rows = [(*(getattr(matter, name) for name in MATTER_COLUMNS), matter.pk) for matter in changed]
    bulk.update(Matter, "id", MATTER_COLUMNS, rows)
    return len(changed)
