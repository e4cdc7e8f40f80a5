"""Where the benches find real texts and labels. They are not in the repository."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from wenxiao.orders.intake import open_source
from wenxiao.recognition.schema import Order

ROOT = Path(__file__).resolve().parent.parent


def folder() -> Path:
    """$WENXIAO_DATA, or ../shared/data beside the checkout. Ends the bench, saying so, where neither is there."""
    path = Path(os.environ.get("WENXIAO_DATA", ROOT.parent / "shared" / "data"))
    if not path.exists():
        sys.exit("No real texts here: set WENXIAO_DATA to the folder that holds tipdm/replies.xlsx.")
    return path


def replies() -> list[Order]:
    """The 2,576 messages with replies, as scan reads them."""
    return [o for b in open_source(folder() / "tipdm" / "replies.xlsx").batches() for o in b.orders]


def labels(name: str) -> list[dict[str, Any]]:
    """`train` or `dev`."""
    path = folder() / "tipdm" / "labels" / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def letters() -> tuple[list[Order], list[dict[str, Any]]]:
    """Letters of another source with our labels of them (`bench/labels/letters.jsonl`)."""
    marks = [
        json.loads(x) for x in (ROOT / "bench/labels/letters.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    texts = {}
    for line in (folder() / "letters" / "letters.jsonl").read_text(encoding="utf-8").splitlines():
        x = json.loads(line)
        texts[x["id"]] = Order(x["id"], title=x["title"], content=x["content"], reply=x["reply"])
    return [texts[x["id"]] for x in marks], marks
