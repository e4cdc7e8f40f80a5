"""Signals read from columns and from the process: evaluation, counts, times, supervision.

A rule whose column is absent stays silent. What a column says wins over what the text says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from wenxiao.recognition.lexicon import read_data
from wenxiao.recognition.schema import Commitment, Evidence, Order
from wenxiao.recognition.signals import Signal, read_signal

Found = Iterator[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Values:
    """The words that evaluation columns are read with, each list as an administrator wrote it."""

    resolved_yes: frozenset[str]
    resolved_no: frozenset[str]
    satisfied: frozenset[str]
    dissatisfied: frozenset[str]
    escape: tuple[str, ...]


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


class ColumnSignals:
    """The rules of `data/columns.toml` that need one order only; those over many orders are in `collection`."""

    def __init__(self, override: Path | None = None) -> None:
        data = read_data("columns.toml", override)
        self.signals: dict[str, Signal] = {row["name"]: read_signal(row) for row in data["signal"]}
        lists = {name: frozenset(words) for name, words in data["values"].items() if name != "escape"}
        self.values = Values(**lists, escape=tuple(data["values"]["escape"]))
        self.thresholds = Thresholds(**data["thresholds"])

    def read(
        self, order: Order, text: list[Evidence], commitments: list[Commitment], as_of: date
    ) -> list[Evidence]:
        """The column signals of one order, given what its texts already said. Weights are the priors."""
        rules: tuple[Callable[[], Found], ...] = (
            partial(self._evaluation, order),
            partial(self._process, order),
            partial(self._promises, order, commitments, as_of),
            partial(self._contradictions, order, {e.signal for e in text}),
        )
        return [
            Evidence(name, column, None, None, value, self.signals[name].prior)
            for rule in rules
            for name, column, value in rule()
        ]

    def says_unresolved(self, order: Order) -> bool:
        return order.resolved.strip() in self.values.resolved_no

    def says_resolved(self, order: Order) -> bool:
        return order.resolved.strip() in self.values.resolved_yes

    def is_dissatisfied(self, order: Order) -> bool:
        return order.satisfaction.strip() in self.values.dissatisfied

    def escaped(self, order: Order) -> bool:
        """Closed under a label that needs no handling (撤单, 无效 …)."""
        said = f"{order.request_type}|{order.status}"
        return any(word in said for word in self.values.escape)

    def _evaluation(self, order: Order) -> Found:
        if self.says_unresolved(order):
            yield "said_unresolved", "resolved", order.resolved
        elif self.says_resolved(order):
            yield "said_resolved", "resolved", order.resolved
        if self.is_dissatisfied(order):
            yield "rated_dissatisfied", "satisfaction", order.satisfaction
        if not (order.reply.strip() or order.handling.strip()):
            yield "no_reply", "reply", ""

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
        if order.is_supervised or order.is_hard:
            yield "supervised", "is_supervised" if order.is_supervised else "is_hard", "是"
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

    def _promises(self, order: Order, commitments: list[Commitment], as_of: date) -> Found:
        """A slipped date speaks only where the source would have shown the proof: it has an evaluation at all."""
        followed = order.resolved or order.satisfaction or order.callback or order.callbacks is not None
        if not followed or self.says_resolved(order):
            return
        late = [c.due for c in commitments if c.concrete and c.due is not None and c.due < as_of]
        if late:
            yield "promise_overdue", "commitments", f"{min(late).isoformat()} < {as_of.isoformat()}"

    def _contradictions(self, order: Order, text: set[str]) -> Found:
        if "result_shown" in text and text & {"put_off_again"}:
            yield "contradiction", "reply", "result_shown + put_off_again"
        satisfied = order.satisfaction.strip() in self.values.satisfied
        if satisfied and (self.says_unresolved(order) or "callback_not_done" in text):
            yield "contradiction", "satisfaction", order.satisfaction
        elif self.says_resolved(order) and "callback_not_done" in text:
            yield "contradiction", "resolved", order.resolved
        if order.closed_at and order.called_at and order.closed_at < order.called_at:
            yield "contradiction", "closed_at", f"{order.closed_at:%Y-%m-%d} < {order.called_at:%Y-%m-%d}"
