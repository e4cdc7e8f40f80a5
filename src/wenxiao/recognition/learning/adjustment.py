"""What a centre's own verdicts add to the shipped model: a handful of numbers that can be read, kept and taken back.

The shipped model stays what it is. An adjustment rescales what it says, shifts it, and adds something to the weight of
named signals; columns, whose weights are set by hand at first, learn theirs in this way. All parts still add up, so
the share of each signal that a person sees remains true.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

FORMAT = "wenxiao.adjustment/1"


class BadAdjustment(ValueError):
    """The content is not an adjustment of a known format."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """`scale` multiplies the log-odds that the shipped model `base` reads in the texts, `constant` is added to them,
    and `signals` to the weight of each named signal that fires, whether it reads texts, columns or the collection.
    """

    base: str
    scale: float = 1.0
    constant: float = 0.0
    signals: Mapping[str, float] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Eight hexadecimal digits that stand for just these numbers."""
        text = json.dumps(self.content(), sort_keys=True)
        return blake2b(text.encode(), digest_size=4).hexdigest()

    def content(self) -> dict[str, Any]:
        """The adjustment as a small JSON object."""
        return {
            "format": FORMAT,
            "base": self.base,
            "scale": self.scale,
            "constant": self.constant,
            "signals": dict(sorted(self.signals.items())),
        }

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> Adjustment:
        """The adjustment of a JSON object. Raises BadAdjustment."""
        if content.get("format") != FORMAT:
            raise BadAdjustment(f"not {FORMAT}: {content.get('format')!r}")
        try:
            signals = {str(name): float(value) for name, value in content["signals"].items()}
            return cls(str(content["base"]), float(content["scale"]), float(content["constant"]), signals)
        except (AttributeError, KeyError, TypeError, ValueError) as problem:
            raise BadAdjustment(str(problem)) from problem

    def text_logit(self, logit: float, signals: Iterable[str]) -> float:
        """What the texts add up to, given what the shipped model says and which text signals fire."""
        return self.scale * logit + self.constant + sum(self.signals.get(name, 0.0) for name in set(signals))
