"""The one reason that is shown first: the strongest that speaks for "not resolved" and that a person can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from wenxiao.recognition.columns import ColumnSignals
from wenxiao.recognition.lexicon import read_data
from wenxiao.recognition.schema import Evidence
from wenxiao.recognition.signals import TextSignals


@dataclass(frozen=True, slots=True)
class HeadlineRules:
    """`[headline]` of `data/report.toml`: the least weight (log-odds) of a reason, of one that is only a clause's wording,
    and the fewest Chinese characters that a quoted clause must have."""

    least: float
    least_wording: float
    shortest: int


@cache
def headline_rules(override: Path | None = None) -> HeadlineRules:
    """The shipped rules, or the administrator's own in the folder `override`."""
    return HeadlineRules(**read_data("report.toml", override)["headline"])


def headline(evidence: Iterable[Evidence], rules: HeadlineRules | None = None) -> Evidence | None:
    """The reason of most weight for "not resolved"; None where none is strong and readable enough.

    Columns and other orders count as the texts do: a later call says more than a faint turn of phrase.
    """
    limits = rules or headline_rules()
    return max((e for e in evidence if _tells(e, limits)), key=lambda e: e.weight, default=None)


def leading(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The headline, and where that is a column or another order the strongest words of the texts after it."""
    first = headline(evidence)
    if first is None or first.start is not None:
        return [first] if first else []
    words = headline(e for e in evidence if e.start is not None)
    return [first, words] if words else [first]


def _tells(e: Evidence, rules: HeadlineRules) -> bool:
    if e.start is None:
        return e.weight >= rules.least
    least = rules.least_wording if e.signal == "wording" else rules.least
    return e.weight >= least and _is_readable(e, rules.shortest)


def _is_readable(e: Evidence, shortest: int) -> bool:
    """A bare result is as short as it is: that is its point."""
    return e.signal == "result_stated" or sum("\u4e00" <= char <= "\u9fff" for char in e.text) >= shortest


def without_headline(missing: Sequence[str], labels: dict[str, str]) -> str:
    """What is said in place of a reason: that no sentence stands out, and what the reply does not show; the result first."""
    first = first_missing(missing)
    return f"没有明显的一句话；主要因为{labels[first]}" if first in labels else "没有明显的一句话"


def first_missing(missing: Sequence[str]) -> str:
    """What is missed most: the result, else what comes first; "" where nothing is missing."""
    return next(iter(sorted(missing, key=lambda name: name != "result")), "")


@cache
def labels() -> dict[str, str]:
    """The Chinese name of every named signal."""
    return {s.name: s.label for rules in (TextSignals(), ColumnSignals()) for s in rules.signals.values()}
