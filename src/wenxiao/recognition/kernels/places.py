"""Sentences, clauses and quotations of many texts, and which signals speak in which clause."""

from __future__ import annotations

import numpy as np

from wenxiao.recognition.kernels.compiled import Array, Whole, compiled

#: What a character is, as bits: white space; the end of a sentence; … ; the end of a clause; a half-width comma or colon; a
#: figure when it stands before one, and after one; “ and ”.
SPACE, STOP, DOTS, CUT, HALF, FIGURE_BEFORE, FIGURE_AFTER, OPENS, CLOSES = (1 << bit for bit in range(9))
#: Lists of a signal, in order (`signals.LISTS`).
ANY, UNLESS, UNLESS_CLAUSE, UNLESS_OPENS, UNLESS_TEXT, ONLY_WITH = range(6)
KEYS = 6


@compiled
def _trimmed(flags: Array, start: Whole, end: Whole) -> tuple[Whole, Whole]:
    """[start, end) without white space at its ends."""
    while start < end and flags[start] & SPACE:
        start += 1
    while end > start and flags[end - 1] & SPACE:
        end -= 1
    return start, end


@compiled
def cut(
    codes: Array, sizes: Array, kinds: Array, speech: int
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Of joined texts: the flags of each character (`kinds` by code point, the last for all beyond); [start, end) of each
    sentence, of each clause, of each quotation longer than `speech`, counted in the joined texts; the first sentence and
    quotation of each text, the first clause of each sentence.

    Sentences and clauses are those of `text.sentences` and of `text.clauses` within each.
    """
    flags = np.empty(len(codes), np.uint16)
    stops = cuts = quotes = 0
    for at in range(len(codes)):
        flags[at] = kinds[min(codes[at], len(kinds) - 1)]
        stops += flags[at] & STOP > 0
        cuts += flags[at] & CUT > 0
        quotes += flags[at] & OPENS > 0
    texts = len(sizes)
    sentences, first_sentence = np.empty((stops + texts, 2), np.int64), np.zeros(texts + 1, np.int64)
    clauses, first_clause = (
        np.empty((cuts + stops + texts, 2), np.int64),
        np.zeros(stops + texts + 1, np.int64),
    )
    quoted, first_quote = np.empty((quotes, 2), np.int64), np.zeros(texts + 1, np.int64)
    sentence = clause = quote = base = 0
    for text in range(texts):
        stop = base + sizes[text]
        start = base
        while start < stop:
            end = _sentence_end(flags, start, stop)
            first, last = _trimmed(flags, start, end)
            if first < last:
                sentences[sentence, 0], sentences[sentence, 1] = first, last
                first_clause[sentence] = clause
                clause = _clauses(flags, (first, last), (base, stop), clauses, clause)
                sentence += 1
            start = end
        quote = _quotes(flags, (base, stop), speech, quoted, quote)
        base = stop + 1
        first_sentence[text + 1], first_quote[text + 1] = sentence, quote
    first_clause[sentence] = clause
    return (
        flags,
        sentences[:sentence].copy(),
        clauses[:clause].copy(),
        quoted[:quote].copy(),
        np.stack((first_sentence, first_quote)),
        first_clause[: sentence + 1].copy(),
    )


@compiled
def _sentence_end(flags: Array, start: Whole, stop: Whole) -> Whole:
    """Where the sentence that begins at `start` ends, its marks included; a run of marks holds … alone or none of it."""
    at = start
    while at < stop and not flags[at] & STOP:
        at += 1
    if at == stop:
        return stop
    dots = flags[at] & DOTS
    at += 1
    while at < stop and flags[at] & STOP and flags[at] & DOTS == dots:
        at += 1
    return at


@compiled
def _clauses(
    flags: Array, sentence: tuple[Whole, Whole], text: tuple[Whole, Whole], out: Array, count: Whole
) -> Whole:
    """Write the clauses of one sentence of a text, and say how many there are now."""
    first, stop = sentence
    at = first
    while at < stop:
        if not flags[at] & CUT:
            at += 1
            continue
        left = at
        while at < stop and flags[at] & CUT:
            at += 1
        inner = at == left + 1 and flags[left] & HALF and text[0] < left < text[1] - 1
        if inner and flags[left - 1] & FIGURE_BEFORE and flags[left + 1] & FIGURE_AFTER:
            continue
        count = _kept(flags, first, left, out, count)
        first = at
    return _kept(flags, first, stop, out, count)


@compiled
def _kept(flags: Array, start: Whole, end: Whole, out: Array, count: Whole) -> Whole:
    """Write [start, end) without white space around it, if there is more to it."""
    first, last = _trimmed(flags, start, end)
    if first < last:
        out[count, 0], out[count, 1] = first, last
        count += 1
    return count


@compiled
def _quotes(flags: Array, text: tuple[Whole, Whole], speech: int, out: Array, count: Whole) -> Whole:
    """Write [“, ”) of each quotation of a text, and say how many there are now."""
    begin = -1
    for at in range(text[0], text[1]):
        if begin < 0 and flags[at] & OPENS:
            begin = at
        elif begin >= 0 and flags[at] & CLOSES:
            if at - begin > speech:
                out[count, 0], out[count, 1] = begin, at
                count += 1
            begin = -1
    return count


@compiled
def _after(bounds: Array, column: int, first: Whole, stop: Whole, place: Whole) -> Whole:
    """The first of the rows [first, stop) whose `column`, which ascends, is beyond `place`."""
    while first < stop:
        middle = (first + stop) // 2
        if bounds[middle, column] > place:
            stop = middle
        else:
            first = middle + 1
    return first


@compiled
def _sentence(cut: tuple[Array, ...], text: Whole, place: Whole) -> Whole:
    """The sentence of a text that a place is in; the last one for what is behind all."""
    firsts = cut[4][0]
    at = _after(cut[1], 1, firsts[text], firsts[text + 1], place)
    return min(at, firsts[text + 1] - 1)


@compiled
def _pieces(cut: tuple[Array, ...], sentence: Whole, start: Whole, end: Whole) -> tuple[Whole, Whole]:
    """The first and the last clause of a sentence that [start, end) touches."""
    clauses, firsts = cut[2], cut[5]
    begin, stop = firsts[sentence], firsts[sentence + 1]
    first = max(begin, _after(clauses, 0, begin, stop, start) - 1)
    return first, max(first, _after(clauses, 0, begin, stop, end - 1) - 1)


@compiled
def _usable(cut: tuple[Array, ...], text: Whole, start: Whole, end: Whole) -> bool:
    """Whether [start, end) is within one sentence, and not in somebody's quoted words."""
    if _sentence(cut, text, start) != _sentence(cut, text, end - 1):
        return False
    quoted, firsts = cut[3], cut[4][1]
    at = _after(quoted, 0, firsts[text], firsts[text + 1], start) - 1
    return at < firsts[text] or end > quoted[at, 1]


@compiled
def _by_list(hits: Array, first: Whole, stop: Whole, lists: Whole, order: Array, bounds: Array) -> None:
    """Lay the numbers of the hits [first, stop) of one text into `order`, list by list; list i begins at `bounds[i]`."""
    bounds[:] = 0
    for hit in range(first, stop):
        bounds[hits[hit, 1] + 1] += 1
    for listed in range(lists):
        bounds[listed + 1] += bounds[listed]
    for hit in range(first, stop):
        order[bounds[hits[hit, 1]]] = hit
        bounds[hits[hit, 1]] += 1
    for listed in range(lists, 0, -1):
        bounds[listed] = bounds[listed - 1]
    bounds[0] = 0


@compiled
def _may_speak(of: Array, needs: Whole) -> bool:
    """Whether a text has words that make a signal speak, those that it needs, and none that silences it anywhere. `of` is where
    the words of each of its lists begin."""
    if of[ANY] == of[ANY + 1] or of[UNLESS_TEXT] < of[UNLESS_TEXT + 1]:
        return False
    return not needs or of[ONLY_WITH] < of[ONLY_WITH + 1]


@compiled
def _latest(hits: Array, order: Array, among: tuple[Whole, Whole], out: Array) -> None:
    """Write for each of the hits `among` those of a list the last start of those up to it."""
    for at in range(among[0], among[1]):
        start = hits[order[at], 2]
        out[at] = start if at == among[0] else max(start, out[at - 1])


@compiled
def _noted(
    out: Array,
    count: Whole,
    which: tuple[Whole, Whole],
    spans: tuple[tuple[Whole, Whole], tuple[Whole, Whole]],
) -> Array:
    """`out`, twice as long if it was full, with one more row."""
    if count == len(out):
        more = np.empty((2 * count, 6), np.int32)
        more[:count] = out
        out = more
    out[count, 0], out[count, 1] = which
    out[count, 2], out[count, 3] = spans[0]
    out[count, 4], out[count, 5] = spans[1]
    return out


@compiled
def spoken(bases: Array, cut: tuple[Array, ...], hits: Array, bounds: Array, signals: Array) -> Array:
    """The clauses in which a signal's words stand and nothing silences them, text by text, signal by signal: (text, signal,
    start, end, start and end with the clauses beside it in the sentence), counted in the text. The first clause of each signal,
    or all of a signal that a stated date may silence.

    `hits` are (text, list, start, end) in the order of their ends, those of text i from `bounds[i]`; the lists are `KEYS` for each
    signal. `signals` has a row for each: whether it needs a word of `ONLY_WITH`, the most characters of a text that it speaks in
    or -1, whether a date may silence it.
    """
    lists = KEYS * len(signals)
    order, begins = np.empty(len(hits), np.int64), np.empty(lists + 1, np.int64)
    latest = np.empty(len(hits), np.int64)
    silent = np.full(len(cut[1]), -1, np.int64)
    opened = np.full(len(cut[0]), -1, np.int64)
    out, count = np.empty((64, 6), np.int32), 0
    for text in range(len(bases)):
        if bounds[text] == bounds[text + 1] or cut[4][0, text] == cut[4][0, text + 1]:
            continue
        base = bases[text]
        _by_list(hits, bounds[text], bounds[text + 1], lists, order, begins)
        length = -1
        for signal in range(len(signals)):
            of = begins[KEYS * signal : KEYS * signal + KEYS + 1]
            if not _may_speak(of, signals[signal, 0]):
                continue
            if signals[signal, 1] >= 0 and length < 0:
                stop = bases[text + 1] - 1 if text + 1 < len(bases) else len(cut[0]) - 1
                length = _written(cut[0], base, stop)
            if 0 <= signals[signal, 1] < length:
                continue
            mark = text * len(signals) + signal
            for at in range(of[UNLESS], of[UNLESS + 1]):
                silent[_sentence(cut, text, base + hits[order[at], 2])] = mark
            for at in range(of[UNLESS_OPENS], of[UNLESS_OPENS + 1]):
                opened[base + hits[order[at], 2]] = mark
            _latest(hits, order, (of[UNLESS_CLAUSE], of[UNLESS_CLAUSE + 1]), latest)
            last = (np.int64(-1), np.int64(-1))
            for at in range(of[ANY], of[ANY + 1]):
                first, stop = base + hits[order[at], 2], base + hits[order[at], 3]
                sentence = _sentence(cut, text, first)
                if silent[sentence] == mark or not _usable(cut, text, first, stop):
                    continue
                start, end = _clause(cut, sentence, first, stop)
                if (start, end) == last or opened[start] == mark:
                    continue
                last = (start, end)
                if _silenced(
                    hits,
                    order,
                    latest,
                    (of[UNLESS_CLAUSE], of[UNLESS_CLAUSE + 1]),
                    (start - base, end - base),
                ):
                    continue
                around = _around(cut, text, start, end)
                spans = (start - base, end - base), (around[0] - base, around[1] - base)
                out = _noted(out, count, (text, signal), spans)
                count += 1
                if not signals[signal, 2]:
                    break
    return out[:count].copy()


@compiled
def _written(flags: Array, start: Whole, stop: Whole) -> Whole:
    """How many characters of [start, stop) are not white space."""
    count = 0
    for at in range(start, stop):
        count += flags[at] & SPACE == 0
    return count


@compiled
def _clause(cut: tuple[Array, ...], sentence: Whole, start: Whole, end: Whole) -> tuple[Whole, Whole]:
    """The clauses of a sentence that [start, end) touches; it may run over a comma."""
    first, last = _pieces(cut, sentence, start, end)
    if first >= cut[5][sentence + 1]:
        return start, end
    return min(cut[2][first, 0], start), max(cut[2][last, 1], end)


@compiled
def _around(cut: tuple[Array, ...], text: Whole, start: Whole, end: Whole) -> tuple[Whole, Whole]:
    """The clauses that [start, end) touches, with the one before and the one after in the sentence."""
    sentence = _sentence(cut, text, start)
    first, last = _pieces(cut, sentence, start, end)
    begin, stop = cut[5][sentence], cut[5][sentence + 1]
    if first >= stop:
        return start, end
    return cut[2][max(begin, first - 1), 0], cut[2][min(stop - 1, last + 1), 1]


@compiled
def _silenced(
    hits: Array, order: Array, latest: Array, among: tuple[Whole, Whole], span: tuple[Whole, Whole]
) -> bool:
    """Whether one of the hits `among` those of a list lies within a span: of those that end by its end, the one that starts
    last decides."""
    first, stop = among
    while first < stop:
        middle = (first + stop) // 2
        if hits[order[middle], 3] > span[1]:
            stop = middle
        else:
            first = middle + 1
    return first > among[0] and latest[first - 1] >= span[0]
