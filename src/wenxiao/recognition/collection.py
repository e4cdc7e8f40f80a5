"""What only a whole collection shows: calls that came again, copied replies, a unit that closes by label.

`Collection` keeps a few numbers an order, not its text (`traces.py`), so that a million orders fit in memory. It is fed in input
order and concluded once; the conclusion does not depend on how the input was cut into batches.
"""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, overload

from wenxiao.recognition.closure import KINDS, closure_class, probability, was_readable
from wenxiao.recognition.columns import ColumnSignals
from wenxiao.recognition.schema import Evidence, Finding, Order
from wenxiao.recognition.traces import DAY, NEVER, NO_UNIT, Trace, Traces, moment, text_print, trace_of

#: How many of a matter's closed orders are looked through for the same caller's.
LOOK_BACK = 50
#: How many of them are named to a reader who may see every order.
NAMED = 3
#: The fields in which the unit says how it ended. What the caller says afterwards speaks for itself, in its own signal.
ANSWERS = ("reply", "handling")
_OTHER = re.compile("[^\u4e00-\u9fff]+")


def comparable_reply(order: Order, rules: ColumnSignals) -> str:
    """What of a reply is compared with others, "" where it is too short to be called a copy. Figures, Latin letters and
    marks differ between copies of one form (numbers of orders, dates, names of accounts)."""
    reply = _OTHER.sub("", order.reply or order.handling)
    return reply if len(reply) >= rules.thresholds.copied_length else ""


class Assigned(Protocol):
    """The matter of one order, as the grouping gives it."""

    @property
    def matter(self) -> str: ...
    @property
    def score(self) -> float | None: ...


@dataclass(slots=True)
class Added:
    """What the collection adds to one finding."""

    matter: str = ""
    matter_score: float | None = None
    evidence: list[Evidence] = field(default_factory=list)
    repeat: bool = False
    chase: bool = False


class Conclusions(Sequence[Added]):
    """One `Added` for each order, in input order, each made when it is asked for: most orders have nothing added."""

    def __init__(self, count: int, assigned: Sequence[Assigned] | None) -> None:
        self._count, self._assigned = count, assigned
        self.evidence: dict[int, list[Evidence]] = defaultdict(list)
        self.repeats: set[int] = set()
        self.chases: set[int] = set()

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Added: ...
    @overload
    def __getitem__(self, at: slice) -> list[Added]: ...
    def __getitem__(self, at: int | slice) -> Added | list[Added]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(self._count))]
        if not -self._count <= at < self._count:
            raise IndexError(at)
        at %= self._count
        evidence = list(self.evidence.get(at, ()))
        if self._assigned is None:
            return Added(evidence=evidence)
        given = self._assigned[at]
        return Added(given.matter, given.score, evidence, at in self.repeats, at in self.chases)


