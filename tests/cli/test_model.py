"""`wenxiao model` as a person at the machine uses it."""

from __future__ import annotations

import pytest
from tests.conftest import Cast, Importer, row

from wenxiao.cli import OK, PARTLY, main
from wenxiao.learning.in_force import version_in_force
from wenxiao.learning.models import ModelVersion
from wenxiao.library.services import confirm_findings, dismiss_findings
from wenxiao.orders.models import WorkOrder

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def verdicts(cast: Cast, importer: Importer) -> None:
    importer([row() for _ in range(120)])
    orders = list(WorkOrder.objects.order_by("pk").values_list("pk", flat=True))
    confirm_findings(actor=cast.analyst, orders=orders[::2])
    dismiss_findings(actor=cast.analyst, orders=orders[1::2], reason="misread")


def test_from_training_to_use_and_back(verdicts: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "train"]) == OK
    said = capsys.readouterr().out
    name = ModelVersion.objects.get().name
    assert "工单是不是执法类" in said and "太少，没有学" in said
    assert "现用模型" in said and f"wenxiao model use {name}" in said

    assert main(["model", "use", name]) == PARTLY  # nobody is there to say yes
    assert version_in_force() is None
    assert main(["model", "use", name, "--yes"]) == OK
    assert "120" in capsys.readouterr().out
    assert version_in_force() == ModelVersion.objects.get()

    assert main(["model", "list"]) == OK
    assert f"→ {name}" in capsys.readouterr().out
    assert main(["model", "back", "--yes"]) == OK
    assert version_in_force() is None


def test_what_cannot_be_done_is_said(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "train"]) == PARTLY
    assert main(["model", "report"]) == PARTLY
    assert main(["model", "back", "--yes"]) == PARTLY
    assert main(["model", "use", "local-9-nothing", "--yes"]) == PARTLY
    said = capsys.readouterr().err
    assert "60" in said and "wenxiao model train" in said and "出厂模型" in said and "local-9-nothing" in said
