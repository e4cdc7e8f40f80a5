"""Clauses, the known n-grams in them, and the sums of their weights."""

from __future__ import annotations

import numpy as np

from wenxiao.recognition.kernels.compiled import Array, Whole, compiled

#: The longest n-gram: four 16-bit characters make one 64-bit key.
LONGEST = 4
#: Folded codes: 1 ends a clause, up to `GAP` is no part of an n-gram, `OTHER` is any character beyond 16 bits.
MARK, GAP, OTHER = 1, 2, 0xFFFF
#: Class symbols live where no character of a text does (private use), with marks for "first", "last" and "apart".
SYMBOL, FIRST, LAST, APART = 0xE000, 0xEF01, 0xEF02, 0xEF03
#: Two classes with up to this many words between them still make a pair.
REACH = 4
#: Most n-grams that begin at one place: of characters; of classes.
_AT_ONE_PLACE, _OF_CLASSES = LONGEST, REACH + 4
_MULTIPLIER = 0x9E3779B97F4A7C15
_DIGIT, _COMMA, _COLON = 0x30, 0x2C, 0x3A


@compiled
def cut(points: Array, sizes: Array, folding: Array) -> tuple[Array, Array, Array, Array]:
    """Of texts joined with one mark after each, of so many code points: the folded codes, and of each clause its first
    place among them, the place after its last, and its text. A comma or a colon between digits ends no clause."""
    codes = np.empty(len(points), np.uint16)
    marks = 0
    for at in range(len(points)):
        codes[at] = folding[min(points[at], OTHER)]
        marks += codes[at] == MARK
    for at in range(1, len(points) - 1):
        if (points[at] == _COMMA or points[at] == _COLON) and codes[at - 1] == _DIGIT == codes[at + 1]:
            codes[at] = GAP
    firsts, stops = np.empty(marks, np.int64), np.empty(marks, np.int64)
    owners = np.empty(marks, np.int64)
    count = begin = stop = 0
    for owner in range(len(sizes)):
        stop += sizes[owner] + 1
        for at in range(begin, stop):
            if codes[at] == MARK:
                if at > begin:
                    firsts[count], stops[count], owners[count] = begin, at, owner
                    count += 1
                begin = at + 1
    return codes, firsts[:count].copy(), stops[:count].copy(), owners[:count].copy()


@compiled
def fill(keys: Array, slots: Array, shift: Whole) -> None:
    """Lay the rows of `keys` (row 0 is none) into an open table of a power of two of slots."""
    mask = len(slots) - 1
    for row in range(1, len(keys)):
        slot = np.int64((keys[row] * np.uint64(_MULTIPLIER)) >> np.uint64(shift))
        while slots[slot]:
            slot = (slot + 1) & mask
        slots[slot] = row


@compiled
def _row(key: Whole, keys: Array, slots: Array, shift: Whole) -> Whole:
    """The row of a key, 0 for none."""
    mask = len(slots) - 1
    slot = np.int64((np.uint64(key) * np.uint64(_MULTIPLIER)) >> np.uint64(shift))
    row = np.int64(slots[slot])
    while row and keys[row] != key:
        slot = (slot + 1) & mask
        row = np.int64(slots[slot])
    return row


@compiled
def rows_of(wanted: Array, keys: Array, slots: Array, shift: Whole) -> Array:
    """The row of each wanted key, 0 for none."""
    out = np.empty(len(wanted), np.int64)
    for at in range(len(wanted)):
        out[at] = _row(wanted[at], keys, slots, shift)
    return out


@compiled
def _grown(array: Array) -> Array:
    more = np.empty(2 * len(array), array.dtype)
    more[: len(array)] = array
    return more


