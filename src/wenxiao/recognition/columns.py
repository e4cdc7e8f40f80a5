"""Signals read from columns and from the process: evaluation, counts, times, supervision.

A rule whose column is absent stays silent. What a column says wins over what the text says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

from wenxiao.recognition.evaluation import load_evaluation
from wenxiao.recognition.hollow import Hollow
from wenxiao.recognition.lexicon import read_data
from wenxiao.recognition.schema import Commitment, Evidence, Order
from wenxiao.recognition.signals import Signal, read_signal

Found = Iterator[tuple[str, str, str]]
#: What the columns say: whether it is resolved, whether the caller is satisfied, as `evaluation` reads them.
_Said = tuple[str | None, str | None]
UNRESOLVED = ("no", "partly")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Numbers of `data/columns.toml`: counts, minutes, hours, days and lengths (code points) as named there."""

    returns: int
    extensions: int
    rehandled: int
    closing_minutes: int
    limit_hours: int
    copied_orders: int
    copied_length: int
    repeat_days: int
    escape_ratio: float
    escape_orders: int
    flurry_orders: int = 10
    flurry_ratio: float = 4.0
    further_share: float = 0.4


def _with(signal: Signal, learned: Mapping[str, float]) -> Signal:
    return replace(signal, prior=round(signal.prior + learned.get(signal.name, 0.0), 4))


class ColumnSignals:
    """The rules of `data/columns.toml` that need one order only; those over many orders are in `collection`."""

    def __init__(self, override: Path | None = None, learned: Mapping[str, float] | None = None) -> None:
        """`learned` is what verdicts add to the weights that are set by hand."""
        data = read_data("columns.toml", override)
        self.by_hand: dict[str, Signal] = {row["name"]: read_signal(row) for row in data["signal"]}
        self.signals = {name: _with(signal, learned or {}) for name, signal in self.by_hand.items()}
        self.evaluation = load_evaluation(override)
        self.hollow = Hollow(data["values"])
        self._escape: tuple[str, ...] = tuple(data["values"]["escape"])
        self.thresholds = Thresholds(**data["thresholds"])

    def read(
        self, order: Order, text: list[Evidence], commitments: list[Commitment], as_of: date
    ) -> list[Evidence]:
        """The column signals of one order, given what its texts already said. Weights are the priors."""
        said = self.evaluation.resolved(order.resolved), self.evaluation.satisfaction(order.satisfaction)
        rules = chain(
            _evaluation(order, said),
            self._process(order),
            self._promises(order, commitments, as_of, said),
            _repeat(order),
            _contradictions(order, {e.signal: e.text for e in text}, said),
            _final_but_promised(order, commitments),
            _out_of_order(order),
        )
        return [
            Evidence(name, column, None, None, value, self.signals[name].prior)
            for name, column, value in rules
        ]

    def says_resolved(self, order: Order) -> bool:
        return self.evaluation.resolved(order.resolved) == "yes"

    def is_dissatisfied(self, order: Order) -> bool:
        return self.evaluation.satisfaction(order.satisfaction) == "dissatisfied"

    def escaped(self, order: Order) -> bool:
        """Closed under a label that needs no handling (撤单, 无效 …)."""
        said = f"{order.request_type}|{order.status}"
        return any(word in said for word in self._escape)

    def _process(self, order: Order) -> Found:
        limits = self.thresholds
        for name, column, count, limit in (
            ("returned_often", "returns", order.returns, limits.returns),
            ("extended_often", "extensions", order.extensions, limits.extensions),
            ("rehandled", "rehandled", order.rehandled, limits.rehandled),
            ("chased", "chases", order.chases, 1),
        ):
            if count is not None and count >= limit:
                yield name, column, str(count)
        if order.is_supervised:
            yield "supervised", "is_supervised", "是"
        elif order.is_hard:
            yield "flagged_hard", "is_hard", "是"
        if order.is_final is False:
            yield "not_final", "is_final", "否"
        yield from self._times(order)

    def _times(self, order: Order) -> Found:
        if order.closed_at is None:
            return
        if order.signed_at is not None and order.request_type.strip() != "咨询":
            took = order.closed_at - order.signed_at
            if timedelta(0) <= took < timedelta(minutes=self.thresholds.closing_minutes):
                yield "closed_in_minutes", "closed_at", f"{int(took.total_seconds() // 60)}分钟"
        if order.due_at is not None:
            left = order.due_at - order.closed_at
            if timedelta(0) <= left < timedelta(hours=self.thresholds.limit_hours):
                yield "closed_at_limit", "closed_at", f"{int(left.total_seconds() // 60)}分钟"

    def _promises(self, order: Order, commitments: list[Commitment], as_of: date, said: _Said) -> Found:
        """A slipped date speaks only where the source would have shown the proof: it has an evaluation at all."""
        followed = order.resolved or order.satisfaction or order.callback or order.callbacks is not None
        if not followed or said[0] == "yes":
            return
        late = [c.due for c in commitments if c.concrete and c.due is not None and c.due < as_of]
        if late:
            yield "promise_overdue", "commitments", f"{min(late).isoformat()} < {as_of.isoformat()}"


