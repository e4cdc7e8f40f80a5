"""Words of the library, and which states follow which."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """The six kinds (类); an order may have several. Column of Finding and Matter: `is_<kind>`."""

    COMMITMENT = "commitment", _("承诺件")
    ENFORCEMENT = "enforcement", _("执法类")
    REPEAT = "repeat", _("多次来电")
    CROSSING = "crossing", _("三跨")
    FLAGGED = "flagged", _("交办平台标注疑难复杂")
    DISSATISFIED = "dissatisfied", _("不满意")


class ClosureClass(models.TextChoices):
    SUBSTANTIVE = "substantive", _("实质性")
    STAGED_DATED = "staged_dated", _("阶段性（有期限）")
    STAGED_UNDATED = "staged_undated", _("阶段性（无期限）")
    PROCEDURAL = "procedural", _("程序性")
    UNCLEAR = "unclear", _("无法判断")


class Decision(models.TextChoices):
    PENDING = "pending", _("待研判")
    CONFIRMED = "confirmed", _("已确认")
    DISMISSED = "dismissed", _("已排除")


class DismissReason(models.TextChoices):
    """Why a finding is dismissed. Each teaches the engine something else."""

    SUBSTANTIVE = "substantive", _("已实质性办结，有佐证")
    UPHELD_REFUSAL = "upheld_refusal", _("依法依规不予支持，理由充分")
    ANSWERED = "answered", _("咨询类，答复完整")
    MISREAD = "misread", _("识别有误，原文不是这个意思")
    OUT_OF_SCOPE = "out_of_scope", _("不属于监督范围")
    OTHER = "other", _("其他（请说明）")


class CommitmentState(models.TextChoices):
    PENDING = "pending", _("待确认")
    CONFIRMED = "confirmed", _("待到期")
    KEPT = "kept", _("已兑现")
    PARTLY = "partly", _("部分兑现")
    BROKEN = "broken", _("未兑现")
    CANCELLED = "cancelled", _("不成立")


COMMITMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    CommitmentState.PENDING: frozenset(set(CommitmentState) - {CommitmentState.PENDING}),
    CommitmentState.CONFIRMED: frozenset(
        {CommitmentState.KEPT, CommitmentState.PARTLY, CommitmentState.BROKEN, CommitmentState.CANCELLED}
    ),
    CommitmentState.PARTLY: frozenset({CommitmentState.KEPT, CommitmentState.BROKEN}),
    # What was settled can be opened again: 销号 is reversible (domain.md §3), and the event line keeps both acts.
    CommitmentState.KEPT: frozenset({CommitmentState.CONFIRMED}),
    CommitmentState.BROKEN: frozenset({CommitmentState.CONFIRMED, CommitmentState.KEPT}),
    CommitmentState.CANCELLED: frozenset({CommitmentState.CONFIRMED}),
}
COMMITMENT_OPEN = (CommitmentState.PENDING, CommitmentState.CONFIRMED, CommitmentState.PARTLY)


class Due(models.TextChoices):
    """Parts of the commitment ledger."""

    OVERDUE = "overdue", _("已逾期")
    WEEK = "week", _("本周到期")
    LATER = "later", _("以后到期")
    UNDATED = "undated", _("无期限")


class Certainty(models.TextChoices):
    STATED = "stated", _("写明期限")
    FUZZY = "fuzzy", _("期限模糊")
    NONE = "none", _("没有期限")


class Grade(models.TextChoices):
    RED = "red", _("红")
    ORANGE = "orange", _("橙")
    YELLOW = "yellow", _("黄")
    BLUE = "blue", _("蓝")


class MatterState(models.TextChoices):
    OPEN = "open", _("在办")
    CLOSED = "closed", _("已销号")


class CallKind(models.TextChoices):
    """What a later call about a matter is (calls.call_kinds)."""

    CHASING = "chasing", _("催办")
    REPEAT = "repeat", _("重复来电")
    JOINED = "joined", _("多人同诉")


class RateVariant(models.TextChoices):
    """How the rate of repeat calls is counted (library.repeats)."""

    CALLS = "calls", _("重复来电占全部来电")
    MATTERS = "matters", _("有重复来电的事项占全部事项")
    CLOSED = "closed", _("办结后又有来电的工单占办结工单")


class ActKind(models.TextChoices):
    """What was done to a matter as such."""

    MERGED = "merged", _("合并事项")
    SPLIT = "split", _("拆出新事项")
    MOVED = "moved", _("移动工单")
    APART = "apart", _("标明不是同一事项")
    ACCEPTED = "accepted", _("采纳归并建议")
    REFUSED = "refused", _("不采纳归并建议")
    CLOSED = "closed", _("销号")
    REOPENED = "reopened", _("重新打开")


class ProposalState(models.TextChoices):
    PENDING = "pending", _("待确认")
    ACCEPTED = "accepted", _("已采纳")
    REFUSED = "refused", _("不采纳")
