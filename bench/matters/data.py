"""The real messages and the labelled pairs, found where WENXIAO_DATA says or beside the checkout."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from openpyxl import load_workbook

from bench.matters.made import Maker
from wenxiao.recognition.matters.columns import columns
from wenxiao.recognition.matters.facts import read_facts
from wenxiao.recognition.matters.history import History
from wenxiao.recognition.matters.pairs import Features, Side, features
from wenxiao.recognition.matters.totals import Totals, name_the_nameless
from wenxiao.recognition.schema import Order

HERE = Path(__file__).parent
EXTRA = HERE / "pairs_extra.jsonl"


def data_folder() -> Path:
    """Where the real data is. SystemExit where it is not."""
    folder = Path(os.environ.get("WENXIAO_DATA") or HERE.parents[2] / "shared" / "data")
    if not (folder / "tipdm").is_dir():
        raise SystemExit("The real messages are not here; set WENXIAO_DATA to the folder that holds tipdm/.")
    return folder


def messages() -> list[Order]:
    """The 4,326 messages, in the order of the sheet."""
    sheet = load_workbook(data_folder() / "tipdm" / "messages.xlsx", read_only=True).active
    rows = list(sheet.values)[1:]
    return [_order(at, row) for at, row in enumerate(rows)]


def _order(at: int, row: tuple[Any, ...]) -> Order:
    number, user, title, when, content = row[:5]
    return Order(
        order=str(number),
        row=at + 2,
        title=str(title or ""),
        content=str(content or ""),
        caller=str(user or ""),
        called_at=when if isinstance(when, datetime) else _time(str(when)),
    )


def _time(text: str) -> datetime | None:
    for form in ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M"):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


@dataclass(frozen=True, slots=True)
class Labelled:
    """Labelled pairs side by side: orders `a` and `b`, rows of them in the messages, label, weight and features."""

    a: list[str]
    b: list[str]
    left: np.ndarray
    right: np.ndarray
    label: np.ndarray
    sure: np.ndarray
    weight: np.ndarray
    is_dev: np.ndarray
    features: Features


def read_pairs() -> tuple[list[dict[str, Any]], int]:
    """Every labelled pair, the shared development pairs first, and how many those are."""
    dev = _lines(data_folder() / "tipdm" / "labels" / "pairs_dev.jsonl")
    return dev + _lines(EXTRA), len(dev)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def labelled(orders: list[Order] | None = None) -> Labelled:
    """The labelled pairs with their features, among all messages."""
    orders = orders or messages()
    history = History.of([read_facts(order) for order in orders])
    rows, count = read_pairs()
    at = {order.order: k for k, order in enumerate(orders)}
    left = np.array([at[str(x["a"])] for x in rows])
    right = np.array([at[str(x["b"])] for x in rows])
    return Labelled(
        a=[str(x["a"]) for x in rows],
        b=[str(x["b"]) for x in rows],
        left=left,
        right=right,
        label=np.array([x["label"] for x in rows]),
        sure=np.array([x["sure"] for x in rows]),
        weight=np.array([x.get("weight", 1.0) for x in rows]),
        is_dev=np.arange(len(rows)) < count,
        features=history.features(left, right),
    )


def made_features(orders: list[Order], seed: int = 7) -> tuple[Features, np.ndarray]:
    """The features and labels of pairs made from the messages, weighed as among the messages."""
    pairs = Maker(orders, seed).pairs()
    weight = History.of([read_facts(order) for order in orders]).weights
    packed = name_the_nameless(columns([read_facts(o) for pair in pairs for o in (pair.a, pair.b)]), weight)
    totals = Totals.of(packed, weight)
    left = np.arange(0, 2 * len(pairs), 2)
    found = features(weight, Side(packed, totals, left), Side(packed, totals, left + 1))
    return found, np.array([pair.label for pair in pairs])
