"""The organisation tree and the people in it."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from wenxiao.units.choices import Role, UnitKind


class Unit(MP_Node):  # type: ignore[misc]  # treebeard has no types
    """A node of the organisation tree.

    `aliases` are other names by which imports write it. `unconfirmed` marks a unit that an import met and nobody
    has placed yet: it waits under 未归类, so that no order is without its unit, until an administrator moves it or
    makes it an alias of another.
    """

    name = models.CharField(_("名称"), max_length=100)
    kind = models.CharField(_("类别"), max_length=20, choices=UnitKind)
    code = models.CharField(_("代码"), max_length=40, unique=True)
    aliases = models.JSONField(_("别名"), default=list, blank=True)
    unconfirmed = models.BooleanField(_("待确认"), default=False)

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who signs in. What they see follows from `role` and `unit` (units.scope)."""

    role = models.CharField(_("角色"), max_length=20, choices=Role, default=Role.HANDLER)
    unit = models.ForeignKey(
        Unit, verbose_name=_("单位"), null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    display_name = models.CharField(_("姓名"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def is_handler(self) -> bool:
        return self.role == Role.HANDLER

    @property
    def may_assess(self) -> bool:
        """Whether they decide on findings: analysts and administrators do, a unit does not judge itself."""
        return self.role in (Role.ANALYST, Role.ADMINISTRATOR)

    @property
    def may_import(self) -> bool:
        return self.role in (Role.ANALYST, Role.ADMINISTRATOR)
