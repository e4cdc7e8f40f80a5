"""What a later call about a matter is, from rules that are data (data/calls.toml). Pure, but for finding the rules."""

from __future__ import annotations

import tomllib
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from wenxiao.library.choices import CallKind, RateVariant
from wenxiao.library.rules import BadRules, stamp
from wenxiao.recognition.callers import caller_of
from wenxiao.recognition.edits import EDITS, overlaid

CALLS = "calls.toml"


@dataclass(frozen=True, slots=True)
class CallRules:
    """The numbers of calls.toml, where each is explained. `repeat_days` and `hot_days` are days."""

    repeat_days: int
    anyone: bool
    variant: str
    fresh: int
    fresh_repeats: bool
    group: int
    hot_days: int
    hot_callers: int
    hot_times: float
    hot_late: int
    alert: int
    steps: int
    reason: str
    reason_en: str
    at_once: float
    related: int


@dataclass(frozen=True, slots=True)
class Call:
    """One order of a matter. `caller` is whatever tells callers apart; "" is nobody known. `told` are the kinds of problem
    that its title names, `problems` all that it names."""

    order: int
    called: datetime | None
    closed: datetime | None
    caller: str
    told: frozenset[str] = frozenset()
    problems: frozenset[str] = frozenset()


def load(folder: Path | None = None) -> CallRules:
    """The rules of `folder`/calls.toml, else those of the package, with the edits made on the page. Raises BadRules."""
    stamps = tuple(stamp(folder / name) for name in (CALLS, EDITS)) if folder is not None else ()
    return _load(folder, stamps)


@lru_cache(maxsize=8)
def _load(folder: Path | None, _stamps: tuple[int, ...]) -> CallRules:
    return rules_of(overlaid(unedited(folder), CALLS, folder))


def unedited(folder: Path | None) -> dict[str, Any]:
    """The file as data, without the edits. Raises BadRules."""
    own = folder / CALLS if folder is not None else None
    text = own.read_text("utf-8") if own is not None and own.exists() else _shipped()
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRules(f"{CALLS}: {error}") from error


def _shipped() -> str:
    return (files(__package__) / "data" / CALLS).read_text("utf-8")


