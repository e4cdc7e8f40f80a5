"""An import by page: drop, check the columns, confirm, watch, read the result; and what people really drop."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from tests.conftest import TODAY, Cast, row, write_csv
from tests.web.conftest import SignIn

from wenxiao.library.pipeline import run_import
from wenxiao.orders.models import ImportRun, WorkOrder


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
    import re

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


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("空.xlsx", b"", "文件是空的"),
        ("junk.xlsx", os.urandom(4096), ""),
        ("照片.png", b"\x89PNG\r\n\x1a\n" + bytes(500), ""),
        ("../../../etc/passwd.csv", b"a,b\n1,2\n", ""),
        ("半个.xlsx", b"PK\x03\x04" + b"\x00" * 40, ""),
    ],
)
def test_what_is_no_export_is_refused_in_words(
    browser: Client, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    answer = _upload(browser, SimpleUploadedFile(name, content))
    assert answer.status_code in (200, 422)
    assert (
        says in answer.text and "没有导入任何内容" in answer.text
    ) or "没有读到可以导入的行" in answer.text
    assert WorkOrder.objects.count() == 0
    assert browser.get("/import/").status_code == 200


def test_no_file_is_no_import(browser: Client) -> None:
    answer = browser.post("/import/", {"source": "x"})
    assert answer.status_code == 422 and "请先选择一个文件" in answer.text
    assert not ImportRun.objects.exists()


def test_a_name_cannot_leave_its_folder(browser: Client, tmp_path: Path) -> None:
    _upload(browser, _file(tmp_path, [row()], name="..\\..\\工单/2026/九月.csv"))
    run = ImportRun.objects.get()
    assert run.file_name == "九月.csv"
    assert Path(run.path).is_relative_to(tmp_path / "uploads")


def test_a_failed_import_says_why_and_can_go_on(browser: Client, tmp_path: Path) -> None:
    page = _upload(browser, _file(tmp_path, [row()]))
    run = ImportRun.objects.get()
    browser.post(reverse("import-confirm", args=[run.pk]), _mapping(page.text))
    moved = Path(run.path).rename(tmp_path / "away.csv")
    run_import(run.pk, TODAY)
    text = browser.get(reverse("import", args=[run.pk])).text
    assert "这次导入没有完成" in text and "接着导入" in text
    moved.rename(run.path)
    assert "排队中" in browser.post(reverse("import-retry", args=[run.pk]), follow=True).text
    run_import(run.pk, TODAY)
    assert "导入完成" in browser.get(reverse("import", args=[run.pk])).text


@pytest.mark.parametrize("name", ["import", "import-rejected"])
def test_another_role_finds_no_imports(
    browser: Client, cast: Cast, sign_in: SignIn, tmp_path: Path, name: str
) -> None:
    _upload(browser, _file(tmp_path, [row()]))
    run = ImportRun.objects.get()
    assert sign_in(cast.handler).get(reverse(name, args=[run.pk])).status_code == 403
