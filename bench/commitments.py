"""How well commitments and their days are found: `python -m bench.commitments [--cross] [--sweep] [--jionlp] [--hostile]`.

Plain, it reports the shipped model on dev (choose and report there) and the speed. `--cross` fits five models on
train and read2, each without a fifth of the replies, and reports them on that fifth: the honest figure for data of
the same make. `--sweep` does so for a grid of thresholds, which is how the shipped ones were chosen. `--jionlp`
compares dates with jionlp's parser, when it is installed (it pulls in GPL code, so it is in no list of ours). `--hostile`
reads texts that say one thing over and over, and prints what twice the length costs: 2 is in line with it.

Counting is as in the judges' score.py: a commitment is found when a listed span shares half of the shorter of the
two, one for one; vague labels are neither asked for nor punished; of what is listed without a match only `concrete`
ones count against. Because that forgives whatever is listed as not concrete, two stricter figures stand beside it:
`strict` counts nothing but what is called concrete, `listed` everything against every label, vague ones too.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bench.data import ROOT, folder, labels, replies
from wenxiao.calendars import default_calendar
from wenxiao.recognition.commitments import find_many
from wenxiao.recognition.commitments.dates import find_times
from wenxiao.recognition.commitments.model import Model, default_model
from wenxiao.recognition.commitments.reading import Conventions
from wenxiao.recognition.commitments.settings import Settings, default_settings
from wenxiao.recognition.reference import signed_or_given
from wenxiao.recognition.schema import Commitment
from wenxiao.recognition.text import normalise

Label = dict[str, Any]
READ2 = ROOT / "bench" / "labels" / "read2.jsonl"
FOLDS = 5
LISTED = (0.06, 0.08, 0.1, 0.12, 0.15, 0.2)
CHECKABLE = (0.25, 0.3, 0.35, 0.4, 0.5)


@dataclass
class Count:
    """Hits, what was found, what was asked for."""

    hits: int = 0
    found: int = 0
    asked: int = 0

    def add(self, hits: int, found: int, asked: int) -> None:
        self.hits, self.found, self.asked = self.hits + hits, self.found + found, self.asked + asked

    def __str__(self) -> str:
        precision, recall = self.hits / max(self.found, 1), self.hits / max(self.asked, 1)
        f1 = 2 * self.hits / max(self.found + self.asked, 1)
        return f"P {precision:.3f} R {recall:.3f} F1 {f1:.3f} ({self.hits}/{self.found}/{self.asked})"

    @property
    def f1(self) -> float:
        return 2 * self.hits / max(self.found + self.asked, 1)


@dataclass
class Figures:
    """What is counted over a set of replies."""

    judged: Count = field(default_factory=Count)
    strict: Count = field(default_factory=Count)
    listed: Count = field(default_factory=Count)
    orders: Count = field(default_factory=Count)
    dates: Count = field(default_factory=Count)

    def add(self, label: Label, found: Sequence[Commitment]) -> None:
        """Count one reply."""
        gold = label["commitments"]
        asked = sum(one["concrete"] for one in gold)
        pairs = matched(gold, found)
        concrete = [(i, j) for i, j in pairs if gold[i]["concrete"]]
        vague, taken = {j for i, j in pairs if not gold[i]["concrete"]}, {j for _, j in pairs}
        judged = sum(j not in vague and (one.concrete or j in taken) for j, one in enumerate(found))
        self.judged.add(len(concrete), judged, asked)
        sure = [one for one in found if one.concrete]
        strict = matched(gold, sure)
        hits = sum(gold[i]["concrete"] for i, _ in strict)
        self.strict.add(hits, len(sure) - len(strict) + hits, asked)
        self.listed.add(len(pairs), len(found), len(gold))
        self.orders.add(bool(sure) and asked > 0, bool(sure), asked > 0)
        stated = [(i, j) for i, j in concrete if gold[i]["certainty"] == "stated"]
        self.dates.add(
            sum(right(gold[i]["due"], found[j].due, label["answered"]) for i, j in stated),
            len(stated),
            sum(one["concrete"] and one["certainty"] == "stated" for one in gold),
        )

    def show(self) -> None:
        """Print them."""
        for name in ("judged", "strict", "listed", "orders"):
            print(f"  {name:7} {getattr(self, name)}")
        dates = self.dates
        print(f"  dates   {dates.hits} of {dates.found} found right, {dates.asked} asked for")


def matched(gold: Sequence[Label], found: Sequence[Commitment]) -> list[tuple[int, int]]:
    """Greedy one-to-one matching of spans, largest overlap first."""
    cells = []
    for i, label in enumerate(gold):
        first, last = label["span"]
        for j, one in enumerate(found):
            start, end = one.start or 0, one.end or 0
            shared = min(last, end) - max(first, start)
            if shared > 0 and 2 * shared >= min(last - first, end - start):
                cells.append((shared, i, j))
    pairs: list[tuple[int, int]] = []
    for _, i, j in sorted(cells, reverse=True):
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return pairs


def right(gold: str | None, got: date | None, answered: str) -> bool:
    """Whether a day is the label's; +Nwd accepts N to 2N+9 natural days after the answer."""
    workdays = re.fullmatch(r"\+(\d+)wd", gold or "")
    if workdays is None:
        return gold == (str(got) if got else None)
    days = (got - date.fromisoformat(answered)).days if got else -1
    return int(workdays[1]) <= days <= 2 * int(workdays[1]) + 9


