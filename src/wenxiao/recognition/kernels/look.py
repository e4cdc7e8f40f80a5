"""The first look of commitments: words at every place, and the features of every clause with their weights."""

from __future__ import annotations

import numpy as np

from wenxiao.recognition.kernels.compiled import Array, Whole, compiled

#: What a character is to a clause.
TEXT, SPACE, COMMA, STOP = range(4)
#: Classes of words are below this, so that the classes of a clause are the bits of one number.
MOST_CLASSES = 64
#: Most features of a clause besides those of its characters and words.
FIXED = 17 + 5 * MOST_CLASSES
#: What a character is to a time, as bits: it may stand before a unit of time; is one; is a figure; stands between figures; may
#: come between the first and the second.
BEFORE_UNIT, UNIT, FIGURE, BETWEEN, SKIPPED = (1 << bit for bit in range(5))
#: What a clause may tell, as bits: a date; a hint of a time without one. Also the lists of words that tell the same.
DATE, HINT = 1, 2
_COMMA, _COLON, _OTHER = 0x2C, 0x3A, 0xFFFF


@compiled
def cut(points: Array, sizes: Array, kinds: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Of texts joined with line ends, of so many code points: the codes (0xFFFF for any above), and of each clause its
    first place, the place after its last, its text and its sentence. `kinds` tells what each code is to a clause."""
    codes = np.minimum(points, _OTHER).astype(np.uint16)
    most = 1
    for at in range(len(codes)):
        most += kinds[codes[at]] >= COMMA
    starts, ends = np.empty(most, np.int64), np.empty(most, np.int64)
    texts, sentences = np.empty(most, np.int64), np.empty(most, np.int64)
    count = at = sentence = 0
    for text in range(len(sizes)):
        begin = end = -1
        stop = at + sizes[text] + 1
        while at < stop:
            kind = kinds[codes[at]]
            if kind == COMMA and _in_number(codes, at):
                kind = TEXT
            if kind == TEXT:
                if begin < 0:
                    begin = at
                end = at + 1
            elif kind >= COMMA:
                if begin >= 0:
                    starts[count], ends[count] = begin, end
                    texts[count], sentences[count] = text, sentence
                    count += 1
                begin = -1
                sentence += kind == STOP
            at += 1
    return codes, starts[:count].copy(), ends[:count].copy(), texts[:count].copy(), sentences[:count].copy()


@compiled
def _in_number(codes: Array, at: Whole) -> bool:
    """Whether a comma or colon stands between two ASCII digits (8:30, 1,500)."""
    if codes[at] != _COMMA and codes[at] != _COLON:
        return False
    return 0 < at < len(codes) - 1 and 48 <= codes[at - 1] <= 57 and 48 <= codes[at + 1] <= 57


@compiled
def words(codes: Array, trie: tuple[Array, Array, Array, Array], clauses: tuple[Array, Array]) -> Array:
    """The longest word at each place, those that one before reaches into left out: clause, class and place of each that
    lies within a clause.

    `trie` is the node of each first character, an open table of (node << 16 | character) and the node that it leads to, and
    the class of each node's word, -1 for none and 0 for a word that is not told.
    """
    root, step_keys, step_nodes, class_of = trie
    starts, ends = clauses
    mask = len(step_keys) - 1
    out = np.empty((3, len(codes)), np.int32)
    count = reach = clause = 0
    for place in range(len(codes)):
        node = root[codes[place]]
        if not node:
            continue
        length, number, depth = 0, 0, 0
        while node:
            depth += 1
            if class_of[node] >= 0:
                length, number = depth, class_of[node]
            if place + depth >= len(codes):
                break
            key = np.int64(node) << 16 | np.int64(codes[place + depth])
            slot = (key * 40503 ^ key >> 13) & mask
            while step_keys[slot] and step_keys[slot] != key:
                slot = (slot + 1) & mask
            node = step_nodes[slot] if step_keys[slot] else 0
        if not length:
            continue
        free = place >= reach
        reach = max(reach, place + length)
        if not free or number <= 0:
            continue
        while clause + 1 < len(starts) and starts[clause + 1] <= place:
            clause += 1
        if clause < len(starts) and starts[clause] <= place and place + length <= ends[clause]:
            out[0, count], out[1, count], out[2, count] = clause, number, place
            count += 1
    return out[:, :count].copy()


@compiled
def _pair(first: Whole, second: Whole, bits: Whole) -> Whole:
    return (np.int64(first) * 31 + np.int64(second)) * 40503 >> 3 & ((1 << bits) - 1)


@compiled
def _one(code: Whole, bits: Whole) -> Whole:
    return np.int64(code) * 40503 >> 2 & ((1 << bits) - 1)


@compiled
def facts(clauses: tuple[Array, Array, Array, Array], hits: Array) -> tuple[Array, Array]:
    """Of each clause, as columns: its first word in `hits`, class of its first and last word (0: none), its number in its
    sentence and how many clauses of the text are left, itself counted; and its classes and those before it in its sentence, as
    bits."""
    starts, _, texts, sentences = clauses
    many = len(starts)
    out, bits = np.zeros((many + 1, 5), np.int32), np.zeros((many, 2), np.uint64)
    hit = 0
    for clause in range(many):
        out[clause, 0] = hit
        while hit < hits.shape[1] and hits[0, hit] == clause:
            number = hits[1, hit]
            if hit == out[clause, 0]:
                out[clause, 1] = number
            out[clause, 2] = number
            bits[clause, 0] |= np.uint64(1) << np.uint64(number)
            hit += 1
        if clause and sentences[clause] == sentences[clause - 1]:
            out[clause, 3] = out[clause - 1, 3] + 1
            bits[clause, 1] = bits[clause - 1, 1] | bits[clause - 1, 0]
    out[many, 0] = hit
    for clause in range(many - 1, -1, -1):
        same = clause + 1 < many and texts[clause + 1] == texts[clause]
        out[clause, 4] = out[clause + 1, 4] + 1 if same else 1
    return out, bits


@compiled
def _classes(bits: Whole, offset: Whole, out: Array, count: Whole) -> int:
    """Write a slot for each bit that is set."""
    for number in range(MOST_CLASSES):
        if bits >> np.uint64(number) & np.uint64(1):
            out[count] = offset + number
            count += 1
    return count


@compiled
def _slots(clause: Whole, batch: tuple[Array, ...], offsets: tuple[int, ...], out: Array) -> int:
    """Write the slots of the features of one clause, and say how many there are. `offsets` are those of the families."""
    codes, starts, ends, texts, sentences, base, size, hits, known, bits = batch
    (
        single, pair, first_two, last_two, last_one, before_first_two, before_last_two, mark_before, mark_after, of_class,
        opens, first_class, last_class, in_order, before, two_before, following, so_far, join, place,
    ) = offsets  # fmt: skip
    start, end, text = starts[clause], ends[clause], texts[clause]
    count = 0
    for at in range(start, end):
        out[count] = single + _one(codes[at], 14)
        count += 1
        if at + 1 < end:
            out[count] = pair + _pair(codes[at], codes[at + 1], 16)
            count += 1
    out[count] = first_two + _pair(codes[start], codes[min(start + 1, end - 1)], 12)
    out[count + 1] = last_two + _pair(codes[max(end - 2, start)], codes[end - 1], 12)
    out[count + 2] = last_one + _one(codes[end - 1], 10)
    out[count + 3] = mark_before + _one(codes[start - 1] if start > base[text] else 0, 10)
    out[count + 4] = mark_after + _one(codes[end], 10)
    out[count + 5], out[count + 6] = first_class + known[clause, 1], last_class + known[clause, 2]
    out[count + 7] = place + min((end - start) // 5, 7)
    out[count + 8] = place + 8 + min(known[clause, 3], 4)
    out[count + 9] = place + 16 + min(6 * (start - base[text]) // max(size[text], 1), 5)
    out[count + 10] = place + 24 + min(known[clause, 4], 6)
    out[count + 11] = place + 32 + min(size[text] // 120, 8)
    count += 12
    for hit in range(known[clause, 0], known[clause + 1, 0]):
        if hits[2, hit] == start:
            out[count] = opens + hits[1, hit]
            count += 1
        if hit > known[clause, 0] and hits[1, hit] != hits[1, hit - 1]:
            out[count] = in_order + hits[1, hit - 1] * MOST_CLASSES + hits[1, hit]
            count += 1
    count = _classes(bits[clause, 0], of_class, out, count)
    count = _classes(bits[clause, 1], so_far, out, count)
    for by, family in ((1, before), (2, two_before), (-1, following)):
        other = clause - by
        if 0 <= other < len(starts) and texts[other] == text:
            away = MOST_CLASSES if sentences[other] != sentences[clause] else 0
            count = _classes(bits[other, 0], family + away, out, count)
    if clause and texts[clause - 1] == text:
        other = clause - 1
        away = 1 if sentences[other] != sentences[clause] else 0
        first, stop = starts[other], ends[other]
        opening = _pair(codes[first], codes[min(first + 1, stop - 1)], 12)
        closing = _pair(codes[max(stop - 2, first)], codes[stop - 1], 12)
        out[count] = before_first_two + opening + (away << 12)
        out[count + 1] = before_last_two + closing + (away << 12)
        own = known[clause, 1] + away * MOST_CLASSES**2
        out[count + 2] = join + known[other, 2] * MOST_CLASSES + own
        out[count + 3] = join + known[other, 1] * MOST_CLASSES + own + 2 * MOST_CLASSES**2
        count += 4
    return count


@compiled
def _room(starts: Array, ends: Array) -> int:
    """Most features that a clause can have."""
    longest = 0
    for clause in range(len(starts)):
        longest = max(longest, ends[clause] - starts[clause])
    return 4 * longest + FIXED


@compiled
def features(batch: tuple[Array, ...], offsets: tuple[int, ...]) -> tuple[Array, Array]:
    """(clause, slot) of every feature of a batch, clause by clause."""
    starts, ends = batch[1], batch[2]
    buffer = np.empty(_room(starts, ends), np.int64)
    rows, slots, count = np.empty(1024, np.int64), np.empty(1024, np.int64), 0
    for clause in range(len(starts)):
        many = _slots(clause, batch, offsets, buffer)
        while count + many > len(rows):
            more = np.empty((2, 2 * len(rows)), np.int64)
            more[0, :count], more[1, :count] = rows[:count], slots[:count]
            rows, slots = more[0], more[1]
        rows[count : count + many], slots[count : count + many] = clause, buffer[:many]
        count += many
    return rows[:count].copy(), slots[:count].copy()


@compiled
def sums(batch: tuple[Array, ...], offsets: tuple[int, ...], weights: Array) -> tuple[Array, Array]:
    """For each clause of a batch the sums of both columns of `weights` over the slots of its features, and their number."""
    starts, ends = batch[1], batch[2]
    buffer = np.empty(_room(starts, ends), np.int64)
    out, number = np.zeros((len(starts), 2), np.int64), np.zeros(len(starts), np.int64)
    for clause in range(len(starts)):
        number[clause] = _slots(clause, batch, offsets, buffer)
        one, two = np.int64(0), np.int64(0)
        for at in range(number[clause]):
            one += weights[buffer[at], 0]
            two += weights[buffer[at], 1]
        out[clause, 0], out[clause, 1] = one, two
    return out, number


@compiled
def may_tell(codes: Array, clauses: tuple[Array, Array], kinds: Array, found: tuple[Array, Array]) -> Array:
    """What each clause may tell of times: `DATE` where a unit of time follows a figure or the like with at most two characters
    between, or - . or / stands between figures; and what the words `found` tell, which are text, list, start and end in the
    order of their ends, with the place where each text begins."""
    starts, ends = clauses
    out = np.zeros(len(starts), np.uint8)
    for clause in range(len(starts)):
        skipped, one, two = -1, 0, 0
        for at in range(starts[clause], ends[clause]):
            kind = kinds[codes[at]]
            if (kind & UNIT and skipped >= 0) or (kind & FIGURE and one & BETWEEN and two & FIGURE):
                out[clause] |= DATE
                break
            if kind & BEFORE_UNIT:
                skipped = 0
            elif kind & SKIPPED and 0 <= skipped < 2:
                skipped += 1
            else:
                skipped = -1
            one, two = kind, one
    words, bases = found
    clause = 0
    for word in range(len(words)):
        start, end = bases[words[word, 0]] + words[word, 2], bases[words[word, 0]] + words[word, 3]
        while clause < len(ends) and ends[clause] < end:
            clause += 1
        if clause < len(ends) and starts[clause] <= start:
            out[clause] |= words[word, 1] + 1
    return out
