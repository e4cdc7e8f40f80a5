"""Compile the loops of the engine ahead, where a first order would wait for them: `python -m wenxiao.recognition.ahead`."""

from __future__ import annotations

from datetime import date

from wenxiao.recognition.engine import Engine
from wenxiao.recognition.matters import score
from wenxiao.recognition.schema import Order
from wenxiao.recognition.settings import Settings


def compile_all() -> None:
    """Read one small order and compare it with itself, which calls every loop once. Seconds the first time, nothing from then on."""
    text = "经核查，路灯已转交城管局，预计6月底前修复。2026年5月11日"
    order = Order("1", title="路灯不亮", content=text, reply=text)
    Engine(Settings(as_of=date(2026, 1, 1))).read(order)
    score(order, order)


if __name__ == "__main__":
    compile_all()
