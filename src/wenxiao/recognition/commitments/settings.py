"""The words and conventions of dates (data/dates.toml), and where the model draws its lines (data/commitments.toml)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Season:
    """A stretch of the year by custom: (month, day) of its first and last day; some come twice a year."""

    first: tuple[int, int]
    last: tuple[int, int]
    second: tuple[tuple[int, int], tuple[int, int]] | None = None
    needs_suffix: bool = False


@dataclass(frozen=True)
class Settings:
    """What time words mean (see data/dates.toml for the source of each), and what is listed and called concrete."""

    version: int
    grace_days: int
    longest_days: int
    review_days: int
    festivals: dict[str, str]
    named_after: tuple[str, ...]
    seasons: dict[str, Season]
    fuzzy: tuple[str, ...]
    condition_open: tuple[str, ...]
    condition_close: tuple[str, ...]
    events: tuple[str, ...]
    finish_open: tuple[str, ...]
    then: tuple[str, ...]
    told: tuple[str, ...]
    told_days: int
    moved: tuple[str, ...]
    listed: float
    checkable: float
    past: tuple[str, ...]
    done: tuple[str, ...]
    past_done: tuple[str, ...]
    still: tuple[str, ...]
    offers: tuple[str, ...]
    contact: tuple[str, ...]
    most: int

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
        """Compiled: two sieves for what must be there for a date, dates, hints without a date."""
        from wenxiao.recognition.commitments import grammar

        return (
            grammar.mark_pattern(self),
            grammar.trigger_pattern(self),
            grammar.time_pattern(self),
            grammar.fuzzy_pattern(self),
        )

    @cached_property
    def sieve(self) -> npt.NDArray[np.int64]:
        """By code point: 1 for a character without which no clause has a time or a hint of one."""
        from wenxiao.recognition.commitments import grammar

        table = np.zeros(1 << 16, dtype=np.int64)
        for char in (*grammar.marks(self), *grammar.BETWEEN_FIGURES, *(word[0] for word in self.fuzzy)):
            table[min(ord(char), 0xFFFF)] = 1
        return table

    @classmethod
    def load(cls, path: Path | None = None) -> Settings:
        """The settings at `path`, or the shipped ones. Raises KeyError or tomllib.TOMLDecodeError when incomplete."""
        raw = tomllib.loads((path or DATA / "dates.toml").read_text(encoding="utf-8"))
        lines = tomllib.loads((DATA / "commitments.toml").read_text(encoding="utf-8"))
        decide, reported = lines["decide"], lines["reported"]
        return cls(
            version=raw["version"],
            grace_days=raw["grace_days"],
            longest_days=raw["longest_days"],
            review_days=raw["review_days"],
            festivals={word: row["name"] for row in raw["festival"] for word in row["words"]},
            named_after=tuple(raw["named_after"]["words"]),
            seasons={word: _season(row) for row in raw["season"] for word in row["words"]},
            fuzzy=tuple(raw["fuzzy"]["words"]),
            condition_open=tuple(raw["conditional"]["open"]),
            condition_close=tuple(raw["conditional"]["close"]),
            events=tuple(raw["conditional"]["events"]),
            finish_open=tuple(raw["finish"]["open"]),
            then=tuple(raw["then"]["words"]),
            told=tuple(raw["told"]["words"]),
            told_days=raw["told"]["days"],
            moved=tuple(raw["moved"]["words"]),
            listed=decide["listed"],
            checkable=decide["checkable"],
            past=tuple(reported["past"]),
            done=tuple(reported["done"]),
            past_done=tuple(reported["past_done"]),
            still=tuple(reported["unless"]),
            offers=(*lines["offer"]["any"], *lines["offer"]["contact"]),
            contact=tuple(lines["offer"]["contact"]),
            most=lines["list"]["most"],
        )


@cache
def default_settings() -> Settings:
    """The shipped settings, read once per process."""
    return Settings.load()


def _season(row: dict[str, Any]) -> Season:
    second = (_day(row["second_first"]), _day(row["second_last"])) if "second_first" in row else None
    return Season(_day(row["first"]), _day(row["last"]), second, row.get("needs_suffix", False))


def _day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def any_of(words: tuple[str, ...] | dict[str, Any]) -> str:
    """A pattern for any of `words`, longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
