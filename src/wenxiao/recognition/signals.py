"""Signals found in words: which of the named rules of `data/signals.toml` fire in an order's texts, and where.

A signal fires at most once in a field, at its first hit that nothing silences. What it shows is the clause around
the hit, so that a person reads a phrase and not a keyword.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wenxiao.calendars import default_calendar
from wenxiao.recognition.commitments.dates import find_times
from wenxiao.recognition.commitments.reading import Conventions
from wenxiao.recognition.commitments.settings import default_settings
from wenxiao.recognition.kernels import places as kernels
from wenxiao.recognition.lexicon import Lexicon, Texts, read_data
from wenxiao.recognition.places import Places
from wenxiao.recognition.receipts import Answers
from wenxiao.recognition.reference import Reference, reference_of
from wenxiao.recognition.schema import Evidence, Order
from wenxiao.recognition.text import normalise

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
#: clause, anywhere in the text; what must stand somewhere in the text as well. In the order of `kernels.places`.
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
    """All signals that are word lists, those of one text field searched together."""

    def __init__(self, override: Path | None = None) -> None:
        rows = read_data("signals.toml", override)["signal"]
        self.signals = {row["name"]: read_signal(row) for row in rows}
        lists = _lists(rows)
        fields = sorted({name for signal in self.signals.values() for name in signal.fields})
        self._fields = {
            name: _Field([one for _, one in sorted(self.signals.items()) if name in one.fields], lists)
            for name in fields
        }
        self._conventions = Conventions(default_calendar(), default_settings())

    def read(
        self, order: Order, reference: Reference | None = None, answers: Answers | None = None
    ) -> list[Evidence]:
        """The signals that fire in an order's texts, in the order of their places, weights still 0; receipts say nothing.
        `reference` and `answers` are those of the order, where the caller has them already."""
        references = [reference or reference_of(order)]
        return self.read_many([order], references, [answers or Answers.of(order)])[0]

    def read_many(
        self, orders: Sequence[Order], references: Sequence[Reference], answers: Sequence[Answers]
    ) -> list[list[Evidence]]:
        """The same for many orders."""
        found: list[list[Evidence]] = [[] for _ in orders]
        for name, field in self._fields.items():
            written = answers if name in Answers._fields else orders
            texts = [getattr(one, name) for one in written]
            if any(texts):
                for i, signal, start, end in self._fired(Texts(texts), field, references):
                    found[i].append(Evidence(signal.name, name, start, end, texts[i][start:end]))
        return found

    def _fired(
        self, texts: Texts, field: _Field, references: Sequence[Reference]
    ) -> Iterator[tuple[int, Signal, int, int]]:
        """Text, signal and clause of each signal that fires in one field, in the order of places."""
        fired: dict[tuple[int, int], tuple[int, int, int, int]] = {}
        for i, number, start, end, *around in field.spoken(texts).tolist():
            if (i, number) in fired:
                continue
            if field.signals[number].undated and self._dated(
                texts.texts[i][slice(*around)], references[i].day or NO_DAY
            ):
                continue
            fired[i, number] = i, start, number, end
        replaced = {(i, field.signals[number].instead_of) for i, number in fired}
        for i, start, number, end in sorted(fired.values()):
            signal = field.signals[number]
            if (i, signal.name) not in replaced:
                yield i, signal, start, end

    def _dated(self, stretch: str, day: date) -> bool:
        """Whether a stretch of a text written on `day` names a day that was then still to come."""
        text = normalise(stretch).text
        times = find_times(text, 0, len(text), reference=day, conventions=self._conventions)
        return any(time.due and not time.passed for time in times)


class _Field:
    """The signals of one text field, in the order of their names, and their words."""

    def __init__(self, signals: Sequence[Signal], lists: Mapping[str, Mapping[str, tuple[str, ...]]]) -> None:
        self.signals = signals
        self._lexicon = Lexicon(
            {f"{one.name}/{key}": lists[one.name][key] for one in signals for key in LISTS}
        )
        self._rules = np.array(
            [
                (
                    bool(lists[one.name]["only_with"]),
                    -1 if one.longest is None else one.longest,
                    one.undated,
                )
                for one in signals
            ],
            dtype=np.int64,
        )

    def spoken(self, texts: Texts) -> npt.NDArray[np.int32]:
        """The clauses in which a signal's words stand and nothing silences them, as `kernels.places.spoken` gives them."""
        hits = self._lexicon.find_many(texts)
        arrays = Places(texts).arrays
        return kernels.spoken(texts.bases, arrays, hits.rows, hits.bounds, self._rules)
