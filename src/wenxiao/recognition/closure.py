"""From signals and a probability to a closure class (办结性质), and to what the reply does not show.

The three closings are those of a county's real ledger (substantive, staged, procedural), with staged split by whether
it carries a date, and "unclear" for what cannot be told from the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path

from wenxiao.recognition.lexicon import Lexicon, Texts, read_data
from wenxiao.recognition.schema import Commitment, Evidence, Order

#: The six kinds (类), in the order in which they are always written. An order may have several.
KINDS = ("commitment", "enforcement", "repeat", "crossing", "flagged", "dissatisfied")
CLASSES = ("substantive", "staged_dated", "staged_undated", "procedural", "unclear")

#: A reply of fewer code points than this, with no signal in it, says too little to be judged.
SHORT_REPLY = 15

#: Signals of work that is going on or promised; they tell a staged closing from a procedural one.
STAGED = frozenset({"in_progress", "waits_for_others", "third_party_urged", "put_off_again", "not_done_yet"})

#: Signals of a result, with details or without.
RESULT = frozenset({"result_shown", "result_stated"})

#: What is said of a short reply for being short: it speaks neither for a result nor against one.
FROM_BREVITY = frozenset({"wording", "demands_unanswered", "result_stated"})


def probability(logit: float) -> float:
    """The probability of log-odds, safe at both ends."""
    return 1 / (1 + exp(-logit)) if logit >= 0 else exp(logit) / (1 + exp(logit))


def readable(order: Order, evidence: list[Evidence], commitments: list[Commitment]) -> bool:
    """Whether there is enough of a reply to judge it by: some length, a signal or a commitment."""
    reply = (order.reply or order.handling).strip()
    if len(reply) >= SHORT_REPLY:
        return True
    return bool(reply) and (bool(commitments) or any(e.signal != "no_reply" for e in evidence))


def was_readable(closing: str, evidence: list[Evidence]) -> bool:
    """`readable` of a finding whose order is no longer at hand: by its class and its evidence, that of kinds left out."""
    own = [e for e in evidence if "/" not in e.signal]
    if any(e.signal == "no_reply_column" for e in own):
        return False
    return closing != "unclear" or (bool(own) and all(e.signal != "no_reply" for e in own))


def closure_class(
    is_readable: bool, logit: float, evidence: list[Evidence], commitments: list[Commitment]
) -> str:
    """One of `CLASSES`, for the log-odds `logit`. A dated promise makes an unresolved closing staged; mere forwarding never
    does.

    The class says what the reply is. A rating, a call-back, a later call or a column may make it likely that nothing was
    done; it does not turn a reply that tells of a result into a closing on paper. Where only such columns, or only
    the shortness of the reply, speak against its result, it cannot be told. The unit's own "not final" can: then the
    closing is staged.
    """
    if not is_readable:
        return "unclear"
    if _is_resolved(logit):
        return "substantive"
    real = [c for c in commitments if c.concrete]
    if any(c.due is not None for c in real):
        return "staged_dated"
    fired = {e.signal for e in evidence}
    if real or fired & STAGED:
        return "staged_undated"
    tells_of_a_result = _is_resolved(logit - _from_columns(evidence)) or _only_says_done(evidence)
    if not tells_of_a_result:
        return "procedural"
    return "staged_undated" if "not_final" in fired else "unclear"


def _is_resolved(logit: float) -> bool:
    """By the probability as it is written."""
    return round(probability(logit), 4) < 0.5


def _from_columns(evidence: list[Evidence]) -> float:
    """What columns, the call-back, the process and other orders added: not what the unit wrote."""
    return sum(e.weight for e in evidence if not e.is_of_text)


def _only_says_done(evidence: list[Evidence]) -> bool:
    """Whether the reply states or shows a result, and no named signal of its texts speaks against it."""
    return any(e.signal in RESULT for e in evidence) and not any(
        e.weight > 0 and e.is_of_text and e.signal not in FROM_BREVITY for e in evidence
    )


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

    def shown(self, orders: Sequence[Order]) -> list[set[str]]:
        """Which pieces the texts of each order show."""
        found: list[set[str]] = [set() for _ in orders]
        for name in ("reply", "handling"):
            texts = [getattr(order, name) for order in orders]
            if any(texts):
                for i, lists in self._lexicon.find_many(Texts(texts)).texts():
                    found[i].update(lists)
        return found

    def read(
        self, shown: set[str], closing: str, evidence: list[Evidence], commitments: list[Commitment]
    ) -> list[str]:
        """Names of the missing pieces, given those that the texts show; nothing is missing from a substantive closing."""
        if closing == "substantive":
            return []
        fired = {e.signal for e in evidence}
        is_dated = any(c.due for c in commitments)
        return [
            e.name
            for e in self._expected
            if e.name not in shown and not (is_dated and e.name == "date") and not e.signals & fired
        ]
