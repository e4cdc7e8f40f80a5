"""Accounts: the first one, one-time passwords, and that somebody can always let others in."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied, ValidationError
from tests.conftest import Cast

from wenxiao.units.choices import Role
from wenxiao.units.models import Change, User
from wenxiao.units.people import (
    Account,
    add_account,
    change_account,
    first_account,
    own_password_set,
    renew_password,
    set_open,
)


@pytest.mark.django_db
def test_an_empty_installation_gets_one_administrator_and_only_one() -> None:
    password = first_account()
    assert password is not None
    user = authenticate(username="admin", password=password)
    assert isinstance(user, User)
    assert user.role == Role.ADMINISTRATOR and user.one_time_password
    assert first_account() is None


def test_where_there_are_people_none_is_made(cast: Cast) -> None:
    assert first_account() is None


def test_a_new_account_signs_in_with_its_password_and_is_noted(cast: Cast) -> None:
    account = Account(Role.HANDLER, cast.bureau, "李四")
    user, password = add_account(actor=cast.administrator, username=" lisi ", account=account)
    assert authenticate(username="lisi", password=password) == user
    assert user.one_time_password
    own_password_set(user)
    assert not User.objects.get(pk=user.pk).one_time_password
    note = Change.objects.get(subject="lisi")
    assert note.actor == cast.administrator and "县住建局" in note.text
    assert password not in note.text


@pytest.mark.parametrize(
    ("name", "role", "field"),
    [
        ("Analyst", Role.LEADER, "username"),
        ("x", Role.HANDLER, "unit"),
        ("a b!", Role.LEADER, "username"),
        ("", Role.LEADER, "username"),
    ],
)
def test_what_cannot_be_an_account_names_its_field(cast: Cast, name: str, role: Role, field: str) -> None:
    with pytest.raises(ValidationError) as problem:
        add_account(actor=cast.administrator, username=name, account=Account(role))
    assert set(problem.value.message_dict) == {field}
    assert not Change.objects.exists()


def test_a_renewed_password_ends_the_old_one(cast: Cast) -> None:
    _user, password = renew_password(actor=cast.administrator, user=cast.clerk.pk)
    assert authenticate(username="clerk", password="correct horse") is None
    assert authenticate(username="clerk", password=password) == cast.clerk


def test_a_closed_account_cannot_sign_in_until_it_is_opened(cast: Cast) -> None:
    set_open(actor=cast.administrator, user=cast.clerk.pk, is_open=False)
    assert authenticate(username="clerk", password="correct horse") is None
    set_open(actor=cast.administrator, user=cast.clerk.pk, is_open=True)
    assert authenticate(username="clerk", password="correct horse") == cast.clerk


def test_the_last_administrator_stays_one(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        set_open(actor=cast.administrator, user=cast.administrator.pk, is_open=False)
    with pytest.raises(ValidationError):
        change_account(
            actor=cast.administrator, user=cast.administrator.pk, account=Account(Role.LEADER, cast.centre)
        )
    other, _password = add_account(actor=None, username="second", account=Account(Role.ADMINISTRATOR))
    set_open(actor=other, user=cast.administrator.pk, is_open=False)
    assert not User.objects.get(pk=cast.administrator.pk).is_active


@pytest.mark.parametrize("who", ["analyst", "leader", "handler"])
def test_only_an_administrator_may(cast: Cast, who: str) -> None:
    actor = getattr(cast, who)
    with pytest.raises(PermissionDenied):
        add_account(actor=actor, username="x", account=Account(Role.ADMINISTRATOR))
    with pytest.raises(PermissionDenied):
        renew_password(actor=actor, user=cast.administrator.pk)
    with pytest.raises(PermissionDenied):
        set_open(actor=actor, user=cast.administrator.pk, is_open=False)
