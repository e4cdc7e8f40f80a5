"""The organisation tree and the people in it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from wenxiao.units.choices import ChangeKind, Role, UnitKind


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
    """A person who signs in. What they see follows from `role` and `unit` (units.scope).

    `one_time_password` marks a password that somebody else knows: it opens nothing but the page to change it.
    """

    role = models.CharField(_("角色"), max_length=20, choices=Role, default=Role.HANDLER)
    unit = models.ForeignKey(
        Unit, verbose_name=_("单位"), null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    display_name = models.CharField(_("姓名"), max_length=60, blank=True)
    one_time_password = models.BooleanField(default=False)

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

    @property
    def may_administer(self) -> bool:
        """Whether accounts and units are theirs to change."""
        return self.role == Role.ADMINISTRATOR


class Change(models.Model):
    """What was changed about an account or a unit, by whom. Rows are added, never deleted.

    `subject` and `text` are words for the history. `before` is what undoing needs (units only): the former columns of a
    unit, and for one that was merged the orders that went with it. `actor` is null for the command line.
    """

    kind = models.CharField(_("类型"), max_length=20, choices=ChangeKind)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    subject = models.CharField(max_length=150)
    text = models.TextField(blank=True)
    before = models.JSONField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("人员与单位变更")
        verbose_name_plural = _("人员与单位变更")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
