"""Who called: told apart by telephone, else by name, and by neither where a column only holds a word for nobody."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


def caller_of(phone: str, name: str) -> str:
    """What tells this caller from others; "" for nobody known."""
    return known_phone(phone) or known_name(name)


def known_phone(phone: str) -> str:
    """The telephone as it stands, "" where it is nobody's: too short, one figure over and over, a hotline's, words."""
    text = phone.strip()
    figures = "".join(filter(str.isdigit, text))
    rules = _rules()
    if len(figures) < rules["least_figures"] or len(set(figures)) == 1 or figures in rules["numbers"]:
        return ""
    return text


def known_name(name: str) -> str:
    """The name as it stands, "" where it is nobody's (匿名用户) or everybody's (张先生)."""
    text = name.strip()
    rules = _rules()
    bare = "".join(text.split()).casefold()
    if bare in rules["names"]:
        return ""
    if any(bare.endswith(title) and len(bare) - len(title) <= rules["surname"] for title in rules["titles"]):
        return ""
    return text


@cache
def _rules() -> dict[str, Any]:
    """Read once for the process: data/callers.toml."""
    return tomllib.loads((files(__package__) / "data" / "callers.toml").read_text("utf-8"))
