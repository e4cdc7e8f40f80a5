"""From signals and a probability to a closure class (办结性质), and to what the reply does not show.

The three closings are those of a county's real ledger (substantive, staged, procedural), with staged split by whether
it carries a date, and "unclear" for what cannot be told from the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from pathlib import Path

from wenxiao.recognition.lexicon import Lexicon, read_data
from wenxiao.recognition.schema import Commitment, Evidence, Order

#: The six kinds (类), in the order in which they are always written. An order may have several.
KINDS = ("commitment", "enforcement", "repeat", "crossing", "flagged", "dissatisfied")
CLASSES = ("substantive", "staged_dated", "staged_undated", "procedural", "unclear")

#: A reply of fewer code points than this, with no signal in it, says too little to be judged.
SHORT_REPLY = 15

#: Signals of work that is going on or promised; they tell a staged closing from a procedural one.
STAGED = frozenset({"in_progress", "waits_for_others", "third_party_urged", "put_off_again", "not_done_yet"})

#: What is said of a short reply for being short: it speaks neither for a result nor against one.
FROM_BREVITY = frozenset({"wording", "demands_unanswered"})


def probability(logit: float) -> float:
    """The probability of log-odds, safe at both ends."""
    return 1 / (1 + exp(-logit)) if logit >= 0 else exp(logit) / (1 + exp(logit))


def readable(order: Order, evidence: list[Evidence]) -> bool:
    """Whether there is enough of a reply to judge it by."""
    reply = (order.reply or order.handling).strip()
    return len(reply) >= SHORT_REPLY or (bool(reply) and any(e.signal != "no_reply" for e in evidence))


def closure_class(
    is_readable: bool, unresolved: float, evidence: list[Evidence], commitments: list[Commitment]
) -> str:
    """One of `CLASSES`. A dated promise makes an unresolved closing staged; mere forwarding never does.

    A short reply that says that it is done, without any detail, is weak evidence of a result. Where nothing speaks
    against it but its shortness it is not called a closing on paper: it cannot be told.
    """
    if not is_readable:
        return "unclear"
    if unresolved < 0.5:
        return "substantive"
    if says_it_is_done(evidence) and not any(e.weight > 0 and e.signal not in FROM_BREVITY for e in evidence):
        return "unclear"
    real = [c for c in commitments if c.concrete]
    if any(c.due is not None for c in real):
        return "staged_dated"
    fired = {e.signal for e in evidence}
    return "staged_undated" if real or fired & STAGED else "procedural"


def says_it_is_done(evidence: list[Evidence]) -> bool:
    """Whether the reply states a result and no detail of it."""
    return any(e.signal == "result_stated" for e in evidence)


@dataclass(frozen=True, slots=True)
class _Expected:
    name: str
    signals: frozenset[str]


class MissingEvidence:
    """What a good reply would show (`data/missing.toml`) and this one does not."""

    def __init__(self, override: Path | None = None) -> None:
        rows = read_data("missing.toml", override)["evidence"]
        self.labels = {row["name"]: (row["label"], row["label_en"]) for row in rows}
        self._expected = [_Expected(row["name"], frozenset(row["signals"])) for row in rows]
        self._lexicon = Lexicon({row["name"]: row["any"] for row in rows})

    def read(
        self, order: Order, closing: str, evidence: list[Evidence], commitments: list[Commitment]
    ) -> list[str]:
        """Names of the missing pieces; nothing is missing from a substantive closing."""
        if closing == "substantive":
            return []
        fired = {e.signal for e in evidence}
        found = set(self._lexicon.find(order.reply)) | set(self._lexicon.find(order.handling))
        if any(c.due for c in commitments):
            found.add("date")
        return [e.name for e in self._expected if e.name not in found and not e.signals & fired]
