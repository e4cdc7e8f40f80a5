"""The demo county in the embedded database: its units, accounts and orders, imported as any user would import them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.units.choices import Role, UnitKind

if TYPE_CHECKING:
    from wenxiao.demo import County
    from wenxiao.orders.models import Event

#: Printed at every start, for a county of nobody on the reader's own machine.
PASSWORD = "wenxiao-demo"
SOURCE = "示范县12345平台"
#: What the county calls its events, in the words of the record.
_KINDS = {"called": "received", "commitment_kept": "commitment", "commitment_broken": "commitment"}
_CHUNK = 2000


@dataclass(slots=True)
class DemoResult:
    """`filled`: whether anything was done (a second run does nothing). `accounts`: (user name, role, unit)."""

    filled: bool
    orders: int
    notice: str
    accounts: list[tuple[str, str, str]] = field(default_factory=list)
    password: str = PASSWORD


def fill_demo() -> DemoResult:
    """Create the database if need be and fill it with the county. Call `start.set_up()` is not needed before.

    A run that was stopped in the middle is finished by the next one; a finished one is left alone, with whatever
    people did in it.
    """
    from wenxiao.project.start import prepare

    prepare()
    from wenxiao.demo import build_county
    from wenxiao.orders.models import WorkOrder

    county = build_county()
    filled = not _is_complete()
    if filled:
        units = _fill_units(county)
        _fill_accounts(county, units)
        _import_orders(county)
        _fill_events(county, units)
    shown = [(a.username, a.role, county.unit(a.unit).name) for a in county.accounts]
    return DemoResult(filled, WorkOrder.objects.count(), county.notice, shown)


def _is_complete() -> bool:
    """The events come last, in one transaction with this mark."""
    from wenxiao.library.models import Counter

    return Counter.objects.filter(name="demo").exists()


def _fill_units(county: County) -> dict[str, int]:
    """The tree; units that are there already keep what people changed."""
    from wenxiao.units.models import Unit
    from wenxiao.units.services import NewUnit, add_unit

    made: dict[str, int] = dict(
        Unit.objects.filter(code__in=[u.id for u in county.units]).values_list("code", "pk")
    )
    with transaction.atomic():
        for unit in county.units:
            if unit.id in made:
                continue
            parent = Unit.objects.get(pk=made[unit.parent]) if unit.parent else None
            aliases = [unit.short] if unit.short != unit.name else []
            made[unit.id] = add_unit(parent, NewUnit(unit.name, UnitKind(unit.kind), unit.id, aliases)).pk
    return made


def _fill_accounts(county: County, units: dict[str, int]) -> None:
    from django.contrib.auth.hashers import make_password

    from wenxiao.units.models import User

    hashed = make_password(PASSWORD)  # once: hashing is slow on purpose
    for account in county.accounts:
        User.objects.get_or_create(
            username=account.username,
            defaults={
                "display_name": account.name,
                "role": Role(account.role),
                "unit_id": units[account.unit],
                "password": hashed,
            },
        )


def _import_orders(county: County) -> None:
    """The county's export, through the import that everybody uses."""
    from wenxiao.demo import write_export
    from wenxiao.library.pipeline import run_import, start_import
    from wenxiao.orders.uploads import stage_upload, unfinished

    with tempfile.TemporaryDirectory(prefix="wenxiao-") as folder:
        export = Path(folder) / "示范县工单.xlsx"
        write_export(county, export)
        with export.open("rb") as file:
            run = unfinished(file, SOURCE) or stage_upload(
                actor=None, file=file, name=export.name, source=SOURCE
            )
    start_import(actor=None, run=run.pk, in_background=False)
    done = run_import(run.pk, county.until)
    if done is not None and done.error:
        raise RuntimeError(done.error)


def _fill_events(county: County, units: dict[str, int]) -> None:
    """What happened to the orders, as the upper platform would push it."""
    from wenxiao.library.models import Counter
    from wenxiao.orders.choices import EventKind
    from wenxiao.orders.models import Event, WorkOrder

    orders = dict(WorkOrder.objects.filter(source__name=SOURCE).values_list("number", "pk"))
    with transaction.atomic():
        Event.objects.bulk_create(
            (
                Event(
                    order_id=orders[event.order],
                    kind=EventKind(_KINDS.get(event.kind, event.kind)),
                    at=event.at,
                    unit_id=units.get(event.unit),
                    text=event.text,
                    data={"by": event.actor},
                )
                for event in county.events
                if event.order in orders
            ),
            batch_size=_CHUNK,
        )
        Event.objects.bulk_create(_milestones(county, orders))
        Counter.objects.create(name="demo", value=1)


def _milestones(county: County, orders: dict[str, int]) -> list[Event]:
    """The steps of the acceptance story that happened outside an order stand with the last order before them."""
    from wenxiao.orders.choices import EventKind
    from wenxiao.orders.models import Event

    called = {order.number: order.called_at for order in county.orders}
    events = []
    for step in county.story.milestones:
        at = datetime.combine(step.day, time(17))
        before = [number for number in county.story.orders if called[number] < at]
        number = step.order or max(before, key=lambda n: called[n])
        events.append(
            Event(
                order_id=orders[number],
                kind=EventKind.VISITED if step.key == "joint_visit" else EventKind.NOTED,
                at=at,
                text=f"{step.title}。{step.text}" if not step.order else step.title,
                data={"milestone": step.key},
            )
        )
    return events
