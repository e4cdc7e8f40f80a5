"""A morning at the list: with the keyboard alone, with the mouse, and with clumsy clicks."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect
from tests.conftest import Cast, Importer, row
from tests.web.e2e.conftest import PHONE, WIDE, Open

from wenxiao.orders.models import Event, WorkOrder

LIST = "/assess/?decision=pending&captured=0"
#: Whether the page has come to rest after bringing a row into view.
STILL = "() => new Promise(done => { const y = scrollY; setTimeout(() => done(scrollY === y), 150) })"


def _number(page: object) -> str:
    return str(page.locator("[data-row].present .no").text_content())  # type: ignore[attr-defined]


def test_the_keyboard_alone_assesses(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    total = page.locator("[data-row]").count()
    first = _number(page)
    page.keyboard.press("j")
    second = _number(page)
    assert first != second
    page.keyboard.press("k")
    assert _number(page) == first
    page.keyboard.press("c")
    expect(page.locator(".toast-it")).to_contain_text("已确认 1 件")
    expect(page.locator("[data-row]")).to_have_count(total - 1)
    assert _number(page) == second
    page.keyboard.press("d")
    expect(page.locator("#dismiss")).to_be_visible()
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(total - 2)
    assert WorkOrder.objects.get(number=second).finding.decision == "dismissed"
    page.keyboard.press("u")
    expect(page.locator("[data-row]")).to_have_count(total - 1)
    assert WorkOrder.objects.get(number=second).finding.decision == "pending"
    page.keyboard.press("o")
    page.wait_for_url(re.compile("/orders/"))
    here = page.url
    page.keyboard.press("n")
    page.wait_for_url(lambda url: url != here)
    page.keyboard.press("p")
    page.wait_for_url(here)
    page.keyboard.press("c")
    expect(page.locator(".toast-it")).to_contain_text("已确认 1 件")
    page.keyboard.press("u")
    expect(page.locator(".toast-it")).to_contain_text("已撤销")


def test_help_and_search_by_key(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert _gap(page, "#keys dl", "#keys .btn") >= 8
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("污水")
    expect(page.locator("[data-row]")).to_have_count(2)
    assert "q=" in page.url
    expect(page.locator(".tallyline")).to_contain_text("共 2 件")


def _gap(page: Page, upper: str, lower: str) -> float:
    """The pixels between one thing and the next below it."""
    above, below = page.locator(upper).first.bounding_box(), page.locator(lower).first.bounding_box()
    assert above is not None and below is not None
    return below["y"] - above["y"] - above["height"]


def test_what_is_pressed_to_judge_has_room(county: Cast, browse: Open) -> None:
    for size in (WIDE, PHONE):
        page = browse(county.analyst, "/assess/?decision=&captured=0", size=size)
        page.locator("a[data-main]").first.click()
        expect(page.locator(".judge-card [data-key=c]")).to_be_visible()
        assert _gap(page, ".judge-card select", ".judge-card [data-key=c]") >= 4
        confirm = page.locator(".judge-card [data-key=c]").bounding_box()
        dismiss = page.locator(".judge-card [data-key=d]").bounding_box()
        assert confirm is not None and dismiss is not None and confirm["y"] == dismiss["y"]


def test_typing_never_decides(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    page.locator("#q").click()
    page.keyboard.type("cdxju")
    page.wait_for_load_state("networkidle")
    assert not Event.objects.filter(kind__in=("confirmed", "dismissed")).exists()


def test_double_clicks_are_single(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    total = page.locator("[data-row]").count()
    page.locator("[data-row] button[data-key=c]").first.dblclick()
    expect(page.locator(".toast-it").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    confirmed = Event.objects.filter(kind="confirmed").count()
    assert confirmed == 1
    expect(page.locator("[data-row]")).to_have_count(total - 1)
    page.locator("a[data-main]").first.click()
    page.locator("form button[data-key=c]").dblclick()
    expect(page.locator(".judge-card")).to_contain_text("撤销结论")
    assert Event.objects.filter(kind="confirmed").count() == 2


def test_ticked_rows_are_dismissed_together(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    total = page.locator("[data-row]").count()
    boxes = page.locator("[data-row] input[name=order]")
    boxes.nth(0).check()
    boxes.nth(2).check()
    expect(page.locator("#bulk")).to_contain_text("已选 2 件")
    page.locator("#bulk [data-key=d]").click()
    page.get_by_label("其他（请说明）").check()
    page.locator("#dismiss button[type=submit]").click()
    expect(page.locator(".toast-it.error")).to_contain_text("请写明理由")
    page.locator("#dismiss-note").fill("两件都已当面说明")
    page.locator("#dismiss button[type=submit]").click()
    expect(page.locator("[data-row]")).to_have_count(total - 2)
    page.get_by_role("button", name="撤销", exact=True).first.click()
    expect(page.locator("[data-row]")).to_have_count(total)


def test_the_preview_follows_the_row(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    for _ in range(2):
        title = page.locator("[data-row].present h2").text_content() or ""
        expect(page.locator("#peek h2").first).to_have_text(title.strip())
        assert page.locator("#peek mark.ev").count() > 0
        page.keyboard.press("j")


def test_a_session_that_ends_in_the_middle_leads_back(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("c")
    expect(page.locator(".toast-it.error")).to_contain_text("登录已过期")
    page.wait_for_url(re.compile(r"/login/\?next="))
    assert not Event.objects.filter(kind="confirmed").exists()


def test_a_server_that_is_away_is_told(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    page.route(
        "**/assess/decide",
        lambda route: route.fulfill(
            status=503, body="<div role=alert><h1>暂时不能完成</h1><p>数据库正忙</p></div>"
        ),
    )
    page.reload()  # a page that was there before is not sure to ask through the new route at once
    page.wait_for_load_state("networkidle")
    page.keyboard.press("c")
    expect(page.locator(".toast-it.error")).to_contain_text("数据库正忙")
    expect(page.locator("[data-row]").first).to_be_visible()


def test_a_view_is_saved_and_opened(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    page.locator("#q").fill("污水")
    expect(page.locator("[data-row]")).to_have_count(2)
    page.get_by_text("常用视图").click()
    page.get_by_label("把现在的筛选存为视图").fill("污水类")
    page.get_by_role("button", name="保存视图").click()
    expect(page.locator(".toast-it")).to_contain_text("已保存视图")
    page.goto("/assess/")
    page.get_by_text("常用视图").click()
    page.get_by_role("link", name="污水类").click()
    expect(page.locator("[data-row]")).to_have_count(2)


def test_a_clerk_on_a_phone_reads_their_orders(county: Cast, browse: Open) -> None:
    page = browse(county.clerk, "/", size=PHONE, is_mobile=True, has_touch=True)
    expect(page.locator("h1")).to_have_text("我单位的工单")
    expect(page.locator(".dock")).to_be_visible()
    page.locator("[data-row] a[data-main]").first.tap()
    expect(page.locator("h1")).to_contain_text("沟渠排污水")
    assert page.locator("button[data-key=c]").count() == 0


def _numbers(page: Page) -> list[str]:
    return [str(text) for text in page.locator("[data-row] .no").all_text_contents()]


def test_keys_typed_ahead_of_the_answer_meet_the_next_order(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    before = _numbers(page)
    held = _hold(page)
    for key in "jcd":
        page.keyboard.press(key)
    expect(page.locator("#dismiss")).to_be_visible()
    assert _number(page) == before[2]
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    _until(page, lambda: len(held) > 0)
    held[0].continue_()
    _until(page, lambda: len(held) == 2)
    held[1].continue_()
    expect(page.locator("[data-row]")).to_have_count(len(before) - 2)
    decided = dict(WorkOrder.objects.values_list("number", "finding__decision"))
    assert (decided[before[1]], decided[before[2]]) == ("confirmed", "dismissed")
    assert sorted(n for n, d in decided.items() if d != "pending") == sorted(before[1:3])
    assert _number(page) == before[3]
    _settled(page)


def test_confirming_twice_in_a_row_confirms_two_that_were_marked(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    before = _numbers(page)
    held = _hold(page)
    page.keyboard.press("c")
    assert _number(page) == before[1]
    page.keyboard.press("c")
    _until(page, lambda: len(held) > 0)
    held[0].continue_()
    _until(page, lambda: len(held) == 2)
    held[1].continue_()
    expect(page.locator("[data-row]")).to_have_count(len(before) - 2)
    assert set(_numbers(page)) == set(before[2:])
    page.keyboard.press("u")
    expect(page.locator("[data-row]")).to_have_count(len(before) - 1)
    assert _number(page) == before[1]
    _settled(page)
    assert WorkOrder.objects.get(number=before[1]).finding.decision == "pending"


def test_a_refused_decision_drops_what_was_typed_after_it(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    before = _numbers(page)
    held = _hold(page)
    page.keyboard.press("c")
    page.keyboard.press("c")
    _until(page, lambda: len(held) > 0)
    held[0].fulfill(status=503, body="<div role=alert><h1>暂时不能完成</h1></div>")
    expect(page.locator(".toast-it.error")).to_contain_text("暂时不能完成")
    assert (_number(page), len(held)) == (before[0], 1)
    _settled(page)
    assert not Event.objects.filter(kind="confirmed").exists()


def test_a_key_held_down_does_not_confirm_one_after_another(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    total = len(_numbers(page))
    for _ in range(5):
        page.keyboard.down("c")  # the second and later are what a held key repeats
    page.keyboard.up("c")
    expect(page.locator("[data-row]")).to_have_count(total - 1)
    page.wait_for_load_state("networkidle")
    assert Event.objects.filter(kind="confirmed").count() == 1


def _settled(page: Page) -> None:
    """Waits until the preview shows the marked row, so that no request outlives the test and holds its database."""
    title = page.locator("[data-row].present h2").text_content() or ""
    expect(page.locator("#peek h2").first).to_have_text(title.strip())


def _hold(page: Page) -> list[Route]:
    """The decisions sent from now on, which wait until the test lets them go."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route("**/assess/decide", keep)
    return held


