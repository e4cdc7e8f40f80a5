"""What the caller's evaluation says, in the words of the source: `data/evaluation.toml` and an administrator's copy of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from wenxiao.recognition.lexicon import read_data

#: The columns that hold an evaluation.
COLUMNS = ("satisfaction", "resolved")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_FIGURE = re.compile(r"(\d{1,3}(?:\.\d)?)(?:分|星|颗星|级)?")
_LONGEST = 60


def plain(text: str) -> str:
    """The value as it is compared: NFKC, no case, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def figure(text: str) -> str:
    """The figure that the value is (“5分” is 5), "" if it is none."""
    found = _FIGURE.fullmatch(plain(text))
    return found[1] if found else ""


class Evaluation:
    """Reads values. Every method answers "" for an empty cell and None for a value that no list knows."""

    def __init__(self, override: Path | None = None) -> None:
        data = read_data("evaluation.toml", override)
        self._words = {c: {plain(w): k for k, ws in data[c].items() for w in ws} for c in COLUMNS}
        self._figures: Mapping[str, Mapping[str, str]] = data["figures"]
        self._split = re.compile(f"[{re.escape(unicodedata.normalize('NFKC', data['separators']))}\n]+")
        self._result = _longest_first(data["about_result"])
        self._process = _longest_first(data["about_process"])
        self.scale: Mapping[str, float] = data["scale"]
        self._cached = lru_cache(maxsize=4096)(self._read)

    def satisfaction(self, text: str) -> str | None:
        """satisfied, neutral, dissatisfied, or none: known, and says nothing."""
        return self.read("satisfaction", text)

    def resolved(self, text: str) -> str | None:
        """yes, partly, no, or none: known, and says nothing."""
        return self.read("resolved", text)

    def read(self, column: str, text: str) -> str | None:
        """What the value says in `column`, one of COLUMNS."""
        return self._cached(column, text) if len(text) <= _LONGEST else None

    def _read(self, column: str, text: str) -> str | None:
        value = plain(text)
        bare = _BRACKETS.sub("", value) or value
        if not value:
            return ""
        known = self._words[column].get(value) or self._words[column].get(bare)
        return known or self._figures[column].get(figure(bare)) or self._of_parts(column, bare)

    def _of_parts(self, column: str, value: str) -> str | None:
        """The one thing that all parts say which speak of the result; None where they differ or one is not known."""
        said: set[str | None] = set()
        of_process = False
        for part in filter(None, self._split.split(value)):
            word, is_process = self._without_prefix(part)
            of_process = of_process or is_process
            known = self._words[column].get(word)
            elsewhere = any(word in words for name, words in self._words.items() if name != column)
            if not is_process and (known or not elsewhere):
                said.add(known)
        if len(said) > 1:
            said.discard("none")
        if not said:
            return "none" if of_process else None
        return said.pop() if len(said) == 1 else None

    def _without_prefix(self, part: str) -> tuple[str, bool]:
        """The part without the words that say what it is about, and whether that is the manner of handling."""
        for prefixes, is_process in ((self._process, True), (self._result, False)):
            for prefix in prefixes:
                if part.startswith(prefix) and len(part) > len(prefix):
                    return part[len(prefix) :].lstrip(":是为"), is_process
        return part, False


def _longest_first(words: list[str]) -> list[str]:
    return sorted(map(plain, words), key=len, reverse=True)


@lru_cache(maxsize=8)
def load_evaluation(override: Path | None = None) -> Evaluation:
    """The reader for a rules folder, made once a process."""
    return Evaluation(override)


class HeaderScale:
    """What a header says about the figures in its column (“满意度（5分最满意）”). `says_nothing` if it does not."""

    _PAIR = re.compile(r"(\d{1,3})\s*(?:分|星|级)?\s*(?:[:=、.\-—]|为|是|表示|代表)?\s*([一-鿿]{1,6})")
    _BEST = re.compile(r"(\d{1,3})(?:分|星|级)?(?:为|是|表示|代表)?(?:最(?:满意|高|好|优)|满分)")
    _FULL = re.compile(r"满分(?:为|是)?(\d{1,3})")
    _RANGE = re.compile(r"(\d{1,3})(?:分)?[-~—至到](\d{1,3})")

    def __init__(self, column: str, header: str, rules: Evaluation) -> None:
        self._column, self._rules = column, rules
        text = unicodedata.normalize("NFKC", header)
        self._pairs = self._read_pairs(text)
        self._worst, self._best = self._read_ends("".join(text.split()))
        self._is_question = plain(header).startswith("是否") or "是否" in plain(header)

    def _read_pairs(self, text: str) -> dict[str, str]:
        found = {}
        for number, word in self._PAIR.findall(text):
            known = self._rules.read(self._column, word)
            if known:
                found[number] = known
        return found

    def _read_ends(self, text: str) -> tuple[float | None, float | None]:
        best = self._BEST.search(text) or self._FULL.search(text)
        if not best:
            return None, None
        span = self._RANGE.search(text)
        ends = {float(span[1]), float(span[2])} if span else {1.0, float(best[1])}
        other = ends - {float(best[1])}
        return (other.pop(), float(best[1])) if len(other) == 1 else (None, None)

    def read(self, number: str) -> str | None:
        """The class of a figure, None where the header does not say."""
        if number in self._pairs:
            return self._pairs[number]
        if self._column == "satisfaction" and self._best is not None and self._worst is not None:
            return self._on_scale(float(number))
        if self._is_question and number in ("0", "1"):
            yes = {"satisfaction": ("dissatisfied", "satisfied"), "resolved": ("no", "yes")}
            return yes[self._column][int(number)]
        return None

    def _on_scale(self, mark: float) -> str | None:
        assert self._best is not None and self._worst is not None
        share = (mark - self._worst) / (self._best - self._worst)
        if not 0 <= share <= 1:
            return None
        if share >= self._rules.scale["satisfied_from"]:
            return "satisfied"
        return "dissatisfied" if share <= self._rules.scale["dissatisfied_to"] else "neutral"


#: The plain word for each class, for a value that a header or a rule translated from a figure.
WORDS: Mapping[str, Any] = {
    "satisfaction": {"satisfied": "满意", "neutral": "一般", "dissatisfied": "不满意"},
    "resolved": {"yes": "已解决", "partly": "部分解决", "no": "未解决"},
}
