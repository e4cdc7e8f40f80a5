"""One order with a known answer, as numbers to learn from. No text is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wenxiao.recognition.learning.adjustment import Adjustment
from wenxiao.recognition.schema import Finding


@dataclass(frozen=True, slots=True)
class Target:
    """The answer: whether the order was really unresolved, how much it counts, when it was given, and whether it
    comes from an outcome (then the columns that tell the outcome may not be learned from). `unit` and `kinds` are
    there to report by.
    """

    order: str
    unresolved: bool
    weight: float
    at: datetime
    is_outcome: bool = False
    unit: str = ""
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """`text` is the log-odds that the shipped model reads in the texts, `texts` the signals that fired in them;
    `columns` are the signals of columns, the call-back and the collection, one entry for each time that one fired, with the
    weights set by hand, before anything was learned. Where nothing was answered the columns speak alone.
    """

    target: Target
    text: float
    texts: tuple[str, ...]
    columns: tuple[tuple[str, float], ...]
    answered: bool = True

    def logit(self, adjustment: Adjustment | None = None) -> float:
        """The log-odds of "unresolved" with an adjustment, or as shipped."""
        columns = sum(weight for _, weight in self.columns)
        if adjustment is None:
            return self.text + columns
        learned = sum(adjustment.signals.get(name, 0.0) for name, _ in self.columns)
        text = adjustment.text_logit(self.text, self.texts) if self.answered else self.text
        return text + columns + learned


def case_of(target: Target, finding: Finding) -> Case:
    """The case of a finding that was made without any adjustment. Columns, the call-back and the collection are left out
    where they would tell the answer.
    """
    columns = tuple((e.signal, e.weight) for e in finding.evidence if not e.is_of_text)
    texts = {
        e.signal for e in finding.evidence if e.is_of_text and e.signal != "wording" and "/" not in e.signal
    }
    text = finding.logit - sum(weight for _, weight in columns)
    answered = all(e.signal != "no_reply" for e in finding.evidence)
    return Case(target, text, tuple(sorted(texts)), () if target.is_outcome else columns, answered)