@dataclass(frozen=True)
class Material:
    """Labelled replies and their texts."""

    labels: list[Label]
    texts: dict[int, tuple[str, date | None]]

    def read(
        self, model: Model, part: Sequence[Label], settings: Settings | None = None
    ) -> list[list[Commitment]]:
        """What `model` finds in the replies of `part`."""
        texts = [(self.texts[x["id"]][0], date.fromisoformat(x["answered"])) for x in part]
        return find_many(texts, model=model, settings=settings)


def material(rows: list[Label]) -> Material:
    """`rows` with texts; labels of our own lack the day of the answer, which is then read."""
    texts = {int(o.order): (o.reply, o.replied_at.date() if o.replied_at else None) for o in replies()}
    for row in rows:
        text, day = texts[row["id"]]
        row.setdefault("answered", str(signed_or_given(text, day, None).day))
    return Material(rows, texts)


def cross(stuff: Material) -> Iterator[tuple[Model, list[Label]]]:
    """A model for each fold, fitted without it, and the labels of the fold."""
    from tools.fit_commitments import LEAST_LISTED, fit, gather, pack

    for k in range(FOLDS):
        inside = [x for x in stuff.labels if x["id"] * 31 % 1009 % FOLDS != k]
        fitted = fit(gather(inside, stuff.texts), LEAST_LISTED)
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "fold.npz"
            np.savez(path, **pack(fitted, inside))
            model = Model.load(path)
        yield model, [x for x in stuff.labels if x["id"] * 31 % 1009 % FOLDS == k]


def sweep(stuff: Material) -> None:
    """The cross-validated figures for a grid of thresholds."""
    grid = {(a, b): Figures() for a in LISTED for b in CHECKABLE}
    for model, part in cross(stuff):
        for (listed, checkable), figures in grid.items():
            settings = replace(default_settings(), listed=listed, checkable=checkable)
            for label, found in zip(part, stuff.read(model, part, settings), strict=True):
                figures.add(label, found)
    print("listed checkable | F1: judged strict listed orders | precision of concrete, recall of listed")
    for (listed, checkable), f in grid.items():
        figures = " ".join(f"{c.f1:.3f}" for c in (f.judged, f.strict, f.listed, f.orders))
        sure = f.strict.hits / max(f.strict.found, 1)
        print(f"{listed:6} {checkable:9} | {figures} | {sure:.3f} {f.judged.hits / f.judged.asked:.3f}")


def speed(stuff: Material) -> None:
    """Microseconds of one core a reply, over all real replies in batches, the best of three."""
    batch = [(text, day or date(2020, 1, 1)) for text, day in stuff.texts.values()]
    spent = []
    for _ in range(3):
        began = time.process_time()
        find_many(batch)
        spent.append(time.process_time() - began)
    print(f"speed: {min(spent) / len(batch) * 1e6:.0f} microseconds a reply ({len(batch)} replies)")


