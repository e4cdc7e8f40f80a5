"""From the sums of a batch to what each clause is and what each text has of every kind; the walk through trees."""

from __future__ import annotations

import numpy as np

from wenxiao.recognition.kernels.compiled import Array, Whole, compiled

Clauses = tuple[Array, Array, Array, Array]

#: Folded codes up to this are no character (`grams.GAP`), and the code of a digit.
GAP, _DIGIT = 2, 0x30
#: Multiplier of the hash by which pairs of characters are told apart.
PAIRS = 0x9E3779B1
#: Values are rounded to so many parts of one.
ROUNDED = 1e6
#: What `gathered` tells of each text, in order.
GATHERED = ("most", "first", "two", "late", "early", "total", "late_total", "by_length", "likely")


@compiled
def places(owners: Array, lengths: Array) -> Array:
    """Ten facts about where each clause stands in its text and how long both are; `lengths` is one of them."""
    out = np.zeros((len(owners), 10))
    first = stop = 0
    for clause in range(len(owners)):
        if clause == stop:
            first, stop = clause, clause + 1
            while stop < len(owners) and owners[stop] == owners[clause]:
                stop += 1
        at, many, left = clause - first, stop - first, stop - 1 - clause
        share = at / max(1, many - 1)
        out[clause, 0], out[clause, 1], out[clause, 2] = at == 0, at == 1, at == 2
        out[clause, 3], out[clause, 4], out[clause, 5] = share < 0.25, share > 0.5, share > 0.75
        out[clause, 6], out[clause, 7] = left <= 3, left <= 6
        out[clause, 8], out[clause, 9] = lengths[clause], many < 8
    return out


@compiled
def clause_values(values: Array, bias: Array, facts: Array, weights: Array, owners: Array) -> Array:
    """The head values of each clause, to a millionth: its own n-grams, the `facts` of its place by their `weights`, and the
    clauses beside it. `values` has three columns for each head: what a clause says of itself, of the one after, of the one before.
    """
    count, heads = len(owners), len(bias)
    out = np.empty((count, heads))
    for clause in range(count):
        after = clause > 0 and owners[clause - 1] == owners[clause]
        before = clause + 1 < count and owners[clause + 1] == owners[clause]
        for head in range(heads):
            value = bias[head] + values[clause, head]
            for fact in range(facts.shape[1]):
                value += facts[clause, fact] * weights[fact, head]
            if after:
                value += values[clause - 1, heads + head]
            if before:
                value += values[clause + 1, 2 * heads + head]
            out[clause, head] = np.rint(value * ROUNDED) / ROUNDED
    return out


@compiled
def gathered(chances: Array, lengths: Array, starts: Array, likely: float) -> Array:
    """`GATHERED` of each text and head, from the whole-number chances of its clauses: those of text i begin at `starts[i]`.

    The highest and where it first is, the sum of the two highest, the highest in the last and in the first third, the sum,
    that of the last third, that weighed by length, and how many are above `likely`.
    """
    texts, heads = len(starts), chances.shape[1]
    out = np.zeros((len(GATHERED), texts, heads), np.int64)
    for text in range(texts):
        begin = starts[text]
        stop = starts[text + 1] if text + 1 < texts else len(chances)
        third = max(1, (stop - begin) // 3)
        for head in range(heads):
            most, first, second, late, early = np.int64(-1), begin, np.int64(0), np.int64(0), np.int64(0)
            total, late_total, by_length, above = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
            for clause in range(begin, stop):
                chance = chances[clause, head]
                if chance > most:
                    second, most, first = max(second, most), chance, clause
                else:
                    second = max(second, chance)
                total += chance
                by_length += chance * lengths[clause]
                above += chance > likely
                if clause >= stop - third:
                    late, late_total = max(late, chance), late_total + chance
                if clause < begin + third:
                    early = max(early, chance)
            told = (most, first, most + second, late, early, total, late_total, by_length, above)
            for which in range(len(told)):
                out[which, text, head] = told[which]
    return out


@compiled
def _cell(one: Whole, two: Whole, bits: Whole) -> Whole:
    """The cell of a pair of neighbouring codes, -1 where one of them is no character."""
    if one <= GAP or two <= GAP:
        return -1
    key = (np.uint64(one) << np.uint64(16) | np.uint64(two)) * np.uint64(PAIRS) & np.uint64(0xFFFFFFFF)
    return np.int64(key >> np.uint64(32 - bits))


@compiled
def pairs(clauses: Clauses, bits: int, there: Array) -> None:
    """Mark in `there`, a row for each text, the cells of the pairs of neighbouring characters that the text has."""
    codes, firsts, stops, owners = clauses
    for clause in range(len(owners)):
        for at in range(firsts[clause], stops[clause]):
            cell = _cell(codes[at], codes[at + 1], bits)
            if cell >= 0:
                there[owners[clause], cell] = True


@compiled
def shared(said: Clauses, asked: Clauses, rarity: Array, bits: int, texts: int) -> Array:
    """Of each text four whole numbers: the rarity of the pairs of neighbouring characters that reply and message share, that
    the message has, that the reply has, each pair once; and how many numbers the reply has.

    `said` and `asked` are codes, first places, places after the last, and texts of clauses; pairs are told apart by so many
    `bits` of a hash.
    """
    out = np.zeros((texts, 4), np.int64)
    ours, theirs = np.full(1 << bits, -1, np.int32), np.full(1 << bits, -1, np.int32)
    clause = other = 0
    codes, firsts, stops, owners = said
    asked_codes, asked_firsts, asked_stops, asked_owners = asked
    for text in range(texts):
        while clause < len(owners) and owners[clause] == text:
            for at in range(firsts[clause], stops[clause]):
                out[text, 3] += codes[at] == _DIGIT and (at == 0 or codes[at - 1] != _DIGIT)
                cell = _cell(codes[at], codes[at + 1], bits)
                if cell >= 0 and ours[cell] != text:
                    ours[cell] = text
                    out[text, 2] += rarity[cell]
            clause += 1
        while other < len(asked_owners) and asked_owners[other] == text:
            for at in range(asked_firsts[other], asked_stops[other]):
                cell = _cell(asked_codes[at], asked_codes[at + 1], bits)
                if cell >= 0 and theirs[cell] != text:
                    theirs[cell] = text
                    out[text, 1] += rarity[cell]
                    if ours[cell] == text:
                        out[text, 0] += rarity[cell]
            other += 1
    return out


@compiled
def tree_parts(features: Array, trees: tuple[Array, ...], depth: int) -> Array:
    """What each feature of each case adds along the paths that the case takes through all trees.

    `trees` are root, feature, cut, left, right and value. Parts are added level by level, within a level tree by tree.
    """
    root, feature, cut, left, right, value = trees
    cases, width = features.shape
    out = np.zeros((cases, width))
    levels = np.zeros((depth, width))
    for case in range(cases):
        levels[:] = 0
        for tree in range(len(root)):
            node = root[tree]
            for level in range(depth):
                asked = feature[node]
                below = left[node] if features[case, asked] <= cut[node] else right[node]
                levels[level, asked] += value[below] - value[node]
                node = below
        for level in range(depth):
            for column in range(width):
                out[case, column] += levels[level, column]
    return out