class Collection:
    """Gathers traces of orders, then says what they show together. `sees_all` is for a reader who may see every order of
    the collection: then each earlier or later call is named by its number."""

    def __init__(self, rules: ColumnSignals, *, sees_all: bool = False) -> None:
        self._rules, self._sees_all = rules, sees_all
        self._traces = Traces()
        self._said: dict[tuple[str, str], Evidence] = {}

    def add(self, order: Order) -> None:
        """Take note of one order; call in input order."""
        reply = comparable_reply(order, self._rules)
        self.add_trace(trace_of(order, text_print(reply), is_escaped=self._rules.escaped(order)))

    def add_trace(self, trace: Trace) -> None:
        """Take note of one order by what was kept of it."""
        self._traces.add(trace)

    def conclude(
        self, assigned: Sequence[Assigned] | None, *, rates: bool = True, ends: bool | None = None
    ) -> Sequence[Added]:
        """One `Added` for each order, in input order. Without matters, the rules that need them stay silent.

        `rates` off: these orders are only some of the collection, so nothing is said that compares or counts over all.
        `ends`: whether the collection tells of closings at all; None: as these orders do.
        """
        if assigned is not None and len(assigned) != len(self._traces):
            raise ValueError(f"{len(assigned)} matters for {len(self._traces)} orders")
        found = Conclusions(len(self._traces), assigned)
        if rates:
            self._escape_labels(found)
            self._flurries(found)
        if assigned is not None:
            self._repeats(found, assigned, ends)
            if rates:
                self._copied(found, assigned)
        return found

    def copied(self, count: int) -> Evidence | None:
        """That a reply stands under so many different matters; None where that is too few to say so."""
        if count < self._rules.thresholds.copied_orders:
            return None
        return self._evidence("copied_reply", "collection", str(count))

    def _evidence(self, name: str, column: str, value: str) -> Evidence:
        """Orders of which the same is said share one object."""
        known = self._said.get((name, value))
        if known is None:
            prior = self._rules.signals[name].prior
            known = self._said[name, value] = Evidence(name, column, None, None, value, prior)
        return known

    def _repeats(self, found: Conclusions, assigned: Sequence[Assigned], ends: bool | None) -> None:
        """A call about a matter after its orders were closed: the later is a repeat, the earlier did not hold. While one of
        them is open a call chases it (催办) and is no repeat. One that was never closed counts as open for `repeat_days`, where
        the source tells of closings at all.
        """
        traces, window = self._traces, self._rules.thresholds.repeat_days * DAY
        if ends is None:
            ends = any(closed != NEVER for closed in traces.closed)
        unclosed = window if ends else 0
        matters: dict[str, list[int]] = defaultdict(list)
        for at, given in enumerate(assigned):
            if traces.called[at] != NEVER:
                matters[given.matter].append(at)
        for members in matters.values():
            members.sort(key=lambda at: (traces.called[at], at))
            self._calls(found, members, unclosed)

    def _calls(self, found: Conclusions, members: list[int], unclosed: int) -> None:
        """The same for one matter's orders in the order of their calls; `unclosed`: how long one without an end is open."""
        traces, window = self._traces, self._rules.thresholds.repeat_days * DAY
        calls = [traces.called[at] for at in members]
        ended: list[tuple[int, int]] = []
        still_open = with_this = (NEVER, NEVER)
        for place, at in enumerate(members):
            if place and calls[place - 1] < calls[place]:
                still_open = with_this
            if still_open[0] > calls[place]:
                found.chases.add(at)
                value = self._day_of(still_open[1])
                found.evidence[at].append(self._evidence("matter_open", "matter", value))
            elif ended and ended[0][0] < calls[place]:
                found.repeats.add(at)
                value = self._earlier(at, ended, calls[place])
                found.evidence[at].append(self._evidence("repeat_earlier", "matter", value))
            closed = traces.closed[at]
            until = calls[place] + unclosed if closed == NEVER else closed
            with_this = max(with_this, (until, at))
            if closed == NEVER:
                continue
            insort(ended, (closed, at))
            again = bisect_right(calls, closed, lo=place + 1)
            if again < len(calls) and calls[again] - closed <= window:
                value = self._day_of(members[again])
                found.evidence[at].append(self._evidence("called_again", "matter", value))

    def _day_of(self, at: int) -> str:
        """Another call, with its number only for a reader who may see every order."""
        day = f"{moment(self._traces.called[at]):%Y-%m-%d}"
        return f"工单{self._traces.number(at)}，{day}来电" if self._sees_all else day

    def _earlier(self, at: int, ended: list[tuple[int, int]], called: int) -> str:
        """The last order of the matter that was closed before this call, the same caller's before others'; a reader who
        may see every order is told of the last few.

        To others a number is given only for the same caller's call that the same unit handled: another may be an order
        that this reader may not see.
        """
        traces = self._traces
        # The newest few are enough: a matter of a thousand calls must not cost a million looks.
        before = ended[: bisect_right(ended, called, key=lambda one: one[0])][-LOOK_BACK:]
        own = [one for one in before if traces.caller[at] and traces.caller[one[1]] == traces.caller[at]]
        told = (own or before)[-NAMED:] if self._sees_all else (own or before)[-1:]
        who = "本人" if own else "同一事项"
        return f"{who}前次来电（{'；'.join(self._told(at, one, bool(own)) for one in reversed(told))}）"

    def _told(self, at: int, one: tuple[int, int], is_own: bool) -> str:
        traces, (closed, other) = self._traces, one
        may_name = is_own and traces.is_named(other) and traces.unit[other] == traces.unit[at]
        number = f"工单{traces.number(other)}，" if self._sees_all or may_name else ""
        return f"{number}{moment(traces.called[other]):%Y-%m-%d}来电，{moment(closed):%Y-%m-%d}办结"

    def _copied(self, found: Conclusions, assigned: Sequence[Assigned]) -> None:
        """The same reply under several different matters."""
        under: dict[int, set[str]] = defaultdict(set)
        for given, reply in zip(assigned, self._traces.reply, strict=True):
            if reply:
                under[reply].add(given.matter)
        for at, reply in enumerate(self._traces.reply):
            if reply and (copied := self.copied(len(under[reply]))) is not None:
                found.evidence[at].append(copied)

    def _escape_labels(self, found: Conclusions) -> None:
        """A unit whose share of escape labels is far above that of all the others."""
        traces, limits = self._traces, self._rules.thresholds
        closed = Counter(traces.unit)
        escaped = Counter(unit for at, unit in enumerate(traces.unit) if traces.is_escaped(at))
        all_closed, all_escaped = len(traces), escaped.total()
        for at, unit in enumerate(traces.unit):
            mine, total = escaped[unit], closed[unit]
            if not (traces.is_escaped(at) and unit != NO_UNIT and total >= limits.escape_orders):
                continue
            others = (all_escaped - mine) / max(1, all_closed - total)
            if mine / total >= limits.escape_ratio * max(others, 1 / max(1, all_closed)):
                found.evidence[at].append(self._evidence("escape_label", "collection", f"{mine}/{total}"))

    def _flurries(self, found: Conclusions) -> None:
        """A unit that closes many times its daily number in the last two days of a month."""
        limits, traces = self._rules.thresholds, self._traces
        members, late = Counter[tuple[int, int, int]](), defaultdict[tuple[int, int, int], list[int]](list)
        for at, (unit, closed) in enumerate(zip(traces.unit, traces.closed, strict=True)):
            if unit == NO_UNIT or closed == NEVER:
                continue
            day = moment(closed)
            month = unit, day.year, day.month
            members[month] += 1
            if day.day > monthrange(day.year, day.month)[1] - 2:
                late[month].append(at)
        for month, those in late.items():
            daily = (members[month] - len(those)) / (monthrange(*month[1:])[1] - 2)
            if len(those) < limits.flurry_orders or len(those) / 2 < limits.flurry_ratio * daily:
                continue
            value = f"最后两天办结{len(those)}件，当月其余日子每天{daily:.1f}件"
            for at in those:
                found.evidence[at].append(self._evidence("closed_in_flurry", "collection", value))


