"""What the caller says afterwards, in the call-back and in the columns of the evaluation: one judgement, told several times.

No labelled reply has a call-back, so the model knows nothing of these signals: they weigh what the data files say. "Not
solved", "dissatisfied" and "nobody came" are mostly one person in one call; the strongest of a side counts in full, each
further one by `further_share`, so that saying it three times does not pass for three witnesses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wenxiao.recognition.schema import Evidence
from wenxiao.recognition.signals import Signal

#: `says` of the signals that are the caller's own judgement.
CALLER = "caller"


class CallersWord:
    """Weighs it. `signals` are those of texts and columns with their weights by hand; `learned` is what verdicts add."""

    def __init__(self, signals: Mapping[str, Signal], learned: Mapping[str, float], share: float) -> None:
        self._signals, self._learned, self._share = signals, learned, share

    def weigh(self, evidence: Sequence[Evidence]) -> None:
        """Set the weight of each signal that is the caller's judgement, in the evidence itself."""
        told = [e for e in evidence if e.signal in self._signals and self._signals[e.signal].says == CALLER]
        told.sort(key=lambda e: -abs(self._signals[e.signal].prior))
        sides = set()
        for e in told:
            signal = self._signals[e.signal]
            share = self._share if signal.leans in sides else 1.0
            sides.add(signal.leans)
            weight = signal.prior * share + self._learned.get(e.signal, 0.0)
            e.weight = round(max(weight, 0.0) if signal.leans == "unresolved" else min(weight, 0.0), 4)
