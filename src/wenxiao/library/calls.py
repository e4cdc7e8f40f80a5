"""What a later call about a matter is, from rules that are data (data/calls.toml). Pure, but for finding the rules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from wenxiao.library.choices import CallKind
from wenxiao.library.rules import BadRules, stamp
from wenxiao.recognition.edits import EDITS, overlaid

CALLS = "calls.toml"


@dataclass(frozen=True, slots=True)
class CallRules:
    """The numbers of calls.toml, where each is explained. `repeat_days` and `hot_days` are days."""

    repeat_days: int
    anyone: bool
    group: int
    hot_days: int
    hot_callers: int
    hot_times: float
    alert: int
    steps: int
    reason: str
    reason_en: str
    at_once: float
    related: int


@dataclass(frozen=True, slots=True)
class Call:
    """One order of a matter. `caller` is whatever tells callers apart; "" is nobody known."""

    order: int
    called: datetime | None
    closed: datetime | None
    caller: str


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
            group=int(data["group"]["callers"]),
            hot_days=int(hot["days"]),
            hot_callers=int(hot["callers"]),
            hot_times=float(hot["times"]),
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


def call_kinds(calls: Iterable[Call], rules: CallRules) -> dict[int, str]:
    """What each call of one matter is, by its order; the first call, and one without a day, are nothing special."""
    dated = sorted((c for c in calls if c.called is not None), key=lambda c: (c.called, c.order))
    return {call.order: _kind(call, dated[:place], rules) for place, call in enumerate(dated)}


def _kind(call: Call, earlier: Sequence[Call], rules: CallRules) -> str:
    """An order that is still open outweighs a closed one: the unit is at work, so the call chases it."""
    when = call.called
    assert when is not None
    own = [one for one in earlier if call.caller and one.caller == call.caller]
    if any(one.closed is None or one.closed >= when for one in own):
        return CallKind.CHASING
    since = when - timedelta(days=rules.repeat_days)
    after = [one for one in (earlier if rules.anyone else own) if one.closed and since <= one.closed < when]
    still_open = any(one.closed is None or one.closed >= when for one in earlier)
    if after and not still_open:
        return CallKind.REPEAT
    return CallKind.JOINED if still_open else ""


def caller_key(phone: str, caller: str) -> str:
    """Tells callers apart: by telephone, else by name; "" for those who gave neither."""
    return phone.strip() or caller.strip()


def calls_of(rows: Iterable[Mapping[str, Any]]) -> list[Call]:
    """Calls from rows with pk, called_at, closed_at, phone and caller."""
    return [Call(r["pk"], r["called_at"], r["closed_at"], caller_key(r["phone"], r["caller"])) for r in rows]


def repeat_rate(kinds: Iterable[str]) -> tuple[int, int]:
    """Repeat calls, of all calls: the two numbers of 同一事项重复来电率. Chasing is no repeat (domain.md §0.6)."""
    all_kinds = list(kinds)
    return sum(kind == CallKind.REPEAT for kind in all_kinds), len(all_kinds)
