"""One pass over many texts: their clauses, and which word lists each one touches (`kernels.words`).

The clauses are those of `text.clauses` (white space around them left on until a span is asked for); a test holds the two
together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from wenxiao.recognition.kernels import words as kernels
from wenxiao.recognition.lexicon import Lexicon, Texts, backwards
from wenxiao.recognition.places import Places

#: Marks that end a clause, by the kind that the models tell apart. Half-width comma and colon not between digits.
MARKS = {
    "comma": "，,",
    "colon": "：:",
    "question": "？?",
    "stop": "。",
    "shout": "！!",
    "semicolon": "；;",
    "line": "\n\r…",
}
KINDS = (*MARKS, "end")
COMMA, COLON, END = 0, 1, len(MARKS)
#: How far into a clause a number can still be what it begins with: white space, then the number, in code points.
LEAD = 16


@dataclass(slots=True)
class Cut:
    """A text cut into clauses: clause i is [starts[i], ends[i]), white space around it included.

    `masks[i]` has bit k set where word list k occurs in it; `kinds[i]` is the index in `KINDS` of the mark that ends it.
    """

    text: str
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    masks: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)

    def span(self, at: int) -> tuple[int, int]:
        """Clause `at` without the white space around it."""
        start, end = self.starts[at], self.ends[at]
        piece = self.text[start:end]
        stripped = piece.strip()
        start += len(piece) - len(piece.lstrip())
        return start, start + len(stripped)

    def runs_on(self, at: int) -> bool:
        """Whether the sentence goes on after clause `at`."""
        return self.kinds[at] in (COMMA, COLON)


class Cutter:
    """Cuts texts into clauses with the given lists of words looked up in each."""

    def __init__(self, lists: Mapping[str, Sequence[str]], ordinals: Mapping[str, Sequence[str]]) -> None:
        self.names = tuple(lists)
        self._numbers = {form: int(number) for number, forms in ordinals.items() for form in forms}
        self._forms = tuple(sorted(self._numbers, key=len, reverse=True))
        self._begin = frozenset(form[0] for form in self._forms)
        #: The bit that says that a clause may begin with a number.
        self.numbered = 1 << len(self.names)
        values = {word: 0 for words in lists.values() for word in words}
        for at, name in enumerate(self.names):
            for word in lists[name]:
                values[word] |= 1 << at
        for form in self._forms:
            values[form] = values.get(form, 0) | self.numbered
        self._marks = np.full(1 << 16, -1, dtype=np.int64)
        for kind, chars in enumerate(MARKS.values()):
            for char in chars:
                self._marks[ord(char)] = kind
                values.pop(char, None)
        self._trie, self._words = backwards(list(values)), Lexicon({"word": values})
        self._values = np.array(list(values.values()), dtype=np.int64)

    def lists(self, mask: int) -> Iterator[str]:
        """The names of the lists in a mask."""
        return (name for at, name in enumerate(self.names) if mask >> at & 1)

    def first(self, text: str) -> int:
        """Where the first word in `text` to end begins; 0 where there is none."""
        found = self._words.find(text)
        return found["word"][0].start if found else 0

    def number(self, cut: Cut, at: int) -> int:
        """The number that a clause begins with ("二、" → 2), or 0."""
        if not cut.masks[at] & self.numbered:
            return 0
        start = cut.starts[at]
        piece = cut.text[start : min(cut.ends[at], start + LEAD)].lstrip()
        if piece[:1] not in self._begin or not piece.startswith(self._forms):
            return 0
        return next(self._numbers[form] for form in self._forms if piece.startswith(form))

    def cut(self, text: str) -> Cut:
        """The clauses of `text`, in order. Work grows in line with its length."""
        return self.cut_many([text])[0]

    def cut_many(self, written: Sequence[str]) -> list[Cut]:
        """The clauses of each text."""
        texts = Texts(written)
        marks = self._marks, Places(texts).arrays[0], END
        rows, masks = kernels.clauses_with_words(texts.codes, texts.sizes, self._trie, self._values, marks)
        bounds = np.searchsorted(rows[:, 0], np.arange(len(written) + 1)).tolist()
        starts, ends, kinds = (rows[:, column].tolist() for column in (1, 2, 3))
        every = masks.tolist()
        return [
            Cut(text, starts[a:b], ends[a:b], every[a:b], kinds[a:b])
            for text, a, b in zip(written, bounds, bounds[1:], strict=False)
        ]
