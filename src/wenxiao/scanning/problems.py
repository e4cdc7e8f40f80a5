"""What went wrong with rows: all of it on disk, only counts and the first few in memory."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple
from tempfile import SpooledTemporaryFile

from wenxiao.orders.intake.problems import Problem
from wenxiao.scanning.spill import temporary_room

#: Bytes that wait in memory before a file is made.
_IN_MEMORY = 1 << 20
#: The first problems, kept to be shown; one of each sort is kept besides.
KEPT = 20


class ProblemLog:
    """Takes any number of problems and gives them back in order, as often as asked.

    The file has no name: however the process ends, nothing stays behind.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.first: list[Problem] = []
        self.examples: dict[str, Problem] = {}
        self._file = SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="ascii", prefix="wenxiao-")  # noqa: SIM115

    def add(self, problem: Problem) -> None:
        """Count it, and put it aside."""
        self.counts[problem.code] += 1
        self.examples.setdefault(problem.code, problem)
        if len(self.first) < KEPT:
            self.first.append(problem)
        with temporary_room():
            self._file.write(json.dumps(astuple(problem)) + "\n")

    def __len__(self) -> int:
        return sum(self.counts.values())

    def __iter__(self) -> Iterator[Problem]:
        with temporary_room():
            self._file.seek(0)
        for line in self._file:
            yield Problem(*json.loads(line))
