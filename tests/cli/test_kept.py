"""The demo keeps what it found last time, as long as nothing that it was made from has changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from wenxiao.cli.kept import keep, made_from, summary_kept
from wenxiao.recognition.settings import Settings

SETTINGS = Settings(as_of=date(2026, 10, 31))
NAMES = ("findings.xlsx", "findings.html")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "orders.xlsx").write_bytes(b"orders")
    for name in NAMES:
        (tmp_path / name).write_bytes(name.encode())
    keep(made_from(tmp_path / "orders.xlsx", SETTINGS), [tmp_path / name for name in NAMES], "共 3 件")
    return tmp_path


def told(folder: Path, settings: Settings = SETTINGS) -> str:
    return summary_kept(made_from(folder / "orders.xlsx", settings), [folder / name for name in NAMES])


def test_the_summary_of_last_time_is_told_while_all_is_as_it_was(folder: Path) -> None:
    assert told(folder) == told(folder) == "共 3 件"


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "orders.xlsx").write_bytes(b"other orders"),
        lambda folder: (folder / "findings.xlsx").write_bytes(b"edited"),
        lambda folder: (folder / "findings.html").unlink(),
        lambda folder: (folder / ".findings.json").unlink(),
        lambda folder: (folder / ".findings.json").write_text("{"),
        lambda folder: (folder / ".findings.json").write_text("[]"),
    ],
)
def test_whatever_has_changed_is_found_anew(folder: Path, change: Callable[[Path], object]) -> None:
    change(folder)
    assert told(folder) == ""


def test_another_day_or_model_is_another_reading(folder: Path) -> None:
    assert told(folder, Settings(as_of=date(2026, 11, 1))) == ""
    assert told(folder, Settings(as_of=SETTINGS.as_of, model=folder / "model.json")) == ""
