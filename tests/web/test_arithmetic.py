"""The arithmetic of due dates reads in English: all that the engine writes, in whatever way a date is given."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse
from tests.conftest import Cast, Importer, row
from tests.web.conftest import SignIn

from wenxiao.orders.intake import open_source
from wenxiao.recognition.commitments import find_commitments
from wenxiao.web.arithmetic import in_english

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAID = (
    "12月8日前", "今年10月底之前", "明年1月份", "下周五前", "本周内", "三日内", "15天内", "5个工作日内", "20个工作日内",
    "两个月内", "春节前", "国庆节前", "年底前", "年初", "年中", "汛期结束后", "开春后", "秋收后", "四季度", "2027年3月前",
    "2029年6月底前", "半个月内", "下月底前", "300个工作日内", "元宵节前", "中秋节前", "待资金到位后", "尽快", "近期",
)  # fmt: skip


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("day", [date(2026, 1, 15), date(2026, 9, 28)], ids=str)
def test_every_way_to_give_a_date(said: str, day: date) -> None:
    found = find_commitments(f"经核实情况属实。我局将于{said}完成维修。", reference=day)
    bases = [one.basis for one in found if one.basis]
    for basis in bases:
        english = in_english(basis)
        assert english != basis
        assert not CHINESE.search(re.sub(r"“[^”]*”", "", english)), english


@pytest.mark.parametrize(
    ("basis", "english"),
    [
        (
            "以答复日2026-09-28为基准，“3个工作日内”取2026-10-09（自2026-09-28次日起第3个工作日为2026-10-09（其间跳过国庆节7天、周末1天））",
            "counted from the day of the reply, 2026-09-28: “3个工作日内” is 2026-10-09 (working day 3 after 2026-09-28 "
            "is 2026-10-09 (leaving out days off: National Day 7, weekend 1))",
        ),
        (
            "以工单“计划完成时间”列为准，取2025-01-31，答复写作2025-02-28",
            "the column “planned finish” of the order says 2025-01-31 (the reply says 2025-02-28)",
        ),
        ("以文中所述2026-05-16为基准，“10日内”取2026-05-26（自2026-05-16次日起第10天为2026-05-26）",
         "counted from 2026-05-16, which the text names: “10日内” is 2026-05-26 (day 10 after 2026-05-16 is 2026-05-26)"),
        ("一句没有人认识的话，取2026-01-01", "一句没有人认识的话，取2026-01-01"),
        ("", ""),
    ],
)  # fmt: skip
def test_sentences(basis: str, english: str) -> None:
    assert in_english(basis) == english


def test_pages_show_it_in_their_language(cast: Cast, importer: Importer, sign_in: SignIn) -> None:
    importer([row(order="D1", reply="我局将于2026年12月15日前完成维修。")])
    day = '<span class="nowrap">2026-09-03</span>'
    browser = sign_in(cast.analyst)
    assert f"以答复日{day}为基准" in browser.get("/commitments/").text
    browser.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert f"counted from the day of the reply, {day}" in browser.get("/commitments/").text


@pytest.mark.parametrize(
    "basis",
    [
        "以答复日2026-05-01为基准，“三日内”取2026-05-04；落款日期2019-05-01早于来电日2026-04-01，疑为笔误，改以答复时间为准",
        "“下周五前”没有写明日期（“开工”说的是另一件事的时间），需单位补报期限，否则2026-06-01复核",
        "“2月30日前”不是真实的日期，需单位补报期限，否则2026-06-01复核",
        "以答复日2026-05-01为基准，“月底前”取2026-05-31；与工单“计划完成时间”列一致",
        "工单“是否最终办理结果”为否，答复没有写期限，需单位补报期限",
        "“入冬后”没有写明日期（“入冬”按设置为2026-11-30），需单位补报期限，否则2026-06-01复核；工单“是否最终办理结果”为否",
    ],
)
def test_what_is_added_to_a_sum_reads_in_english_too(basis: str) -> None:
    english = in_english(basis)
    assert not CHINESE.search(re.sub(r"“[^”]*”", "", english)), english


def test_notes_on_a_file_read_in_english(tmp_path: Path) -> None:
    header = "序,标题,诉求内容,诉求详情,办理情况,,满意度,过程满意度,天气\n"
    rows = "1,路灯,路灯不亮,灯不亮,已转办,多的,很一般般吧,满意,晴\n"
    known, unknown = tmp_path / "a.csv", tmp_path / "b.csv"
    known.write_text(header + rows, "utf-8")
    unknown.write_text("甲,乙,丙\n12,路灯不亮了请来修一下谢谢你们啊,已转交处理并且修好了请放心\n", "utf-8")
    notes = []
    for path in (known, unknown):
        source = open_source(path, unsure=True)
        list(source.batches())
        notes += source.notes
    assert len(notes) > 6
    for note in notes:
        english = in_english(note, "notes.toml")
        assert not CHINESE.search(re.sub(r"“[^”]*”", "", english)), english
