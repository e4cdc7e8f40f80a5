"""Words of lists, with gaps, in many texts at once; and how many different ones of each list a text has."""

from __future__ import annotations

import numpy as np

from wenxiao.recognition.kernels.compiled import Array, Whole, compiled

#: Characters of the first plane, which have a table; the others are looked for among the steps.
PLANE = 0x10000
#: A step of the trie is a node, shifted by so many bits, and a character.
NODE_BITS = 21
_MULTIPLIER, _PRIME, _BASIS = 0x9E3779B97F4A7C15, 0x100000001B3, 0xCBF29CE484222325


@compiled
def _step(node: Whole, code: Whole, keys: Array, nodes: Array) -> Whole:
    """The node that a character leads to, 0 for none."""
    key = np.int64(node) << NODE_BITS | np.int64(code)
    mask = len(keys) - 1
    slot = np.int64((np.uint64(key) * np.uint64(_MULTIPLIER)) >> np.uint64(40)) & mask
    while keys[slot] >= 0 and keys[slot] != key:
        slot = (slot + 1) & mask
    return nodes[slot] if keys[slot] == key else 0


@compiled
def lay(wanted: Array, leads: Array, keys: Array, nodes: Array) -> None:
    """Lay the steps `wanted` and the nodes that they lead to into an open table, -1 where it is free."""
    mask = len(keys) - 1
    for at in range(len(wanted)):
        slot = np.int64((np.uint64(wanted[at]) * np.uint64(_MULTIPLIER)) >> np.uint64(40)) & mask
        while keys[slot] >= 0:
            slot = (slot + 1) & mask
        keys[slot], nodes[slot] = wanted[at], leads[at]


@compiled
def _written(out: Array, count: Whole, text: Whole, listed: Whole, span: tuple[int, int]) -> Array:
    """`out`, twice as long if it was full, with one more hit."""
    if count == len(out):
        more = np.empty((2 * count, 4), np.int32)
        more[:count] = out
        out = more
    out[count, 0], out[count, 1], out[count, 2], out[count, 3] = text, listed, span[0], span[1]
    return out


@compiled
def find(
    codes: Array, sizes: Array, trie: tuple[Array, ...], longest: int, moves: tuple[Array, ...], gap: int
) -> Array:
    """(text, list, start, end) of every hit, text by text, in the order of their ends, longer words first.

    Texts are joined with one code after each. `trie` holds the words backwards: the node of each last character, the steps
    (`lay`), and the word that ends at each node or -1; the `longest` has so many codes. `moves` say what a word does: the
    lists that it is a whole term of; the step that it opens or -1; the steps that it takes after another, each the one before
    it, the one it opens or -1, and the lists of the term that it ends. Lists of lists are bounds and items. A piece follows
    within `gap` codes.
    """
    root, keys, nodes, word_of = trie
    list_bounds, lists, opens, later_bounds, before, goes_on, ended_bounds, ended = moves
    found, starts = np.empty(longest, np.int32), np.empty(longest, np.int64)
    waiting = np.full((len(opens) + len(before) + 1, 3), -1, np.int64)
    out, count, base = np.empty((256, 4), np.int32), 0, 0
    for text in range(len(sizes)):
        for last in range(base, base + sizes[text]):
            code = codes[last]
            node = root[code] if code < PLANE else _step(0, code, keys, nodes)
            many, at = 0, last
            while node:
                if word_of[node] >= 0:
                    found[many], starts[many] = word_of[node], at - base
                    many += 1
                at -= 1
                if at < base:
                    break
                node = _step(node, codes[at], keys, nodes)
            for which in range(many - 1, -1, -1):
                word, start, end = found[which], starts[which], last + 1 - base
                for step in range(later_bounds[word], later_bounds[word + 1]):
                    earlier = before[step]
                    begun, until = waiting[earlier, 1], waiting[earlier, 2]
                    if waiting[earlier, 0] != text or not until <= start <= until + gap:
                        continue
                    if goes_on[step] >= 0:
                        waiting[goes_on[step], 0], waiting[goes_on[step], 1] = text, begun
                        waiting[goes_on[step], 2] = end
                    for item in range(ended_bounds[step], ended_bounds[step + 1]):
                        out = _written(out, count, text, ended[item], (begun, end))
                        count += 1
                if opens[word] >= 0:
                    waiting[opens[word], 0], waiting[opens[word], 1] = text, start
                    waiting[opens[word], 2] = end
                for item in range(list_bounds[word], list_bounds[word + 1]):
                    out = _written(out, count, text, lists[item], (start, end))
                    count += 1
        base += sizes[text] + 1
    return out[:count].copy()


