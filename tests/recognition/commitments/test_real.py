"""On the real replies, where they are: nothing of them is in the repository."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from wenxiao.recognition.commitments import find_commitments, find_many
from wenxiao.recognition.reference import signed_or_given

ROOT = Path(__file__).resolve().parents[3]
SHEET = Path(os.environ.get("WENXIAO_DATA", ROOT.parent / "shared" / "data")) / "tipdm" / "replies.xlsx"

pytestmark = pytest.mark.skipif(
    not SHEET.exists(), reason="no real replies here: set WENXIAO_DATA to their folder"
)


def replies() -> list[tuple[str, date]]:
    rows = CalamineWorkbook.from_path(str(SHEET)).get_sheet_by_index(0).to_python()
    column = rows[0].index("答复意见")
    texts = [str(row[column]) for row in rows[1:]]
    return [(text, signed_or_given(text, None, None).day or date(2019, 6, 1)) for text in texts]


def test_every_finding_stands_where_it_says_and_is_the_same_alone() -> None:
    batch = replies()
    found = find_many(batch)
    assert sum(map(len, found)) > len(batch) / 2
    for (text, reference), commitments in zip(batch, found, strict=True):
        for one in commitments:
            assert one.text == text[one.start : one.end]
            assert one.due_text in text
            assert one.due is None or one.due >= reference or "已过" in one.basis
    for text_and_day, commitments in list(zip(batch, found, strict=True))[::97]:
        assert find_commitments(text_and_day[0], reference=text_and_day[1]) == commitments
