"""What every command that needs the database does first: settings, then a database that is there and up to date."""

from __future__ import annotations

import os

import django


class CannotStart(Exception):
    """The installation cannot run; the message says what to do, in Chinese."""


def set_up() -> None:
    """Load the settings. Raises CannotStart for a setting that cannot be used."""
    from wenxiao.project.env import BadSetting

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wenxiao.project.settings")
    try:
        django.setup()
    except BadSetting as error:
        raise CannotStart(str(error)) from error


def prepare() -> None:
    """`set_up`, and create or migrate the database. Raises CannotStart when it cannot be reached or written."""
    set_up()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import DatabaseError

    from wenxiao.orders.trouble import trouble_message

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        engine = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
        known = trouble_message(error) or type(error).__name__
        raise CannotStart(f"数据库（{engine}）不能用：{known}") from error
    except OSError as error:
        raise CannotStart(f"数据文件夹不能写：{error.strerror or error}") from error
