"""The page that `scan --out x.html` writes, in a real browser: no sideways scrolling, findable, whole on paper."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from wenxiao.recognition.engine import Engine
from wenxiao.recognition.schema import Order
from wenxiao.recognition.settings import Settings
from wenxiao.reporting.output import open_writers
from wenxiao.scanning.result import ScanResult, SourceNote

AS_OF = date(2026, 10, 31)
LINK = "https://example.org/" + "a" * 200


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two orders, one of them with words that no line can hold."""
    path = tmp_path_factory.mktemp("page") / "findings.html"
    orders = [
        Order(
            "N" * 60,
            title=f"路灯不亮{LINK}",
            content=LINK,
            reply=f"您反映的{LINK}已转交镇政府。",
            unit="U" * 90,
            called_at=datetime(2026, 3, 1),
            satisfaction="不满意",
        ),
        Order(
            "B1", title="二组沟渠污水", content="二组沟渠有污水。", reply="我局将于2026年12月底前完成清淤。"
        ),
    ]
    result = ScanResult(AS_OF, sources=[SourceNote("f" * 120 + ".xlsx", "Excel", 2, known=(0.4, 0.5))])
    with open_writers([path], result) as (writer,):
        for order, finding in zip(orders, Engine(Settings(as_of=AS_OF)).read_orders(orders), strict=True):
            result.count(order, finding)
            writer.add(order, finding)
        writer.finish(result)
    return path


@pytest.mark.parametrize("width", [320, 390, 720, 1440])
def test_the_page_does_not_scroll_sideways(chromium: Browser, findings: Path, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 844})
    page.goto(findings.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_orders_are_found_by_words_and_kind(chromium: Browser, findings: Path) -> None:
    page = chromium.new_page()
    page.goto(findings.as_uri())
    page.get_by_role("searchbox").fill("污水")
    expect(page.locator("article:visible")).to_have_count(1)
    page.get_by_role("searchbox").fill("")
    page.get_by_label("类别").select_option("dissatisfied")
    expect(page.locator("article:visible")).to_have_count(1)
    page.close()


def test_marks_differ_without_colour(chromium: Browser, findings: Path) -> None:
    page = chromium.new_page()
    page.goto(findings.as_uri())
    page.emulate_media(media="print")
    styles = page.eval_on_selector_all(
        ".marks mark", "marks => marks.map(mark => getComputedStyle(mark).borderBottomStyle)"
    )
    assert styles == ["solid", "dotted", "dashed"]
    assert page.evaluate("getComputedStyle(document.querySelector('.bar')).display") == "none"
    page.close()
