"""One pass over a text: its clauses, and which word lists each one touches.

Marks and words go into one automaton, so that cutting and searching cost one walk. The clauses are those of
`text.clauses` (white space around them left on until a span is asked for); a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ahocorasick_rs import AhoCorasick, Implementation

from wenxiao.recognition.lexicon import every_hit
from wenxiao.recognition.text import inside_number

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
        #: The bit that says that a clause may begin with a number.
        self.numbered = 1 << len(self.names)
        values = {word: 0 for words in lists.values() for word in words}
        for at, name in enumerate(self.names):
            for word in lists[name]:
                values[word] |= 1 << at
        for form in self._forms:
            values[form] = values.get(form, 0) | self.numbered
        # Marks are told from words by their sign.
        values |= {char: ~kind for kind, chars in enumerate(MARKS.values()) for char in chars}
        self._values = list(values.values())
        self._automaton = AhoCorasick(list(values), implementation=Implementation.DFA, store_patterns=False)

    def lists(self, mask: int) -> Iterator[str]:
        """The names of the lists in a mask."""
        return (name for at, name in enumerate(self.names) if mask >> at & 1)

    def hits(self, text: str) -> list[tuple[int, int, int]]:
        """Word, start and end of every hit, in the order of their ends."""
        return every_hit(self._automaton, text)

    def first(self, text: str) -> int:
        """Where the first word in `text` begins; 0 where there is none."""
        return next((start for word, start, _ in self.hits(text) if self._values[word] >= 0), 0)

    def number(self, cut: Cut, at: int) -> int:
        """The number that a clause begins with ("二、" → 2), or 0."""
        if not cut.masks[at] & self.numbered:
            return 0
        start = cut.starts[at]
        piece = cut.text[start : min(cut.ends[at], start + LEAD)].lstrip()
        if not piece.startswith(self._forms):
            return 0
        return next(self._numbers[form] for form in self._forms if piece.startswith(form))

    def cut(self, text: str) -> Cut:
        """The clauses of `text`, in order. Work grows in line with its length."""
        found = Cut(text)
        starts, ends, masks, kinds = found.starts, found.ends, found.masks, found.kinds
        start = mask = 0
        values = self._values
        for word, last, _ in self.hits(text):
            value = values[word]
            if value >= 0:
                mask |= value
                continue
            if value >= ~COLON and text[last] in ",:" and inside_number(text, last):
                continue
            if mask or text[start:last].strip():
                starts.append(start)
                ends.append(last)
                masks.append(mask)
                kinds.append(~value)
                mask = 0
            start = last + 1
        if text[start:].strip():
            starts.append(start)
            ends.append(len(text))
            masks.append(mask)
            kinds.append(END)
        return found
