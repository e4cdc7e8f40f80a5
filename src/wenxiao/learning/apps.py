from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "wenxiao.learning"
    verbose_name = _("识别模型与规则")
