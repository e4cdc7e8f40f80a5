"""The real sheets, where they are at hand: every row comes out, and every text exactly as it stands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import python_calamine

ROOT = Path(os.environ.get("WENXIAO_DATA") or Path(__file__).parents[3] / "shared" / "data")


def real(name: str) -> Path:
    path = ROOT / name
    if not path.exists():
        pytest.skip(f"the real data is not here ({path}); set WENXIAO_DATA")
    return path


@pytest.mark.parametrize(("name", "rows"), [("tipdm/replies.xlsx", 2576), ("tipdm/messages.xlsx", 4326)])
def test_every_row_of_the_sheet_comes_out_unchanged(read, name, rows) -> None:
    path = real(name)
    result = read(path)
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert len(result.orders) == rows and not result.rejects and not result.skipped
    has_reply = "答复意见" in sheet[0]
    for number, (order, cells) in enumerate(zip(result.orders, sheet[1:], strict=True), 2):
        assert order.row == number and order.order == str(int(cells[0]))
        # An XML reader turns a raw \r\n into \n (XML 1.0, 2.11); calamine leaves it.
        assert order.content.replace("\r", "") == cells[4].replace("\r", "")
        assert not has_reply or order.reply == cells[5]
        assert order.called_at is not None


def test_the_letters(read) -> None:
    result = read(real("letters/letters.jsonl"))
    assert len(result.orders) == 809 and not result.rejects and result.source.unplaced == ["url"]
    assert all(o.replied_at and o.unit and o.content for o in result.orders)
