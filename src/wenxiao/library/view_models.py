"""Filters that people keep under a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A named filter of one page. `query` is its query string; what it shows still depends on who looks."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=20, default="assess")
    name = models.CharField(_("名称"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    shared = models.BooleanField(_("共享"), default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("视图")
        verbose_name_plural = _("视图")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("owner", "page", "name"), name="library_one_view_a_name"),
        )

    def __str__(self) -> str:
        return self.name
