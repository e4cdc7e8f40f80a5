"""Which column is which: header aliases, finding the header row, and settling columns that compete for a field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from wenxiao.orders.intake.cells import Cell
from wenxiao.orders.intake.problems import load_data
from wenxiao.recognition.schema import ORDER_FIELDS
from wenxiao.recognition.text import normalise as simplified

_BRACKETS = re.compile(r"[(\[{【〔<《〈「](.*?)[)\]}】〕>》〉」]")
_NUMBERING = re.compile(r"^\d{1,2}[.、)]")
#: A column that is no field of an order: whether the row's unit is in charge or helps.
ROLE = "role"
#: A column that is no field either: an evaluation of the manner of handling, which is named and left out.
PROCESS = "rated_process"
_FIELDS = (*ORDER_FIELDS, ROLE, PROCESS)


def can_be_read(fields: Container[str]) -> bool:
    """Whether there is anything to go by: a text, or, as the records of many cities have it, what kind of trouble is where.
    A row is a header only when it names so much, and an order is one only when it holds so much."""
    return any(name in fields for name in ("title", "content", "reply", "handling")) or (
        any(name in fields for name in ("category", "request_type"))
        and any(name in fields for name in ("address", "latitude"))
    )


@dataclass(frozen=True, slots=True)
class Match:
    """What a header was taken for. `rank` is the place of the alias in its field's list, `level` that of a category
    column (0: none), `share` 1.0 for an exact alias and less for one that the header only contains."""

    field: str
    rank: int
    share: float
    level: int = 0


def normalise(header: str) -> str:
    """The header as it is compared: NFKC, simplified characters, no case, no white space, no brackets with their content, no
    punctuation."""
    text = "".join(simplified(unicodedata.normalize("NFKC", header)).text.casefold().split())
    text = _NUMBERING.sub("", text)
    bare = _BRACKETS.sub("", text)
    table = _strip_table()
    return bare.translate(table) or text.translate(table)


@lru_cache(maxsize=1)
def _strip_table() -> dict[int, None]:
    return {ord(c): None for c in load_data("headers.toml")["strip"] + "()[]{}"}


def _fields() -> dict[str, Any]:
    return {k: v for k, v in load_data("headers.toml").items() if k in _FIELDS}


@lru_cache(maxsize=1)
def _exact() -> dict[str, Match]:
    found: dict[str, Match] = {}
    for field, entry in _fields().items():
        for rank, alias in enumerate(entry["aliases"]):
            found.setdefault(normalise(alias), Match(field, rank, 1.0))
    return found


@lru_cache(maxsize=1)
def _contained() -> list[tuple[str, str, int, float]]:
    """(word, field, rank, the least share of a header that it must be). Latin words are too short to be looked for."""
    rules = load_data("headers.toml")["containing"]
    found = []
    for field, entry in _fields().items():
        telling = entry.get("contains", [])
        for rank, alias in enumerate(entry["aliases"] + telling):
            word = normalise(alias)
            if not word.isascii() and (len(word) >= rules["least_alias"] or alias in telling):
                least = rules["least_share_telling"] if alias in telling else rules["least_share"]
                found.append((word, field, rank, least))
    return found


@lru_cache(maxsize=1)
def _levels() -> list[re.Pattern[str]]:
    return [re.compile(p) for p in load_data("headers.toml")["levels"]["patterns"]]


def label(field: str) -> str:
    """The Chinese name of a field, for people."""
    return str(_fields()[field]["label"])


def labels() -> dict[str, str]:
    """The fields of an order that a column may be, with their Chinese names."""
    return {name: entry["label"] for name, entry in _fields().items() if name in ORDER_FIELDS}


def field_named(text: str) -> str | None:
    """The field of this name, English or Chinese; None where there is none."""
    wanted = {label: name for name, label in labels().items()}
    return text if text in labels() else wanted.get(text)


@lru_cache(maxsize=4096)
def match_header(header: str) -> Match | None:
    """The field that the header names; None where it names none, or where two are as likely."""
    text = normalise(header)
    if not text:
        return None
    if text in _exact():
        return _exact()[text]
    for pattern in _levels():
        if found := pattern.fullmatch(text):
            level = "一二三四五".find(found["n"]) + 1 or int(found["n"])
            return Match(load_data("headers.toml")["levels"]["field"], 0, 1.0, level)
    return _match_contained(text)


def _match_contained(text: str) -> Match | None:
    rules = load_data("headers.toml")["containing"]
    if len(text) > rules["longest_header"]:
        return None
    best: dict[str, Match] = {}
    for word, field, rank, least in _contained():
        share = len(word) / len(text)
        known = best.get(field)
        if word in text and share >= least and (known is None or share > known.share):
            best[field] = Match(field, rank, share)
    allowed = _allowed(text)
    ranked = sorted((m for m in best.values() if m.field in allowed), key=lambda m: -m.share)
    if not ranked or (len(ranked) > 1 and ranked[0].share - ranked[1].share < rules["least_lead"]):
        return None
    return ranked[0]


def _allowed(text: str) -> set[str]:
    allowed = set(_FIELDS)
    for guard in load_data("headers.toml")["guards"]:
        ends, begins = tuple(guard.get("ends", ())), tuple(guard.get("begins", ()))
        holds = any(word in text for word in guard.get("holds", ()))
        if holds or (ends and text.endswith(ends)) or (begins and text.startswith(begins)):
            allowed &= set(guard["fields"])
    return allowed


@dataclass(frozen=True, slots=True)
class Header:
    """The header that was found: `first` counts rows from 0 in what was searched, `depth` is 1 or 2 rows."""

    first: int
    depth: int
    names: tuple[str, ...]
    score: float


def find_header(rows: Sequence[Sequence[Cell]], mapped: Sequence[str] = ()) -> Header | None:
    """The row (or two rows, of a merged heading) that names the most fields; None when no row names a text.

    `mapped` are headers that the user named: each counts as recognised.
    """
    best: Header | None = None
    wanted = {normalise(h) for h in mapped}
    for first in range(len(rows)):
        for depth in (1, 2) if first + 1 < len(rows) else (1,):
            names = _names(rows[first : first + depth])
            score = _score(names, wanted) if names else 0.0
            if score and (best is None or (score, -depth) > (best.score, -best.depth)):
                best = Header(first, depth, tuple(names), score)
    return best


def _names(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """The header texts; of two rows the lower name wins where there is one. [] when the second row is data."""
    names = [""] * max(map(len, rows), default=0)
    for row in rows:
        for i, cell in enumerate(row):
            if isinstance(cell, str) and cell.strip():
                names[i] = cell.strip()
            elif cell is not None and not isinstance(cell, str) and len(rows) > 1:
                return []  # a row with numbers or dates is data, not the second half of a heading
    return names


def _score(names: Sequence[str], wanted: set[str]) -> float:
    """Fields recognised; one that is only contained counts half. A heading over several columns counts once."""
    found: dict[str, float] = {}
    for name in names:
        if not name or len(name) > 60:
            continue
        if normalise(name) in wanted:
            found["=" + normalise(name)] = 1.0
        elif match := match_header(name):
            key = f"{match.field}{match.level or ''}"
            found[key] = max(found.get(key, 0.0), 1.0 if match.share == 1.0 else 0.5)
    readable = wanted or can_be_read(found)
    return sum(found.values()) if readable and max(found.values(), default=0) == 1.0 else 0.0
