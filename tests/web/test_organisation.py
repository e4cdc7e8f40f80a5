"""The administrator's pages: accounts and units."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import Cast, Importer, row
from tests.web.conftest import SignIn

from wenxiao.orders.models import OrderUnit
from wenxiao.orders.unit_changes import waiting_units
from wenxiao.units.choices import UnitKind
from wenxiao.units.models import Change, Unit, User
from wenxiao.units.services import NewUnit, add_unit


@pytest.mark.parametrize("page", ["people", "units"])
@pytest.mark.parametrize("who", ["analyst", "leader", "handler", "administrator"])
def test_they_are_the_administrators(county: Cast, sign_in: SignIn, page: str, who: str) -> None:
    answer = sign_in(getattr(county, who)).get(reverse(page))
    assert answer.status_code == (200 if who == "administrator" else 403)


def test_a_new_handler_gets_a_password_once_and_must_change_it(county: Cast, sign_in: SignIn) -> None:
    form = {"username": "wang", "role": "handler", "unit": "县住房和城乡建设局", "display_name": "王五"}
    browser = sign_in(county.administrator)
    told = browser.post(reverse("people"), form, follow=True).text
    password = re.search(r'class="secret">(\w+)<', told)
    assert password is not None
    assert password[1] not in browser.get(reverse("people")).text

    theirs = Client()
    first = theirs.post("/login/", {"username": "wang", "password": password[1]}, follow=True)
    assert first.request["PATH_INFO"] == "/password/"
    assert theirs.get("/assess/").headers["Location"] == "/password/"
    assert theirs.post("/assess/decide").headers["Location"] == "/password/"
    new = {
        "old_password": password[1],
        "new_password1": "tulip-harbour-9",
        "new_password2": "tulip-harbour-9",
    }
    assert theirs.post("/password/", new, follow=True).request["PATH_INFO"] == "/assess/"
    assert "B1" in theirs.get("/assess/?decision=&captured=0").text


def test_a_form_that_cannot_be_keeps_what_was_typed_and_says_where(county: Cast, sign_in: SignIn) -> None:
    form = {"username": "wang", "role": "handler", "unit": "没有的局", "display_name": "王五"}
    answer = sign_in(county.administrator).post(reverse("people"), form)
    assert answer.status_code == 422
    assert "没有叫“没有的局”的单位" in answer.text and 'value="王五"' in answer.text
    assert not User.objects.filter(username="wang").exists()


def test_an_account_is_changed_closed_and_opened(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.administrator)
    theirs = sign_in(county.clerk)
    form = {"role": "handler", "unit": "县住建局", "display_name": "赵六"}
    browser.post(reverse("account", args=[county.clerk.pk]), form)
    assert User.objects.get(pk=county.clerk.pk).unit == county.bureau
    browser.post(reverse("account-open", args=[county.clerk.pk]), {"open": "0"})
    assert theirs.get("/assess/").status_code == 302, "signed out at once"
    told = browser.post(reverse("account-open", args=[county.clerk.pk]), {"open": "1"}, follow=True).text
    assert User.objects.get(pk=county.clerk.pk).is_active
    for act in ("修改账号", "停用账号", "恢复账号"):
        assert re.search(rf"{act} <b>clerk</b>", told), "what was done stands in the history"


def test_the_last_administrator_is_told_why_not(county: Cast, sign_in: SignIn) -> None:
    answer = sign_in(county.administrator).post(
        reverse("account-open", args=[county.administrator.pk]), {"open": "0"}, follow=True
    )
    assert "最后一个管理员" in answer.text
    assert User.objects.get(pk=county.administrator.pk).is_active


def test_waiting_units_are_placed_merged_and_taken_back(
    county: Cast, sign_in: SignIn, importer: Importer
) -> None:
    importer([row(unit="杨树村"), row(unit="柳树村"), row(unit="住建局")])
    browser = sign_in(county.administrator)
    page = browser.get(reverse("units"))
    assert "杨树村" in page.text and "等待归类" in page.text
    villages = list(waiting_units().filter(name__endswith="村").values_list("pk", flat=True))
    browser.post(reverse("units-place"), {"unit": villages, "act": "place", "target": "河口镇", "kind": ""})
    assert {u.kind for u in Unit.objects.filter(pk__in=villages, path__startswith=county.town.path)} == {
        "village"
    }
    same = waiting_units().get(name="住建局")
    browser.post(reverse("units-place"), {"same": f"{county.bureau.pk}:{same.pk}"})
    assert not waiting_units().exists()
    assert OrderUnit.objects.filter(unit=county.bureau).count() == 3
    merged = Change.objects.get(kind="unit-merged")
    browser.post(reverse("unit-undo", args=[merged.pk]))
    assert waiting_units().get().name == "住建局"


def test_of_several_all_are_placed_or_none(county: Cast, sign_in: SignIn, importer: Importer) -> None:
    importer([row(unit="杨树村"), row(unit="柳树村")])
    units = list(waiting_units())
    waiting = [unit.pk for unit in units]
    add_unit(units[1], NewUnit("下属", UnitKind.VILLAGE, "below"))
    answer = sign_in(county.administrator).post(
        reverse("units-place"), {"unit": waiting, "act": "same", "target": "柳岸村"}, follow=True
    )
    assert "它下面还有单位" in answer.text
    assert set(waiting) <= set(waiting_units().values_list("pk", flat=True))


def test_a_target_that_is_not_there_changes_nothing(
    county: Cast, sign_in: SignIn, importer: Importer
) -> None:
    importer([row(unit="杨树村")])
    browser = sign_in(county.administrator)
    pk = waiting_units().get().pk
    wrong = browser.post(
        reverse("units-place"), {"unit": pk, "act": "place", "target": "没有的镇"}, follow=True
    )
    assert "没有叫“没有的镇”的单位" in wrong.text
    assert (
        "写明它们是哪个单位"
        in browser.post(reverse("units-place"), {"unit": pk, "act": "same", "target": ""}, follow=True).text
    )
    assert "先勾选" in browser.post(reverse("units-place"), {"act": "place"}, follow=True).text
    assert waiting_units().get().pk == pk


def test_a_unit_is_made_changed_and_removed(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.administrator)
    form = {"name": "档案馆", "kind": "department", "parent": "指挥中心", "aliases": "县档案馆\n档案局"}
    browser.post(reverse("unit", args=[0]), form)
    made = Unit.objects.get(name="档案馆")
    assert made.aliases == ["县档案馆", "档案局"]
    wrong = browser.post(reverse("unit", args=[made.pk]), form | {"name": "河口镇"})
    assert wrong.status_code == 422 and "已经是“河口镇”的名称或别名" in wrong.text
    browser.post(reverse("unit-change", args=[made.pk]), {"act": "remove"})
    assert not Unit.objects.filter(name="档案馆").exists()


def test_the_lists_ask_as_often_for_many_units_as_for_few(
    county: Cast, sign_in: SignIn, importer: Importer, django_assert_max_num_queries: object
) -> None:
    importer([row(unit=f"第{n}村") for n in range(30)])
    browser = sign_in(county.administrator)
    for page in ("units", "people"):
        with django_assert_max_num_queries(14):  # type: ignore[operator]
            browser.get(reverse(page))


def test_one_s_own_password_is_not_thrown_away_by_a_click(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.administrator)
    assert (
        "修改密码"
        in browser.post(reverse("account-password", args=[county.administrator.pk]), follow=True).text
    )
    assert browser.get(reverse("people")).status_code == 200, "still signed in"
    renewed = browser.post(reverse("account-password", args=[county.clerk.pk]), follow=True).text
    assert 'class="secret"' in renewed
    assert 'class="secret"' not in browser.get(reverse("people")).text
