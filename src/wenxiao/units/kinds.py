"""A first guess at what kind of unit a name speaks of."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from wenxiao.units.choices import UnitKind


def likely_kind(name: str) -> UnitKind:
    """By the longest ending of data/kinds.toml that fits; a department where none does."""
    endings = [(len(end), kind) for end, kind in _endings() if name.endswith(end)]
    return max(endings)[1] if endings else UnitKind.DEPARTMENT


@cache
def _endings() -> tuple[tuple[str, UnitKind], ...]:
    data = tomllib.loads((files(__package__) / "data" / "kinds.toml").read_text("utf-8"))
    return tuple((end, UnitKind(kind)) for kind, ends in data.items() for end in ends)
