"""`--column 字段=表头`: which header is which field, said on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Iterable


def add_columns(parser: argparse.ArgumentParser) -> None:
    """Declare the option."""
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        type=_pair,
        metavar="字段=表头",
        help="指明哪一列是什么，如 --column reply=处办情况反馈，可写多次；字段可写英文名或中文名（答复内容=…）",
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, header = text.partition("=")
    if not (name.strip() and equals and header.strip()):
        raise argparse.ArgumentTypeError(f"“{text}”应写成 字段=表头，如 reply=处理结果")
    from wenxiao.orders.intake.headers import field_named

    return field_named(name.strip()) or name.strip(), header.strip()


def unknown_fields(columns: Iterable[tuple[str, str]]) -> str:
    """What to say of a field that does not exist; "" when all do."""
    from wenxiao.orders.intake.headers import labels

    known = labels()
    for name, _header in columns:
        if name not in known:
            return f"没有字段“{name}”。可以写：" + "、".join(f"{k}（{v}）" for k, v in known.items())
    return ""
