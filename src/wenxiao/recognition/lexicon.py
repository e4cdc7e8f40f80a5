"""Word lists as data: one pass over many texts finds every term of every list.

A list's terms are written as an administrator would write them. A term may hold gaps: ``已…转`` is 已 followed by
转 within `GAP` characters of the same sentence; and choices: ``{已|已经}{修复|恢复}`` are four terms. Gaps are
matched by walking the hits once, so the work grows in line with the length of the text whatever the terms are; no
regular expression is built from them (`kernels.words`).
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.edits import overlaid
from wenxiao.recognition.kernels import words as kernels

#: The longest gap that `…` spans, in code points. Chosen on the training labels: 12 keeps a verb and its object together.
GAP = 12
GAP_MARK = "…"


class Hit(NamedTuple):
    """One term found: [start, end) in the text that was searched."""

    start: int
    end: int


#: Makes a `Hit` from a pair at half the price of calling it.
_hit = tuple.__new__


class _Step(NamedTuple):
    """A piece of one or many terms that begin alike: the step before it (-1: none), whether more follows, and the
    lists that the term it ends is in."""

    number: int
    before: int
    goes_on: bool
    lists: tuple[str, ...]


class Texts:
    """Many texts side by side, as the loops read them: their code points joined with one line end after each."""

    __slots__ = ("bases", "codes", "sizes", "texts")

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        joined = "\n".join(texts) + "\n"
        self.codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        self.sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        self.bases = np.cumsum(self.sizes + 1) - self.sizes - 1


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of many texts: (text, list, start, end), text by text, in the order of their ends; `names` are the lists',
    `bounds[i]` the first hit of text i."""

    names: tuple[str, ...]
    rows: npt.NDArray[np.int32]
    bounds: npt.NDArray[np.int64]

    def texts(self) -> Iterator[tuple[int, dict[str, list[Hit]]]]:
        """Each text that has any, and its hits by list."""
        names, text = self.names, -1
        found: dict[str, list[Hit]] = {}
        for of, listed, start, end in self.rows.tolist():
            if of != text:
                if found:
                    yield text, found
                text, found = of, {}
            name, hit = names[listed], _hit(Hit, (start, end))
            if name in found:
                found[name].append(hit)
            else:
                found[name] = [hit]
        if found:
            yield text, found

    def lists(self, texts: int) -> npt.NDArray[np.bool_]:
        """Which lists each of so many texts has a word of."""
        there = np.zeros((texts, len(self.names)), dtype=bool)
        there[self.rows[:, 0], self.rows[:, 1]] = True
        return there


