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

from wenxiao.recognition.kernels import heads as kernels
from wenxiao.recognition.wording import Clauses, Ints

Floats = npt.NDArray[np.float64]

#: Pairs of characters are told apart by this many bits of a hash; a text has a few hundred, so few fall together.
BITS = 14
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
        self._rarity = rarity.astype(np.int64)

    def read(self, replies: Sequence[str], messages: Sequence[str], said: Clauses, asked: Clauses) -> Floats:
        """`FACTS` of each reply with its message; `said` and `asked` are their clauses.

        `taken_up` is the share of the message's pairs of characters that the reply has too, the rare ones counting
        more; `own_words` the share of the reply's that the message has not.
        """
        length, message_length = _counted(map(len, replies)), _counted(map(len, messages))
        both, theirs, ours, numbers = kernels.shared(
            _arrays(said), _arrays(asked), self._rarity, BITS, len(replies)
        ).T
        facts = (
            length,
            message_length,
            length - message_length,
            np.log1p(numbers.astype(np.float64)),
            _counted(text.count("《") for text in replies),
            _counted(text.count("？") + text.count("?") for text in messages),
            both / np.maximum(1, theirs),
            1 - both / np.maximum(1, ours),
        )
        return np.stack(facts, axis=1)


def _arrays(clauses: Clauses) -> kernels.Clauses:
    return clauses.codes, clauses.firsts, clauses.stops, clauses.owners


def _counted(numbers: Iterable[int]) -> Floats:
    return np.log1p(np.fromiter(numbers, dtype=np.float64))


def rarity(parts: Sequence[Clauses], texts: int, counted: int) -> Ints:
    """How rare each pair of characters is among the first `counted` of `texts` cases, each in several `parts`."""
    there = np.zeros((texts, 1 << BITS), dtype=bool)
    for part in parts:
        kernels.pairs(_arrays(part), BITS, there)
    cells = np.flatnonzero(there)
    among = np.bincount(cells[cells >> BITS < counted] & ((1 << BITS) - 1), minlength=1 << BITS)
    rare: Ints = np.rint(UNIT * np.log((counted + 1) / (among + 1))).astype(np.int64)
    return rare


def pack(values: Ints) -> str:
    """Rarities as text for the model file."""
    return base64.b64encode(zlib.compress(values.astype(np.uint8).tobytes(), 9)).decode()


def unpack(text: str) -> Ints:
    """The rarities that `pack` wrote."""
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=np.uint8).astype(np.int64)
