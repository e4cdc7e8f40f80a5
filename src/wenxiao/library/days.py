"""The day that it is for the whole product."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils import timezone


def today() -> date:
    """The local day; a demo may pin it with the setting TODAY, so that its dates stay in their places."""
    pinned: date | None = getattr(settings, "TODAY", None)
    return pinned or timezone.localdate() if settings.USE_TZ else pinned or date.today()
