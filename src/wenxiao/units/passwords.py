"""What a password must be. Django's own words for a short one are not in its Chinese catalogue."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """At least eight characters."""

    def get_error_message(self) -> str:
        return _("密码太短，至少要 %(n)d 个字符。") % {"n": self.min_length}
