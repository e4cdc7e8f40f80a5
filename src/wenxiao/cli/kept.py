"""What the demo found last time, kept while nothing that it was made from has changed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

#: Everything between a file of orders and what is written of it: code, rules, model, word lists, calendar.
_ROOMS = ("calendars", "recognition", "orders/intake", "scanning", "reporting", "display")
#: Packages whose own workings show in the findings or in the files.
_LIBRARIES = ("numpy", "scipy", "pyarrow", "xlsxwriter", "rich")
#: Beside the outputs: what they were made from, what they are, and the summary as it was told.
_MARK = ".findings.json"


def made_from(export: Path, settings: object) -> str:
    """Stands for the orders, the engine with its rules and model, and the settings: the same only while all are."""
    seen = blake2b(digest_size=16)
    for part in (repr(settings), sys.version, *map(_version, _LIBRARIES), _digest(export)):
        seen.update(f"{part}\n".encode())
    root = Path(str(files("wenxiao")))
    for room in _ROOMS:
        for path in sorted(_sources(root / room)):
            content = path.read_bytes()
            seen.update(f"{path.relative_to(root)} {len(content)}\n".encode() + content)
    return seen.hexdigest()


def keep(key: str, outputs: Sequence[Path], summary: str) -> None:
    """Remember what `outputs` were made from, and the summary."""
    content = {"made_from": key, "files": {p.name: _digest(p) for p in outputs}, "summary": summary}
    mark = outputs[0].with_name(_MARK)
    part = mark.with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    part.replace(mark)


def summary_kept(key: str, outputs: Sequence[Path]) -> str:
    """The summary of last time; "" where anything has changed, an output among it."""
    try:
        known = json.loads(outputs[0].with_name(_MARK).read_text(encoding="utf-8"))
        same = known["made_from"] == key and known["files"] == {p.name: _digest(p) for p in outputs}
        return str(known["summary"]) if same else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        seen = blake2b(digest_size=16)
        while block := file.read(1 << 20):
            seen.update(block)
    return seen.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
