"""What a centre's own verdicts add to the shipped model: a handful of numbers that can be read, kept and taken back.

The shipped model stays what it is. An adjustment rescales what it says, shifts it, and adds something to the weight of
named signals; columns, whose weights are set by hand at first, learn theirs in this way. All parts still add up, so
the share of each signal that a person sees remains true. Beside it stand shifts of the lines of kinds and commitments.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from wenxiao.recognition.learning.shift import AS_SHIPPED, Shift

FORMAT = "wenxiao.adjustment/1"
#: The same with `parts`.
FORMAT_PARTS = "wenxiao.adjustment/2"
#: The lines that can be moved: of two kinds, of what is listed as a commitment, and of what is called checkable.
PARTS = ("enforcement", "crossing", "commitment", "concrete")


class BadAdjustment(ValueError):
    """The content is not an adjustment of a known format."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """`scale` multiplies the log-odds that the shipped model `base` reads in the texts, `constant` is added to them,
    and `signals` to the weight of each named signal that fires, whether it reads texts, columns or the collection.
    `parts` are shifts of the lines of `PARTS`; a line that is not named stands where the shipped model draws it.
    """

    base: str
    scale: float = 1.0
    constant: float = 0.0
    signals: Mapping[str, float] = field(default_factory=dict)
    parts: Mapping[str, Shift] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Eight hexadecimal digits that stand for just these numbers."""
        text = json.dumps(self.content(), sort_keys=True)
        return blake2b(text.encode(), digest_size=4).hexdigest()

    def content(self) -> dict[str, Any]:
        """The adjustment as a small JSON object; one without parts is written as it was before there were any, so that
        it keeps its key."""
        written = {
            "format": FORMAT,
            "base": self.base,
            "scale": self.scale,
            "constant": self.constant,
            "signals": dict(sorted(self.signals.items())),
        }
        if not self.parts:
            return written
        parts = {name: shift.content() for name, shift in sorted(self.parts.items())}
        return {**written, "format": FORMAT_PARTS, "parts": parts}

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> Adjustment:
        """The adjustment of a JSON object. Raises BadAdjustment."""
        if content.get("format") not in (FORMAT, FORMAT_PARTS):
            raise BadAdjustment(f"not {FORMAT} or {FORMAT_PARTS}: {content.get('format')!r}")
        try:
            own = Shift.parse(content)
            parts = {str(name): Shift.parse(one) for name, one in content.get("parts", {}).items()}
            return cls(str(content["base"]), own.scale, own.constant, own.signals, parts)
        except (AttributeError, KeyError, TypeError, ValueError) as problem:
            raise BadAdjustment(f"{type(problem).__name__}: {problem}") from problem

    def text_logit(self, logit: float, signals: Iterable[str]) -> float:
        """What the texts add up to, given what the shipped model says and which text signals fire."""
        return Shift(self.scale, self.constant, self.signals).moved(logit, signals)

    def part(self, name: str) -> Shift:
        """The shift of one of `PARTS`."""
        return self.parts.get(name, AS_SHIPPED)
