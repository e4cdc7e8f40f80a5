"""An import by page: drop, check the columns, confirm, watch, read the result; and what people really drop."""

from __future__ import annotations

import html
import io
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook
from tests.conftest import TODAY, Cast, row, write_csv
from tests.orders.conftest import ole_file
from tests.web.conftest import SignIn

from wenxiao.library.pipeline import run_import
from wenxiao.library.recognising import unread
from wenxiao.orders.importing import read_run
from wenxiao.orders.models import ImportRun, WorkOrder
from wenxiao.orders.runs import claim_run
from wenxiao.orders.uploads import forget_stale


@pytest.fixture
def browser(cast: Cast, sign_in: SignIn, settings: Any, tmp_path: Path) -> Client:
    settings.UPLOADS = tmp_path / "uploads"
    return sign_in(cast.analyst)


def _file(tmp_path: Path, rows: list[dict[str, str]], name: str = "工单.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, write_csv(tmp_path / "rows.csv", rows).read_bytes())


def _upload(browser: Client, file: Any) -> Any:
    return browser.post("/import/", {"file": file, "source": "市平台"}, follow=True)


def _mapping(text: str) -> dict[str, str]:
    """The selects of the page as a browser would send them."""
    chosen = {}
    for name, options in re.findall(r'<select[^>]*name="(column-\d+)">(.*?)</select>', text, re.S):
        picked = re.search(r'<option value="([^"]*)" selected', options)
        chosen[name] = picked[1] if picked else ""
    return chosen


def test_from_the_file_to_the_result(browser: Client, tmp_path: Path) -> None:
    page = _upload(
        browser, _file(tmp_path, [row(order="A1", phone="13912345678"), row(order="A2", reply="")])
    )
    assert "核对列对应" in page.text and "诉求内容" in page.text
    assert "13912345678" not in page.text and "陈小明" not in page.text
    run = ImportRun.objects.get()
    started = browser.post(reverse("import-confirm", args=[run.pk]), _mapping(page.text), follow=True)
    assert "排队中" in started.text and 'hx-trigger="every 1s"' in started.text
    run_import(run.pk, TODAY)
    part = browser.get(reverse("import", args=[run.pk]), headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"
    done = browser.get(reverse("import", args=[run.pk])).text
    assert "导入完成" in done
    assert WorkOrder.objects.count() == 2
    assert "工单.csv" in browser.get("/import/").text


def test_a_corrected_mapping_is_used_and_remembered(browser: Client, tmp_path: Path) -> None:
    page = _upload(browser, _file(tmp_path, [row(order="A1", title="甲", content="乙")]))
    mapping = _mapping(page.text)
    title, content = (next(k for k, v in mapping.items() if v == name) for name in ("title", "content"))
    mapping[title], mapping[content] = "content", "title"
    run = ImportRun.objects.get()
    again = browser.post(reverse("import-confirm", args=[run.pk]), {**mapping, "check": "1"})
    assert _mapping(again.text) == mapping and ImportRun.objects.get().state == "uploaded"
    browser.post(reverse("import-confirm", args=[run.pk]), mapping)
    run_import(run.pk, TODAY)
    order = WorkOrder.objects.get()
    assert (order.title, order.content) == ("乙", "甲")
    next_page = _upload(browser, _file(tmp_path, [row(order="A2")]))
    assert _mapping(next_page.text) == mapping


def test_one_field_for_two_columns_is_refused(browser: Client, tmp_path: Path) -> None:
    mapping = _mapping(_upload(browser, _file(tmp_path, [row()])).text)
    name = next(k for k, v in mapping.items() if v == "title")
    run = ImportRun.objects.get()
    answer = browser.post(reverse("import-confirm", args=[run.pk]), {**mapping, name: "content"})
    assert answer.status_code == 422 and "选了两列" in answer.text
    assert ImportRun.objects.get().state == "uploaded"


def test_levels_of_a_category_stay_together(browser: Client) -> None:
    sheet = "工单编号,一级分类,二级分类,诉求内容,答复内容\nA1,城建,路灯,路灯坏了请来修。,已转交镇里处理，请耐心等待。\n"
    page = _upload(browser, SimpleUploadedFile("分级.csv", sheet.encode()))
    mapping = _mapping(page.text)
    assert list(mapping.values()).count("category") == 2
    run = ImportRun.objects.get()
    browser.post(reverse("import-confirm", args=[run.pk]), mapping)
    run_import(run.pk, TODAY)
    order = WorkOrder.objects.get()
    assert "城建" in order.category and "路灯" in order.category


def test_taking_a_recognised_column_out_is_answered_in_words(browser: Client, tmp_path: Path) -> None:
    mapping = _mapping(_upload(browser, _file(tmp_path, [row()])).text)
    name = next(k for k, v in mapping.items() if v == "title")
    run = ImportRun.objects.get()
    answer = browser.post(reverse("import-confirm", args=[run.pk]), {**mapping, name: ""})
    assert answer.status_code == 422 and "不能只去掉" in answer.text


def test_a_second_click_starts_nothing_twice(browser: Client, tmp_path: Path) -> None:
    mapping = _mapping(_upload(browser, _file(tmp_path, [row()])).text)
    run = ImportRun.objects.get()
    for _ in range(2):
        assert browser.post(reverse("import-confirm", args=[run.pk]), mapping).status_code == 302
    from django_tasks_db.models import DBTaskResult

    assert DBTaskResult.objects.count() == 1


def test_the_same_file_again_is_announced_and_changes_nothing(browser: Client, tmp_path: Path) -> None:
    rows = [row(order="A1"), row(order="A2")]
    for turn in range(2):
        page = _upload(browser, _file(tmp_path, rows))
        assert ("这份文件以前导入过" in page.text) == bool(turn)
        run = ImportRun.objects.latest("pk")
        browser.post(reverse("import-confirm", args=[run.pk]), _mapping(page.text))
        run_import(run.pk, TODAY)
    run.refresh_from_db()
    assert (run.counts["new"], run.counts["same"]) == (0, 2)
    assert WorkOrder.objects.count() == 2


def test_rejected_rows_are_listed_and_can_be_downloaded(browser: Client, tmp_path: Path) -> None:
    page = _upload(browser, _file(tmp_path, [row(order="A1"), row(order="", reply="", content="", title="")]))
    run = ImportRun.objects.get()
    browser.post(reverse("import-confirm", args=[run.pk]), _mapping(page.text))
    run_import(run.pk, TODAY)
    run.refresh_from_db()
    if not run.counts["rejected"]:
        pytest.fail(f"the test needs a row that is rejected: {run.counts}")
    assert "没有导入的行" in browser.get(reverse("import", args=[run.pk])).text
    answer = browser.get(reverse("import-rejected", args=[run.pk]))
    sheet = load_workbook(io.BytesIO(b"".join(answer))).active  # type: ignore[arg-type]
    assert sheet is not None and sheet.max_row == 1 + run.counts["rejected"]


def _locked_workbook() -> bytes:
    """What Excel writes for a workbook with a password: an OLE file with an encrypted package."""
    return ole_file("EncryptedPackage", b"x")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("junk.xlsx", os.urandom(4096), ""),
        ("junk.csv", bytes(range(256)) * 200, ""),
        ("照片.png", b"\x89PNG\r\n\x1a\n" + bytes(500), ""),
        ("../../../etc/passwd.csv", b"root\n", ""),
        ("半个.xlsx", b"PK\x03\x04" + b"\x00" * 40, ""),
        ("加密.xlsx", _locked_workbook(), "密码"),
    ],
)
def test_what_is_no_export_is_refused_and_leaves_only_a_line(
    browser: Client, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    answer = _upload(browser, SimpleUploadedFile(name, content))
    assert answer.status_code == 422
    assert says in answer.text and "没有导入任何内容" in answer.text
    run = ImportRun.objects.get()
    assert run.state == "refused" and run.error and run.error in answer.text
    assert not list((tmp_path / "uploads").rglob("*")), "the refused file stayed on the disk"
    assert run.file_name in browser.get("/import/").text and "没有采用" in browser.get("/import/").text
    page = browser.get(reverse("import", args=[run.pk])).text
    assert run.error in page and "接着导入" not in page
    for action in ("import-confirm", "import-retry", "import-discard"):
        assert browser.post(reverse(action, args=[run.pk])).status_code == 302
    run.refresh_from_db()
    assert run.state == "refused" and not WorkOrder.objects.exists()


def test_an_empty_file_leaves_nothing(browser: Client, tmp_path: Path) -> None:
    answer = _upload(browser, SimpleUploadedFile("空.xlsx", b""))
    assert answer.status_code == 422 and "文件是空的" in answer.text
    assert not ImportRun.objects.exists() and not list((tmp_path / "uploads").rglob("*"))


def test_fifty_megabytes_of_junk_are_refused(browser: Client, tmp_path: Path) -> None:
    for name in ("大.xlsx", "大.csv"):
        answer = _upload(browser, SimpleUploadedFile(name, os.urandom(1 << 20) * 50))
        assert answer.status_code == 422 and "没有导入任何内容" in answer.text
    assert not list((tmp_path / "uploads").rglob("*")) and not WorkOrder.objects.exists()


def test_no_file_is_no_import(browser: Client) -> None:
    answer = browser.post("/import/", {"source": "x"})
    assert answer.status_code == 422 and "请先选择一个文件" in answer.text
    assert not ImportRun.objects.exists()


def test_a_name_cannot_leave_its_folder(browser: Client, tmp_path: Path) -> None:
    _upload(browser, _file(tmp_path, [row()], name="..\\..\\工单/2026/九月.csv"))
    run = ImportRun.objects.get()
    assert run.file_name == "九月.csv"
    assert Path(run.path).is_relative_to(tmp_path / "uploads")


def test_a_failed_import_says_why_and_can_go_on(browser: Client, tmp_path: Path, settings: Any) -> None:
    settings.RULES = tmp_path / "rules"
    broken = settings.RULES / "grades.toml"
    broken.parent.mkdir()
    broken.write_text("this is no TOML", encoding="utf-8")
    page = _upload(browser, _file(tmp_path, [row()]))
    run = ImportRun.objects.get()
    browser.post(reverse("import-confirm", args=[run.pk]), _mapping(page.text))
    run_import(run.pk, TODAY)
    text = browser.get(reverse("import", args=[run.pk])).text
    assert "这次导入没有完成" in text and "接着导入" in text
    broken.unlink()
    for _ in range(2):  # the second click changes nothing
        assert "排队中" in browser.post(reverse("import-retry", args=[run.pk]), follow=True).text
    run_import(run.pk, TODAY)
    assert "导入完成" in browser.get(reverse("import", args=[run.pk])).text


def test_without_its_file_a_failed_import_asks_for_it_again(
    browser: Client, tmp_path: Path, settings: Any
) -> None:
    page = _upload(browser, _file(tmp_path, [row()]))
    run = ImportRun.objects.get()
    browser.post(reverse("import-confirm", args=[run.pk]), _mapping(page.text))
    Path(run.path).unlink()
    run_import(run.pk, TODAY)
    text = browser.get(reverse("import", args=[run.pk])).text
    assert "重新上传同一份文件" in text and "接着导入" not in text
    assert "重新上传同一份文件" in browser.post(reverse("import-retry", args=[run.pk]), follow=True).text
    run.refresh_from_db()
    assert run.state == "failed"


def test_an_upload_can_be_given_up(browser: Client, tmp_path: Path) -> None:
    page = _upload(browser, _file(tmp_path, [row()]))
    run = ImportRun.objects.get()
    assert reverse("import-discard", args=[run.pk]) in page.text
    for _ in range(2):
        assert browser.post(reverse("import-discard", args=[run.pk])).status_code == 302
    run.refresh_from_db()
    assert run.state == "refused" and not list((tmp_path / "uploads").rglob("*"))


def test_an_import_under_way_cannot_be_given_up(browser: Client, tmp_path: Path) -> None:
    page = _upload(browser, _file(tmp_path, [row()]))
    run = ImportRun.objects.get()
    browser.post(reverse("import-confirm", args=[run.pk]), _mapping(page.text))
    browser.post(reverse("import-discard", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == "queued" and run.has_file


def test_a_double_click_on_upload_is_one_import(browser: Client, tmp_path: Path) -> None:
    file = _file(tmp_path, [row()])
    for _ in range(2):
        file.seek(0)
        _upload(browser, file)
    assert ImportRun.objects.count() == 1
    assert len(list((tmp_path / "uploads").iterdir())) == 1


def test_a_session_that_ended_keeps_the_upload_for_the_next(
    browser: Client, cast: Cast, sign_in: SignIn, tmp_path: Path
) -> None:
    page = _upload(browser, _file(tmp_path, [row()]))
    run = ImportRun.objects.get()
    browser.logout()
    answer = browser.post(reverse("import-confirm", args=[run.pk]), _mapping(page.text))
    assert answer.status_code == 302 and "/login/" in answer["Location"]
    assert "login" in browser.post("/import/", {"file": _file(tmp_path, [row()])})["Location"]
    run.refresh_from_db()
    assert run.state == "uploaded" and ImportRun.objects.count() == 1
    assert "核对列对应" in sign_in(cast.analyst).get(reverse("import", args=[run.pk])).text


def test_both_phases_are_shown_with_their_counts(browser: Client, tmp_path: Path) -> None:
    page = _upload(browser, _file(tmp_path, [row() for _ in range(3)]))
    run = ImportRun.objects.get()
    browser.post(reverse("import-confirm", args=[run.pk]), _mapping(page.text))
    claimed = claim_run(run.pk)
    assert claimed is not None
    next(read_run(claimed, unread))
    text = browser.get(reverse("import", args=[run.pk])).text
    assert "已读 3 行" in text and "已识别 0 / 3 件" in text and text.count('aria-current="step"') == 2


def test_the_result_leads_to_the_findings(browser: Client, tmp_path: Path) -> None:
    page = _upload(browser, _file(tmp_path, [row(), row()]))
    run = ImportRun.objects.get()
    browser.post(reverse("import-confirm", args=[run.pk]), _mapping(page.text))
    run_import(run.pk, TODAY)
    text = browser.get(reverse("import", args=[run.pk])).text
    link = re.search(r'href="(/assess/\?[^"]*)">看这次带来的待研判工单（(\d+) 件）', text)
    assert link is not None and link[2] == "2"
    listed = browser.get(html.unescape(link[1])).text
    assert all(number in listed for number in WorkOrder.objects.values_list("number", flat=True))


def test_the_counts_of_a_result_add_up_with_merged_rows(browser: Client, tmp_path: Path) -> None:
    one = row(order="A1")
    page = _upload(
        browser, _file(tmp_path, [one, {**one, "unit": "供水公司", "reply": "管道已修好。"}, row()])
    )
    run = ImportRun.objects.get()
    browser.post(reverse("import-confirm", args=[run.pk]), _mapping(page.text))
    run_import(run.pk, TODAY)
    shown = re.findall(r"<li[^>]*><span[^>]*>([^<]+)</span><b>(\d+)</b>", _text_of(browser, run))
    counts = {label: int(n) for label, n in shown}
    assert (counts["读到的行"], counts["新增"], counts["并入同一工单"]) == (3, 2, 1)


def _text_of(browser: Client, run: ImportRun) -> str:
    return str(browser.get(reverse("import", args=[run.pk])).text)


def test_warnings_alone_are_listed_and_can_be_downloaded(browser: Client, tmp_path: Path) -> None:
    rows = [row(), row(called_at="去年秋天"), row(), row(called_at="不详")]
    page = _upload(browser, _file(tmp_path, rows))
    run = ImportRun.objects.get()
    browser.post(reverse("import-confirm", args=[run.pk]), _mapping(page.text))
    run_import(run.pk, TODAY)
    run.refresh_from_db()
    assert (run.counts["rejected"], run.counts["warnings"]) == (0, 2)
    assert "导入了，但请留意" in browser.get(reverse("import", args=[run.pk])).text
    answer = browser.get(reverse("import-rejected", args=[run.pk]))
    sheet = load_workbook(io.BytesIO(b"".join(answer))).active  # type: ignore[arg-type]
    assert sheet is not None
    lines = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [line[2] for line in lines] == [3, 5] and all("已导入" in str(line[0]) for line in lines)


def test_a_queue_of_files_that_nobody_wants_is_emptied(
    browser: Client, cast: Cast, tmp_path: Path, settings: Any
) -> None:
    settings.UPLOAD_DAYS = 3
    _upload(browser, _file(tmp_path, [row()]))
    run = ImportRun.objects.get()
    assert forget_stale(run.created_at + timedelta(days=2)) == 0
    assert forget_stale(run.created_at + timedelta(days=4)) == 1
    run.refresh_from_db()
    assert run.state == "refused" and "3 天" in run.error and not run.has_file


@pytest.mark.parametrize("name", ["import", "import-rejected"])
def test_another_role_finds_no_imports(
    browser: Client, cast: Cast, sign_in: SignIn, tmp_path: Path, name: str
) -> None:
    _upload(browser, _file(tmp_path, [row()]))
    run = ImportRun.objects.get()
    assert sign_in(cast.handler).get(reverse(name, args=[run.pk])).status_code == 403


def _workbook(path: Path) -> Path:
    """Two months of orders and a sheet that is none."""
    book = Workbook()
    for month, number in (("九月", "S1"), ("十月", "S2")):
        sheet = book.create_sheet(month)
        sheet.append(["工单编号", "来电时间", "标题", "诉求内容", "答复内容", "承办单位"])
        sheet.append([number, "2026-09-01", "路灯不亮", "村口路灯坏了。", "已转交处理。", "县住建局"])
    book["Sheet"].title = "说明"  # the one that every new book has
    book["说明"].append(["本表由平台导出"])
    book.save(path)
    return path


def test_the_sheets_of_a_workbook_can_be_chosen(
    browser: Client, cast: Cast, sign_in: SignIn, tmp_path: Path
) -> None:
    with _workbook(tmp_path / "两个月.xlsx").open("rb") as file:
        page = browser.post("/import/", {"file": file}, follow=True)
    found = ImportRun.objects.latest("pk")
    boxes = re.findall(r'name="sheet" value="([^"]+)"( checked)?', page.text)
    assert boxes == [("说明", ""), ("九月", " checked"), ("十月", " checked")]
    none = browser.post(f"/import/{found.pk}/sheets", {}, follow=True)
    assert "请至少选一张工作表" in none.text
    legend = browser.post(f"/import/{found.pk}/sheets", {"sheet": "说明"}, follow=True)
    assert legend.status_code == 200 and legend.text.count(" checked") == 2
    gone = browser.post(f"/import/{found.pk}/sheets", {"sheet": "没有这张"}, follow=True)
    assert gone.text.count(" checked") == 2
    chosen = browser.post(f"/import/{found.pk}/sheets", {"sheet": ["十月"]}, follow=True)
    assert chosen.text.count(" checked") == 1
    browser.post(f"/import/{found.pk}/confirm", _mapping(chosen.text))
    run_import(found.pk)
    assert list(WorkOrder.objects.values_list("number", flat=True)) == ["S2"]
    late = browser.post(f"/import/{found.pk}/sheets", {"sheet": "九月"}, follow=True)
    assert "导入完成" in late.text and ImportRun.objects.get(pk=found.pk).layout["sheets"] == ["十月"]
    assert sign_in(cast.clerk).post(f"/import/{found.pk}/sheets", {"sheet": "九月"}).status_code == 403


def test_an_import_that_stands_still_says_so(browser: Client, tmp_path: Path) -> None:
    _upload(browser, _file(tmp_path, [row(order="A1")]))
    run = ImportRun.objects.get()
    ImportRun.objects.update(state="reading", claim="elsewhere:1:x", beat_at=run.created_at)
    assert "没有进展" not in browser.get(reverse("import", args=[run.pk])).text
    ImportRun.objects.update(beat_at=run.created_at - timedelta(minutes=5))
    assert "没有进展" in browser.get(reverse("import", args=[run.pk])).text
