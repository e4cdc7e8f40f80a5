"""What only a whole collection shows: calls that came again, copied replies, a unit that closes by label.

`Collection` keeps a few numbers an order, not its text, so that a million orders fit in memory. It is fed in input
order and concluded once; the conclusion does not depend on how the input was cut into batches.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Protocol

from wenxiao.recognition.closure import KINDS, closure_class, probability, says_it_is_done
from wenxiao.recognition.columns import ColumnSignals
from wenxiao.recognition.schema import Evidence, Finding, Order

#: How many of a matter's closed orders are looked through for the same caller's.
LOOK_BACK = 50


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


@dataclass(slots=True)
class _Trace:
    order: str
    unit: str
    called_at: datetime | None
    closed_at: datetime | None
    reply: bytes
    escaped: bool
    caller: bytes
    named: bool


class Collection:
    """Gathers traces of orders, then says what they show together."""

    def __init__(self, rules: ColumnSignals) -> None:
        self._rules = rules
        self._traces: list[_Trace] = []

    def add(self, order: Order) -> None:
        """Take note of one order; call in input order."""
        # Figures, Latin letters and marks differ between copies of one form (numbers of orders, dates, names of accounts).
        reply = "".join(filter(_is_word, order.reply or order.handling))
        long_enough = len(reply) >= self._rules.thresholds.copied_length
        self._traces.append(
            _Trace(
                order.order,
                order.unit.strip(),
                order.called_at,
                order.closed_at or order.replied_at,
                _digest(reply) if long_enough else b"",
                self._rules.escaped(order),
                _digest(order.phone.strip() or order.caller.strip()),
                order.is_confidential is not True,
            )
        )

    def conclude(self, assigned: Sequence[Assigned] | None) -> list[Added]:
        """One `Added` for each order, in input order. Without matters, the rules that need them stay silent."""
        added = [Added() for _ in self._traces]
        self._escape_labels(added)
        self._flurries(added)
        if assigned is None:
            return added
        for one, given in zip(added, assigned, strict=True):
            one.matter, one.matter_score = given.matter, given.score
        self._repeats(added)
        self._copied(added)
        return added

    def _evidence(self, name: str, column: str, value: str) -> Evidence:
        return Evidence(name, column, None, None, value, self._rules.signals[name].prior)

    def _repeats(self, added: list[Added]) -> None:
        """A call about a matter after one of its orders was closed: the later is a repeat, the earlier did not hold."""
        window = timedelta(days=self._rules.thresholds.repeat_days)
        matters: dict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(added):
            if self._traces[at].called_at is not None:
                matters[one.matter].append(at)
        for members in matters.values():
            members.sort(key=lambda at: (_called(self._traces[at]), at))
            calls = [_called(self._traces[at]) for at in members]
            ended: list[tuple[datetime, int]] = []
            for place, at in enumerate(members):
                added[at].repeat = bool(ended) and ended[0][0] < calls[place]
                if added[at].repeat:
                    value = self._earlier(at, ended, calls[place])
                    added[at].evidence.append(self._evidence("repeat_earlier", "matter", value))
                closed = self._traces[at].closed_at
                if closed is None:
                    continue
                insort(ended, (closed, at))
                again = bisect_right(calls, closed, lo=place + 1)
                if again < len(calls) and calls[again] - closed <= window:
                    value = f"{calls[again]:%Y-%m-%d}"  # not its number: it may be an order that this reader may not see
                    added[at].evidence.append(self._evidence("called_again", "matter", value))

    def _earlier(self, at: int, ended: list[tuple[datetime, int]], called: datetime) -> str:
        """The last order of the matter that was closed before this call, the same caller's before others'.

        Its number is given only for the same caller's call that the same unit handled: another may be an order that
        this reader may not see.
        """
        trace = self._traces[at]
        # The newest few are enough: a matter of a thousand calls must not cost a million looks.
        before = ended[: bisect_right(ended, called, key=lambda one: one[0])][-LOOK_BACK:]
        own = [one for one in before if trace.caller and self._traces[one[1]].caller == trace.caller]
        closed, other = (own or before)[-1]
        earlier = self._traces[other]
        number = f"工单{earlier.order}，" if own and earlier.named and earlier.unit == trace.unit else ""
        who = "本人" if own else "同一事项"
        return f"{who}前次来电（{number}{_called(earlier):%Y-%m-%d}来电，{closed:%Y-%m-%d}办结）"

    def _copied(self, added: list[Added]) -> None:
        """The same reply under several different matters."""
        under: dict[bytes, set[str]] = defaultdict(set)
        for one, trace in zip(added, self._traces, strict=True):
            if trace.reply:
                under[trace.reply].add(one.matter)
        for one, trace in zip(added, self._traces, strict=True):
            count = len(under.get(trace.reply, ()))
            if count >= self._rules.thresholds.copied_orders:
                one.evidence.append(self._evidence("copied_reply", "collection", str(count)))

    def _escape_labels(self, added: list[Added]) -> None:
        """A unit whose share of escape labels is far above that of all the others."""
        closed, escaped = Counter[str](), Counter[str]()
        for trace in self._traces:
            closed[trace.unit] += 1
            escaped[trace.unit] += trace.escaped
        all_closed, all_escaped = sum(closed.values()), sum(escaped.values())
        limits = self._rules.thresholds
        for one, trace in zip(added, self._traces, strict=True):
            mine, total = escaped[trace.unit], closed[trace.unit]
            if not (trace.escaped and trace.unit and total >= limits.escape_orders):
                continue
            others = (all_escaped - mine) / max(1, all_closed - total)
            if mine / total >= limits.escape_ratio * max(others, 1 / max(1, all_closed)):
                one.evidence.append(self._evidence("escape_label", "collection", f"{mine}/{total}"))

    def _flurries(self, added: list[Added]) -> None:
        """A unit that closes many times its daily number in the last two days of a month."""
        limits = self._rules.thresholds
        months: dict[tuple[str, int, int], list[int]] = defaultdict(list)
        for at, trace in enumerate(self._traces):
            if trace.unit and trace.closed_at is not None:
                months[trace.unit, trace.closed_at.year, trace.closed_at.month].append(at)
        for (_unit, year, month), members in months.items():
            days = monthrange(year, month)[1]
            late = [at for at in members if _closed(self._traces[at]).day > days - 2]
            daily = (len(members) - len(late)) / (days - 2)
            if len(late) < limits.flurry_orders or len(late) / 2 < limits.flurry_ratio * daily:
                continue
            value = f"最后两天办结{len(late)}件，当月其余日子每天{daily:.1f}件"
            for at in late:
                added[at].evidence.append(self._evidence("closed_in_flurry", "collection", value))


def _is_word(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest() if text else b""


def _closed(trace: _Trace) -> datetime:
    assert trace.closed_at is not None
    return trace.closed_at


def _called(trace: _Trace) -> datetime:
    assert trace.called_at is not None
    return trace.called_at


def conclude_finding(finding: Finding, added: Added) -> Finding:
    """The finding with what the collection adds: matter, evidence, repeat, and the probability that follows."""
    finding.matter, finding.matter_score = added.matter, added.matter_score
    if added.repeat and "repeat" not in finding.kinds:
        finding.kinds = [k for k in KINDS if k in {*finding.kinds, "repeat"}]
    if added.evidence:
        finding.evidence = sorted([*finding.evidence, *added.evidence], key=lambda e: -abs(e.weight))
        finding.logit = round(finding.logit + sum(e.weight for e in added.evidence), 4)
        finding.unresolved = round(probability(finding.logit), 4)
        is_readable = finding.closure_class != "unclear" or says_it_is_done(finding.evidence)
        finding.closure_class = closure_class(
            is_readable, finding.unresolved, finding.evidence, finding.commitments
        )
    return finding
