"""People's answers about kinds and commitments as numbers to learn from and to be judged by. No text is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wenxiao.recognition.learning.figures import Confusion
from wenxiao.recognition.learning.shift import Shift


@dataclass(frozen=True, slots=True)
class Example:
    """The answer to one question about an order, or about a clause of its reply: yes or no.

    `above` is how far the shipped model is above its line, in log-odds, `traits` what was seen; `decided`: a column or
    a rule says no whatever the model says, so that nothing is learned from it. `corrected`: a person put right what had
    been read; otherwise they left it, or said that it holds. `weight` is how much the answer counts.
    """

    order: str
    yes: bool
    at: datetime
    above: float
    traits: tuple[str, ...] = ()
    weight: float = 1.0
    corrected: bool = False
    decided: bool = False
    unit: str = ""

    def said(self, shift: Shift) -> bool:
        """What the engine says with a shift."""
        return not self.decided and shift.moved(self.above, self.traits) >= 0


def part_figures(examples: Sequence[Example], shift: Shift) -> dict[str, Any]:
    """How a shift does on examples, as JSON: `total`, `by_unit` (most first), and of `corrected` answers, which are
    where the reading had been wrong, how many are `right`."""
    total, units = Confusion(), dict[str, Confusion]()
    corrected = right = 0
    for one in examples:
        said = one.said(shift)
        total.count(said, one.yes)
        if one.unit:
            units.setdefault(one.unit, Confusion()).count(said, one.yes)
        corrected += one.corrected
        right += one.corrected and said == one.yes
    most = sorted(units.items(), key=lambda item: (-item[1].cases, item[0]))
    return {
        "cases": total.cases,
        "total": {**total.content(), "f1": total.f1},
        "corrected": corrected,
        "right": right,
        "by_unit": {name: one.content() for name, one in most},
    }
