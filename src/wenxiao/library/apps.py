from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LibraryConfig(AppConfig):
    name = "wenxiao.library"
    verbose_name = _("疑难复杂工单库")
