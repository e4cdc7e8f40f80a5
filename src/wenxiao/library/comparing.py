"""What ties the orders of a matter, and two orders side by side. Works on orders that the actor was given already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.db.models import Q

from wenxiao.library.choices import ProposalState
from wenxiao.library.models import MatterLink, NotSame, Proposal, RelatedOrders
from wenxiao.library.named import names
from wenxiao.orders.models import WorkOrder
from wenxiao.orders.records import CONTENT
from wenxiao.orders.selectors import get_order
from wenxiao.recognition.matters.facts import Facts, read_facts
from wenxiao.recognition.matters.history import compare
from wenxiao.recognition.matters.link import Link, Reason
from wenxiao.recognition.matters.vocabulary import Seen, Weights, weights
from wenxiao.recognition.schema import Order
from wenxiao.units.scope import Actor, scope_orders, sees_all

#: Orders of one matter whose ties are told; those after them are too many to read.
TOLD = 60
#: Earlier orders that each is compared with: the first ones and the last ones.
FIRST, LAST = 2, 3
#: Related orders shown beside a matter.
RELATED = 8
#: A shared run of fewer characters says nothing.
RUN = 4


@dataclass(frozen=True, slots=True)
class Tied:
    """The earlier order that one is likeliest to be one matter with, and why: the reasons for, the weightiest first."""

    other: WorkOrder
    likely: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two orders. `apart`: a person said that they are not one matter. `matters` are the numbers of theirs ("" none)."""

    a: WorkOrder
    b: WorkOrder
    link: Link
    matters: tuple[str, str]
    apart: bool

    @property
    def together(self) -> bool:
        return bool(self.matters[0]) and self.matters[0] == self.matters[1]


@cache
def _at_large() -> Weights:
    """What words weigh in hotline text at large."""
    return weights(Seen.nothing())


def _facts(order: WorkOrder) -> Facts:
    return read_facts(
        Order(order=str(order.pk), row=order.row, **{name: getattr(order, name) for name in CONTENT})
    )


def ties_within(orders: Sequence[WorkOrder]) -> dict[int, Tied]:
    """What ties each order (but the first) to an earlier one. Confidential orders lend no words and get none."""
    open_orders = [order for order in orders[:TOLD] if not order.is_confidential]
    facts = [_facts(order) for order in open_orders]
    found = {}
    for at in range(1, len(open_orders)):
        places = sorted({*range(min(FIRST, at)), *range(max(0, at - LAST), at)})
        links = compare(facts[at], [facts[place] for place in places], _at_large())
        best = max(range(len(places)), key=lambda n: links[n].probability)
        reasons = tuple(reason for reason in links[best].reasons if reason.weight > 0)
        found[open_orders[at].pk] = Tied(open_orders[places[best]], links[best].probability, reasons)
    return found


def comparison(actor: Actor, a: int, b: int) -> Comparison:
    """Two orders of the actor's scope; Http404 when either is not."""
    one, other = get_order(actor, a), get_order(actor, b)
    low, high = sorted((a, b))
    numbers = dict(MatterLink.objects.filter(order__in=(a, b)).values_list("order", "matter__number"))
    link = compare(_facts(one), [_facts(other)], _at_large())[0]
    return Comparison(
        one,
        other,
        link,
        (numbers.get(a, ""), numbers.get(b, "")),
        NotSame.objects.filter(low=low, high=high).exists(),
    )


@dataclass(frozen=True, slots=True)
class Related:
    """An order of another matter that is related to one of this one. `tie` is how likely; `named`: one of the two names the other
    as the earlier order that it repeats."""

    mine: int
    order: WorkOrder
    number: str
    tie: float
    named: bool


def related_orders(actor: Actor, orders: Iterable[WorkOrder]) -> list[Related]:
    """Orders of other matters, in the actor's scope, that are related to these, the likeliest first. Two queries."""
    mine = {order.pk: order for order in orders}
    pairs = RelatedOrders.objects.filter(Q(low__in=mine) | Q(high__in=mine)).order_by("-tie", "pk")
    ends: dict[int, tuple[int, float]] = {}
    for low, high, tie in pairs.values_list("low", "high", "tie"):
        here, there = (low, high) if low in mine else (high, low)
        if there not in mine:
            ends.setdefault(there, (here, tie))
    seen = scope_orders(actor, WorkOrder.objects.filter(pk__in=ends)).select_related("matter_link__matter")
    rows = sorted(seen, key=lambda order: -ends[order.pk][1])[:RELATED]
    found = ((mine[ends[o.pk][0]], o, ends[o.pk][1]) for o in rows)
    return [Related(one.pk, o, _number(o), tie, names(one, o)) for one, o, tie in found]


def _number(order: WorkOrder) -> str:
    link = getattr(order, "matter_link", None)
    return link.matter.number if link is not None else ""


def waiting(matter: int | None = None) -> list[Proposal]:
    """Proposals that wait for an answer, of one matter or all, the likeliest first. Only for those who see all."""
    rows = Proposal.objects.filter(state=ProposalState.PENDING).order_by("-score", "pk")
    if matter is not None:
        rows = rows.filter(Q(matter=matter) | Q(other=matter))
    return list(rows.select_related("order", "matter", "other"))


def proposed(actor: Actor) -> int:
    """How many proposals wait for an answer; 0 for those who don't see all."""
    return Proposal.objects.filter(state=ProposalState.PENDING).count() if sees_all(actor) else 0


def shared_runs(text: str, other: str, names: Iterable[str]) -> list[tuple[int, int, str]]:
    """Stretches of `text` to mark: where a name is ("name"), and runs of characters that `other` has too ("said")."""
    labels = [""] * len(text)
    grams = {other[at : at + RUN] for at in range(len(other) - RUN + 1)}
    for at in range(len(text) - RUN + 1):
        gram = text[at : at + RUN]
        if gram in grams and all(char.isalnum() for char in gram):
            labels[at : at + RUN] = ["said"] * RUN
    for name in names:
        start = text.find(name) if len(name) > 1 else -1
        while start >= 0:
            labels[start : start + len(name)] = ["name"] * len(name)
            start = text.find(name, start + len(name))
    runs: list[tuple[int, int, str]] = []
    for at, label in enumerate(labels):
        if label and runs and runs[-1][1] == at and runs[-1][2] == label:
            runs[-1] = (runs[-1][0], at + 1, label)
        elif label:
            runs.append((at, at + 1, label))
    return runs
