"""What the words of two orders share, pair after pair: sums over the entries that two sorted rows have in common."""

from __future__ import annotations

import numpy as np

from wenxiao.recognition.kernels.compiled import Array, Whole, compiled

#: Flags of an entry, as `matters.columns` has them: in the title, in a name, in a name of the opening as well, in what
#: tells a name apart.
_HEAD, _NAME, _NAMED, _CORE = 2, 4, 8, 16
#: What `shared` sums up for each pair, in order: squares of all words and of those that are not rare; what rare ones weigh
#: beyond that; then the same of words in the title of the one, of the other, of both, and in names.
SHARED = (
    *("full", "plain", "rare", "in_a", "in_b", "heads", "plain_heads", "rare_a", "rare_b", "rare_heads"),
    *("rare_named", "name_both", "name_a", "name_b", "core"),
)


@compiled
def shared(
    left: Array, right: Array, a: tuple[Array, ...], b: tuple[Array, ...], weights: tuple[Array, Array, Whole]
) -> Array:
    """SHARED for each pair of row `left[k]` of `a` and row `right[k]` of `b`, each a sparse matrix as (ends, columns, flags).

    `weights` are the square of what each column weighs, what it weighs as a rare one, and the square from which one is
    rare. Sums run over ascending columns.
    """
    square, rare, limit = weights
    a_ends, a_columns, a_flags = a
    b_ends, b_columns, b_flags = b
    out = np.zeros((len(left), 15))
    for pair in range(len(left)):
        x, x_end = a_ends[left[pair]], a_ends[left[pair] + 1]
        y, y_end = b_ends[right[pair]], b_ends[right[pair] + 1]
        sums = out[pair]
        while x < x_end and y < y_end:
            p, q = a_columns[x], b_columns[y]
            if p == q:
                s, r = np.float64(square[p]), np.float64(rare[p])
                f, g = a_flags[x], b_flags[y]
                sums[0] += s
                if s < limit:
                    sums[1] += s
                sums[2] += r
                if (f | g) > 1:
                    if f & _HEAD:
                        sums[3] += s
                        sums[7] += r
                    if g & _HEAD:
                        sums[4] += s
                        sums[8] += r
                    if f & g & _HEAD:
                        sums[5] += s
                        sums[9] += r
                        if s < limit:
                            sums[6] += s
                    if f & g & _NAMED:
                        sums[10] += r
                    if f & g & _NAME:
                        sums[11] += s
                    if f & _NAME:
                        sums[12] += s
                    if g & _NAME:
                        sums[13] += s
                    if (f | g) & _CORE:
                        sums[14] += s
            x += p <= q
            y += q <= p
    return out
