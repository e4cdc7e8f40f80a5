"""The caller's evaluation as a file gives it: known words, figures that the header explains, and everything else named.

A value that no list knows stays as it stands, counts as nothing, and is told: once a row as a warning, and once a
value at the end, with the number of rows, so that an administrator can put it into evaluation.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wenxiao.orders.intake.headers import normalise
from wenxiao.orders.intake.layout import Column
from wenxiao.orders.intake.problems import Place, Problem, load_data
from wenxiao.recognition.evaluation import COLUMNS as EVALUATED
from wenxiao.recognition.evaluation import WORDS, Evaluation, HeaderScale, figure, load_evaluation

#: Values that may be shown: short, and with nothing in them that could be a telephone or a number of an identity card.
_SHOWABLE = re.compile(r"(?!.*\d{5})[^\n]{1,12}")
_HIDDEN, _HIDDEN_EN = "较长的内容", "a longer text"
#: So many different values are counted one by one; the rest together.
_MOST_VALUES = 200
_MOST_NOTES = 20


@dataclass(slots=True)
class Unknowns:
    """Values of a file that no list knows: column and value to (rows, sheet of the first, row of the first)."""

    values: dict[tuple[str, str], tuple[int, str, int]] = field(default_factory=dict)
    others: int = 0

    def add(self, column: str, value: str, place: Place) -> None:
        """Count one row."""
        key = column, value
        if key not in self.values and len(self.values) >= _MOST_VALUES:
            self.others += 1
            return
        rows, sheet, row = self.values.get(key, (0, place.sheet, place.row))
        self.values[key] = rows + 1, sheet, row

    def notes(self) -> Iterator[str]:
        """One sentence a value, the most frequent first."""
        ranked = sorted(self.values.items(), key=lambda item: -item[1][0])
        for (column, value), (rows, sheet, row) in ranked[:_MOST_NOTES]:
            where = f"工作表“{sheet}”第 {row} 行" if sheet else f"第 {row} 行"
            why = "是分数或代码，表头没有写明哪一头是好，没有猜" if figure(value) else "不在评价词表里"
            yield f"列“{column}”的值“{value}”{why}：{rows} 行，首见于{where}；原样保留，不作评价用。"
        more = self.others + sum(rows for _, (rows, _, _) in ranked[_MOST_NOTES:])
        if more:
            yield f"评价列里还有其他没有认出的值，共 {more} 行；逐行见提醒。"


class EvaluationColumn:
    """One column that holds an evaluation."""

    def __init__(self, name: str, column: Column, rules: Evaluation, unknowns: Unknowns) -> None:
        self._name, self._column = name, column
        self._rules, self._unknowns = rules, unknowns
        self._scale = HeaderScale(name, column.header, rules)

    def read(self, text: str, place: Place) -> tuple[str, Problem | None]:
        """The value as the order keeps it, and a warning where it says nothing that is known."""
        if self._rules.read(self._name, text) is not None:
            return text, None
        number = figure(text)
        if number and (known := self._scale.read(number)):
            word = WORDS[self._name].get(known, "")
            return (f"{word}（{text.strip()}）" if word else text), None
        value = text.strip()
        shown = value if _SHOWABLE.fullmatch(value) else _HIDDEN
        self._unknowns.add(self._column.name, shown, place)
        code = "unexplained_figure" if number else "unknown_evaluation"
        shown_en = _HIDDEN_EN if shown == _HIDDEN else shown
        return text, place.problem(code, self._column.name, value=shown, value_en=shown_en)


class Evaluations:
    """The evaluation columns of one file. `unknowns` fills while its rows are read."""

    def __init__(self, rules_folder: Path | None) -> None:
        self._rules = load_evaluation(rules_folder)
        self.unknowns = Unknowns()

    def of(self, columns: Sequence[Column]) -> dict[int, EvaluationColumn]:
        """The columns that are read as evaluations, by their place."""
        return {
            column.index: EvaluationColumn(column.field, column, self._rules, self.unknowns)
            for column in columns
            if column.field in EVALUATED
        }

    def verdicts(self, columns: Sequence[Column]) -> Evaluation | None:
        """The words to read the call-back column with, if it is one that holds a result rather than an account."""
        headers = {normalise(h) for h in load_data("headers.toml")["callback"]["results"]}
        found = any(c.field == "callback" and normalise(c.header) in headers for c in columns)
        return self._rules if found else None
