"""What the terminal shows, and what must never reach it."""

import io
from datetime import date
from pathlib import Path

import pytest

from wenxiao.orders.intake import Problem, UnreadableFile
from wenxiao.recognition.schema import Evidence, Finding, Order
from wenxiao.reporting.summary import SafeConsole, print_summary
from wenxiao.scanning.result import Listing, ScanResult, SourceNote

HOSTILE = "甲\x1b[2J\x1b]0;x\x07乙\x9b31m\u202e丙\u2066\r丁"
ACTING = "\x1b\x07\x9b\u202e\u2066\r"


def said(result, outputs=()):
    out = io.StringIO()
    print_summary(result, outputs, SafeConsole(file=out, width=100, highlight=False))
    return out.getvalue()


def result_of(*probabilities, likely=0.5):
    result = ScanResult(date(2026, 10, 31), Listing(likely, 10))
    for n, unresolved in enumerate(probabilities):
        result.count(Order(str(n), title=f"第{n}件"), Finding(str(n), n, unresolved=unresolved))
    return result


def test_nothing_of_a_file_acts_on_the_terminal():
    result = ScanResult(date(2026, 10, 31))
    result.sources.append(SourceNote(HOSTILE, HOSTILE, 1, [HOSTILE]))
    result.refused.append(UnreadableFile(HOSTILE, "damaged_file", reason=HOSTILE))
    found = Finding(HOSTILE, 2, unresolved=0.9, evidence=[Evidence("wording", "reply", 0, 9, HOSTILE, 1.0)])
    result.count(Order(HOSTILE, title=HOSTILE, unit=HOSTILE), found)
    for log in (result.rejected, result.warned):
        log.add(Problem(HOSTILE, HOSTILE, 2, HOSTILE, "x", HOSTILE, ""))
    text = said(result)
    assert "甲" in text
    assert not set(ACTING) & set(text)


def test_only_what_is_likely_is_listed():
    text = said(result_of(0.9, 0.2, 0.01))
    assert "第0件" in text
    assert "第1件" not in text and "第2件" not in text


def test_where_nothing_is_likely_the_highest_is_named():
    text = said(result_of(0.31, 0.01))
    assert "没有一件的可能性达到 50%（最高 31%）" in text
    assert "第0件" not in text


@pytest.mark.parametrize(("likely", "listed"), [(0.3, True), (0.4, False)])
def test_the_threshold_is_the_administrators(likely, listed):
    assert ("第0件" in said(result_of(0.35, likely=likely))) is listed


def test_a_source_unlike_the_training_is_told_below_its_name():
    result = result_of(0.9)
    result.sources.append(SourceNote("信.xlsx", "Excel", 30, known=(0.44, 1.0)))
    text = "".join(said(result).split())
    assert "诉求44%（训练所用的约57%）。" in text
    assert "不如公布的准确率可靠" in text


def test_only_pages_that_are_there_are_named():
    result = result_of(0.9)
    result.warned.add(Problem("a.xlsx", "", 2, "标题", "x", "请核对", ""))
    assert "f.xlsx 的“提示”页写明" in said(result, [Path("f.xlsx")])
    result.rejected.add(Problem("a.xlsx", "", 3, "标题", "x", "请核对", ""))
    assert "f.xlsx 的“未读入”“提示”两页写明" in said(result, [Path("f.xlsx")])
