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

from wenxiao.recognition.kernels import look
from wenxiao.recognition.lexicon import Lexicon

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
    event_days: tuple[str, ...]
    event_with: tuple[str, ...]
    put_off: tuple[str, ...]
    put_off_to: tuple[str, ...]
    counted_from: str
    plain_done: tuple[str, ...]
    plain_unless: tuple[str, ...]
    by: tuple[str, ...]
    acts: tuple[str, ...]
    case: tuple[str, ...]
    bare: tuple[str, ...]
    party_object: tuple[str, ...]
    party_part: tuple[str, ...]
    most: int

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
        """Compiled: what must be there for a date, dates, hints without a date."""
        from wenxiao.recognition.commitments import grammar

        return grammar.trigger_pattern(self), grammar.time_pattern(self), grammar.fuzzy_pattern(self)

    @cached_property
    def sieve(self) -> npt.NDArray[np.uint8]:
        """What each character is to a time, by code point, as the bits of `kernels.look`."""
        from wenxiao.recognition.commitments import grammar

        table = np.zeros(1 << 16, dtype=np.uint8)
        for chars, bit in (
            (grammar.BEFORE_UNIT, look.BEFORE_UNIT),
            (grammar.UNITS, look.UNIT),
            (grammar.BETWEEN_FIGURES, look.BETWEEN),
            (grammar.SKIPPED, look.SKIPPED),
        ):
            table[[ord(char) for char in chars]] |= bit
        for code in range(1 << 16):
            if chr(code).isdecimal():
                table[code] |= look.BEFORE_UNIT | look.FIGURE
            if chr(code).isspace():
                table[code] |= look.SKIPPED
        table[0xFFFF] |= look.BEFORE_UNIT | look.FIGURE  # it stands for all beyond, figures among them
        return table

    @cached_property
    def time_words(self) -> Lexicon:
        """Words that may be a date, and hints of one, in the order of `kernels.look`."""
        from wenxiao.recognition.commitments import grammar

        return Lexicon({"date": grammar.words_of_dates(self), "hint": self.fuzzy})

    @cached_property
    def other_event(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """What stands behind a date that says when something else is: in a clause before the undertaking, and within it."""
        words = rf"的?(?:正式|统一)?(?:{any_of(self.event_days)})"
        return re.compile(words), re.compile(rf"{words}(?:{any_of(self.event_with)})")

    @cached_property
    def said(self) -> dict[str, re.Pattern[str]]:
        """The lists of words that commitments are read by, each as one pattern."""
        lists = {
            "past": self.past,
            "done": self.done,
            "past_done": self.past_done,
            "still": self.still,
            "offers": self.offers,
            "contact": self.contact,
        }
        return {name: re.compile(any_of(words) or "(?!)") for name, words in lists.items()}

    @classmethod
    def load(cls, path: Path | None = None) -> Settings:
        """The settings at `path`, or the shipped ones. Raises KeyError or tomllib.TOMLDecodeError when incomplete."""
        raw = tomllib.loads((path or DATA / "dates.toml").read_text(encoding="utf-8"))
        lines = tomllib.loads((DATA / "commitments.toml").read_text(encoding="utf-8"))
        decide, reported, plain = lines["decide"], lines["reported"], lines["plain"]
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
            event_days=tuple(raw["other_event"]["words"]),
            event_with=tuple(raw["other_event"]["with"]),
            put_off=tuple(plain["put_off"]),
            put_off_to=tuple(word + to for word in plain["put_off"] for to in plain["to"]),
            counted_from=plain["from"],
            plain_done=tuple(plain["done"]),
            plain_unless=tuple(plain["unless"]),
            by=tuple(lines["unfinished"]["by"]),
            acts=tuple(lines["unfinished"]["acts"]),
            case=tuple(lines["unfinished"]["case"]),
            bare=tuple(lines["unfinished"]["bare"]),
            party_object=tuple(lines["party"]["object"]),
            party_part=tuple(lines["party"]["part"]),
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
