"""Signals found in words: which of the named rules of `data/signals.toml` fire in an order's texts, and where.

A signal fires at most once in a field, at its first hit that nothing silences. What it shows is the clause around
the hit, so that a person reads a phrase and not a keyword.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

from wenxiao.calendars import default_calendar
from wenxiao.recognition.commitments.dates import find_times
from wenxiao.recognition.commitments.reading import Conventions
from wenxiao.recognition.commitments.settings import default_settings
from wenxiao.recognition.lexicon import Hit, Lexicon, read_data
from wenxiao.recognition.receipts import Answers
from wenxiao.recognition.reference import Reference, reference_of
from wenxiao.recognition.schema import Evidence, Order
from wenxiao.recognition.text import clauses, normalise, sentences

#: Quoted speech shorter than this is a name or an emphasis, not somebody's words.
QUOTE_LENGTH = 8


#: Read against when an order has no usable time: every date that a text names is then still to come.
NO_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Signal:
    """One named, versioned rule. `leans` is the only side its learned weight may take; `prior` is in log-odds.

    `undated`: a hit beside a stated date does not count. `longest`: it speaks only in texts of at most so many code
    points, white space left out. `instead_of`: where it speaks, the signal of this name does not. `says`: whose word it is
    ("caller": his judgement afterwards, see `afterwards`).
    """

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
    undated: bool = False
    longest: int | None = None
    instead_of: str = ""
    says: str = ""


def read_signal(row: dict[str, Any]) -> Signal:
    """A signal from its table in a data file; the word lists stay behind."""
    known = {f.name for f in fields(Signal)} - {"fields"}
    return Signal(**{name: row[name] for name in known if name in row}, fields=tuple(row.get("fields", ())))


#: The word lists of a signal: what makes it speak; what silences it in the sentence, in the clause, at the head of the
#: clause, anywhere in the text; what must stand somewhere in the text as well.
LISTS = ("any", "unless", "unless_clause", "unless_opens", "unless_text", "only_with")


def _lists(rows: list[dict[str, Any]]) -> dict[str, dict[str, tuple[str, ...]]]:
    """The word lists of each signal; `extends` takes in those of the one that it names."""
    named = {row["name"]: row for row in rows}
    return {
        row["name"]: {
            key: (*row.get(key, ()), *named.get(row.get("extends", ""), {}).get(key, ())) for key in LISTS
        }
        for row in rows
    }


class TextSignals:
    """All signals that are word lists, compiled into one automaton per text field."""

    def __init__(self, override: Path | None = None) -> None:
        rows = read_data("signals.toml", override)["signal"]
        self.signals = {row["name"]: read_signal(row) for row in rows}
        lists = _lists(rows)
        self._lexicons = {
            name: Lexicon(
                {
                    f"{signal.name}/{key}": terms
                    for signal in self.signals.values()
                    if name in signal.fields
                    for key, terms in lists[signal.name].items()
                }
            )
            for name in {name for signal in self.signals.values() for name in signal.fields}
        }
        self._needs = {f"{name}/only_with" for name in self.signals if lists[name]["only_with"]}
        self._by_list = {f"{signal.name}/any": signal for signal in self.signals.values()}
        self._conventions = Conventions(default_calendar(), default_settings())

    def read(
        self, order: Order, reference: Reference | None = None, answers: Answers | None = None
    ) -> list[Evidence]:
        """The signals that fire in an order's texts, in the order of their places, weights still 0; receipts say nothing.
        `reference` and `answers` are those of the order, where the caller has them already."""
        found: list[Evidence] = []

        def day() -> date:
            return (reference or reference_of(order)).day or NO_DAY

        written = answers or Answers.of(order)
        for name, lexicon in self._lexicons.items():
            text = getattr(written if name in Answers._fields else order, name)
            if text:
                found += self._read_field(text, name, lexicon, day)
        return sorted(found, key=lambda e: (e.field, e.start or 0, e.signal))

    def _read_field(self, text: str, name: str, lexicon: Lexicon, day: Callable[[], date]) -> list[Evidence]:
        hits = lexicon.find(text)
        if not hits:
            return []
        place = _Places(text)
        found = {}
        for signal in [self._by_list[name] for name in hits if name in self._by_list]:
            if f"{signal.name}/unless_text" in hits:
                continue
            if signal.longest is not None and len("".join(text.split())) > signal.longest:
                continue
            needed = f"{signal.name}/only_with"
            if needed in self._needs and needed not in hits:
                continue
            for start, end in _spoken(signal.name, hits, place):
                if not (signal.undated and self._dated(place.around(start, end), day())):
                    found[signal.name] = Evidence(signal.name, name, start, end, text[start:end])
                    break
        replaced = {self.signals[one].instead_of for one in found}
        return [evidence for one, evidence in found.items() if one not in replaced]

    def _dated(self, stretch: str, day: date) -> bool:
        """Whether a stretch of a text written on `day` names a day that was then still to come."""
        text = normalise(stretch).text
        times = find_times(text, 0, len(text), reference=day, conventions=self._conventions)
        return any(time.due and not time.passed for time in times)


def _spoken(name: str, hits: dict[str, list[Hit]], place: _Places) -> Iterator[tuple[int, int]]:
    """The clauses in which a signal's words stand and nothing silences them, in order, each once.

    A clause may have thousands of hits (a text without marks), and a text thousands of clauses, so that none is looked
    at twice and none looks at the hits of another.
    """
    sentence = {place.sentence(h.start) for h in hits.get(f"{name}/unless", ())}
    silences = _Within(hits.get(f"{name}/unless_clause", ()))
    opens = {h.start for h in hits.get(f"{name}/unless_opens", ())}
    seen = set()
    for hit in hits[f"{name}/any"]:
        if not place.usable(hit) or place.sentence(hit.start) in sentence:
            continue
        start, end = where = place.clause(hit)
        if where in seen:
            continue
        seen.add(where)
        if start not in opens and not silences.any_in(start, end):
            yield start, end


class _Within:
    """Hits, in the order of their ends, asked in log time whether one of them lies within a stretch."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self._ends = [hit.end for hit in hits]
        self._last_starts = list(accumulate((hit.start for hit in hits), max))

    def any_in(self, start: int, end: int) -> bool:
        """Of the hits that end by `end`, the one that starts last decides."""
        ended = bisect_right(self._ends, end)
        return ended > 0 and self._last_starts[ended - 1] >= start