def _until(page: Page, holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        page.wait_for_timeout(20)
    raise AssertionError("never came true")


def test_moving_past_the_last_row_turns_the_page(cast: Cast, importer: Importer, browse: Open) -> None:
    importer([row(order=f"T{n:02d}", reply="您反映的情况已转交施工单位。") for n in range(33)])
    page = browse(cast.analyst, LIST)
    first = _numbers(page)
    for _step in range(len(first)):
        page.keyboard.press("j")
    page.wait_for_url(re.compile("page=2"))
    expect(page.locator("[data-row]")).to_have_count(3)
    page.keyboard.press("k")
    page.wait_for_url(re.compile("page=1"))
    expect(page.locator("[data-row].present .no")).to_have_text(first[-1])
    page.keyboard.press("o")
    page.wait_for_url(re.compile("/orders/"))
    page.go_back()
    expect(page.locator("[data-row].present .no")).to_have_text(first[-1])
    _settled(page)


def test_shift_ticks_a_range_and_one_key_the_page(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    boxes = page.locator("[data-row] input[name=order]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator("#bulk")).to_contain_text("已选 4 件")
    page.keyboard.press("a")
    expect(page.locator("#bulk")).to_contain_text(f"已选 {boxes.count()} 件")
    page.keyboard.press("a")
    expect(page.locator("#bulk")).to_be_hidden()
    _settled(page)


def test_the_space_bar_turns_the_preview(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST, size={"width": 1440, "height": 420})
    _settled(page)
    page.keyboard.press("j")
    _settled(page)
    _until(page, lambda: page.evaluate(STILL))
    before = page.evaluate("scrollY")
    page.keyboard.press("Space")
    assert page.evaluate("document.querySelector('#peek').scrollTop") > 0
    assert page.evaluate("scrollY") == before
    page.keyboard.press("Shift+Space")
    assert page.evaluate("document.querySelector('#peek').scrollTop") == 0


def test_the_orders_of_one_matter_are_one_key_away(cast: Cast, importer: Importer, browse: Open) -> None:
    same = {
        "title": "九组南沟排污水",
        "content": "厂里的污水直接排到九组南沟里，臭得很。",
        "address": "柳岸村九组南沟",
    }
    importer([row(order=f"M{n}", reply="该问题已转交河口镇处理。", **same) for n in range(3)])
    importer([row(order="X1", title="路灯不亮", content="村口路灯不亮。", reply="已转交处理。")])
    page = browse(cast.analyst, LIST)
    expect(page.locator("[data-row]")).to_have_count(4)
    page.locator("[data-row] .same").first.hover()
    page.locator("[data-row]", has=page.locator(".same")).first.locator(".lead").click()
    page.keyboard.press("m")
    page.wait_for_url(re.compile("matter=M"))
    expect(page.locator("[data-row]")).to_have_count(3)
    _settled(page)


def test_a_double_click_exports_once(county: Cast, browse: Open) -> None:
    page = browse(county.analyst, LIST)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    with page.expect_download() as download:
        page.get_by_role("button", name="导出").dblclick()
    assert download.value.suggested_filename.endswith(".xlsx")
    assert len(asked) == 1
    expect(page.get_by_role("button", name="导出")).to_be_enabled(timeout=8_000)
