"""How well and how fast demands are found: `python -m bench.demands`.

Measured on bench/labels/demands.jsonl (608 demands of 300 messages, one reading each: the demands of
read2.jsonl, ids and spans only, with the part that each message belongs to) and on the
real texts, which are not in the repository: they are looked for in $WENXIAO_DATA or ../shared/data. Everything was
chosen by cross-validation within the `fit` part; the figures here are of the `report` part, which was read once.

A demand counts as found when a labelled one in the same field shares at least half of the shorter of the two spans;
each label counts once. "Left unanswered" counts demands whose `answered` is "no", on both sides; the signal is right
where the order has any demand labelled "no". `answered` and the clause that answers are judged on the demands found.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineWorkbook

from wenxiao.recognition.demands import DemandReader, unanswered
from wenxiao.recognition.schema import Demand, Order

ROOT = Path(__file__).resolve().parent.parent
LABELS = ROOT / "bench" / "labels" / "demands.jsonl"
#: What the engine may spend on demands, in microseconds an order, at messages of 350 characters.
BUDGET = 40.0


@dataclass(frozen=True)
class Label:
    """One labelled demand."""

    field: str
    span: tuple[int, int]
    answered: str
    by: tuple[int, int] | None


@dataclass(frozen=True)
class Case:
    """One labelled message with its texts."""

    order: Order
    labels: list[Label]


def part_of(number: int) -> str:
    """`report` for a third of the ids, `fit` for the rest, by a hash of the id."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return "report" if int(digest[:8], 16) % 3 == 0 else "fit"


def data_folder() -> Path | None:
    """The folder of real texts, or None where there is none."""
    folder = Path(os.environ.get("WENXIAO_DATA", ROOT.parent / "shared" / "data"))
    return folder if (folder / "tipdm" / "replies.xlsx").exists() else None


def orders(folder: Path) -> dict[int, Order]:
    """The messages and replies of the public board, by number, texts as they stand in the sheet."""
    rows = (
        CalamineWorkbook.from_path(str(folder / "tipdm" / "replies.xlsx")).get_sheet_by_index(0).to_python()
    )
    at = {str(name): i for i, name in enumerate(rows[0])}
    return {
        int(float(str(row[at["留言编号"]]))): Order(
            title=str(row[at["留言主题"]]),
            content=str(row[at["留言详情"]]),
            reply=str(row[at["答复意见"]]),
        )
        for row in rows[1:]
    }


def cases(found: dict[int, Order], part: str) -> list[Case]:
    """The labelled messages of one part."""
    out = []
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["part"] == part:
            labels = [
                Label(d["field"], tuple(d["span"]), d["answered"], tuple(d["by"]) if d["by"] else None)
                for d in row["demands"]
            ]
            out.append(Case(found[row["id"]], labels))
    return out


def overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether two spans share at least half of the shorter one."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return shared > 0 and 2 * shared >= min(a[1] - a[0], b[1] - b[0])


def pairs(labels: Sequence[Label], demands: Sequence[Demand]) -> list[tuple[Label, Demand]]:
    """Labels and findings that are the same demand, each used once."""
    free, found = list(labels), []
    for demand in demands:
        same = next(
            (f for f in free if f.field == demand.field and overlap(f.span, (demand.start, demand.end))), None
        )
        if same is not None:
            free.remove(same)
            found.append((same, demand))
    return found


@dataclass
class Score:
    """Counts of right, wrong and missed."""

    right: int = 0
    found: int = 0
    there: int = 0

    def add(self, right: int, found: int, there: int) -> None:
        self.right, self.found, self.there = self.right + right, self.found + found, self.there + there

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.there) if self.found + self.there else 0.0

    def __str__(self) -> str:
        return f"F1 {self.f1:.3f}  precision {self.precision:.3f}  recall {self.recall:.3f}  ({self.right}/{self.found} found, {self.there} labelled)"


@dataclass
class Figures:
    """What is reported of one part."""

    demands: Score
    answered: Score
    spans: Score
    left: Score
    signal: Score


def figures(reader: DemandReader, cases: Iterable[Case]) -> Figures:
    """Everything measured on labelled messages. `answered` and `spans` look at the demands that were found."""
    out = Figures(Score(), Score(), Score(), Score(), Score())
    for case in cases:
        demands = reader.read(case.order)
        same = pairs(case.labels, demands)
        out.demands.add(len(same), len(demands), len(case.labels))
        out.answered.add(sum(a.answered == b.answered for a, b in same), len(same), len(same))
        placed = [
            (a.by, b) for a, b in same if a.by and b.reply_start is not None and b.reply_end is not None
        ]
        hits = sum(overlap(by, (b.reply_start or 0, b.reply_end or 0)) for by, b in placed)
        out.spans.add(hits, len(placed), len(placed))
        no = [d for d in demands if d.answered == "no"]
        labelled = [f for f in case.labels if f.answered == "no"]
        out.left.add(len(pairs(labelled, no)), len(no), len(labelled))
        fired, due = bool(unanswered(demands)), bool(labelled)
        out.signal.add(fired and due, fired, due)
    return out


def speed(reader: DemandReader, found: Iterable[Order]) -> tuple[float, float, float]:
    """Microseconds of one core an order (the best of three passes), and mean lengths of message and reply."""
    sample = [o for o in found if len(o.content) + len(o.reply) < 2500]
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        for order in sample:
            reader.read(order)
        best = min(best, time.process_time() - begun)
    size = len(sample)
    return (
        best / size * 1e6,
        sum(len(o.title) + len(o.content) for o in sample) / size,
        sum(len(o.reply) for o in sample) / size,
    )


def main() -> None:
    folder = data_folder()
    if folder is None:
        print("Skipped: the real texts are not here; name their folder in WENXIAO_DATA.")
        return
    found, reader = orders(folder), DemandReader()
    part = figures(reader, cases(found, "report"))
    print("Demands, on the labelled messages that nothing was chosen on (experimental where below 0.7)")
    print(f"  demands             {part.demands}")
    print(f"  answered yes/part/no right  {part.answered.recall:.3f} of {part.answered.there} found demands")
    print(f"  answer in the right clause  {part.spans.recall:.3f} of {part.spans.there}")
    print(f"  left unanswered     {part.left}")
    print(f"  signal demands_unanswered, by order  {part.signal}")
    micros, asked, answer = speed(reader, found.values())
    print(
        f"Speed: {micros:.1f} µs an order on one core (budget {BUDGET:.0f}, ratio {micros / BUDGET:.2f}); "
        f"messages of {asked:.0f} characters, replies of {answer:.0f}"
    )


if __name__ == "__main__":
    main()
