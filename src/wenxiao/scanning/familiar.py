"""Whether a file's texts are like those that the model was fitted on, from an even sample of each file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from wenxiao.recognition.lexicon import read_data
from wenxiao.recognition.likeness import Likeness
from wenxiao.recognition.schema import Order
from wenxiao.recognition.settings import Settings
from wenxiao.scanning.result import ScanResult, SourceNote

#: Texts that are weighed at a time.
_BLOCK = 100


@dataclass(slots=True)
class _Sample:
    """What was seen of one file: every `step`-th of its orders."""

    note: SourceNote
    step: int
    seen: int = 0
    messages: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    taken: list[int] = field(default_factory=lambda: [0, 0])
    known: list[int] = field(default_factory=lambda: [0, 0])
    pairs: list[int] = field(default_factory=lambda: [0, 0])


class Familiarity:
    """Takes every order once, after `result.sources` has its numbers of rows, and then marks the sources."""

    def __init__(self, settings: Settings, result: ScanResult) -> None:
        # An administrator's copy may be older than this table.
        own = read_data("report.toml", settings.data)
        rules = own.get("likeness") or read_data("report.toml")["likeness"]
        self._least = rules["messages"], rules["replies"]
        self._enough = rules["enough"]
        self._model: Path | None = settings.model
        self._samples = {
            note.name: _Sample(note, max(1, note.rows // rules["sample"])) for note in result.sources
        }

    def add(self, order: Order) -> None:
        """Look at the order if it is of the sample."""
        sample = self._samples.get(order.file)
        if sample is None:
            return
        if sample.seen % sample.step == 0:
            sample.messages.append(f"{order.title}\n{order.content}")
            sample.replies.append(order.reply or order.handling)
        sample.seen += 1
        if len(sample.messages) >= _BLOCK:
            self._weigh(sample)

    def finish(self) -> None:
        """Say of each source what share of its texts is known, where that is little."""
        for sample in self._samples.values():
            self._weigh(sample)
            shares = [
                known / pairs if taken >= self._enough and pairs else 1.0
                for taken, known, pairs in zip(sample.taken, sample.known, sample.pairs, strict=True)
            ]
            if any(share < least for share, least in zip(shares, self._least, strict=True)):
                sample.note.known = shares[0], shares[1]

    def _weigh(self, sample: _Sample) -> None:
        likeness = Likeness.load(self._model)
        for at, (texts, count) in enumerate(
            ((sample.messages, likeness.messages), (sample.replies, likeness.replies))
        ):
            told = [text for text in texts if text.strip()]
            if told:
                known, pairs = count(told)
                sample.taken[at] += len(told)
                sample.known[at] += known
                sample.pairs[at] += pairs
            texts.clear()
