"""Which clauses of messages ask, and which clause of the reply has the best claim to answer each: what `demands.asking` and
`demands.answering` say of one order, for many."""

from __future__ import annotations

from math import exp

import numpy as np

from wenxiao.recognition.kernels.compiled import Array, Whole, compiled

_MULTIPLIER = 0x9E3779B97F4A7C15
#: A character of the second place of a pair of characters.
CODE_BITS = 21
#: Cut texts: (text, start, end, kind) of each clause, the bits of its words, and the first clause of each text.
Cuts = tuple[Array, Array, Array]


@compiled
def _sum(bits: Whole, weights: Array) -> Whole:
    """The weights of the bits that are set, added from the lowest."""
    total = 0.0
    for bit in range(len(weights)):
        if bits >> bit & 1:
            total += weights[bit]
    return total


@compiled
def _bucket(value: Whole, edges: Array) -> Whole:
    at = 0
    while at < len(edges) and value > edges[at]:
        at += 1
    return at


@compiled
def picked(cuts: Cuts, tables: tuple[Array, ...], bounds: tuple[float, float, float], most: int) -> Array:
    """(text, clause, its number among those that ask, how many they are) of each clause that asks, in order, at most so many of
    a text.

    `tables` are the weights of words, of the mark behind, by length, by distance from the end, by number of clauses, and the
    edges of that number; `bounds` the bias, the threshold, and how far behind the best a clause may be.
    """
    rows, masks, firsts = cuts
    own, close, lengths, distances, counts, edges = tables
    bias, threshold, behind = bounds
    out, count = np.empty((len(rows), 4), np.int64), 0
    scores = np.empty(len(rows))
    for text in range(len(firsts) - 1):
        first, stop = firsts[text], firsts[text + 1]
        if first == stop:
            continue
        base = bias + counts[_bucket(stop - first, edges)]
        best = -np.inf
        for at in range(first, stop):
            far, size = (
                min(stop - 1 - at, len(distances) - 1),
                min(rows[at, 2] - rows[at, 1], len(lengths) - 1),
            )
            score = base + _sum(masks[at], own) + close[rows[at, 3]] + distances[far] + lengths[size]
            scores[at], best = score, max(best, score)
        least = min(best, max(threshold, min(0.0, best - behind)))
        begun = count
        for at in range(first, stop):
            if scores[at] < least:
                continue
            out[count, 0], out[count, 1] = text, at
            count += 1
        if count - begun > most:
            count = _best(scores, out, begun, count, most)
        for at in range(begun, count):
            out[at, 2], out[at, 3] = at - begun + 1, count - begun
    return out[:count].copy()


@compiled
def _best(scores: Array, out: Array, begun: Whole, count: Whole, most: int) -> Whole:
    """Keep the `most` with the highest scores, the earlier of equals, in their order."""
    kept = np.zeros(count - begun, np.bool_)
    for _ in range(most):
        best = -1
        for at in range(count - begun):
            if not kept[at] and (best < 0 or scores[out[begun + at, 1]] > scores[out[begun + best, 1]]):
                best = at
        kept[best] = True
    to = begun
    for at in range(count - begun):
        if kept[at]:
            out[to] = out[begun + at]
            to += 1
    return to


@compiled
def _slot(key: Whole, keys: Array) -> Whole:
    """Where a key is in an open table of a power of two, or would be; -1 is free."""
    mask = len(keys) - 1
    slot = np.int64((np.uint64(key) * np.uint64(_MULTIPLIER)) >> np.uint64(40)) & mask
    while keys[slot] >= 0 and keys[slot] != key:
        slot = (slot + 1) & mask
    return slot


@compiled
def lay(wanted: Array, values: Array, keys: Array, out: Array) -> None:
    """Lay the values of some keys into an open table, -1 where it is free."""
    for at in range(len(wanted)):
        slot = _slot(wanted[at], keys)
        keys[slot], out[slot] = wanted[at], values[at]


