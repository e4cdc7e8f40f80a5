"""Work orders as the upper platform sent them, what happened to them, and the imports that brought them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wenxiao.orders.choices import EventKind, RunState, UnitRole
from wenxiao.units.models import Unit


class Source(models.Model):
    """Where orders come from. An order is known by (source, number); `mapping` is the last one that was confirmed."""

    name = models.CharField(_("名称"), max_length=100, unique=True)
    mapping = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("来源")
        verbose_name_plural = _("来源")

    def __str__(self) -> str:
        return self.name


def no_counts() -> dict[str, int]:
    """The counts of a run before it has read anything."""
    return {
        "rows": 0,
        "new": 0,
        "changed": 0,
        "same": 0,
        "resumed": 0,
        "rejected": 0,
        "duplicates": 0,
        "merged": 0,
        "warnings": 0,
        "new_units": 0,
    }


class ImportRun(models.Model):
    """One file on its way into the record.

    `done_batches` and `done_rows` are the checkpoint, written in the transaction of the rows that they count, so a
    run that was killed goes on behind the last row that is really there. `claim` names the process that works on
    it, `beat_at` says when that process last moved.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="runs")
    file_name = models.CharField(_("文件名"), max_length=200)
    path = models.CharField(max_length=500)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, db_index=True)
    mapping = models.JSONField(default=dict, blank=True)
    sheet = models.CharField(_("工作表"), max_length=200, blank=True)
    layout = models.JSONField(default=dict, blank=True)
    state = models.CharField(_("状态"), max_length=20, choices=RunState, default=RunState.UPLOADED)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    counts = models.JSONField(default=no_counts)
    notes = models.JSONField(default=list)
    done_batches = models.PositiveIntegerField(default=0)
    done_rows = models.PositiveIntegerField(default=0)
    total_rows = models.PositiveIntegerField(null=True, blank=True)
    done_findings = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    claim = models.CharField(max_length=40, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("导入")
        verbose_name_plural = _("导入")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.file_name

    @property
    def has_file(self) -> bool:
        """Whether the file is still there, so that the import can begin or go on."""
        return Path(self.path).is_file()

    @property
    def to_recognise(self) -> int:
        """The orders met so far that this run has to read: new, changed, or left unread by an import that failed."""
        return sum(self.counts.get(name, 0) for name in ("new", "changed", "resumed"))


class RejectedRow(models.Model):
    """A row that did not get in (`is_warning` false), or that did with something unread. Never holds cell text."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="problems")
    sheet = models.CharField(max_length=200, blank=True)
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60)
    message = models.TextField()
    message_en = models.TextField(blank=True)
    is_warning = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("未导入的行")
        verbose_name_plural = _("未导入的行")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.row}: {self.code}"


def _text(label: Any) -> models.TextField[str, str]:
    return models.TextField(label, blank=True, default="")


def _time(label: Any) -> models.DateTimeField[Any, Any]:
    return models.DateTimeField(label, null=True, blank=True)


def _flag(label: Any) -> models.BooleanField[Any, Any]:
    return models.BooleanField(label, null=True, blank=True)


def _count(label: Any) -> models.IntegerField[Any, Any]:
    return models.IntegerField(label, null=True, blank=True)


class WorkOrder(models.Model):
    """One call as the upper platform numbered it. The columns are those of recognition.schema.Order, where each is
    explained; texts are exactly as imported. Earlier contents are in `versions`."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField(_("工单编号"), max_length=200)
    row = models.PositiveIntegerField(default=0)
    title = _text(_("标题"))
    content = _text(_("诉求内容"))
    reply = _text(_("答复内容"))
    handling = _text(_("办理情况"))
    callback = _text(_("回访内容"))
    called_at = models.DateTimeField(_("来电时间"), null=True, blank=True, db_index=True)
    dispatched_at = _time(_("派单时间"))
    signed_at = _time(_("签收时间"))
    due_at = _time(_("办理期限"))
    replied_at = _time(_("答复时间"))
    closed_at = _time(_("办结时间"))
    caller = _text(_("来电人"))
    phone = _text(_("联系电话"))
    address = _text(_("地址"))
    area = _text(_("区域"))
    request_type = _text(_("诉求类型"))
    category = _text(_("事项分类"))
    channel = _text(_("渠道"))
    unit = _text(_("主办单位"))
    co_units = _text(_("协办单位"))
    resolved = _text(_("是否解决"))
    satisfaction = _text(_("满意度"))
    previous_order = _text(_("前次工单"))
    status = _text(_("状态"))
    is_repeat = _flag(_("是否重复"))
    is_hard = _flag(_("是否疑难"))
    is_supervised = _flag(_("是否督办"))
    is_joint = _flag(_("是否会办"))
    is_urgent = _flag(_("是否紧急"))
    is_confidential = _flag(_("是否保密"))
    is_final = _flag(_("是否最终办理结果"))
    planned_finish = models.DateField(_("计划完成时间"), null=True, blank=True)
    returns = _count(_("退单次数"))
    extensions = _count(_("延期次数"))
    rehandled = _count(_("重办次数"))
    chases = _count(_("催办次数"))
    callbacks = _count(_("回访次数"))
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)

    digest = models.CharField(max_length=32)
    version = models.PositiveIntegerField(default=1)
    search = models.TextField(blank=True, default="")
    units = models.ManyToManyField(Unit, through="OrderUnit", related_name="orders")
    first_run = models.ForeignKey(ImportRun, null=True, on_delete=models.SET_NULL, related_name="+")
    last_run = models.ForeignKey(ImportRun, null=True, on_delete=models.SET_NULL, related_name="orders")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("工单")
        verbose_name_plural = _("工单")
        constraints = (
            models.UniqueConstraint(fields=("source", "number"), name="orders_one_number_a_source"),
        )

    def __str__(self) -> str:
        return self.number


class OrderUnit(models.Model):
    """That a unit handles an order. Who sees the order follows from it (units.scope)."""

    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="order_units")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="order_units", db_index=False)
    role = models.CharField(_("角色"), max_length=10, choices=UnitRole, default=UnitRole.MAIN)

    class Meta:
        verbose_name = _("承办关系")
        verbose_name_plural = _("承办关系")
        constraints = (models.UniqueConstraint(fields=("order", "unit"), name="orders_one_role_a_unit"),)
        indexes = (models.Index(fields=("unit", "order"), name="orders_by_unit"),)

    def __str__(self) -> str:
        return f"{self.order_id}:{self.unit_id}"


class OrderVersion(models.Model):
    """What an order said before it changed: `version` is the number of that earlier content, `data` its columns."""

    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    data = models.JSONField()
    run = models.ForeignKey(ImportRun, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("历史版本")
        verbose_name_plural = _("历史版本")
        ordering = ("version",)
        constraints = (
            models.UniqueConstraint(fields=("order", "version"), name="orders_one_of_each_version"),
        )

    def __str__(self) -> str:
        return f"{self.order_id} v{self.version}"


class Event(models.Model):
    """Anything that happened to an order. Rows are added, never changed. `order` is null for what concerns a list."""

    order = models.ForeignKey(
        WorkOrder, null=True, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    kind = models.CharField(_("类型"), max_length=20, choices=EventKind)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    unit = models.ForeignKey(Unit, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(_("说明"), blank=True)
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("流转记录")
        verbose_name_plural = _("流转记录")
        ordering = ("at", "id")
        indexes = (models.Index(fields=("order", "at"), name="orders_event_line"),)

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"