@compiled
def different(codes: Array, sizes: Array, hits: Array, lists: int) -> Array:
    """For each text and each of so many lists how many different stretches of text its hits are, told apart by 64 bits."""
    out = np.zeros((len(sizes), lists), np.int64)
    room = 4
    while room < 2 * len(hits):
        room *= 2
    prints, owners = np.zeros(room, np.uint64), np.full(room, -1, np.int64)
    base = text = 0
    for hit in range(len(hits)):
        while text < hits[hit, 0]:
            base += sizes[text] + 1
            text += 1
        owner = text * lists + hits[hit, 1]
        value = np.uint64(_BASIS) ^ np.uint64(owner)
        for at in range(base + hits[hit, 2], base + hits[hit, 3]):
            value = (value ^ np.uint64(codes[at])) * np.uint64(_PRIME)
        slot = np.int64((value * np.uint64(_MULTIPLIER)) >> np.uint64(24)) & (room - 1)
        while owners[slot] >= 0 and (owners[slot] != owner or prints[slot] != value):
            slot = (slot + 1) & (room - 1)
        if owners[slot] < 0:
            owners[slot], prints[slot] = owner, value
            out[text, hits[hit, 1]] += 1
    return out


@compiled
def clauses_with_words(
    codes: Array, sizes: Array, trie: tuple[Array, ...], values: Array, marks: tuple[Array, Array, int]
) -> tuple[Array, Array]:
    """Clauses of joined texts as they stand between marks, white space and all, and which lists each touches: text, start, end,
    kind of the mark behind it, and as a column of its own the bits of its words, which have one of `values` each.

    `marks` are the kind of each character as a mark or -1, by code point, the flags of each character of the texts
    (`kernels.places`, of which 1 is white space, 16 a half-width comma or colon, 32 and 64 a figure before and after), and the
    kind of a text's end.
    """
    root, keys, nodes, word_of = trie
    kind_of, flags, behind = marks
    out, masks, count, base = np.empty((256, 4), np.int32), np.empty(256, np.int64), 0, 0
    for text in range(len(sizes)):
        stop, start, mask, blank = base + sizes[text], base, np.int64(0), True
        for last in range(base, stop + 1):
            kind = behind
            if last < stop:
                code = codes[last]
                node, at = (root[code] if code < PLANE else _step(0, code, keys, nodes)), last
                while node:
                    if word_of[node] >= 0:
                        mask |= values[word_of[node]]
                    at -= 1
                    if at < base:
                        break
                    node = _step(node, codes[at], keys, nodes)
                kind = kind_of[min(code, len(kind_of) - 1)]
                if kind < 0:
                    blank &= flags[last] & 1 > 0
                    continue
                if (
                    flags[last] & 16
                    and base < last < stop - 1
                    and flags[last - 1] & 32
                    and flags[last + 1] & 64
                ):
                    blank = False
                    continue
            if not blank or (mask and last < stop):
                if count == len(out):
                    out, masks = _doubled(out, masks)
                out[count, 0], out[count, 1], out[count, 2], out[count, 3] = (
                    text,
                    start - base,
                    last - base,
                    kind,
                )
                masks[count] = mask
                count, mask = count + 1, np.int64(0)
            start, blank = last + 1, True
        base = stop + 1
    return out[:count].copy(), masks[:count].copy()


@compiled
def _doubled(rows: Array, more: Array) -> tuple[Array, Array]:
    wider, longer = np.empty((2 * len(rows), 4), np.int32), np.empty(2 * len(rows), np.int64)
    wider[: len(rows)], longer[: len(rows)] = rows, more
    return wider, longer


@compiled
def unshared(codes: Array, sizes: Array, other_codes: Array, other_sizes: Array) -> Array:
    """How many different characters each text has that the other text of its number has not."""
    met = np.zeros(0x110000, np.int64)
    out = np.zeros(len(sizes), np.int64)
    base = other = 0
    for text in range(len(sizes)):
        for at in range(other, other + other_sizes[text]):
            met[other_codes[at]] = 2 * text + 1
        for at in range(base, base + sizes[text]):
            if met[codes[at]] <= 2 * text:
                met[codes[at]] = 2 * text + 2
                out[text] += 1
        base += sizes[text] + 1
        other += other_sizes[text] + 1
    return out
