"""A real browser against a live server. Without Chromium these tests are skipped, saying so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as Waited
from tests.conftest import Cast, Importer, row

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests, without a sandbox as in a container."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium")
    # Playwright's loop lives in this thread, so Django would refuse the database here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def county(live_server: Any, cast: Cast, importer: Importer) -> Cast:
    """Twelve orders of the bureau and two of the village."""
    replies = [
        "您反映的情况已转交河口镇处理，请耐心等待后续通知。",
        "我局将于2026年12月{}日前完成维修，并加强日常巡查。",
        "经了解情况属实，下一步将视情况安排人员处理。",
        "后续将于2026年10月{}日前完成整改，来电人表示理解。",
    ]
    rows = [
        row(order=f"B{n:02d}", title=f"{n}号楼电梯常坏", reply=replies[n % 4].format(n + 1))
        for n in range(12)
    ]
    rows += [row(order=f"V{n}", title=f"{n}组沟渠排污水", unit="柳岸村", reply=replies[n]) for n in range(2)]
    importer(rows, actor=cast.analyst)
    return cast


@pytest.fixture
def browse(chromium: Browser, live_server: Any) -> Iterator[Open]:
    """Opens a page as somebody. What goes wrong in the page (scripts, policy, missing files) fails the test."""
    contexts, faults = [], []
    asked: set[Any] = set()

    def begun(request: Any) -> None:
        asked.add(request)

    def done(request: Any) -> None:
        asked.discard(request)

    def note(message: Any) -> None:
        # A refusal that a test provokes is told by browser and htmx as errors too; the test looks at the page itself.
        provoked = ("the server responded with a status of", "Response Status Error Code")
        if message.type in ("error", "warning") and not any(words in message.text for words in provoked):
            faults.append(message.text)

    def browse(user: Any = None, path: str = "/", *, size: Any = None, **options: Any) -> Page:
        context = chromium.new_context(
            viewport=size or WIDE, base_url=live_server.url, locale="zh-CN", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("request", begun)
        page.on("requestfinished", done)
        page.on("requestfailed", done)
        page.on("pageerror", lambda error: faults.append(str(error)))
        if user is not None:
            answer = page.goto(f"/login/?next={quote(path)}")
            assert answer is not None and answer.ok, page.inner_text("body")
            page.fill("#id_username", user.username)
            page.fill("#id_password", "correct horse")
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "/login/" not in url)  # whose address ends in the one asked for
        else:
            page.goto(path)
        page.wait_for_load_state("networkidle")
        return page

    yield browse
    # The database is emptied next: what the server still works on would hold a lock on it.
    for context in contexts:
        with suppress(Waited):
            while asked:
                context.pages[0].wait_for_event("requestfinished", timeout=2000)
        context.close()
    assert faults == []
