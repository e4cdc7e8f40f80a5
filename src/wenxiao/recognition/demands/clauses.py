"""One pass over many texts: their clauses, and which word lists each one touches (`kernels.words`).

The clauses are those of `text.clauses` (white space around them left on until a span is asked for); a test holds the two
together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.kernels import words as kernels
from wenxiao.recognition.lexicon import Lexicon, Texts, backwards
from wenxiao.recognition.places import Places

Ints = npt.NDArray[np.int64]

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
        return _stripped(self.text, self.starts[at], self.ends[at])

    def runs_on(self, at: int) -> bool:
        """Whether the sentence goes on after clause `at`."""
        return self.kinds[at] in (COMMA, COLON)


@dataclass(frozen=True, slots=True)
class Cuts:
    """Many texts cut into clauses, as `kernels.demands` takes them: (text, start, end, kind) of each, the bits of its words, and
    the first clause of each text."""

    texts: Texts
    rows: npt.NDArray[np.int32]
    masks: Ints
    firsts: Ints

    @property
    def arrays(self) -> tuple[npt.NDArray[np.int32], Ints, Ints]:
        return self.rows, self.masks, self.firsts

    def of(self, i: int) -> Cut:
        """Text i."""
        own = slice(self.firsts[i], self.firsts[i + 1])
        starts, ends, kinds = (self.rows[own, column].tolist() for column in (1, 2, 3))
        return Cut(self.texts.texts[i], starts, ends, self.masks[own].tolist(), kinds)

    def span(self, at: int) -> tuple[int, int]:
        """Clause `at` of all, without the white space around it."""
        text, start, end, _ = self.rows[at].tolist()
        return _stripped(self.texts.texts[text], start, end)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    stripped = piece.strip()
    start += len(piece) - len(piece.lstrip())
    return start, start + len(stripped)


class Cutter:
    """Cuts texts into clauses with the given lists of words looked up in each."""

    def __init__(self, lists: Mapping[str, Sequence[str]], ordinals: Mapping[str, Sequence[str]]) -> None:
        self.names = tuple(lists)
        self._numbers = {form: int(number) for number, forms in ordinals.items() for form in forms}
        # The longest form that a clause begins with gives its number.
        self._sizes = sorted({len(form) for form in self._numbers}, reverse=True)
        #: The bit that says that a clause may begin with a number.
        self.numbered = 1 << len(self.names)
        values = {word: 0 for words in lists.values() for word in words}
        for at, name in enumerate(self.names):
            for word in lists[name]:
                values[word] |= 1 << at
        for form in self._numbers:
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
        return self._number(cut.text, cut.starts[at], cut.ends[at]) if cut.masks[at] & self.numbered else 0

    def _number(self, text: str, start: int, end: int) -> int:
        piece = text[start : min(end, start + LEAD)].lstrip()
        for size in self._sizes:
            number = self._numbers.get(piece[:size])
            if number is not None:
                return number
        return 0

    def cut(self, text: str) -> Cut:
        """The clauses of `text`, in order. Work grows in line with its length."""
        return self.cut_many([text]).of(0)

    def cut_many(self, written: Sequence[str]) -> Cuts:
        """The clauses of each text."""
        texts = Texts(written)
        marks = self._marks, Places(texts).arrays[0], END
        rows, masks = kernels.clauses_with_words(texts.codes, texts.sizes, self._trie, self._values, marks)
        return Cuts(texts, rows, masks, np.searchsorted(rows[:, 0], np.arange(len(written) + 1)))

    def numbers(self, cuts: Cuts) -> Ints:
        """The list item that each clause stands under, 0 for none."""
        out = np.zeros(len(cuts.masks), dtype=np.int64)
        may = np.flatnonzero(cuts.masks & self.numbered)
        stops = cuts.firsts.take(cuts.rows[may, 0] + 1).tolist()
        known = [
            (at, number, stop)
            for at, stop, row in zip(may.tolist(), stops, cuts.rows[may].tolist(), strict=True)
            if (number := self._number(cuts.texts.texts[row[0]], row[1], row[2]))
        ]
        following = [at for at, _, _ in known[1:]] + [len(out)]
        for (at, number, stop), after in zip(known, following, strict=False):
            out[at : min(stop, after)] = number
        return out

    def number_of(self, cuts: Cuts, at: int) -> int:
        """The number that clause `at` of all begins with, or 0."""
        text, start, end, _ = cuts.rows[at].tolist()
        return self._number(cuts.texts.texts[text], start, end)
