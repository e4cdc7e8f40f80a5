"""The grade of a matter, and what is captured: rules that are data, applied by pure functions."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings

from wenxiao.library.choices import Grade
from wenxiao.recognition.edits import EDITS, overlaid

MEASURES = ("orders", "callers", "overdue_days", "rehandled", "crossing", "urgent", "supervised", "signals")
#: The place of each grade in a list, the worst first; 9 for a matter without a grade.
RANKS = {grade.value: place for place, grade in enumerate(Grade)}
NO_RANK = 9
GRADES = "grades.toml"


class BadRules(Exception):
    """The rules file cannot be used; the message says which rule and why."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`grade` applies when `measure` is `at_least` so much. The reasons have a {value}."""

    name: str
    grade: str
    measure: str
    at_least: int
    reason: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one file. `likely`: the probability from which an order is captured."""

    likely: float
    rules: tuple[Rule, ...]


def rules_folder() -> Path | None:
    """Where an administrator's own rules and words are (<WENXIAO_HOME>/rules), if there are any."""
    folder = Path(settings.RULES)
    return folder if folder.is_dir() else None


def load(folder: Path | None = None) -> Rules:
    """The rules of `folder`/grades.toml, else those of the package, with the edits made on the page. Raises BadRules."""
    stamps = tuple(stamp(folder / name) for name in (GRADES, EDITS)) if folder is not None else ()
    return _load(folder, stamps)


def stamp(path: Path) -> int:
    """Changes whenever the file does; 0 for none."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@lru_cache(maxsize=8)
def _load(folder: Path | None, _stamps: tuple[int, ...]) -> Rules:
    return rules_of(overlaid(unedited_grades(folder), GRADES, folder))


def unedited_grades(folder: Path | None) -> dict[str, Any]:
    """The grades file as data, without the edits. Raises BadRules."""
    own = folder / GRADES if folder is not None else None
    return _toml(
        own.read_text("utf-8")
        if own is not None and own.exists()
        else (files(__package__) / "data" / GRADES).read_text("utf-8")
    )


def parse(text: str) -> Rules:
    """The rules of a TOML text, checked. Raises BadRules."""
    return rules_of(_toml(text))


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRules(f"{GRADES}: {error}") from error


def rules_of(data: Mapping[str, Any]) -> Rules:
    """The rules of a grades file, checked. Raises BadRules."""
    try:
        rules = tuple(Rule(**row) for row in data["rule"])
        likely = float(data["capture"]["likely"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadRules(f"{GRADES}: {error}") from error
    for rule in rules:
        if rule.grade not in RANKS or rule.measure not in MEASURES or rule.at_least < 1:
            raise BadRules(f"{GRADES}: {rule.name}: {rule.grade} / {rule.measure} / {rule.at_least}")
    if not 0 < likely < 1:
        raise BadRules(f"{GRADES}: likely: {likely}")
    return Rules(likely, rules)


def grade_of(measures: Mapping[str, int], rules: Rules) -> tuple[str, list[dict[str, Any]]]:
    """The worst grade that applies ("" for none), and why: every rule of that grade that applies, as data."""
    applying = [rule for rule in rules.rules if measures.get(rule.measure, 0) >= rule.at_least]
    if not applying:
        return "", []
    grade = min(applying, key=lambda rule: RANKS[rule.grade]).grade
    reasons = [
        {"rule": rule.name, "value": measures[rule.measure]} for rule in applying if rule.grade == grade
    ]
    return grade, reasons


def reason_text(reason: Mapping[str, Any], rules: Rules, english: bool = False) -> str:
    """One reason in words; a rule that has been removed since is named as it was."""
    rule = next((rule for rule in rules.rules if rule.name == reason["rule"]), None)
    if rule is None:
        return str((english and reason.get("text_en")) or reason.get("text") or reason["rule"])
    return (rule.reason_en if english else rule.reason).format(value=reason["value"])
