"""Chinese on a terminal: lines are full, no mark stands at the wrong end, and nothing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from wenxiao.reporting.flowing import flowing

CONSOLE = Console(width=40, color_system=None)


def lines(text: str, width: int = 40) -> list[str]:
    return [line.plain for line in flowing(Text(text)).wrap(CONSOLE, width)]


def test_a_line_is_filled_though_a_space_stands_in_it() -> None:
    text = "第 2 行，答复时间：年份只有两位，分不清哪一个是年、月、日，请写成“2026-03-05”这样的格式。"
    first, *rest = lines(text)
    assert cell_len(first) > 36
    assert "".join([first, *rest]) == text
    assert all(line[0] not in "，。、；：”）" for line in rest)
    assert any("2026-03-05" in line for line in [first, *rest])


@given(st.text("路灯坏了，。“”（）：、 abc12-.\n", max_size=120), st.integers(12, 60))
def test_nothing_is_lost_and_no_line_is_too_long(text: str, width: int) -> None:
    found = lines(text, width)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(cell_len(line) <= width for line in found)