@compiled
def _pair(codes: Array, at: Whole) -> Whole:
    return np.int64(codes[at]) << CODE_BITS | np.int64(codes[at + 1])


@compiled
def _clause(rows: Array, first: Whole, stop: Whole, place: Whole) -> Whole:
    """The first of the clauses [first, stop) that ends beyond a place; the last for what is behind all."""
    last = stop - 1
    while first < stop:
        middle = (first + stop) // 2
        if rows[middle, 2] > place:
            stop = middle
        else:
            first = middle + 1
    return min(first, last)


@compiled
def _weigh(
    part: tuple[Array, Whole, Whole],
    factor: float,
    known: tuple[Array, Array, float],
    index: tuple[Array, Array],
    reply: tuple[Array, Whole, Whole],
    found: tuple[Array, Array, Whole],
) -> Whole:
    """Add the weights of the pairs of characters of a part of a message to the clauses of the reply that have them: each at its
    first two places, divided. `found` are the clauses in the order of finding, the weight of each, and how many they are."""
    codes, at, end = part
    keys, values, rare = known
    pairs, places = index
    rows, first, stop = reply
    order, weights, count = found
    while at + 1 < end:
        pair = _pair(codes, at)
        at += 1
        slot = _slot(pair, pairs)
        if pairs[slot] < 0:
            continue
        common = _slot(pair, keys)
        weight = factor * (values[common] if keys[common] >= 0 else rare)
        again = places[slot, 1]
        if again >= 0:
            weight /= 2
        for which in range(1 if again >= 0 else 0, -1, -1):
            clause = _clause(rows, first, stop, places[slot, which])
            if weights[clause] < 0:
                weights[clause], order[count] = 0.0, clause
                count += 1
            weights[clause] += weight
    return count


@compiled
def _index(codes: Array, base: Whole, size: Whole, pairs: Array, places: Array) -> None:
    """The first two places of every pair of characters of a reply."""
    pairs[:] = -1
    for at in range(size - 1):
        slot = _slot(_pair(codes, base + at), pairs)
        if pairs[slot] < 0:
            pairs[slot], places[slot, 0], places[slot, 1] = _pair(codes, base + at), at, -1
        elif places[slot, 1] < 0:
            places[slot, 1] = at


@compiled
def _claim(
    cut: tuple[Array, Whole, Whole],
    found: tuple[Array, Array, Whole],
    asked: Whole,
    numbers: Array,
    model: tuple[Array, Array, Whole, float],
    claims: Array,
) -> tuple[Whole, float, float]:
    """The clause of a reply with the best claim, and the evidence in it and in all but openings."""
    masks, first, stop = cut
    order, weights, count = found
    prior, claim, opening, half = model
    for at in range(first, stop):
        claims[at] = _sum(masks[at], prior)
    total = 0.0
    for which in range(count):
        at = order[which]
        share = weights[at] / (weights[at] + half)
        claims[at] += share * claim[1 if masks[at] & opening else 0]
        if at + 1 < stop:
            claims[at + 1] += share * claim[2]
        if at + 2 < stop:
            claims[at + 2] += share * claim[3]
        if at > first:
            claims[at - 1] += share * claim[4]
        if not masks[at] & opening:
            total += weights[at]
    best = first
    for at in range(first, stop):
        if numbers[at]:
            claims[at] += claim[5] if numbers[at] == asked else claim[6]
        if claims[at] > claims[best]:
            best = at
    own = max(weights[best], 0.0)
    return best, own / (own + half), total


@compiled
def _verdict(model: tuple[Array, ...], features: tuple[Whole, ...], sure: float) -> Whole:
    """0 for yes, 1 for in part, 2 for no, which is said only where it is `sure`."""
    bias, asked, clause, share, found, length, many = model
    odds = np.empty(3)
    for which in range(3):
        odds[which] = exp(
            bias[which]
            + _sum(features[0], asked[which])
            + _sum(features[1], clause[which])
            + share[which, features[2]]
            + found[which, features[3]]
            + length[which, features[4]]
            + many[which, features[5]]
        )
    if odds[2] >= sure * (odds[0] + odds[1] + odds[2]):
        return 2
    return 0 if odds[0] >= odds[1] else 1