def rules_of(data: Mapping[str, Any]) -> CallRules:
    """The rules of a file, checked. Raises BadRules."""
    try:
        hot, again = data["hot"], data["reopening"]
        rules = CallRules(
            repeat_days=int(data["repeat"]["days"]),
            anyone=bool(data["repeat"]["anyone"]),
            variant=str(RateVariant(data["repeat"]["variant"])),
            fresh=int(data["development"]["problems"]),
            fresh_repeats=bool(data["development"]["repeats"]),
            group=int(data["group"]["callers"]),
            hot_days=int(hot["days"]),
            hot_callers=int(hot["callers"]),
            hot_times=float(hot["times"]),
            hot_late=int(hot["late"]),
            alert=int(hot["alert"]),
            steps=int(again["steps"]),
            reason=str(again["reason"]),
            reason_en=str(again["reason_en"]),
            at_once=float(data["joining"]["at_once"]),
            related=int(data["related"]["most"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadRules(f"{CALLS}: {error}") from error
    if min(rules.repeat_days, rules.group, rules.hot_days, rules.hot_callers) < 1:
        raise BadRules(f"{CALLS}: days and callers start at 1")
    return rules


@dataclass(frozen=True, slots=True)
class Standing:
    """What one call of a matter is. `kind` is of choices.CallKind, "" for the first call and for one that is nothing special.

    `after_days`: from the last closing before the call to the call, where none of the earlier orders was open then; so it is
    a repeat within any window of so many days. `again_days`: from its own closing to the next call. `own_…`: the same,
    of the same caller's orders only. `fresh`: the kinds of problem that no earlier call had named.
    """

    kind: str = ""
    after_days: int | None = None
    own_after_days: int | None = None
    again_days: int | None = None
    own_again_days: int | None = None
    fresh: tuple[str, ...] = ()


def standings(calls: Iterable[Call], rules: CallRules) -> dict[int, Standing]:
    """What each call of one matter is, by its order. A call without a day is nothing special."""
    dated = sorted((c for c in calls if c.called is not None), key=lambda c: (c.called, c.order))
    everybody, own = _Ends(dated), {who: _Ends(found) for who, found in _by_caller(dated).items()}
    named: set[str] = set()
    found = {}
    for call in dated:
        mine = own.get(call.caller)
        found[call.order] = _standing(call, everybody, mine, named, rules)
        named |= call.problems
        for ends in filter(None, (everybody, mine)):
            ends.add(call)
    return found


def call_kinds(calls: Iterable[Call], rules: CallRules) -> dict[int, str]:
    """The kinds of `standings`."""
    return {order: standing.kind for order, standing in standings(calls, rules).items()}


class _Ends:
    """The calls of one matter, or of one caller in it, as they come: how many, and when they were closed."""

    def __init__(self, dated: Sequence[Call]) -> None:
        self._calls = [call.called for call in dated if call.called is not None]
        self._count, self._closed = 0, list[datetime]()

    def add(self, call: Call) -> None:
        self._count += 1
        if call.closed is not None:
            insort(self._closed, call.closed)

    def before(self, when: datetime) -> tuple[bool, int | None]:
        """Whether one of the calls so far is open at that time, and the days since the last closing before it."""
        ended = bisect_left(self._closed, when)
        return ended < self._count, _days(self._closed[ended - 1], when) if ended else None

    def next(self, when: datetime) -> int | None:
        """Days to the first call after that time."""
        at = bisect_right(self._calls, when)
        return _days(when, self._calls[at]) if at < len(self._calls) else None


def _days(since: datetime, until: datetime) -> int:
    """Days begun: what came after 30 days and an hour did not come within 30 days."""
    return -((since - until) // timedelta(days=1))


def _by_caller(calls: Iterable[Call]) -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = {}
    for call in calls:
        if call.caller:
            found.setdefault(call.caller, []).append(call)
    return found


def _standing(call: Call, everybody: _Ends, own: _Ends | None, named: Set[str], rules: CallRules) -> Standing:
    """An order that is still open outweighs a closed one: the unit is at work, so the call chases it."""
    when = call.called
    assert when is not None
    still_open, after = everybody.before(when)
    own_open, own_after = own.before(when) if own else (False, None)
    counted = after if rules.anyone else own_after
    if own_open:
        kind: str = CallKind.CHASING
    elif still_open:
        kind = CallKind.JOINED
    else:
        kind = CallKind.REPEAT if counted is not None and counted <= rules.repeat_days else ""
    fresh = sorted(call.told - named) if named else []
    return Standing(
        kind=kind,
        after_days=None if still_open else after,
        own_after_days=None if still_open else own_after,
        again_days=everybody.next(call.closed) if call.closed else None,
        own_again_days=own.next(call.closed) if own and call.closed else None,
        fresh=tuple(fresh) if 0 < rules.fresh <= len(fresh) else (),
    )


def calls_of(rows: Iterable[Mapping[str, Any]]) -> list[Call]:
    """Calls from rows with pk, called_at, closed_at, replied_at, phone, caller, and gist__problems where it is known."""
    return [
        Call(
            row["pk"],
            row["called_at"],
            row["closed_at"] or row["replied_at"],
            caller_of(row["phone"], row["caller"]),
            *problems_in(row.get("gist__problems") or ""),
        )
        for row in rows
    ]


def problems_in(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The kinds of problem that a title names, and all that an order names, from OrderGist.problems."""
    named = text.split("|")
    return frozenset(n[1:] for n in named if n[:1] == "*"), frozenset(n.lstrip("*") for n in named if n)


def repeat_rate(kinds: Iterable[str]) -> tuple[int, int]:
    """Repeat calls, of all calls: the two numbers of 同一事项重复来电率. Chasing is no repeat (domain.md §0.6)."""
    all_kinds = list(kinds)
    return sum(kind == CallKind.REPEAT for kind in all_kinds), len(all_kinds)
