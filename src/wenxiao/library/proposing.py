"""What a grouping may not do by itself: put together what a person has set apart, or touch what people worked on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from wenxiao.library.calls import load
from wenxiao.library.choices import ProposalState
from wenxiao.library.models import Matter, NotSame, Proposal, RelatedOrders
from wenxiao.library.rules import rules_folder
from wenxiao.orders import bulk

_CHUNK = 2000
#: (matter, order): the order would go into the matter. (matter, other): the other would be merged into it.
Pair = tuple[int, int]


@dataclass(slots=True)
class Settled:
    """What people have settled, read once a grouping, and what the grouping would like them to settle."""

    apart: Mapping[int, set[int]]
    worked: set[int]
    refused_orders: set[Pair]
    refused_matters: set[Pair]
    at_once: float
    orders: dict[Pair, float | None] = field(default_factory=dict)
    matters: dict[Pair, float | None] = field(default_factory=dict)

    @classmethod
    def load(cls) -> Settled:
        """As it is now."""
        refused = Proposal.objects.filter(state=ProposalState.REFUSED)
        return cls._of(
            NotSame.objects.values_list("low", "high"),
            Matter.objects.filter(worked_on=True).values_list("pk", flat=True),
            refused.values_list("matter", "order", "other"),
        )

    @classmethod
    def about(cls, orders: set[int], matters: set[int], worked: set[int]) -> Settled:
        """As it is now, as far as it concerns some orders and the matters that they are in; on `worked` people work. Where on none,
        nothing can be proposed that somebody has refused."""
        pairs = bulk.select(NotSame, ("low", "high"), {"low": orders, "high": orders})
        answered = {"matter": matters if worked else set(), "state": ProposalState.REFUSED.value}
        refused = bulk.select(Proposal, ("matter", "order", "other"), answered)
        return cls._of(pairs, worked, refused)

    @classmethod
    def _of(
        cls,
        pairs: Iterable[tuple[int, int]],
        worked: Iterable[int],
        refused: Iterable[tuple[int, int | None, int | None]],
    ) -> Settled:
        apart: dict[int, set[int]] = defaultdict(set)
        for low, high in pairs:
            apart[low].add(high)
            apart[high].add(low)
        said = list(refused)
        return cls(
            apart,
            set(worked),
            {(matter, order) for matter, order, _ in said if order},
            {(matter, other) for matter, _, other in said if other},
            load(rules_folder()).at_once,
        )

    def cut(self, orders: Sequence[int], homes: Mapping[int, int]) -> list[list[int]]:
        """A group of the engine cut so that no two orders are together that a person has set apart. Orders that are in
        one matter now stay together; a pair in different matters keeps its matters."""
        if not any(pk in self.apart for pk in orders):
            return [list(orders)]
        parts: list[list[int]] = []
        for pk in sorted(orders, key=lambda pk: (pk not in homes, pk)):
            free = [part for part in parts if self.apart.get(pk, set()).isdisjoint(part)]
            home = homes.get(pk)
            same = [part for part in free if home is not None and home in {homes.get(one) for one in part}]
            if fitting := same or free:
                fitting[0].append(pk)
            else:
                parts.append([pk])
        return parts

    def fits(self, matter: int, members: Mapping[int, set[int]], orders: Iterable[int]) -> bool:
        """Whether no order of the matter has been set apart from one of these."""
        inside = members.get(matter, set())
        return all(self.apart.get(pk, set()).isdisjoint(inside - {pk}) for pk in orders if pk in self.apart)

    def ask_order(self, matter: int, order: int, score: float | None) -> bool:
        """Propose that an order goes into a matter; False when a person refused that before."""
        if (matter, order) in self.refused_orders:
            return False
        self.orders[matter, order] = score
        return True

    def ask_matter(self, a: int, b: int, score: float | None) -> None:
        """Propose that two matters become one, unless that was refused: the newer into the older, but always into one
        that people have worked on."""
        into, other = sorted((a, b), key=lambda pk: (pk not in self.worked, pk))
        if not {(a, b), (b, a)} & self.refused_matters:
            self.matters[into, other] = score

    @transaction.atomic(savepoint=False)
    def write(self, *, all_of_it: bool = True) -> None:
        """Keep the proposals. Of a grouping of `all_of_it`, those that it no longer makes go; answered ones stay."""
        if all_of_it:
            self._drop_others()
        if self.orders or self.matters:
            self._add()

    def _drop_others(self) -> None:
        waiting = Proposal.objects.filter(state=ProposalState.PENDING)
        rows = waiting.values_list("pk", "matter", "order", "other")
        gone = [
            pk
            for pk, matter, order, other in rows
            if (matter, order) not in self.orders and (matter, other) not in self.matters
        ]
        for start in range(0, len(gone), _CHUNK):
            Proposal.objects.filter(pk__in=gone[start : start + _CHUNK]).delete()

    def _add(self) -> None:
        named = {m for m, _ in self.orders} | {m for pair in self.matters for m in pair}
        alive: set[int] = set()
        for start in range(0, len(named), _CHUNK):
            some = Matter.objects.filter(
                pk__in=sorted(named)[start : start + _CHUNK], merged_into__isnull=True
            )
            alive |= set(some.values_list("pk", flat=True))
        fresh = [Proposal(matter_id=m, order_id=o, score=s) for (m, o), s in self.orders.items()]
        fresh += [
            Proposal(matter_id=m, other_id=o, score=s) for (m, o), s in self.matters.items() if o in alive
        ]
        Proposal.objects.bulk_create(
            [row for row in fresh if row.matter_id in alive], batch_size=_CHUNK, ignore_conflicts=True
        )


@transaction.atomic(savepoint=False)
def add_related(ties: Iterable[tuple[int, int, float]]) -> None:
    """Keep the likeliest ties of new orders beside those that are there."""
    most = load(rules_folder()).related
    count: dict[int, int] = defaultdict(int)
    rows = []
    for one, other, tie in sorted(ties, key=lambda t: -t[2]):
        if count[one] < most:
            count[one] += 1
            rows.append(RelatedOrders(low_id=min(one, other), high_id=max(one, other), tie=round(tie, 4)))
    if rows:
        RelatedOrders.objects.bulk_create(rows, batch_size=_CHUNK, ignore_conflicts=True)


@transaction.atomic
def write_related(ties: Iterable[tuple[int, int, float]]) -> None:
    """Keep the likeliest ties of each order (two orders and how likely they are related), in place of those before."""
    most = load(rules_folder()).related
    count: dict[int, int] = defaultdict(int)
    wanted: dict[Pair, float] = {}
    for one, other, tie in sorted(ties, key=lambda t: -t[2]):
        if count[one] < most and count[other] < most:
            count[one] += 1
            count[other] += 1
            wanted.setdefault((min(one, other), max(one, other)), round(tie, 4))
    gone = []
    for pk, low, high, tie in RelatedOrders.objects.values_list("pk", "low", "high", "tie").iterator():
        if wanted.get((low, high)) == tie:
            del wanted[low, high]
        else:
            gone.append(pk)
    for start in range(0, len(gone), _CHUNK):
        RelatedOrders.objects.filter(pk__in=gone[start : start + _CHUNK]).delete()
    fresh = [RelatedOrders(low_id=low, high_id=high, tie=tie) for (low, high), tie in wanted.items()]
    RelatedOrders.objects.bulk_create(fresh, batch_size=_CHUNK)
