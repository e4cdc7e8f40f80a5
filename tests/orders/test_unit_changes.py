"""Units that an import met get a place, or turn out to be known ones; orders, people and rights go along, and come back."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.conftest import Cast, Importer, row

from wenxiao.orders.models import OrderUnit, WorkOrder
from wenxiao.orders.selectors import visible_orders
from wenxiao.orders.unit_changes import likely_same, merge_units, remove_unit, undo_change, waiting_units
from wenxiao.units.changing import Wanted, change_unit, create_unit
from wenxiao.units.choices import UnitKind
from wenxiao.units.models import Change, Unit
from wenxiao.units.scope import visible_units


@pytest.fixture
def county(cast: Cast, importer: Importer) -> Cast:
    """Two orders of a unit that nobody knows, one of them together with the bureau, and one of a new village."""
    importer(
        [
            row(order="A", unit="住建局"),
            row(order="B", unit="住建局", co_units="县住建局"),
            row(order="C", unit="杨树村"),
        ]
    )
    return cast


def _waiting(name: str) -> Unit:
    return waiting_units().get(name=name)


def _handlers(number: str) -> list[tuple[str, str]]:
    rows = OrderUnit.objects.filter(order__number=number).order_by("unit__name")
    return list(rows.values_list("unit__name", "role"))


def test_what_an_import_met_waits_with_its_likely_kind_and_namesake(county: Cast) -> None:
    waiting = list(waiting_units())
    assert [(unit.name, unit.kind) for unit in waiting] == [("住建局", "department"), ("杨树村", "village")]
    assert likely_same(waiting) == {waiting[0].pk: county.bureau}


def test_a_placed_unit_is_seen_by_those_above_it(county: Cast) -> None:
    village = _waiting("杨树村")
    assert village not in visible_units(county.clerk)
    change_unit(
        actor=county.administrator,
        unit=village.pk,
        wanted=Wanted("杨树村", UnitKind.VILLAGE, county.town, ["杨树村委会"]),
    )
    assert village in visible_units(county.clerk)
    assert visible_orders(county.clerk).get().number == "C"
    assert not waiting_units().filter(name="杨树村").exists()


def test_merged_units_give_orders_and_names_and_take_them_back(county: Cast, importer: Importer) -> None:
    before = {number: _handlers(number) for number in "AB"}
    merge_units(actor=county.administrator, unit=_waiting("住建局").pk, into=county.bureau.pk)
    assert _handlers("A") == [("县住建局", "main")]
    assert _handlers("B") == [("县住建局", "main")], "whoever was the main one for either is it for both"
    assert {o.number for o in visible_orders(county.handler)} == {"A", "B"}
    importer([row(order="D", unit="住建局")])
    assert _handlers("D") == [("县住建局", "main")], "an import knows the other name now"
    undo_change(actor=county.administrator, change=Change.objects.get(kind="unit-merged").pk)
    assert {number: _handlers(number) for number in "AB"} == before
    assert _handlers("D") == [("县住建局", "main")], "what came in meanwhile stays"
    assert "住建局" not in Unit.objects.get(pk=county.bureau.pk).aliases
    undo_change(actor=county.administrator, change=Change.objects.get(kind="unit-merged").pk)
    assert Unit.objects.filter(name="住建局").count() == 1, "a second click changes nothing"
    assert WorkOrder.objects.count() == 4


def test_a_change_of_place_and_name_is_taken_back(county: Cast) -> None:
    change_unit(
        actor=county.administrator,
        unit=county.village.pk,
        wanted=Wanted("柳岸社区", UnitKind.VILLAGE, county.centre),
    )
    assert county.village not in visible_units(county.clerk)
    undo_change(actor=county.administrator, change=Change.objects.get().pk)
    back = Unit.objects.get(pk=county.village.pk)
    assert back.name == "柳岸村" and back in visible_units(county.clerk)
    assert Unit.objects.find_problems() == ([], [], [], [], [])


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (lambda c: Wanted("县住建局", UnitKind.DEPARTMENT), "name"),
        (lambda c: Wanted("新局", UnitKind.DEPARTMENT, None, ["县住房和城乡建设局"]), "aliases"),
        (lambda c: Wanted("河口镇", UnitKind.TOWN, c.village), "parent"),
        (lambda c: Wanted("", UnitKind.TOWN), "name"),
    ],
)
def test_what_cannot_be_names_its_field(county: Cast, wanted: object, field: str) -> None:
    with pytest.raises(ValidationError) as problem:
        change_unit(actor=county.administrator, unit=county.town.pk, wanted=wanted(county))  # type: ignore[operator]
    assert set(problem.value.message_dict) == {field}


def test_only_what_nothing_hangs_on_is_removed(county: Cast) -> None:
    made = create_unit(actor=county.administrator, wanted=Wanted("档案馆", UnitKind.DEPARTMENT))
    for unit in (county.bureau, county.town):
        with pytest.raises(ValidationError):
            remove_unit(actor=county.administrator, unit=unit.pk)
    remove_unit(actor=county.administrator, unit=made.pk)
    assert not Unit.objects.filter(name="档案馆").exists()
    undo_change(actor=county.administrator, change=Change.objects.get(kind="unit-removed").pk)
    assert Unit.objects.get(name="档案馆").kind == "department"


def test_a_unit_with_others_below_it_is_not_merged(county: Cast) -> None:
    with pytest.raises(ValidationError):
        merge_units(actor=county.administrator, unit=county.town.pk, into=county.bureau.pk)


@pytest.mark.parametrize("who", ["analyst", "leader", "handler"])
def test_only_an_administrator_may(county: Cast, who: str) -> None:
    actor = getattr(county, who)
    with pytest.raises(PermissionDenied):
        merge_units(actor=actor, unit=county.village.pk, into=county.bureau.pk)
    with pytest.raises(PermissionDenied):
        create_unit(actor=actor, wanted=Wanted("新局", UnitKind.DEPARTMENT))
