"""How like texts are to those that the model was fitted on: what share of their pairs of characters it knows.

Accuracy was measured on one source. A text in other words is judged by what is left of it, and nothing in the
probability shows that; the share of known pairs does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from wenxiao.recognition.wording import Codes, key_of, keys, split

#: Code points of a text that are looked at.
LENGTH = 4000
_PAIR = 2


class Likeness:
    """The pairs of characters that stand in the vocabulary of a model, for messages and for replies."""

    def __init__(self, messages: Codes, replies: Codes) -> None:
        self._messages, self._replies = messages, replies

    @classmethod
    @cache
    def load(cls, path: Path | None = None) -> Likeness:
        """From the model in `path`, or the one that comes with the package."""
        source = path or files("wenxiao.recognition") / "data" / "model.json"
        first = json.loads(source.read_text(encoding="utf-8"))["first"]
        return cls(_pairs(first["message"]["grams"]), _pairs(first["reply"]["grams"]))

    def messages(self, texts: Sequence[str]) -> tuple[int, int]:
        """(known pairs, all pairs) of these messages."""
        return _counted(texts, self._messages)

    def replies(self, texts: Sequence[str]) -> tuple[int, int]:
        """(known pairs, all pairs) of these replies."""
        return _counted(texts, self._replies)


def _pairs(grams: str) -> Codes:
    return np.array(sorted(key_of(gram) for gram in grams.split(" ") if len(gram) == _PAIR), dtype=np.uint64)


def _counted(texts: Sequence[str], known: Codes) -> tuple[int, int]:
    found, _ = keys(split([text[:LENGTH] for text in texts]).codes)[_PAIR - 1]
    return int(np.isin(found, known).sum()), len(found)