class Lexicon:
    """Named lists of terms, searched together.

    `lists` maps a list's name to its terms. Building costs milliseconds and is done once; `find` is the hot path.
    Terms that begin alike share their beginning, so that a common first piece costs one step however many there are.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        owners: dict[tuple[str, ...], list[str]] = {}
        for name, terms in lists.items():
            for term in dict.fromkeys(one for written in terms for one in expanded(written)):
                pieces = tuple(piece for piece in term.split(GAP_MARK) if piece)
                for count in range(1, len(pieces)):
                    owners.setdefault(pieces[:count], [])
                owners.setdefault(pieces, []).append(name)
        steps = _steps({one: names for one, names in owners.items() if one})
        self.names = tuple(lists)
        self._trie = backwards(list(steps))
        self._longest = max(map(len, steps), default=1)
        self._moves = _moves(steps, {name: at for at, name in enumerate(self.names)})

    def find_many(self, texts: Texts) -> Found:
        """Every hit of every list in many texts."""
        rows = kernels.find(texts.codes, texts.sizes, self._trie, self._longest, self._moves, GAP)
        return Found(self.names, rows, np.searchsorted(rows[:, 0], np.arange(len(texts.texts) + 1)))

    def different(self, texts: Sequence[str]) -> dict[str, npt.NDArray[np.int64]]:
        """Of each list, how many different words of it each text has."""
        read = Texts(texts)
        counts = kernels.different(read.codes, read.sizes, self.find_many(read).rows, len(self.names))
        return dict(zip(self.names, counts.T, strict=True))

    def find(self, text: str) -> dict[str, list[Hit]]:
        """Every hit of every list, by list name, in the order of their ends."""
        return next((found for _, found in self.find_many(Texts([text])).texts()), {})


def backwards(words: Sequence[str]) -> tuple[npt.NDArray[Any], ...]:
    """The trie of words read backwards, as `kernels.words.find` takes it."""
    numbers: dict[str, int] = {"": 0}
    for word in words:
        for start in range(len(word) - 1, -1, -1):
            numbers.setdefault(word[start:], len(numbers))
    word_of = np.full(len(numbers), -1, dtype=np.int32)
    word_of[[numbers[word] for word in words]] = np.arange(len(words))
    root = np.zeros(kernels.PLANE, dtype=np.int32)
    steps = [
        (numbers[tail[1:]] << kernels.NODE_BITS | ord(tail[0]), n) for tail, n in numbers.items() if tail
    ]
    for tail, node in numbers.items():
        if len(tail) == 1 and ord(tail) < kernels.PLANE:
            root[ord(tail)] = node
    room = 1 << max(4, (4 * len(steps)).bit_length())
    keys, nodes = np.full(room, -1, dtype=np.int64), np.zeros(room, dtype=np.int32)
    wanted, leads = np.array(steps or [(0, 0)], dtype=np.int64).T
    kernels.lay(wanted.copy(), leads.copy(), keys, nodes)
    return root, keys, nodes, word_of


def _moves(words: Mapping[str, list[_Step]], lists: Mapping[str, int]) -> tuple[npt.NDArray[Any], ...]:
    """What each word does: its lists and the step that it opens where longer terms begin with it; and the steps that it takes
    after other words, the latest first: a word that is two pieces of one term must not follow upon itself. A plain word, as
    most are, so costs no look at any step."""
    whole: list[list[int]] = []
    opens: list[int] = []
    later: list[list[_Step]] = []
    for steps in words.values():
        first = next((step for step in steps if step.before < 0), _Step(-1, -1, False, ()))
        whole.append([lists[name] for name in first.lists])
        opens.append(first.number if first.goes_on else -1)
        later.append([step for step in reversed(steps) if step.before >= 0])
    every = [step for steps in later for step in steps]
    return (
        *_ragged(whole),
        np.array(opens, dtype=np.int32),
        _ragged(later)[0],
        np.array([step.before for step in every], dtype=np.int32),
        np.array([step.number if step.goes_on else -1 for step in every], dtype=np.int32),
        *_ragged([[lists[name] for name in step.lists] for step in every]),
    )


def _ragged(rows: Sequence[Sequence[Any]]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Lists of numbers as bounds and items; of anything else the bounds alone mean something."""
    bounds = np.cumsum([0, *map(len, rows)], dtype=np.int32)
    items = [item if isinstance(item, int) else 0 for row in rows for item in row]
    return bounds, np.array(items, dtype=np.int32)


def _steps(owners: dict[tuple[str, ...], list[str]]) -> dict[str, list[_Step]]:
    """The steps that each piece takes, the shortest beginnings first."""
    number = {pieces: at for at, pieces in enumerate(owners)}
    inner = {pieces[:-1] for pieces in owners}
    by_piece: dict[str, list[_Step]] = defaultdict(list)
    for pieces in sorted(owners, key=len):
        step = _Step(number[pieces], number.get(pieces[:-1], -1), pieces in inner, tuple(owners[pieces]))
        by_piece[pieces[-1]].append(step)
    return by_piece


def expanded(term: str) -> list[str]:
    """The terms that a term with choices stands for: `{已|已经}修复` is 已修复 and 已经修复.

    Raises ValueError for a brace without its partner.
    """
    parts: list[list[str]] = []
    for at, piece in enumerate(term.split("{")):
        choices, closed, rest = piece.partition("}")
        if bool(closed) != bool(at):
            raise ValueError(f"花括号不成对：{term}")
        parts += [choices.split("|"), [rest]] if closed else [[piece]]
    return ["".join(chosen) for chosen in product(*parts)]


def read_data(name: str, override: Path | None = None) -> dict[str, Any]:
    """A data file of the recognition package (TOML), or the administrator's own copy of it, with the edits that were
    made on the page."""
    return overlaid(unedited(name, override), name, override)


def unedited(name: str, override: Path | None = None) -> dict[str, Any]:
    """The same without the edits."""
    if override is not None and (override / name).exists():
        return tomllib.loads((override / name).read_text(encoding="utf-8"))
    return tomllib.loads((files("wenxiao.recognition") / "data" / name).read_text(encoding="utf-8"))
