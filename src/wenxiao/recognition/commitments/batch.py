"""Many replies as one array of code points, cut into clauses: what the features are taken from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.commitments.words import Ints

Bools = npt.NDArray[np.bool_]
TEXT, SPACE, COMMA, STOP = range(4)
_STOPS = "。！？!?；;\n\r…"
_COMMAS = "，：,:"


def _kinds() -> Ints:
    table = np.zeros(1 << 16, dtype=np.int64)
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

    codes: Ints
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
        wide = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        codes: Ints = np.minimum(wide, 0xFFFF).astype(np.int64)
        size = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        base = np.concatenate(([0], np.cumsum(size + 1)[:-1]))
        kind = KINDS[codes]
        kind[_inside_number(codes)] = TEXT
        body = np.flatnonzero(kind == TEXT)
        cuts = np.cumsum(kind >= COMMA)[body]
        first = np.flatnonzero(np.diff(cuts, prepend=-1))
        starts = body[first]
        ends = body[np.concatenate((first[1:], [len(body)])) - 1] + 1 if len(first) else starts
        sentence = np.cumsum(kind == STOP)[starts]
        reply = np.searchsorted(base, starts, side="right") - 1
        return cls(codes, starts, ends, reply, sentence, base, size)


def _inside_number(codes: Ints) -> Ints:
    """Places of , and : between two digits (8:30, 1,500)."""
    marks = np.flatnonzero((codes == ord(",")) | (codes == ord(":")))
    marks = marks[(marks > 0) & (marks + 1 < len(codes))]
    before, after = codes[marks - 1], codes[marks + 1]
    digits = (before >= 48) & (before <= 57) & (after >= 48) & (after <= 57)
    inside: Ints = marks[digits]
    return inside
