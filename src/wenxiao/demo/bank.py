"""The phrase banks under `demo/data`, and the small grammar that turns a template into a sentence.

A template may hold `{slot}` (a value of the scene: text, a list to choose from, or a function of the generator),
`{3-20}` (a whole number) and `[x|y]` (a choice). What a slot yields may be a template itself.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

Slot = str | Sequence[str] | Callable[[Random], str]
Slots = Mapping[str, Slot]

_HOLE = re.compile(r"\[([^\[\]]*)\]|\{([^{}\[\]]*)\}")
_RANGE = re.compile(r"(\d+)-(\d+)")


@cache
def load(name: str) -> dict[str, Any]:
    """One data file, for instance `county` or `replies`."""
    return tomllib.loads(files("wenxiao.demo").joinpath("data", f"{name}.toml").read_text("utf-8"))


@cache
def topics() -> tuple[dict[str, Any], ...]:
    """Every topic of `data/topics/*.toml`, in the order of the file names."""
    folder = files("wenxiao.demo").joinpath("data", "topics")
    sheets = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(t for sheet in sheets for t in tomllib.loads(sheet.read_text("utf-8"))["topic"])


def topic(topic_id: str) -> dict[str, Any]:
    """The topic with this id; KeyError when there is none."""
    found = [t for t in topics() if t["id"] == topic_id]
    if not found:
        raise KeyError(topic_id)
    return found[0]


def pick(rng: Random, items: Sequence[str]) -> str:
    """One of `items`. `random()` instead of `choice()`: half the time, and the generator calls it most."""
    return items[int(rng.random() * len(items))]


def fill(template: str, slots: Slots, rng: Random) -> str:
    """`template` with every choice made and every slot filled. A slot that is not given is a KeyError."""

    def fix(match: re.Match[str]) -> str:
        choices, name = match.group(1), match.group(2)
        if choices is not None:
            return pick(rng, choices.split("|"))
        number = _RANGE.fullmatch(name)
        if number:
            return str(rng.randint(int(number[1]), int(number[2])))
        value = slots[name]
        if isinstance(value, str):
            return value
        return value(rng) if callable(value) else pick(rng, value)

    text = template
    while "{" in text or "[" in text:
        text = _HOLE.sub(fix, text)
    return text


def say(bank: Sequence[str], slots: Slots, rng: Random) -> str:
    """One template of a bank, filled."""
    return fill(pick(rng, bank), slots, rng)


_NAMED = re.compile(r"\{([a-z_]+)\d?\}")
#: Slots that name a place or a party: two of them in one text would speak of two matters.
_PLACES = frozenset(
    [
        "estate",
        "road",
        "village",
        "river",
        "company",
        "shop",
        "club",
        "school",
        "clinic",
        "bus",
        "dev",
        "prop",
    ]
)


def fitting(templates: Sequence[str], allowed: frozenset[str]) -> Sequence[str]:
    """The templates that speak of no other place or party than `allowed`; all of them when fewer than two do."""
    some = [t for t in templates if not (set(_NAMED.findall(t)) & _PLACES) - allowed]
    return some if len(some) > 1 else templates


def places_in(template: str) -> frozenset[str]:
    """The place and party slots of a template."""
    return frozenset(set(_NAMED.findall(template)) & _PLACES)
