"""Texts as sets of character pairs, whole batches at a time.

The order inside a pair does not count (洋华 and 华洋 meet), a run of Latin letters or digits counts as one
character, and pairs never reach over punctuation. Columns are hashes, so that nothing has to be agreed beforehand.
"""

from __future__ import annotations

import re
import zlib

import numpy as np

#: Number of columns. With 4 million, two of the few hundred thousand pairs in use rarely fall together.
BITS = 22
COLUMNS = 1 << BITS

_RUN = re.compile(r"[A-Za-z0-9]+")
_PRIVATE, _PRIVATE_SIZE = 0xF0000, 0xFFFD


def _one(match: re.Match[str]) -> str:
    return chr(_PRIVATE + zlib.crc32(match[0].upper().encode()) % _PRIVATE_SIZE)


def grams(texts: list[str]) -> np.ndarray:
    """Every pair of characters of every text, as keys `row << BITS | column`. A Latin run also counts by itself."""
    joined = "\n".join(_RUN.sub(_one, text.replace("\n", " ")) for text in texts) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    row = np.cumsum(codes == 10) << BITS
    word = ((codes >= 0x4E00) & (codes <= 0x9FFF)) | (codes >= _PRIVATE)
    left, right = codes[:-1], codes[1:]
    pair = word[:-1] & word[1:]
    run = codes >= _PRIVATE
    first = np.concatenate([np.minimum(left, right)[pair], codes[run]])
    second = np.concatenate([np.maximum(left, right)[pair], codes[run]])
    return np.asarray(np.concatenate([row[:-1][pair], row[run]]) | _hash(first, second))


def _hash(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    mixed = (first * 0x9E3779B1 + second * 0x85EBCA77) & 0xFFFFFFFF
    mixed ^= mixed >> 15
    mixed = (mixed * 0x2C1B3C6D) & 0xFFFFFFFF
    mixed ^= mixed >> 12
    return np.asarray(mixed & (COLUMNS - 1))


def columns_of(texts: list[str]) -> np.ndarray:
    """One column for each whole text (an exact value such as a route number)."""
    return np.array([zlib.crc32(t.encode()) & (COLUMNS - 1) for t in texts], dtype=np.int64)
