"""Many replies as one array of code points, cut into clauses: what the features are taken from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.kernels import look as kernels
from wenxiao.recognition.kernels.look import COMMA, SPACE, STOP

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint16]
_STOPS = "。！？!?；;\n\r…"
_COMMAS = "，：,:"


def _kinds() -> npt.NDArray[np.uint8]:
    """What each code is to a clause: text (0), white space, comma or the end of a sentence."""
    table = np.zeros(1 << 16, dtype=np.uint8)
    for code in range(0x3001):
        if chr(code).isspace():
            table[code] = SPACE
    for chars, kind in ((_COMMAS, COMMA), (_STOPS, STOP)):
        for char in chars:
            table[ord(char)] = kind
    return table


KINDS = _kinds()


@dataclass(frozen=True, slots=True)
class Batch:
    """Clauses of normalised replies: the same as `text.clauses` gives one by one.

    `starts`, `ends` are places in the joined array; `reply` and `sentence` number the reply and the sentence that a
    clause is of; `base` is where each reply begins, `size` how long each is.
    """

    codes: Codes
    starts: Ints
    ends: Ints
    reply: Ints
    sentence: Ints
    base: Ints
    size: Ints

    @classmethod
    def of(cls, texts: Sequence[str]) -> Batch:
        """The batch of `texts`, joined with line ends so that nothing reaches from one into the next."""
        joined = "\n".join(texts) + "\n"
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        size = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        return cls(*kernels.cut(points, size, KINDS), np.cumsum(size + 1) - size - 1, size)
