"""Undertakings without a word of one: “工程推迟到3月底”, “自签收之日起15个工作日内完成整改”.

The model knows promises by their words; these have a limit and what will be done by it, and nothing else. Words are data
(`[plain]` of `data/commitments.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.commitments.batch import Batch
from wenxiao.recognition.commitments.document import Document
from wenxiao.recognition.commitments.settings import Settings

#: How far behind the limit what is done may begin, and how far before it its beginning may stand, in code points.
NEAR = 8


def may_be(batch: Batch, texts: Sequence[str], settings: Settings) -> npt.NDArray[np.bool_]:
    """Which clauses of a batch have a word that such an undertaking has: few replies do."""
    there = np.zeros(len(batch.starts), dtype=bool)
    words = (*settings.put_off, settings.counted_from)
    for i, text in enumerate(texts):
        for word in words:
            if word in text:
                places = [match.start() for match in re.finditer(word, text)]
                there[np.searchsorted(batch.starts, batch.base[i] + places, "right") - 1] = True
    return there


def is_plain(doc: Document, i: int) -> bool:
    """Whether clause i puts something off to a day to come, or gives a limit from an event on and what is done by it."""
    settings, text = doc.conventions.settings, doc.normal.text
    start, end = doc.starts[i], doc.ends[i]
    times = doc.times_of(i)  # most clauses tell of none
    if not times or any(word in text[start:end] for word in settings.plain_unless):
        return False
    for time in times:
        before = text[max(start, time.start - NEAR) : time.start]
        if time.due and not time.passed and before.endswith(settings.put_off_to):
            return True
        behind = text[time.end : min(end, time.end + NEAR)]
        if settings.counted_from in before and any(word in behind for word in settings.plain_done):
            return True
    return False
