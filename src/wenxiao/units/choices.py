"""Kinds of units, roles of people, and what an administrator may change about either."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UnitKind(models.TextChoices):
    CENTRE = "centre", _("指挥中心")
    DEPARTMENT = "department", _("部门")
    UTILITY = "utility", _("公用企业")
    TOWN = "town", _("镇街")
    VILLAGE = "village", _("村居")


class Role(models.TextChoices):
    ANALYST = "analyst", _("研判员")
    HANDLER = "handler", _("承办单位经办人")
    LEADER = "leader", _("领导")
    ADMINISTRATOR = "administrator", _("管理员")


class ChangeKind(models.TextChoices):
    ACCOUNT_ADDED = "account-added", _("新建账号")
    ACCOUNT_CHANGED = "account-changed", _("修改账号")
    ACCOUNT_CLOSED = "account-closed", _("停用账号")
    ACCOUNT_OPENED = "account-opened", _("恢复账号")
    PASSWORD_SET = "password-set", _("重设密码")
    UNIT_ADDED = "unit-added", _("新建单位")
    UNIT_CHANGED = "unit-changed", _("修改单位")
    UNIT_MERGED = "unit-merged", _("合并单位")
    UNIT_REMOVED = "unit-removed", _("删除单位")
