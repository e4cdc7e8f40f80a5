"""The clauses of replies as the shipped model sees them, for verdicts to teach by: how far each is above the lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from wenxiao.recognition.commitments.document import Document
from wenxiao.recognition.commitments.due import Found, joined
from wenxiao.recognition.commitments.find import Candidate, blocks, commitment_of, look, time_slots
from wenxiao.recognition.commitments.lines import Lines, traits
from wenxiao.recognition.commitments.model import Model, default_model
from wenxiao.recognition.commitments.reading import Conventions
from wenxiao.recognition.learning.shift import above

#: By how much (log-odds) more clauses are looked at than when reading: what people added may lie just below.
WIDER = Lines(wider=3.0)


@dataclass(frozen=True, slots=True)
class Clause:
    """[start, end) of the reply as given; how far it is above the line of what is listed and of what is checkable;
    `ruled_out`: a rule says that it tells of what was done, or is a standing offer, whatever the model thinks."""

    start: int
    end: int
    listed: float
    checkable: float
    traits: tuple[str, ...]
    ruled_out: bool


def clauses_of(replies: Sequence[tuple[str, date]], conventions: Conventions) -> list[list[Clause]]:
    """The clauses worth teaching by of each (text, reference), in the order of the text."""
    model = default_model()
    found: list[list[Clause]] = []
    for block in blocks(replies):
        first = len(found)
        found += ([] for _ in block)
        for i, doc, candidates in look(block, conventions, model, WIDER):
            found[first + i] = [_clause(doc, one, model) for one in candidates]
    return found


def _clause(doc: Document, one: Candidate, model: Model) -> Clause:
    i, concrete, vague, scale = one
    settings = doc.conventions.settings
    a, b = model.chances(concrete, vague, scale, time_slots(doc, i))
    found = joined(doc, [Found(i, i, i, True)])[0]
    start, end = doc.normal.span(doc.starts[i], doc.ends[i])
    return Clause(
        start,
        end,
        above(a + b, settings.listed),
        above(a, settings.checkable),
        tuple(traits(doc, i)),
        commitment_of(doc, found) is None,
    )
