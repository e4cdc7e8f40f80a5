"""A commitment as a line of a page: its letter, where it stands in the ledger, and what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass

from wenxiao.library.choices import COMMITMENT_TRANSITIONS, CommitmentState, Due
from wenxiao.library.models import Commitment


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """`states` are the states that it may be moved to by who looks, as (value, label)."""

    row: Commitment
    number: str
    part: Due
    states: list[tuple[str, str]]


def next_states(commitment: Commitment, may: bool) -> list[tuple[str, str]]:
    """What the table of transitions allows next, in the order of the states; nothing for those who only read."""
    if not may:
        return []
    allowed = COMMITMENT_TRANSITIONS[commitment.state]
    return [(state.value, str(state.label)) for state in CommitmentState if state in allowed]
