"""An import from the file to the record: what it writes, and that it never writes it twice."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.conftest import Cast, Importer, row, write_csv

from wenxiao.library.models import Commitment, Finding, Matter, MatterLink
from wenxiao.library.pipeline import run_import, start_import
from wenxiao.orders.models import Event, ImportRun, OrderVersion, RejectedRow, WorkOrder
from wenxiao.orders.runs import claim_run
from wenxiao.orders.uploads import preview, safe_name, stage_upload
from wenxiao.units.models import Unit


def test_it_works(cast: Cast, importer: Importer) -> None:
    run = importer([row(order="A1"), row(order="A2", unit="河口镇", co_units="县住建局")])
    assert (run.state, run.error, run.counts["new"], run.total_rows) == ("done", "", 2, 2)
    order = WorkOrder.objects.get(number="A2")
    assert [(u.unit, u.role) for u in order.order_units.order_by("-role")] == [
        (cast.town, "main"),
        (cast.bureau, "co"),
    ]
    assert Finding.objects.count() == 2
    assert Commitment.objects.filter(due="2026-12-15").count() == 2
    assert list(order.events.values_list("kind", flat=True)) == ["imported"]
    assert not Path(run.path).exists(), "a second copy of callers' data stayed on the disk"


def test_the_same_file_twice_changes_nothing(cast: Cast, importer: Importer) -> None:
    rows = [row() for _ in range(5)]
    importer(rows)
    before = _everything()
    again = importer(rows)
    assert (again.counts["same"], again.counts["new"], again.counts["changed"]) == (5, 0, 0)
    assert _everything() == before


def test_rows_without_a_number_are_known_by_their_content(cast: Cast, importer: Importer) -> None:
    first = [row(order=""), row(order="")]
    importer(first)
    importer([row(order=""), *first])
    assert WorkOrder.objects.count() == 3
    assert not OrderVersion.objects.exists()


def test_changed_content_becomes_a_new_version(cast: Cast, importer: Importer) -> None:
    one = row(order="A1")
    importer([one])
    run = importer([{**one, "reply": "9月5日已更换灯泡，现场照片已上传。", "unit": "河口镇"}])
    order = WorkOrder.objects.get(number="A1")
    assert (run.counts["changed"], order.version) == (1, 2)
    earlier = order.versions.get()
    assert (earlier.version, earlier.data["reply"]) == (1, one["reply"])
    assert order.events.get(kind="changed").data["fields"] == ["reply", "unit"]
    assert [u.unit for u in order.order_units.all()] == [cast.town]
    assert order.finding.order_version == 2


def test_texts_stay_exactly_as_they_were(cast: Cast, importer: Importer) -> None:
    content = "\t\n  您好！　全角空格 and\u00a0NBSP ，𠮷野家\n\n"
    importer([row(order="A1", content=content)])
    assert WorkOrder.objects.get().content == content


def test_unknown_units_wait_for_a_place_and_are_told(cast: Cast, importer: Importer) -> None:
    run = importer([row(unit="县一号局"), row(unit="县一号局"), row(unit="县住房和城乡建设局")])
    made = Unit.objects.get(name="县一号局")
    assert made.unconfirmed and Unit.objects.get_parent(made).code == "unsorted"
    assert run.counts["new_units"] == 1
    assert made.orders.count() == 2 and cast.bureau.orders.count() == 1


def test_a_column_of_sentences_does_not_fill_the_tree(cast: Cast, importer: Importer) -> None:
    importer([row(unit="这不是单位名称" * 20)])
    assert Unit.objects.filter(unconfirmed=True).count() == 0
    assert WorkOrder.objects.count() == 1


def test_rejected_rows_are_kept_with_their_place(cast: Cast, importer: Importer) -> None:
    run = importer([row(), row(title="", content="", reply=""), row(order="X" * 300)])
    assert run.counts["rejected"] == 2 and run.counts["new"] == 1
    codes = RejectedRow.objects.filter(run=run, is_warning=False).values_list("row", "code")
    assert set(codes) == {(3, "nothing_to_read"), (4, "number_too_long")}


def test_an_unreadable_file_fails_with_a_message(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.UPLOADS = tmp_path
    run = stage_upload(actor=cast.analyst, file=io.BytesIO(b"\x00\x01junk" * 1000), name="坏.xlsx")
    assert preview(run).error
    start_import(actor=cast.analyst, run=run.pk, in_background=False)
    done = run_import(run.pk)
    assert done is not None and done.state == "failed" and done.error
    assert not WorkOrder.objects.exists()


def test_two_sources_may_use_the_same_number(cast: Cast, importer: Importer) -> None:
    importer([row(order="A1")], source="省平台")
    importer([row(order="A1")], source="市平台")
    assert WorkOrder.objects.filter(number="A1").count() == 2


def test_preview_shows_columns_and_rows_and_what_was_not_placed(
    cast: Cast, tmp_path: Path, settings: Any
) -> None:
    settings.UPLOADS = tmp_path / "uploads"
    text = "编号,诉求内容,处理说明,天气\nA1,路灯坏了,已修好,晴\n"
    run = stage_upload(actor=cast.analyst, file=io.BytesIO(text.encode()), name="a.csv")
    view = preview(run)
    assert view.unplaced and "天气" in view.unplaced
    assert view.rows[0]["content"] == "路灯坏了"
    corrected = preview(run, mapping={**view.mapping, "reply": "处理说明"})
    assert corrected.rows[0]["reply"] == "已修好"
    start_import(actor=cast.analyst, run=run.pk, mapping=corrected.mapping, in_background=False)
    assert run_import(run.pk) is not None
    assert WorkOrder.objects.get().reply == "已修好"
    again = stage_upload(actor=cast.analyst, file=io.BytesIO(text.encode()), name="a.csv")
    assert preview(again).mapping["reply"] == "处理说明", "the confirmed mapping is remembered"
    assert [r.pk for r in preview(again).same_file] == [run.pk]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\工单.xlsx", "工单.xlsx"),
        ("C:\\报表\\九月.csv", "九月.csv"),
        ("a\x00b\n.csv", "ab.csv"),
        ("\u202ecod.exe.xlsx", "cod.exe.xlsx"),
        ("///", "工单"),
        ("", "工单"),
        (".xlsx", "xlsx"),
        ("长" * 300 + ".xlsx", "长" * 50 + ".xlsx"),
    ],
)
def test_file_names_are_made_safe(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_file_that_is_too_large_leaves_nothing(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.UPLOADS, settings.UPLOAD_MAX_BYTES = tmp_path, 1000
    with pytest.raises(ValidationError):
        stage_upload(actor=cast.analyst, file=io.BytesIO(b"x" * 5000), name="a.csv")
    with pytest.raises(ValidationError):
        stage_upload(actor=cast.analyst, file=io.BytesIO(b""), name="a.csv")
    assert not list(tmp_path.rglob("*")) and not ImportRun.objects.exists()


def test_a_handler_may_not_import(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        stage_upload(actor=cast.handler, file=io.BytesIO(b"x"), name="a.csv")


def test_starting_twice_is_starting_once(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.UPLOADS = tmp_path / "uploads"
    with write_csv(tmp_path / "a.csv", [row()]).open("rb") as file:
        run = stage_upload(actor=cast.analyst, file=file, name="a.csv")
    first = start_import(actor=cast.analyst, run=run.pk)
    second = start_import(actor=cast.analyst, run=run.pk)
    assert first.state == second.state == "queued"
    assert claim_run(run.pk) is not None
    assert run_import(run.pk) is None, "a living process works on it already"


def test_verdicts_and_touched_commitments_outlive_a_new_version(cast: Cast, importer: Importer) -> None:
    from wenxiao.library.services import confirm_finding, set_commitment_state

    one = row(order="A1")
    importer([one])
    order = WorkOrder.objects.get()
    promise = order.commitments.get(due="2026-12-15")
    confirm_finding(actor=cast.analyst, order=order.pk)
    set_commitment_state(actor=cast.analyst, commitment=promise.pk, state="confirmed")
    importer([{**one, "reply": "已全部修好，照片见附件，来电人现场确认满意。"}])
    order = WorkOrder.objects.get()
    assert order.finding.decision == "confirmed" and order.finding.is_outdated_verdict
    assert order.commitments.get(pk=promise.pk).state == "confirmed"


def test_matters_keep_their_numbers_when_orders_come(cast: Cast, importer: Importer) -> None:
    content = "柳岸村澄禾纺染厂在北荡沟边新建排口，污水直接排进沟里，水发黑发臭。"
    again = "澄禾纺染厂往北荡沟排污水，柳岸村的沟水又黑又臭，还是没人管。"
    importer([row(order="A1", title="澄禾纺染厂排污", content=content)])
    number = Matter.objects.get(links__order__number="A1").number
    importer(
        [row(order="A2", title="澄禾纺染厂又排污", content=again, called_at="2026-10-20 08:00:00"), row()]
    )
    assert Matter.objects.get(links__order__number="A1").number == number
    assert MatterLink.objects.get(order__number="A2").matter.number == number
    matter = Matter.objects.get(number=number)
    assert matter.order_count == 2 and matter.grade and matter.grade_reasons


def _everything() -> dict[str, Any]:
    return {
        "orders": list(WorkOrder.objects.order_by("pk").values()),
        "events": list(Event.objects.order_by("pk").values()),
        "findings": list(Finding.objects.order_by("pk").values()),
        "commitments": list(Commitment.objects.order_by("pk").values()),
        "matters": list(Matter.objects.order_by("pk").values()),
        "links": list(MatterLink.objects.order_by("pk").values()),
    }
