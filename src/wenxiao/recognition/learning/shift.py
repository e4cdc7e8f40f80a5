"""A line that the shipped model draws, moved: between enforcement and not, between an undertaking and none.

What the model says is given as log-odds above its line, so that nothing is moved where nothing was learned. A shift
scales them, adds a constant, and something for each named trait of the case. It is a handful of numbers to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite, log
from typing import Any

#: Surer than this (log-odds from the line) counts as this sure: a model that is certain and wrong must not need a certainty
#: of people's to be moved.
SURE = 4.0
#: Chances nearer to 0 or 1 than this are taken for it: log-odds have no end.
_EDGE = 1e-9


@dataclass(frozen=True, slots=True)
class Shift:
    """`scale` multiplies the log-odds above the line, `constant` and the `signals` of the traits are added to them."""

    scale: float = 1.0
    constant: float = 0.0
    signals: Mapping[str, float] = field(default_factory=dict)

    def moved(self, above: float, traits: Iterable[str]) -> float:
        """Log-odds above the line, given those of the shipped model; from 0 on the answer is yes."""
        added = sum(self.signals.get(name, 0.0) for name in sorted(set(traits)))
        return self.scale * above + self.constant + added

    def content(self) -> dict[str, Any]:
        """As a small JSON object."""
        signals = dict(sorted(self.signals.items()))
        return {"scale": self.scale, "constant": self.constant, "signals": signals}

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> Shift:
        """The shift of a JSON object. Raises AttributeError, KeyError, TypeError or ValueError when it is none."""
        signals = {str(name): float(value) for name, value in content["signals"].items()}
        found = cls(float(content["scale"]), float(content["constant"]), signals)
        if not all(map(isfinite, (found.scale, found.constant, *signals.values()))):
            raise ValueError("not finite")
        return found


#: Where nothing was learned.
AS_SHIPPED = Shift()


def above(chance: float, line: float) -> float:
    """How far a chance is above a line, both between 0 and 1, in log-odds, up to `SURE` either way."""
    return min(max(log_odds(chance) - log_odds(line), -SURE), SURE)


def log_odds(chance: float) -> float:
    """The log-odds of a chance, never infinite."""
    held = min(max(chance, _EDGE), 1 - _EDGE)
    return log(held / (1 - held))
