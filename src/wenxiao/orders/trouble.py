"""What to say when the machine, and not the person, is at fault: a locked, full or unreachable database or disk."""

from __future__ import annotations

import errno

from django.db import DatabaseError, OperationalError
from django.utils.translation import gettext as _


def trouble_message(error: BaseException) -> str | None:
    """What to tell a person when the machine, not the person, is at fault; None for every other error."""
    text = str(error).lower()
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _("服务器磁盘已满，这次操作没有保存。请联系管理员清理磁盘后重试。")
    if not isinstance(error, DatabaseError):
        return None
    if "locked" in text or "lock timeout" in text or "deadlock" in text:
        return _("数据库正忙，这次操作没有保存。请过一会儿再试。")
    if "full" in text or "no space" in text:
        return _("服务器磁盘已满，这次操作没有保存。请联系管理员清理磁盘后重试。")
    if "readonly" in text or "read-only" in text:
        return _("数据库为只读，这次操作没有保存。请联系管理员检查数据文件夹的权限。")
    if isinstance(error, OperationalError) and any(
        w in text for w in ("connect", "closed", "terminat", "unable")
    ):
        return _("暂时连不上数据库，这次操作没有保存。请过一会儿再试。")
    return None
