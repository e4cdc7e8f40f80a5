"""Signals found in words: which of the named rules of `data/signals.toml` fire in an order's texts, and where.

A signal fires at most once in a field, at its first hit that nothing silences. What it shows is the clause around
the hit, so that a person reads a phrase and not a keyword.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from wenxiao.recognition.lexicon import Hit, Lexicon, read_data
from wenxiao.recognition.schema import Evidence, Order
from wenxiao.recognition.text import clauses, sentences

#: Quoted speech shorter than this is a name or an emphasis, not somebody's words.
QUOTE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Signal:
    """One named, versioned rule. `leans` is the only side its learned weight may take; `prior` is in log-odds."""

    name: str
    version: int
    leans: str
    prior: float
    label: str
    label_en: str
    explain: str
    explain_en: str
    number: int | None = None
    fields: tuple[str, ...] = ()


def read_signal(row: dict[str, Any]) -> Signal:
    """A signal from its table in a data file; the word lists stay behind."""
    known = {f.name for f in fields(Signal)} - {"fields"}
    return Signal(**{name: row[name] for name in known if name in row}, fields=tuple(row.get("fields", ())))


class TextSignals:
    """All signals that are word lists, compiled into one automaton per text field."""

    def __init__(self, override: Path | None = None) -> None:
        rows = read_data("signals.toml", override)["signal"]
        self.signals = {row["name"]: read_signal(row) for row in rows}
        self._lexicons = {
            name: Lexicon(
                {
                    f"{row['name']}/{key}": row.get(key, ())
                    for row in rows
                    if name in row["fields"]
                    for key in ("any", "unless", "unless_text")
                }
            )
            for name in {name for row in rows for name in row["fields"]}
        }

    def read(self, order: Order) -> list[Evidence]:
        """The signals that fire in an order's texts, in the order of their places, weights still 0."""
        found = []
        for name, lexicon in self._lexicons.items():
            text = getattr(order, name)
            if text:
                found += self._read_field(name, text, lexicon)
        return sorted(found, key=lambda e: (e.field, e.start or 0, e.signal))

    def _read_field(self, name: str, text: str, lexicon: Lexicon) -> list[Evidence]:
        hits = lexicon.find(text)
        if not hits:
            return []
        place = _Places(text)
        found = []
        for signal in self.signals:
            fired = hits.get(f"{signal}/any")
            if not fired or f"{signal}/unless_text" in hits:
                continue
            silenced = {place.sentence(h.start) for h in hits.get(f"{signal}/unless", ())}
            hit = next(
                (h for h in fired if place.usable(h) and place.sentence(h.start) not in silenced), None
            )
            if hit is not None:
                start, end = place.clause(hit)
                found.append(Evidence(signal, name, start, end, text[start:end]))
        return found


class _Places:
    """Where sentences, clauses and quotations lie in one text, so that a hit can be placed in log time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._sentences = sentences(text)
        self._ends = [end for _, end in self._sentences]
        self._quotes = _quotes(text)
        self._quote_starts = [start for start, _ in self._quotes]

    def sentence(self, position: int) -> int:
        return min(bisect_right(self._ends, position), len(self._ends) - 1)

    def usable(self, hit: Hit) -> bool:
        """Within one sentence, and not in somebody else's quoted words."""
        if self.sentence(hit.start) != self.sentence(hit.end - 1):
            return False
        at = bisect_right(self._quote_starts, hit.start) - 1
        return at < 0 or hit.end > self._quotes[at][1]

    def clause(self, hit: Hit) -> tuple[int, int]:
        """The clauses that a hit touches; it may run over a comma."""
        start, end = self._sentences[self.sentence(hit.start)]
        pieces = clauses(self._text, start, end)
        starts = [piece[0] for piece in pieces]
        first = max(0, bisect_right(starts, hit.start) - 1)
        last = max(first, bisect_left(starts, hit.end) - 1)
        return min(pieces[first][0], hit.start), max(pieces[last][1], hit.end)


def _quotes(text: str) -> list[tuple[int, int]]:
    """Stretches between “ and ” that are long enough to be speech."""
    found, at = [], text.find("“")
    while at >= 0:
        end = text.find("”", at)
        if end < 0:
            break
        if end - at > QUOTE_LENGTH:
            found.append((at, end))
        at = text.find("“", end)
    return found
