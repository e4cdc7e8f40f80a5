"""The two lines by which a clause is listed as a commitment and called checkable, and how verdicts move them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from wenxiao.recognition.commitments.document import Document
from wenxiao.recognition.commitments.features import Hits
from wenxiao.recognition.commitments.model import Floats, Model
from wenxiao.recognition.commitments.settings import Settings
from wenxiao.recognition.commitments.words import default_words
from wenxiao.recognition.kernels.look import MOST_CLASSES
from wenxiao.recognition.learning.shift import AS_SHIPPED, SURE, Shift, above, log_odds

#: What a time is called as a trait, by its kind (moments).
TIMES = ("future", "now", "passed", "far", "hanging", "fuzzy")
NO_TIME = "time/none"


@dataclass(frozen=True, slots=True)
class Lines:
    """How far each line has been moved. `wider` is by how much (log-odds) more of the clauses are read closely."""

    listed: Shift = AS_SHIPPED
    checkable: Shift = AS_SHIPPED
    wider: float = 0.0

    def drawn(
        self, chances: tuple[float, float], traits: Iterable[str], settings: Settings
    ) -> tuple[bool, bool]:
        """Whether a clause is listed, and whether it is checkable, by its chances of a checkable and a vague commitment."""
        checkable, vague = chances
        known = list(traits)
        listed = self.listed.moved(above(checkable + vague, settings.listed), known) >= 0
        return listed, self.checkable.moved(above(checkable, settings.checkable), known) >= 0

    @property
    def are_moved(self) -> bool:
        """Whether any of the two stands elsewhere than as shipped."""
        return self.listed != AS_SHIPPED or self.checkable != AS_SHIPPED

    def more(self, sums: Floats, hits: Hits, model: Model, settings: Settings) -> Floats:
        """What is added to the larger sum of each clause (before its times are seen) for the look, never less than
        nothing: a clause that the moved line might list must be read. `sums` are in the model's units."""
        if self.listed == AS_SHIPPED:
            return np.full(len(sums), self.wider / model.unit)
        known = [max(0.0, self.listed.signals.get(f"word/{name}", 0.0)) for name in default_words().names]
        weights = np.zeros(MOST_CLASSES)
        weights[: len(known)] = known
        once = np.unique(hits.row.astype(np.int64) * MOST_CLASSES + hits.number)
        words = np.bincount(once // MOST_CLASSES, weights=weights[once % MOST_CLASSES], minlength=len(sums))
        plain = sums * model.unit - log_odds(settings.listed)
        lifted = self.listed.scale * np.clip(plain, -SURE, SURE) + self.listed.constant + words
        return np.asarray((np.maximum(lifted - plain, 0.0) + self.wider) / model.unit)


#: Where the shipped model draws them.
SHIPPED_LINES = Lines()


def traits(doc: Document, i: int) -> list[str]:
    """What people may think of a clause by: the classes of its words, and what sorts of times it has."""
    names = default_words().names
    words = sorted({f"word/{names[number]}" for number, _ in doc.words_of(i)})
    times = sorted({f"time/{TIMES[kind >> 3]}" for kind in doc.kinds_of(i)})
    return words + (times or [NO_TIME])
