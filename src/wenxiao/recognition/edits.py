"""Edits of rule data that a person makes on a page: what differs from the package, and nothing else.

`edits.json` in the rules folder lies over the data files (and over an administrator's own copies of them): file name →
section → key → value. A section is one table of a file: `capture`, or `signal/only_forwarded` for the table of that
name in a list of tables, or "" for the top of the file. Only word lists, numbers and switches can be edited; a value
that no longer fits what the file holds is left out, so that an edit survives an upgrade of the package.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EDITS = "edits.json"
#: Lists of strings that are names of other things, not words.
_NAMES = frozenset({"fields", "signals", "reasons_that_mean_resolved", "reasons_that_leave_the_reading"})
#: Numbers that are labels.
_LABELS = frozenset({"number", "version"})
#: The most words of a list, the longest word, the largest number.
MOST_WORDS, LONGEST, LARGEST = 3000, 200, 1e6
Value = list[str] | float | int | bool
Edits = dict[str, dict[str, dict[str, Value]]]


class BadEdit(ValueError):
    """The value does not fit; `key` names the field, `problem` is one of the words below."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key, self.problem = key, problem


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a data file. `values` are what can be edited; the other texts are what the file says about it."""

    key: str
    name: str
    label: str
    label_en: str
    explain: str
    explain_en: str
    leans: str
    values: dict[str, Value]


def read_edits(folder: Path | None) -> Edits:
    """The edits of a rules folder; none when there is no file."""
    path = folder / EDITS if folder is not None else None
    if path is None or not path.exists():
        return {}
    found: Edits = json.loads(path.read_text("utf-8"))
    return found


def overlaid(data: dict[str, Any], name: str, folder: Path | None) -> dict[str, Any]:
    """The content of the data file `name` with the edits of the folder."""
    edits = read_edits(folder).get(name)
    return apply(data, edits) if edits else data


def apply(data: dict[str, Any], edits: Mapping[str, Mapping[str, Value]]) -> dict[str, Any]:
    """A copy of the data with the edits in it; what does not fit is left out."""
    changed = deepcopy(data)
    tables = dict(_tables(changed))
    for section, values in edits.items():
        table = tables.get(section, {})
        for key, value in values.items():
            if key in table and editable(key, table[key]) and _same_sort(table[key], value):
                table[key] = value
    return changed


def sections(data: dict[str, Any]) -> list[Section]:
    """The tables of a data file that hold something to edit, in the order of the file."""
    found = []
    for key, table in _tables(data):
        values = {name: value for name, value in table.items() if editable(name, value)}
        if values:
            told = {n: str(table.get(n, "")) for n in ("label", "label_en", "explain", "explain_en", "leans")}
            told["label"] = told["label"] or str(table.get("reason", "")).replace("{value}", "…")
            told["label_en"] = told["label_en"] or str(table.get("reason_en", "")).replace("{value}", "…")
            found.append(Section(key=key, name=key.rpartition("/")[2], values=values, **told))
    return found


def _tables(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "", data
    for key, value in data.items():
        if isinstance(value, dict):
            yield key, value
        elif (
            isinstance(value, list)
            and value
            and all(isinstance(row, dict) and "name" in row for row in value)
        ):
            for row in value:
                yield f"{key}/{row['name']}", row


def editable(key: str, value: object) -> bool:
    """Whether a value of a data file is a word list, a number or a switch that a person may change."""
    if isinstance(value, list):
        return key not in _NAMES and all(isinstance(word, str) for word in value)
    return isinstance(value, bool | int | float) and key not in _LABELS


def _same_sort(now: object, value: object) -> bool:
    if isinstance(now, bool) or isinstance(value, bool):
        return isinstance(now, bool) and isinstance(value, bool)
    if isinstance(now, list):
        return isinstance(value, list) and all(isinstance(word, str) for word in value)
    return isinstance(now, int | float) and isinstance(value, int | float)


def read_value(key: str, now: Value, text: str, leans: str = "") -> Value:
    """A value as a form gives it: a word a line, a number, or on/off. Raises BadEdit.

    A weight keeps the side that its rule leans to (`leans`): the sign of the present one.
    """
    if isinstance(now, bool):
        return text.strip() in ("1", "on", "true")
    if isinstance(now, list):
        return _words(key, text)
    try:
        value = float(text.strip())
    except ValueError:
        raise BadEdit(key, "not_a_number") from None
    if not abs(value) <= LARGEST:
        raise BadEdit(key, "too_large")
    if isinstance(now, int):
        if value != int(value) or value < 0:
            raise BadEdit(key, "not_a_count")
        return int(value)
    if leans and (value < 0 if leans == "unresolved" else value > 0):
        raise BadEdit(key, "wrong_side")
    if not leans and value < 0:
        raise BadEdit(key, "below_zero")
    return value


def _words(key: str, text: str) -> list[str]:
    words = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(words) > MOST_WORDS:
        raise BadEdit(key, "too_many_words")
    for word in words:
        if len(word) > LONGEST or not word.strip("… "):
            raise BadEdit(key, "bad_word")
    return words


def with_edit(
    edits: Edits, name: str, section: str, values: Mapping[str, Value], base: Mapping[str, Value]
) -> Edits:
    """The edits with new values for one section; a value that is again what the file says (`base`) is no edit."""
    changed = deepcopy(edits)
    table = changed.setdefault(name, {}).setdefault(section, {})
    for key, value in values.items():
        if value == base[key]:
            table.pop(key, None)
        else:
            table[key] = value
    if not table:
        del changed[name][section]
    if not changed[name]:
        del changed[name]
    return changed