@compiled
def find(
    codes: Array,
    clauses: tuple[Array, Array, Array],
    single: Array,
    table: tuple[Array, Array, int],
    words: Array,
    bounds: tuple[int, int],
) -> tuple[Array, Array]:
    """The rows of the known n-grams of each clause and the clause of each, in the order of clauses.

    `clauses` are first places, places after the last, and texts; `single` the row of each single code, `table` the keys,
    slots and shift of all n-grams; `words` the class and full length of the word that a row is, 0 for none; `bounds` the
    last row that counts and the class that does not.
    """
    firsts, stops, owners = clauses
    keys, slots, shift = table
    last, dropped = bounds
    longest = 1
    for clause in range(len(firsts)):
        longest = max(longest, stops[clause] - firsts[clause])
    symbols = np.empty(longest, np.uint64)
    rows, owner = np.empty(1024, np.int32), np.empty(1024, np.int32)
    count, reach, text = 0, 0, -1
    for clause in range(len(firsts)):
        if owners[clause] != text:
            text, reach = owners[clause], 0
        spoken = 0
        for place in range(firsts[clause], stops[clause]):
            while count + _AT_ONE_PLACE > len(rows):
                rows, owner = _grown(rows), _grown(owner)
            word = 0
            key, shifted = np.uint64(codes[place]), 0
            row = np.int64(single[codes[place]])
            while row:
                if row <= last:
                    rows[count], owner[count] = row, clause
                    count += 1
                if words[row, 1]:
                    word = row
                shifted += 1
                if shifted == LONGEST or codes[place + shifted] <= GAP:
                    break
                key |= np.uint64(codes[place + shifted]) << np.uint64(16 * shifted)
                row = _row(key, keys, slots, shift)
            if word:
                # The longest word at a place, unless one before reaches into it.
                if place >= reach and words[word, 0] != dropped:
                    symbols[spoken] = np.uint64(words[word, 0] + SYMBOL)
                    spoken += 1
                reach = max(reach, place + words[word, 1])
        while count + _OF_CLASSES * spoken > len(rows):
            rows, owner = _grown(rows), _grown(owner)
        count = _classes(symbols[:spoken], clause, table, last, (rows, owner, count))
    return rows[:count].copy(), owner[:count].copy()


@compiled
def _classes(
    symbols: Array, clause: Whole, table: tuple[Array, Array, int], last: Whole, out: tuple[Array, Array, int]
) -> int:
    """Write the known n-grams of the classes of one clause: singles, pairs near and apart, triples, first and last."""
    keys, slots, shift = table
    rows, owner, count = out
    many = len(symbols)
    for at in range(many):
        one = symbols[at]
        for sort in range(REACH + 4):
            key = np.uint64(0)
            if sort == 0:
                key = one
            elif sort == 1:
                if at + 1 < many:
                    key = one | symbols[at + 1] << np.uint64(16)
            elif sort <= REACH:
                if at + sort < many:
                    key = one << np.uint64(16) | symbols[at + sort] << np.uint64(32) | np.uint64(APART)
            elif sort == REACH + 1:
                if at + 2 < many:
                    key = one | symbols[at + 1] << np.uint64(16) | symbols[at + 2] << np.uint64(32)
            elif sort == REACH + 2:
                if at == 0:
                    key = one << np.uint64(16) | np.uint64(FIRST)
            elif at == many - 1:
                key = one << np.uint64(16) | np.uint64(LAST)
            if not key:
                continue
            row = _row(key, keys, slots, shift)
            if 0 < row <= last:
                rows[count], owner[count] = row, clause
                count += 1
    return count


@compiled
def first_in_text(rows: Array, clauses: Array, owners: Array, size: int) -> tuple[Array, Array]:
    """Of n-grams in the order of clauses those that no earlier clause of their text has, nor an earlier place of theirs.
    There are `size` rows."""
    met = np.full(size, -1, np.int32)
    out, out_clauses = np.empty(len(rows), np.int32), np.empty(len(rows), np.int32)
    count = 0
    for at in range(len(rows)):
        text = owners[clauses[at]]
        if met[rows[at]] != text:
            met[rows[at]] = text
            out[count], out_clauses[count] = rows[at], clauses[at]
            count += 1
    return out[:count].copy(), out_clauses[:count].copy()


@compiled
def sums(rows: Array, owner: Array, weights: Array, count: int) -> tuple[Array, Array]:
    """For each of `count` owners the sums of the weights of its rows, and how many it has."""
    out, number = np.zeros((count, weights.shape[1]), np.int32), np.zeros(count, np.int64)
    for at in range(len(rows)):
        number[owner[at]] += 1
        to, added = out[owner[at]], weights[rows[at]]
        for column in range(len(added)):
            to[column] += added[column]
    return out, number
