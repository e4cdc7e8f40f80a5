"""Accounts: who may sign in, as what. An administrator does it on a page, the command line where there is none yet.

A password that was made here is shown once, to whoever asked for it, and opens nothing but the page to change it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from wenxiao.units.choices import ChangeKind, Role
from wenxiao.units.models import Change, Unit, User

#: Of a one-time password: no character that is taken for another one on paper.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 12
#: The account that a new installation begins with.
FIRST = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    """What an administrator says of an account. A handler needs a unit: what they see follows from it."""

    role: Role
    unit: Unit | None = None
    display_name: str = ""

    def check(self) -> None:
        """Raises ValidationError, by field."""
        if self.role == Role.HANDLER and self.unit is None:
            raise ValidationError({"unit": _("经办人要写明单位：看到哪些工单由单位决定。")})
        if len(self.display_name) > 60:
            raise ValidationError({"display_name": _("姓名太长，最多 60 个字。")})


def may_administer(actor: User | None) -> None:
    """Raises PermissionDenied. None is the command line of the machine itself."""
    if actor is not None and not (actor.is_active and actor.may_administer):
        raise PermissionDenied(_("只有管理员可以管理人员和单位"))


def first_account() -> str | None:
    """Where there is no account at all, make an administrator's; returns its one-time password."""
    if User.objects.exists():
        return None
    _user, password = add_account(actor=None, username=FIRST, account=Account(Role.ADMINISTRATOR))
    return password


@transaction.atomic
def add_account(*, actor: User | None, username: str, account: Account) -> tuple[User, str]:
    """A new account and its one-time password. Raises ValidationError, by field."""
    may_administer(actor)
    account.check()
    user = User(
        username=username.strip(),
        role=account.role,
        unit=account.unit,
        display_name=account.display_name.strip(),
        one_time_password=True,
    )
    if User.objects.filter(username__iexact=user.username).exists():
        raise ValidationError({"username": _("这个账号名已经有人用了，换一个。")})
    password = _new_password()
    user.set_password(password)
    user.full_clean()
    user.save()
    _note(actor, ChangeKind.ACCOUNT_ADDED, user, _said(user))
    return user, password


@transaction.atomic
def change_account(*, actor: User | None, user: int, account: Account) -> User:
    """Another role, unit or name. Raises ValidationError, by field."""
    may_administer(actor)
    account.check()
    found = User.objects.select_for_update().get(pk=user)
    was = _said(found)
    if account.role != Role.ADMINISTRATOR:
        _keep_one_administrator(found)
    found.role, found.unit, found.display_name = account.role, account.unit, account.display_name.strip()
    if _said(found) != was:
        found.save(update_fields=["role", "unit", "display_name"])
        _note(actor, ChangeKind.ACCOUNT_CHANGED, found, f"{was} → {_said(found)}")
    return found


@transaction.atomic
def set_open(*, actor: User | None, user: int, is_open: bool) -> User:
    """Close an account, or open it again. What the person did stays; a closed one is signed out at once."""
    may_administer(actor)
    found = User.objects.select_for_update().get(pk=user)
    if found.is_active == is_open:
        return found
    if not is_open:
        _keep_one_administrator(found)
    found.is_active = is_open
    found.save(update_fields=["is_active"])
    _note(actor, ChangeKind.ACCOUNT_OPENED if is_open else ChangeKind.ACCOUNT_CLOSED, found, "")
    return found


@transaction.atomic
def renew_password(*, actor: User | None, user: int) -> tuple[User, str]:
    """A one-time password for somebody who forgot theirs. Their sessions end."""
    may_administer(actor)
    found = User.objects.select_for_update().get(pk=user)
    password = _new_password()
    found.set_password(password)
    found.one_time_password = True
    found.save(update_fields=["password", "one_time_password"])
    _note(actor, ChangeKind.PASSWORD_SET, found, "")
    return found, password


def own_password_set(user: User) -> None:
    """The person has chosen a password that nobody else knows."""
    if user.one_time_password:
        user.one_time_password = False
        user.save(update_fields=["one_time_password"])


def _keep_one_administrator(user: User) -> None:
    """Nobody could let anybody in again without one. The others are locked, so that two cannot close each other."""
    if user.role != Role.ADMINISTRATOR or not user.is_active:
        return
    others = User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True)
    if not [other for other in others if other.pk != user.pk]:
        raise ValidationError(_("这是最后一个管理员账号，不能停用，也不能改成别的角色。"))


def _new_password() -> str:
    return "".join(secrets.choice(_SIGNS) for _one in range(_LENGTH))


def _said(user: User) -> str:
    parts = [str(Role(user.role).label), str(user.unit) if user.unit else "", user.display_name]
    return " · ".join(part for part in parts if part)


def _note(actor: User | None, kind: ChangeKind, user: User, text: str) -> None:
    Change.objects.create(actor=actor, kind=kind, subject=user.username, text=text)
