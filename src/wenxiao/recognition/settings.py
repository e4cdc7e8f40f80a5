"""What an administrator can set about recognition, in one value that can travel to worker processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from wenxiao.recognition.learning.adjustment import Adjustment


@dataclass(frozen=True, slots=True)
class Settings:
    """`as_of` is the day the reading speaks of (no rule looks at a clock). `data` is a folder with the
    administrator's own copies of data files; a file that is not there is taken from the package.

    `adjustment` is what the centre's own verdicts add to the model (recognition.learning).
    """

    as_of: date
    data: Path | None = None
    model: Path | None = None
    adjustment: Adjustment | None = None