@compiled
def _room(size: Whole) -> Whole:
    """Places of a table for so many pairs: a power of two, and half of it free."""
    room = 16
    while room < 2 * size:
        room *= 2
    return room


@compiled
def answered(
    picks: Array,
    asked: tuple[Cuts, Array, Array, int],
    replies: tuple[Cuts, Array, Array, Array],
    numbers: tuple[Array, Array],
    model: tuple[tuple[Array, Array, Whole, float], tuple[Array, Array, float], tuple[Array, ...]],
    limits: tuple[float, float, float, tuple[Array, Array, Array]],
) -> Array:
    """For each of `picks` the clause of the reply with the best claim, -1 where the reply has none, and whether it answers
    (0 yes, 1 in part, 2 no).

    `asked` are the cut messages, their codes, where each begins there, and how many characters of a clause are looked for;
    `replies` the cut replies, their codes, where each begins and how long it is; `numbers` those of the demands and of the
    clauses of replies; `model` those of claims, of common pairs, and of the verdict; `limits` the weight of a neighbour, half the
    evidence in a whole reply, when "no" is sure, and the edges of shares, lengths and numbers of demands.
    """
    (rows, masks, firsts), codes, bases, looked = asked
    (reply_rows, reply_masks, reply_firsts), reply_codes, reply_bases, sizes = replies
    beside, half_found, sure, (shares, lengths, manies) = limits
    claim, known, verdict = model
    room = 16
    for text in range(len(sizes)):
        room = max(room, _room(sizes[text]))
    pairs, places = np.full(room, -1, np.int64), np.empty((room, 2), np.int64)
    order, weights = np.empty(len(reply_rows), np.int64), np.full(len(reply_rows), -1.0)
    claims = np.empty(len(reply_rows))
    out, text, wide = np.full((len(picks), 2), -1, np.int64), -1, room
    for pick in range(len(picks)):
        own, at, many = picks[pick, 0], picks[pick, 1], picks[pick, 3]
        first, stop = reply_firsts[own], reply_firsts[own + 1]
        if first == stop:
            continue
        if own != text:
            text, wide = own, _room(sizes[own])
            _index(reply_codes, reply_bases[own], sizes[own], pairs[:wide], places)
        near = _near(rows, at, firsts[own], firsts[own + 1])
        index, cut = (pairs[:wide], places), (reply_rows, first, stop)
        count = 0
        for clause, factor in ((at, 1.0), (near, beside)):
            if clause < 0 or (count and factor != 1.0):
                continue
            start = bases[own] + rows[clause, 1]
            part = codes, start, bases[own] + min(rows[clause, 2], rows[clause, 1] + looked)
            count = _weigh(part, factor, known, index, cut, (order, weights, count))
        found = order, weights, count
        best, share, total = _claim(
            (reply_masks, first, stop), found, numbers[0][pick], numbers[1], claim, claims
        )
        for which in range(count):
            weights[order[which]] = -1.0
        features = (
            masks[at],
            reply_masks[best],
            _bucket(100 * share, shares),
            _bucket(100 * (total / (total + half_found)), shares),
            _bucket(sizes[own], lengths),
            _bucket(many, manies),
        )
        out[pick, 0], out[pick, 1] = best, _verdict(verdict, features, sure)
    return out


@compiled
def _near(rows: Array, at: Whole, first: Whole, stop: Whole) -> Whole:
    """The clause before `at` in its sentence, or else the one after it; -1 where there is none. Kinds 0 and 1 are the marks after
    which a sentence goes on."""
    if at > first and rows[at - 1, 3] <= 1:
        return at - 1
    if rows[at, 3] <= 1 and at + 1 < stop:
        return at + 1
    return -1