def conclude_finding(finding: Finding, added: Added) -> Finding:
    """The finding with what the collection adds: matter, evidence, repeat, and the probability that follows.

    A call that chases an open order is no repeat, though it names that order or says "again"; only a column that calls it
    a repeat stands.
    """
    finding.matter, finding.matter_score = added.matter, added.matter_score
    if added.repeat and "repeat" not in finding.kinds:
        finding.kinds = [k for k in KINDS if k in {*finding.kinds, "repeat"}]
    if added.chase and not any(e.field == "is_repeat" for e in finding.evidence):
        finding.kinds = [k for k in finding.kinds if k != "repeat"]
    if added.evidence:
        is_readable = was_readable(finding.closure_class, finding.evidence)
        finding.evidence = sorted([*finding.evidence, *added.evidence], key=lambda e: -abs(e.weight))
        finding.logit = round(finding.logit + sum(e.weight for e in added.evidence), 4)
        finding.unresolved = round(probability(finding.logit), 4)
        finding.closure_class = closure_class(
            is_readable, finding.logit, finding.evidence, finding.commitments
        )
    return finding


def without_replies(finding: Finding) -> Finding:
    """A finding of a source that has no column for replies: their absence says nothing of how the order ended."""
    said = [e for e in finding.evidence if e.signal == "no_reply"]
    if said:
        silent = Evidence("no_reply_column", "reply", None, None, "", 0.0)
        finding.evidence = [*(e for e in finding.evidence if e.signal != "no_reply"), silent]
        finding.logit = round(finding.logit - sum(e.weight for e in said), 4)
        finding.unresolved = round(probability(finding.logit), 4)
        finding.closure_class, finding.missing = "unclear", []
    return finding


def is_untold(evidence: Iterable[Evidence]) -> bool:
    """Whether nothing can be said of an order: its source has no replies, and no other column speaks."""
    found = list(evidence)
    return any(e.signal == "no_reply_column" for e in found) and not any(e.weight for e in found)
