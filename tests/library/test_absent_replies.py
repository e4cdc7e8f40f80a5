"""A file without a column for replies: the record says of its orders what a scan says, and accuses nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.conftest import TODAY, Cast, Importer, row

from wenxiao.library.models import Finding as Row
from wenxiao.recognition.schema import Finding, Order
from wenxiao.recognition.settings import Settings
from wenxiao.scanning.result import ScanResult
from wenxiao.scanning.run import Plan, scan

pytestmark = pytest.mark.django_db


class _Kept:
    """A writer that keeps what it is given."""

    def __init__(self) -> None:
        self.findings: dict[str, Finding] = {}

    def add(self, order: Order, finding: Finding) -> None:
        self.findings[order.order] = finding

    def finish(self, result: ScanResult) -> None:
        pass


def scanned(path: Path) -> dict[str, Finding]:
    kept = _Kept()
    plan = Plan([path], Settings(as_of=TODAY), 1)
    scan(plan, ScanResult(TODAY), [kept], lambda stage, done, total: None)
    return kept.findings


@pytest.mark.parametrize("absent", [("reply",), ("reply", "satisfaction")])
def test_the_record_says_what_a_scan_says(
    cast: Cast, importer: Importer, tmp_path: Path, absent: tuple[str, ...]
) -> None:
    rows: list[dict[str, Any]] = [
        row(order="N1", title="路灯不亮", content="三组路灯不亮。", satisfaction="不满意"),
        row(order="N2", title="井盖破损", content="桥头井盖破损。", satisfaction=""),
    ]
    rows = [{name: value for name, value in one.items() if name not in absent} for one in rows]
    importer(rows, actor=cast.analyst)
    found = scanned(tmp_path / "import.csv")
    stored = {one.order.number: one for one in Row.objects.select_related("order")}
    assert stored.keys() == found.keys() == {"N1", "N2"}
    for number, one in stored.items():
        other = found[number]
        assert (one.closure_class, one.unresolved) == (other.closure_class, other.unresolved)
        assert [(e["signal"], e["weight"]) for e in one.evidence] == [
            (e.signal, e.weight) for e in other.evidence
        ]
        assert one.closure_class == "unclear" and one.missing == []
    assert not stored["N2"].captured
    assert stored["N2"].top_text == "来源没有答复列"
    assert stored["N1"].captured is ("satisfaction" not in absent)


def test_an_empty_reply_among_others_is_no_reply(cast: Cast, importer: Importer) -> None:
    importer(
        [row(order="N1"), row(order="N2", reply="")],
        actor=cast.analyst,
    )
    assert "no_reply" in {e["signal"] for e in Row.objects.get(order__number="N2").evidence}


def test_a_later_file_with_replies_is_read_as_one(cast: Cast, importer: Importer) -> None:
    bare = row(order="N1")
    importer([{name: value for name, value in bare.items() if name != "reply"}], actor=cast.analyst)
    importer([{**bare, "reply": ""}, row(order="N2")], actor=cast.analyst)
    assert "no_reply_column" in {e["signal"] for e in Row.objects.get(order__number="N1").evidence}
    importer([{**bare, "reply": "您好，已于5月6日现场修复，来电人表示满意。"}], actor=cast.analyst)
    assert not {"no_reply", "no_reply_column"} & {
        e["signal"] for e in Row.objects.get(order__number="N1").evidence
    }