def _evaluation(order: Order, said: _Said) -> Found:
    resolved, satisfied = said
    if resolved in UNRESOLVED:
        yield "said_unresolved", "resolved", order.resolved
    elif resolved == "yes":
        yield "said_resolved", "resolved", order.resolved
    if satisfied == "dissatisfied":
        yield "rated_dissatisfied", "satisfaction", order.satisfaction
    if not (order.reply.strip() or order.handling.strip()):
        yield "no_reply", "reply", ""


def _repeat(order: Order) -> Found:
    if order.previous_order.strip():
        yield "repeat_marked", "previous_order", order.previous_order
    if order.is_repeat:
        yield "repeat_marked", "is_repeat", "是"


def _contradictions(order: Order, text: dict[str, str], said: _Said) -> Found:
    """`text`: what each signal that fired in the texts shows. A caller content with a part is no contradiction."""
    done, put_off = text.get("result_shown", ""), text.get("put_off_again", "")
    if done and put_off and _of_one_thing(done, put_off):
        yield "contradiction", "reply", f"一处说“{done}”，另一处说“{put_off}”"
    resolved, satisfied = said
    not_done = text.get("callback_not_done")
    if satisfied == "satisfied" and resolved == "no":
        both = f"满意度填“{order.satisfaction.strip()}”，是否解决填“{order.resolved.strip()}”"
        yield "contradiction", "satisfaction", both
    elif satisfied == "satisfied" and not_done:
        both = f"满意度填“{order.satisfaction.strip()}”，回访说“{not_done}”"
        yield "contradiction", "satisfaction", both
    elif resolved == "yes" and not_done:
        both = f"是否解决填“{order.resolved.strip()}”，回访说“{not_done}”"
        yield "contradiction", "resolved", both


def _final_but_promised(order: Order, commitments: list[Commitment]) -> Found:
    """The unit's own column says that nothing is left to do, its reply says what will be done and by when."""
    closed = order.closed_at or order.replied_at
    if order.is_final is not True or closed is None:
        return
    for one in commitments:
        if one.concrete and one.due is not None and one.due > closed.date():
            both = f"是否最终办理结果填“是”，答复又承诺“{one.text}”，期限{one.due}"
            yield "contradiction", "is_final", both
            return


def _of_one_thing(one: str, other: str) -> bool:
    """Whether two clauses have a word in common: what was finished and what was put off are often two works."""
    return any(one[i : i + 2] in other and one[i : i + 2].isalpha() for i in range(len(one) - 1))


def _out_of_order(order: Order) -> Found:
    """Closed before it was called in, dispatched or signed."""
    if order.closed_at is None:
        return
    for name, when in (("来电", order.called_at), ("派单", order.dispatched_at), ("签收", order.signed_at)):
        if when is not None and order.closed_at < when:
            form = "%Y-%m-%d" if order.closed_at.date() != when.date() else "%Y-%m-%d %H:%M"
            both = f"办结时间{order.closed_at:{form}}早于{name}时间{when:{form}}"
            yield "contradiction", "closed_at", both
            return
