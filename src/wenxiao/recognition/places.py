"""Sentences, clauses and quotations of many texts at once: those of `text.sentences` and `text.clauses`."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from wenxiao.recognition import text
from wenxiao.recognition.kernels import places as kernels
from wenxiao.recognition.lexicon import Texts

#: Quoted speech shorter than this is a name or an emphasis, not somebody's words.
QUOTE_LENGTH = 8
#: Beyond the first two planes no character is a mark, a figure or white space.
_PLANES = 0x20000


class Places:
    """Where they lie in `texts`; `arrays` as `kernels.places.cut` gives them."""

    __slots__ = ("arrays", "texts")

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self.arrays = kernels.cut(texts.codes, texts.sizes, _kinds(), QUOTE_LENGTH)

    def sentences(self, i: int) -> list[tuple[int, int]]:
        """[start, end) of each sentence of text i."""
        first, stop = self.arrays[4][0, i : i + 2]
        return self._spans(self.arrays[1][first:stop], i)

    def clauses(self, i: int) -> list[tuple[int, int]]:
        """[start, end) of each clause of text i."""
        first, stop = self.arrays[5][self.arrays[4][0, i : i + 2]]
        return self._spans(self.arrays[2][first:stop], i)

    def _spans(self, rows: npt.NDArray[Any], i: int) -> list[tuple[int, int]]:
        return list(map(tuple, (rows - self.texts.bases[i]).tolist()))


@cache
def _kinds() -> npt.NDArray[np.uint16]:
    """What each character is, by code point, as the bits of `kernels.places`; the last stands for all beyond."""
    table = np.zeros(_PLANES, dtype=np.uint16)
    for chars, bit in (
        (text.STOPS, kernels.STOP),
        (text.CUTS, kernels.CUT),
        ("…", kernels.DOTS),
        (",:", kernels.HALF),
        ("“", kernels.OPENS),
        ("”", kernels.CLOSES),
    ):
        table[[ord(char) for char in chars]] |= bit
    for code in range(_PLANES):
        char = chr(code)
        if char.isspace():
            table[code] |= kernels.SPACE
        if not (char.isascii() or unicodedata.decomposition(char)):
            continue  # it is no figure, nor made of any
        if text.is_figure(char, -1):
            table[code] |= kernels.FIGURE_BEFORE
        if text.is_figure(char, 0):
            table[code] |= kernels.FIGURE_AFTER
    return table
