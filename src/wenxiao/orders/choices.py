"""States of an import and kinds of events."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    UPLOADED = "uploaded", _("已上传，待确认列对应")
    QUEUED = "queued", _("排队中")
    READING = "reading", _("正在读取")
    RECOGNISING = "recognising", _("正在识别")
    GROUPING = "grouping", _("正在归并同一事项")
    DONE = "done", _("已完成")
    FAILED = "failed", _("没有完成")
    REFUSED = "refused", _("没有采用")


#: From each state of an import, where it may go. A failed run may be started again and goes on where it stopped; of one
#: that was refused (it cannot be read, nobody confirmed it, somebody changed their mind) only the line is left.
RUN_TRANSITIONS: dict[str, frozenset[str]] = {
    RunState.UPLOADED: frozenset({RunState.QUEUED, RunState.REFUSED}),
    RunState.QUEUED: frozenset({RunState.READING, RunState.RECOGNISING, RunState.GROUPING, RunState.FAILED}),
    RunState.READING: frozenset({RunState.RECOGNISING, RunState.FAILED}),
    RunState.RECOGNISING: frozenset({RunState.GROUPING, RunState.FAILED}),
    RunState.GROUPING: frozenset({RunState.DONE, RunState.FAILED}),
    RunState.DONE: frozenset(),
    RunState.REFUSED: frozenset(),
    RunState.FAILED: frozenset({RunState.QUEUED}),
}
RUN_ACTIVE = (RunState.QUEUED, RunState.READING, RunState.RECOGNISING, RunState.GROUPING)


class EventKind(models.TextChoices):
    RECEIVED = "received", _("受理")
    DISPATCHED = "dispatched", _("派单")
    SIGNED = "signed", _("签收")
    RETURNED = "returned", _("退单")
    REASSIGNED = "reassigned", _("改派")
    EXTENDED = "extended", _("延期")
    REPLIED = "replied", _("答复")
    CLOSED = "closed", _("办结")
    CALLED_BACK = "called_back", _("回访")
    RATED = "rated", _("评价")
    REHANDLED = "rehandled", _("重办")
    CHASED = "chased", _("催办")
    SUPERVISED = "supervised", _("督办")
    VISITED = "visited", _("现场核查")
    NOTED = "noted", _("备注")
    IMPORTED = "imported", _("导入")
    CHANGED = "changed", _("内容变更")
    CONFIRMED = "confirmed", _("研判确认")
    DISMISSED = "dismissed", _("研判排除")
    UNDONE = "undone", _("撤销研判")
    COMMITMENT = "commitment", _("承诺状态变更")
    REVEALED = "revealed", _("查看个人信息")
    EXPORTED = "exported", _("导出")
    LINKED = "linked", _("归入同一事项")
    GRADED = "graded", _("调整等级")
    REOPENED = "reopened", _("销号后又来电，事项重新打开")


#: Steps that every order goes through: in the story of many orders they may be folded away.
ROUTINE = frozenset(
    {
        EventKind.RECEIVED,
        EventKind.DISPATCHED,
        EventKind.SIGNED,
        EventKind.REPLIED,
        EventKind.CLOSED,
        EventKind.CALLED_BACK,
        EventKind.RATED,
        EventKind.IMPORTED,
        EventKind.CHANGED,
        EventKind.REVEALED,
        EventKind.LINKED,
    }
)


class UnitRole(models.TextChoices):
    MAIN = "main", _("主办")
    CO = "co", _("协办")
