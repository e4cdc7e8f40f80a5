"""One reply of a batch while it is read: its clauses, the words in them, and times where they are asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from wenxiao.recognition.commitments.batch import Batch
from wenxiao.recognition.commitments.dates import find_times, find_told, later_anchor
from wenxiao.recognition.commitments.features import Hits
from wenxiao.recognition.commitments.moments import kinds
from wenxiao.recognition.commitments.reading import Conventions, TimePhrase, in_title
from wenxiao.recognition.commitments.settings import Settings
from wenxiao.recognition.kernels import look as kernels
from wenxiao.recognition.lexicon import Texts
from wenxiao.recognition.text import Normal

#: How many clauses back in the sentence a date or a subject is looked for, so that work grows in line with length.
LOOK_BACK = 6


@dataclass(slots=True)
class Document:
    """A reply signed on `reference`. Clause i is [starts[i], ends[i]) of the normalised text and of sentence
    `sentence[i]`. `words` are the words of the reply in order: clause, class, place. `may_tell[i]` is what it may tell of times
    (`kernels.look.may_tell`), 0 for nothing."""

    original: str
    normal: Normal
    reference: date
    conventions: Conventions
    starts: list[int]
    ends: list[int]
    sentence: list[int]
    words: tuple[list[int], list[int], list[int]]
    may_tell: list[int]
    _times: dict[int, list[TimePhrase]] = field(default_factory=dict)
    _kinds: dict[int, list[int]] = field(default_factory=dict)

    def clause(self, i: int) -> str:
        """The normalised text of clause i."""
        return self.normal.text[self.starts[i] : self.ends[i]]

    def words_of(self, i: int) -> list[tuple[int, int]]:
        """(class, place) of each word of clause i."""
        clause, number, place = self.words
        first, stop = bisect_left(clause, i), bisect_left(clause, i + 1)
        return list(zip(number[first:stop], place[first:stop], strict=True))

    def times_of(self, i: int) -> list[TimePhrase]:
        """The time expressions of clause i; a year named earlier in the sentence carries on."""
        if not self.may_tell[i]:
            return []
        found = self._times.get(i)
        if found is None:
            found = self._read_times(i, None)
            if (
                found
                and i
                and any(time.open_year for time in found)
                and self.sentence[i] == self.sentence[i - 1]
            ):
                anchor = self._anchor_before(i)
                found = self._read_times(i, anchor) if anchor > self.reference else found
            self._times[i] = found
        return found

    def _read_times(self, i: int, anchor: date | None) -> list[TimePhrase]:
        given = self.reference, self.conventions
        return find_told(self.normal.text, self.starts[i], self.ends[i], self.may_tell[i], given, anchor)

    def clause_of(self, place: int) -> int:
        """The number of the clause that `place` is in."""
        return max(bisect_right(self.starts, place) - 1, 0)

    def counted_from(self, i: int, day: date, time: TimePhrase) -> TimePhrase:
        """`time`, a number of days in clause i, counted from `day` instead of the reference date."""
        found = find_times(
            self.normal.text, self.starts[i], self.ends[i], reference=day, conventions=self.conventions
        )
        same = next((other for other in found if other.start == time.start and other.due), None)
        if same is None or same.due is None:
            return time
        same.passed, same.from_reply = same.due < self.reference, False
        return same

    def _anchor_before(self, i: int) -> date:
        first = i
        while first and i - first < LOOK_BACK and self.sentence[first - 1] == self.sentence[i]:
            first -= 1
        anchor = self.reference
        for j in range(first, i):
            times = self._times.get(j) or self._read_times(j, anchor)
            for time in times:
                carries = self.conventions.dated or time.absolute
                if carries and not in_title(self.normal.text, time.start):
                    anchor = later_anchor(anchor, time, self.reference)
        return anchor

    def kinds_of(self, i: int) -> list[int]:
        """The kinds of the times of clause i, as the model sees them."""
        found = self._kinds.get(i)
        if found is None:
            times = self.times_of(i)
            found = kinds(times, self.starts[i], self.ends[i], self.reference) if times else []
            self._kinds[i] = found
        return found


@dataclass(frozen=True, slots=True)
class Lists:
    """The clauses and words of a batch as plain lists, places counted within each reply; `bounds` is the first clause of each
    reply, `word_bounds` its first word."""

    bounds: list[int]
    word_bounds: list[int]
    starts: list[int]
    ends: list[int]
    sentence: list[int]
    words: tuple[list[int], list[int], list[int]]
    may_tell: list[int]

    @classmethod
    def of(cls, batch: Batch, hits: Hits, texts: Sequence[str], settings: Settings) -> Lists:
        """The lists of `batch`, made of `texts`."""
        bounds = np.searchsorted(batch.reply, np.arange(len(texts) + 1))
        found = settings.time_words.find_many(Texts(texts)).rows, batch.base
        may_tell = kernels.may_tell(batch.codes, (batch.starts, batch.ends), settings.sieve, found)
        base, owner = batch.base.take(batch.reply), batch.reply.take(hits.row)
        words = hits.row - bounds.take(owner), hits.number, hits.place - batch.base.take(owner)
        return cls(
            bounds.tolist(),
            np.searchsorted(hits.row, bounds).tolist(),
            (batch.starts - base).tolist(),
            (batch.ends - base).tolist(),
            batch.sentence.tolist(),
            (words[0].tolist(), words[1].tolist(), words[2].tolist()),
            may_tell.tolist(),
        )

    def document(self, i: int, reply: tuple[str, Normal, date], conventions: Conventions) -> Document:
        """Reply i of the batch, given as its text, its normal form and its date."""
        a, b = self.bounds[i], self.bounds[i + 1]
        c, d = self.word_bounds[i], self.word_bounds[i + 1]
        clause, number, place = self.words
        return Document(
            *reply,
            conventions,
            self.starts[a:b],
            self.ends[a:b],
            self.sentence[a:b],
            (clause[c:d], number[c:d], place[c:d]),
            self.may_tell[a:b],
        )
