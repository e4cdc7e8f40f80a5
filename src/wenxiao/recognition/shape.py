"""What a reply and its message look like as wholes, whatever they say: lengths, figures, questions, words in common.

A reply that takes up little of what it was asked, or is short beside it, seldom settles it. These facts have no clause
of their own; they only shift how much the wording counts. Whole numbers are summed, so company changes nothing.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.wording import GAP, Clauses, Ints

Floats = npt.NDArray[np.float64]
Cells = npt.NDArray[np.bool_]

#: Pairs of characters are told apart by this many bits of a hash; a text has a few hundred, so few fall together.
BITS = 14
_MULTIPLIER, _SHIFT = np.uint64(0x9E3779B1), np.uint64(32 - BITS)
#: Rarity is counted in sixteenths.
UNIT = 16
#: What `Shapes.read` tells, in order; all but the last two are logarithms.
FACTS = (
    "reply_length",
    "message_length",
    "length_ratio",
    "figures",
    "titles",
    "questions",
    "taken_up",
    "own_words",
)


class Shapes:
    """Reads the facts, given how rare each pair of characters is (`rarity`)."""

    def __init__(self, rarity: Ints) -> None:
        self._rarity = rarity.astype(np.float64)

    def read(self, replies: Sequence[str], messages: Sequence[str], said: Clauses, asked: Clauses) -> Floats:
        """`FACTS` of each reply with its message; `said` and `asked` are their clauses.

        `taken_up` is the share of the message's pairs of characters that the reply has too, the rare ones counting
        more; `own_words` the share of the reply's that the message has not.
        """
        texts = len(replies)
        length, message_length = _counted(map(len, replies)), _counted(map(len, messages))
        ours, theirs = _pairs(said, texts), _pairs(asked, texts)
        shared = self._weight(ours & theirs, texts)
        facts = (
            length,
            message_length,
            length - message_length,
            np.log1p(_numbers(said, texts)),
            _counted(text.count("《") for text in replies),
            _counted(text.count("？") + text.count("?") for text in messages),
            shared / np.maximum(1, self._weight(theirs, texts)),
            1 - shared / np.maximum(1, self._weight(ours, texts)),
        )
        return np.stack(facts, axis=1)

    def _weight(self, there: Cells, texts: int) -> Floats:
        cells = np.flatnonzero(there)
        return np.bincount(cells >> BITS, self._rarity.take(cells & ((1 << BITS) - 1)), texts).astype(
            np.float64
        )


def _counted(numbers: Iterable[int]) -> Floats:
    return np.log1p(np.fromiter(numbers, dtype=np.float64))


def _pairs(clauses: Clauses, texts: int) -> Cells:
    """Which pairs of neighbouring characters each text has: a cell for each hash of a pair, text after text."""
    codes = clauses.codes
    at = np.flatnonzero((codes[:-1] > GAP) & (codes[1:] > GAP))
    key = (codes.take(at) << np.uint64(16) | codes.take(at + 1)) * _MULTIPLIER & np.uint64(0xFFFFFFFF)
    owner = clauses.owners.take(clauses.clause_at.take(at))
    there = np.zeros(texts << BITS, dtype=bool)
    there[(owner << BITS) + (key >> _SHIFT).astype(np.int64)] = True
    return there


def _numbers(clauses: Clauses, texts: int) -> Floats:
    """How many numbers each text has: runs of digits."""
    digit = clauses.codes == ord("0")
    begins = np.flatnonzero(digit[1:] & ~digit[:-1]) + 1
    if len(digit) and digit[0]:
        begins = np.concatenate(([0], begins))
    return np.bincount(clauses.owners.take(clauses.clause_at.take(begins)), minlength=texts).astype(
        np.float64
    )


def rarity(parts: Sequence[Clauses], texts: int, counted: int) -> Ints:
    """How rare each pair of characters is among the first `counted` of `texts` cases, each in several `parts`."""
    cells = np.flatnonzero(np.logical_or.reduce([_pairs(part, texts) for part in parts]))
    among = np.bincount(cells[cells >> BITS < counted] & ((1 << BITS) - 1), minlength=1 << BITS)
    rare: Ints = np.rint(UNIT * np.log((counted + 1) / (among + 1))).astype(np.int64)
    return rare


def pack(values: Ints) -> str:
    """Rarities as text for the model file."""
    return base64.b64encode(zlib.compress(values.astype(np.uint8).tobytes(), 9)).decode()


def unpack(text: str) -> Ints:
    """The rarities that `pack` wrote."""
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=np.uint8).astype(np.int64)
