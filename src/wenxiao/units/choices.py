"""Kinds of units and roles of people."""

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
