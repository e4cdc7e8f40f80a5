"""Versions of the model, which of them was in force when, and jobs of the engine."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wenxiao.learning.choices import JOB_ACTIVE, JobKind, JobState
from wenxiao.orders.models import WorkOrder
from wenxiao.recognition.learning import Adjustment, BadAdjustment


def _who() -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")


class ModelVersion(models.Model):
    """One adjustment of the shipped model, with the figures that it was judged by. Never changed, never deleted.

    `fingerprint` stands for the cases that it was made from: number, answer and version of each.
    """

    name = models.CharField(_("名称"), max_length=40, unique=True)
    content = models.JSONField()
    report = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=32)
    made_at = models.DateTimeField(_("训练时间"), default=timezone.now)
    made_by = _who()

    class Meta:
        verbose_name = _("模型版本")
        verbose_name_plural = _("模型版本")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    @property
    def adjustment(self) -> Adjustment:
        """What it adds to the shipped model. Raises BadAdjustment; see `trouble`."""
        return Adjustment.parse(self.content)

    @property
    def trouble(self) -> str:
        """Why it cannot be used, in words for an administrator; "" when it can."""
        try:
            Adjustment.parse(self.content)
        except BadAdjustment as problem:
            return gettext(
                "模型 %(name)s 的内容读不了（%(why)s），不能启用。请用现有的研判结论重新训练一个。"
            ) % {
                "name": self.name,
                "why": problem,
            }
        return ""


class ModelUse(models.Model):
    """From `at` on the engine ran with `version`; None is the model as shipped. The newest row is in force."""

    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT, related_name="uses")
    at = models.DateTimeField(default=timezone.now)
    by = _who()

    class Meta:
        verbose_name = _("模型启用记录")
        verbose_name_plural = _("模型启用记录")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.version or '-'}"


class EngineJob(models.Model):
    """Work of the engine in the background. `claim` names the process at work on it, `beat_at` its last sign of life;
    `done` of `total` orders; `params` and `result` are JSON whose keys the module that does the kind explains.
    """

    kind = models.CharField(max_length=10, choices=JobKind)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    params = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    claim = models.CharField(max_length=40, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    by = _who()

    class Meta:
        verbose_name = _("识别后台任务")
        verbose_name_plural = _("识别后台任务")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def is_active(self) -> bool:
        """Whether it waits or is at work."""
        return self.state in JOB_ACTIVE


class SecondReading(models.Model):
    """One question to the second reader, answered or not: the audit line and the opinion in one.

    `unresolved`, `reason` and `start`/`end` (of the quotation, in the reply) are there when it was answered; `trouble`
    says why not. `sent` counts the code points that left, all of them masked; no text is kept.
    """

    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="second_readings")
    order_version = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now, db_index=True)
    milliseconds = models.PositiveIntegerField(default=0)
    model = models.CharField(max_length=80)
    sent = models.PositiveIntegerField(default=0)
    answered = models.BooleanField(default=False)
    unresolved = models.BooleanField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    trouble = models.CharField(max_length=30, blank=True)

    class Meta:
        verbose_name = _("第二读者记录")
        verbose_name_plural = _("第二读者记录")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.order_id} {self.at:%Y-%m-%d}"


class RuleEdit(models.Model):
    """One change of a rule by a person. `changes` has the value before and after of each key, `edits` all edits that
    were in force from then on (recognition.edits), so that any point of the history can be put back.
    """

    file = models.CharField(max_length=40)
    section = models.CharField(max_length=80, blank=True)
    changes = models.JSONField(default=dict)
    edits = models.JSONField(default=dict)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = _who()

    class Meta:
        verbose_name = _("规则修改记录")
        verbose_name_plural = _("规则修改记录")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.file} {self.section} {self.at:%Y-%m-%d}"