#: What hostile texts repeat, as in the tests, which count lines of Python where this looks at the clock.
HOSTILE = (
    "将",
    "我局将于6月底前完成，",
    "待",
    "2026年",
    "《",
    "十",
    "1",
    "至6月",
    " ",
    "届时",
    "后",
    "(",
    "：",
    "要求3日内",
)
LONG = 100_000


def hostile() -> None:
    """How many times as much of one core a text of twice LONG characters costs, the best of three."""

    def cost(unit: str, size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size]
        spent = []
        for _ in range(3):
            began = time.process_time()
            find_many([(text, date(2026, 5, 11))])
            spent.append(time.process_time() - began)
        return min(spent)

    cost("将", 1_000)
    for unit in HOSTILE:
        once, twice = cost(unit, LONG), cost(unit, 2 * LONG)
        print(f"  {unit!r:>16}  {once:.3f} s, twice as long {twice / once:.2f} times")


def against_jionlp(stuff: Material) -> None:
    """Days of the labelled time words, each parser given just the words, and the time that it takes."""
    try:
        import jionlp  # type: ignore[import-not-found]
    except ImportError:
        print("jionlp is not installed here: pip install jionlp in an environment of its own to compare.")
        return
    conventions = Conventions(default_calendar(), default_settings())
    ours = theirs = cases = 0
    spent = [0.0, 0.0]
    for label in stuff.labels:
        answered = date.fromisoformat(label["answered"])
        for one in label["commitments"]:
            words = normalise(one.get("due_text") or "").text
            if one["certainty"] != "stated" or not words:
                continue
            cases += 1
            began = time.process_time()
            times = find_times(words, 0, len(words), reference=answered, conventions=conventions)
            spent[0] += time.process_time() - began
            ours += right(one["due"], times[-1].due if times else None, label["answered"])
            began = time.process_time()
            theirs += right(one["due"], _jionlp_day(jionlp, words, answered), label["answered"])
            spent[1] += time.process_time() - began
    print(f"dates of {cases} labelled time words: ours {ours / cases:.3f}, jionlp {theirs / cases:.3f}")
    print(f"  microseconds each: ours {spent[0] / cases * 1e6:.0f}, jionlp {spent[1] / cases * 1e6:.0f}")


def _jionlp_day(jionlp: Any, words: str, answered: date) -> date | None:
    base = {"year": answered.year, "month": answered.month, "day": answered.day}
    try:
        parsed = jionlp.parse_time(words, time_base=base)
    except (ValueError, TypeError, KeyError):
        return None
    span = parsed.get("time")
    if not isinstance(span, list):
        return None
    try:
        return date.fromisoformat(str(span[-1])[:10])
    except ValueError:
        return None


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("cross", "sweep", "jionlp", "hostile"):
        options.add_argument(f"--{name}", action="store_true")
    given = options.parse_args()
    if given.hostile:
        return hostile()
    folder()
    dev = material(labels("dev"))
    print(f"commitments on dev ({len(dev.labels)} replies, two readings), {default_model().version}:")
    figures = Figures()
    for label, found in zip(dev.labels, dev.read(default_model(), dev.labels), strict=True):
        figures.add(label, found)
    figures.show()
    speed(dev)
    own = [json.loads(line) for line in READ2.read_text(encoding="utf-8").splitlines()]
    fitted_on = material([*labels("train"), *own])
    if given.cross:
        print(f"cross-validated on train and read2 ({len(fitted_on.labels)} replies, one reading):")
        figures = Figures()
        for model, part in cross(fitted_on):
            for label, found in zip(part, fitted_on.read(model, part), strict=True):
                figures.add(label, found)
        figures.show()
    if given.sweep:
        sweep(fitted_on)
    if given.jionlp:
        against_jionlp(dev)
        against_jionlp(material(labels("train")))


if __name__ == "__main__":
    main()
