"""The cast that the tests of the record and of the pages share: a small county, four people and a stranger.

Django is imported only when a test asks for one of these, so the pure tests stay pure.
"""

from __future__ import annotations

import csv
import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# No test asserts a time: on a busy machine an example takes as long as it takes.
settings.register_profile("wenxiao", deadline=None)
settings.load_profile("wenxiao")

TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page leaves its language in the thread that made it; no test begins with the language of another."""
    yield
    translation = sys.modules.get("django.utils.translation")
    if translation is not None:
        translation.deactivate()


@dataclass(slots=True)
class Cast:
    """Town has a village below it; clerk sees both, the bureau's handler sees neither."""

    centre: Any
    bureau: Any
    town: Any
    village: Any
    analyst: Any
    leader: Any
    administrator: Any
    handler: Any
    clerk: Any
    stranger: Any


@pytest.fixture
def cast(db: None) -> Cast:
    """Units and people."""
    from wenxiao.units.choices import UnitKind
    from wenxiao.units.models import User
    from wenxiao.units.services import NewUnit, add_unit

    def unit(parent: Any, name: str, kind: str, code: str, *aliases: str) -> Any:
        return add_unit(parent, NewUnit(name, UnitKind(kind), code, aliases))

    centre = unit(None, "指挥中心", "centre", "C")
    bureau = unit(centre, "县住建局", "department", "D1", "县住房和城乡建设局")
    town = unit(centre, "河口镇", "town", "T1")
    village = unit(town, "柳岸村", "village", "V1")

    def person(name: str, role: str, where: Any) -> Any:
        return User.objects.create_user(
            name, password="correct horse", role=role, unit=where, display_name=name
        )

    return Cast(
        centre,
        bureau,
        town,
        village,
        analyst=person("analyst", "analyst", centre),
        leader=person("leader", "leader", centre),
        administrator=person("administrator", "administrator", centre),
        handler=person("handler", "handler", bureau),
        clerk=person("clerk", "handler", town),
        stranger=person("stranger", "handler", None),
    )


HEADERS = {
    "order": "工单编号",
    "called_at": "来电时间",
    "title": "标题",
    "content": "诉求内容",
    "reply": "答复内容",
    "replied_at": "答复时间",
    "closed_at": "办结时间",
    "unit": "承办单位",
    "co_units": "协办单位",
    "caller": "来电人",
    "phone": "联系电话",
    "address": "地址",
    "satisfaction": "满意度",
    "previous_order": "旧工单编号",
}
_numbers = itertools.count(1)


def row(**changes: str) -> dict[str, str]:
    """One order as a row of an export; every call gives another number and another subject."""
    n = next(_numbers)
    plain = {
        "order": f"N{n:06d}",
        "called_at": "2026-09-01 09:00:00",
        "title": f"第{n}处路灯不亮",
        "content": f"柳岸村{n}组东头的路灯坏了，晚上看不见路，请尽快维修。",
        "reply": "您反映的情况已转交河口镇处理，我单位将在2026年12月15日前完成维修。",
        "replied_at": "2026-09-03 10:00:00",
        "closed_at": "2026-09-03 11:00:00",
        "unit": "县住建局",
        "co_units": "",
        "caller": "陈小明",
        "phone": "13800000000",
        "address": "河口镇柳岸村12号楼301室",
    }
    return {**plain, **changes}


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    """The rows as an export, with the columns that any of them has."""
    names = [name for name in HEADERS if any(name in one for one in rows)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([HEADERS[name] for name in names])
        writer.writerows([one.get(name, "") for name in names] for one in rows)
    return path


Importer = Callable[..., Any]


@pytest.fixture
def importer(db: None, tmp_path: Path, settings: Any) -> Importer:
    """Imports rows as a file, in this process, to the end; returns the run."""
    from wenxiao.library.pipeline import run_import, start_import
    from wenxiao.orders.uploads import stage_upload

    settings.UPLOADS = tmp_path / "uploads"

    def run(
        rows: list[dict[str, str]], *, name: str = "工单.csv", actor: Any = None, source: str = ""
    ) -> Any:
        path = write_csv(tmp_path / "import.csv", rows)
        with path.open("rb") as file:
            staged = stage_upload(actor=actor, file=file, name=name, source=source)
        start_import(actor=actor, run=staged.pk, in_background=False)
        return run_import(staged.pk, TODAY)

    return run