class _Places:
    """Where sentences, clauses and quotations lie in one text, so that a hit can be placed in log time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._sentences = sentences(text)
        self._ends = [end for _, end in self._sentences]
        self._quotes = _quotes(text)
        self._quote_starts = [start for start, _ in self._quotes]
        self._clauses: dict[int, tuple[list[tuple[int, int]], list[int]]] = {}

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
        pieces, first, last = self._pieces(hit.start, hit.end)
        return min(pieces[first][0], hit.start), max(pieces[last][1], hit.end)

    def around(self, start: int, end: int) -> str:
        """The clauses that [start, end) touches, with the one before and the one after in the sentence."""
        pieces, first, last = self._pieces(start, end)
        return self._text[pieces[max(0, first - 1)][0] : pieces[min(len(pieces) - 1, last + 1)][1]]

    def _pieces(self, start: int, end: int) -> tuple[list[tuple[int, int]], int, int]:
        """The clauses of the sentence at `start`, and the numbers of the first and the last that [start, end) touches."""
        at = self.sentence(start)
        known = self._clauses.get(at)
        if known is None:
            pieces = clauses(self._text, *self._sentences[at])
            known = self._clauses[at] = pieces, [piece[0] for piece in pieces]
        pieces, starts = known
        first = max(0, bisect_right(starts, start) - 1)
        return pieces, first, max(first, bisect_left(starts, end) - 1)


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
