"""Kinds and states of the engine's background work."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobKind(models.TextChoices):
    """TRAIN makes a model from verdicts; TRIAL shows what a change would do; REREAD reads the history again."""

    TRAIN = "train", _("训练模型")
    TRIAL = "trial", _("试算")
    REREAD = "reread", _("重新识别")


class JobState(models.TextChoices):
    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("没有完成")


JOB_ACTIVE = (JobState.QUEUED, JobState.RUNNING)
