"""What the engine found, what people decided on it, and the matters behind the orders."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wenxiao.library import history_models, view_models  # noqa: F401 -- Django finds the models of an app here
from wenxiao.library.choices import (
    ActKind,
    CallKind,
    Certainty,
    ClosureClass,
    CommitmentState,
    Decision,
    DismissReason,
    Grade,
    Kind,
    MatterState,
    ProposalState,
)
from wenxiao.orders.models import WorkOrder

_KIND_COLUMNS = tuple(f"is_{kind}" for kind in Kind.values)


class Kinds(models.Model):
    """The six kinds as columns, so that a list can be filtered by each."""

    is_commitment = models.BooleanField(_("承诺件"), default=False)
    is_enforcement = models.BooleanField(_("执法类"), default=False)
    is_repeat = models.BooleanField(_("多次来电"), default=False)
    is_crossing = models.BooleanField(_("三跨"), default=False)
    is_flagged = models.BooleanField(_("交办平台标注疑难复杂"), default=False)
    is_dissatisfied = models.BooleanField(_("不满意"), default=False)

    class Meta:
        abstract = True

    @property
    def kinds(self) -> list[str]:
        """The kinds that apply, in the order of the glossary."""
        return [kind.value for kind in Kind if getattr(self, f"is_{kind.value}")]


class Finding(Kinds):
    """What the engine recognised in one order (recognition.schema.Finding explains the columns).

    `captured`: the order is on the list to assess (likely unresolved, or of any kind). `decision` is the state of
    the verdict that stands, `decided_version` the version of the order that it was made on; both survive a second
    reading. `top_text` is the first evidence sentence. `own_logit` is what the order says by itself; `logit` has
    what the whole collection adds to it (evidence of the signals in `library.recognising.SHARED`); `own_repeat` and
    `is_repeat` likewise.
    """

    order = models.OneToOneField(WorkOrder, on_delete=models.CASCADE, related_name="finding")
    model = models.CharField(max_length=60, blank=True)
    #: What the engine read with (learning.in_force.fingerprint): a finding with another one is read again.
    engine = models.CharField(max_length=16, blank=True, default="")
    closure_class = models.CharField(_("办结性质"), max_length=20, choices=ClosureClass)
    unresolved = models.FloatField(_("未实质性办结可能性"))
    logit = models.FloatField()
    own_logit = models.FloatField(default=0.0)
    own_repeat = models.BooleanField(default=False)
    captured = models.BooleanField(default=False)
    evidence = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    demands = models.JSONField(default=list)
    details = models.JSONField(default=dict)
    reference = models.DateField(null=True, blank=True)
    order_version = models.PositiveIntegerField(default=1)
    top_text = models.TextField(blank=True)
    read_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(_("研判结论"), max_length=10, choices=Decision, default=Decision.PENDING)
    decided_version = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("识别结果")
        verbose_name_plural = _("识别结果")
        indexes = (
            models.Index(fields=("decision", "-unresolved", "-order", "captured"), name="library_ranked"),
            models.Index(fields=("-unresolved", "-order"), name="library_by_probability"),
            # All that the list's counts ask: they are read from the index alone.
            models.Index(
                fields=("decision", "closure_class", "captured", "unresolved", *_KIND_COLUMNS),
                name="library_counts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.closure_class}"

    @property
    def is_outdated_verdict(self) -> bool:
        """Whether the order changed after the verdict that stands."""
        return self.decided_version is not None and self.decided_version < self.order_version


class Commitment(models.Model):
    """A promised action. `start`/`end` count code points in the `field` of the order as imported."""

    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="commitments")
    field = models.CharField(max_length=20)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    text = models.TextField(_("承诺原文"))
    due = models.DateField(_("到期日"), null=True, blank=True)
    due_text = models.TextField(blank=True)
    basis = models.TextField(_("依据"), blank=True)
    certainty = models.CharField(max_length=10, choices=Certainty, default=Certainty.NONE)
    concrete = models.BooleanField(default=True)
    promisor = models.TextField(_("承诺方"), blank=True)
    provisional = models.BooleanField(default=False)
    state = models.CharField(
        _("状态"), max_length=10, choices=CommitmentState, default=CommitmentState.PENDING
    )
    order_version = models.PositiveIntegerField(default=1)
    #: What the engine had said before a person corrected it: text, start, end, due, concrete; {"added": true} where it
    #: had found nothing and a person added the commitment. None: never corrected.
    read = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("承诺")
        verbose_name_plural = _("承诺")
        indexes = (models.Index(fields=("state", "due"), name="library_ledger"),)

    def __str__(self) -> str:
        return f"{self.order_id} {self.due or '-'}"


class Verdict(models.Model):
    """A person's decision on a finding. `snapshot` is what the engine had said when it was made; `closure_class` is the
    class that the person gave instead, "" where they left it."""

    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="verdicts")
    decision = models.CharField(_("研判结论"), max_length=10, choices=Decision)
    reason = models.CharField(_("理由"), max_length=20, choices=DismissReason, blank=True)
    note = models.TextField(_("说明"), blank=True)
    closure_class = models.CharField(
        _("更正的办结性质"), max_length=20, choices=ClosureClass, blank=True, default=""
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="verdicts"
    )
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    snapshot = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("研判结论")
        verbose_name_plural = _("研判结论")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("order",),
                condition=models.Q(undone_at__isnull=True),
                name="library_one_verdict_stands",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.decision}"


class KindVerdict(models.Model):
    """A person's word on whether an order is of a kind: it stands whatever the engine reads. `read` is what the engine had
    said, which makes the pair a lesson; the same as `holds` where they only confirmed it."""

    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="kind_verdicts")
    kind = models.CharField(_("类"), max_length=15, choices=Kind)
    holds = models.BooleanField(_("属于"))
    read = models.BooleanField(_("识别为属于"))
    model = models.CharField(max_length=60, blank=True)
    order_version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("类的结论")
        verbose_name_plural = _("类的结论")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("order", "kind"),
                condition=models.Q(replaced_at__isnull=True),
                name="library_one_kind_verdict_stands",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind} {self.holds}"


class Matter(Kinds):
    """The real-world problem behind one or many orders.

    `number` is what people call it and never changes. `key` is the grouper's. `worked_on` is set by the first act
    of a person on it; from then on no machine merges, splits or renumbers it. `grade_by` set: a person graded it.
    `merged_into` set: it is only a pointer now, its orders are there. `reopened` counts calls that came after closing.
    """

    number = models.CharField(_("编号"), max_length=12, unique=True)
    key = models.CharField(max_length=220, blank=True, db_index=True)
    title = models.CharField(_("事项"), max_length=200)
    grade = models.CharField(_("等级"), max_length=10, choices=Grade, blank=True)
    #: 0 for red to 3 for blue and 9 for none: the order of the list.
    grade_rank = models.PositiveSmallIntegerField(default=9)
    grade_reasons = models.JSONField(default=list)
    grade_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(_("状态"), max_length=10, choices=MatterState, default=MatterState.OPEN)
    order_count = models.PositiveIntegerField(default=0)
    unit_count = models.PositiveIntegerField(default=0)
    caller_count = models.PositiveIntegerField(default=0)
    first_called = models.DateTimeField(null=True, blank=True)
    last_called = models.DateTimeField(null=True, blank=True)
    next_due = models.DateField(null=True, blank=True)
    worked_on = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="merged")
    closed_at = models.DateTimeField(null=True, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("同一事项")
        verbose_name_plural = _("同一事项")
        indexes = (models.Index(fields=("state", "grade_rank", "-last_called"), name="library_by_grade"),)

    def __str__(self) -> str:
        return self.number

    @property
    def shown_kinds(self) -> list[str]:
        """The kinds as far as the reader sees the orders; only on a matter of `shown.visible_matters`."""
        return [kind.value for kind in Kind if getattr(self, f"shown_is_{kind.value}")]


class MatterLink(models.Model):
    """That an order belongs to a matter. `by` set: a person put it there, and the machine leaves it.

    `call` to `fresh` say what the order is as a call about the matter (calls.Standing); they follow from its orders and
    are brought up to date with it.
    """

    order = models.OneToOneField(WorkOrder, on_delete=models.CASCADE, related_name="matter_link")
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="links")
    score = models.FloatField(null=True, blank=True)
    reasons = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    call = models.CharField(_("来电性质"), max_length=10, choices=CallKind, blank=True, default="")
    after_days = models.PositiveIntegerField(null=True, blank=True)
    own_after_days = models.PositiveIntegerField(null=True, blank=True)
    again_days = models.PositiveIntegerField(null=True, blank=True)
    own_again_days = models.PositiveIntegerField(null=True, blank=True)
    fresh = models.CharField(_("新情况"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("事项关联")
        verbose_name_plural = _("事项关联")

    def __str__(self) -> str:
        return f"{self.order_id} → {self.matter_id}"


class MatterAct(models.Model):
    """Something done to a matter as such. `other` is the matter that was merged into it, or that its orders came from.

    `data` has what undoing needs: `orders` (id of the order → the link that it had, null for none). `by` is null for
    what the arrival of a call did. Rows are added; undoing marks them.
    """

    kind = models.CharField(_("类型"), max_length=10, choices=ActKind)
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="acts")
    other = models.ForeignKey(Matter, null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    note = models.TextField(_("说明"), blank=True)
    data = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("事项变更")
        verbose_name_plural = _("事项变更")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.matter_id} {self.kind}"


class OrderPair(models.Model):
    """Two orders, the lower key first."""

    low = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.low_id} {self.high_id}"


class NotSame(OrderPair):
    """A person said that two orders are not one matter; no grouping puts them together again."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("不是同一事项")
        verbose_name_plural = _("不是同一事项")
        constraints = (models.UniqueConstraint(fields=("low", "high"), name="library_apart_once"),)


class RelatedOrders(OrderPair):
    """Two orders of different matters that are related: one place or party, another problem. `tie` is how likely."""

    tie = models.FloatField()

    class Meta:
        verbose_name = _("相关工单")
        verbose_name_plural = _("相关工单")
        constraints = (models.UniqueConstraint(fields=("low", "high"), name="library_related_once"),)


class Proposal(models.Model):
    """What the grouping would do to a matter that people have worked on: put an `order` into it, or merge an `other`
    matter into it. A person accepts or refuses; what was refused is never proposed again."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="proposals")
    order = models.ForeignKey(WorkOrder, null=True, on_delete=models.CASCADE, related_name="proposals")
    other = models.ForeignKey(Matter, null=True, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField(null=True, blank=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=ProposalState, default=ProposalState.PENDING, db_index=True
    )
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("归并建议")
        verbose_name_plural = _("归并建议")
        constraints = (
            models.UniqueConstraint(fields=("matter", "order"), name="library_propose_order_once"),
            models.UniqueConstraint(fields=("matter", "other"), name="library_propose_matter_once"),
        )

    def __str__(self) -> str:
        return f"{self.matter_id} ← {self.order_id or self.other_id}"


class Counter(models.Model):
    """A number that only goes up. Its row is also the lock for what must happen one at a time."""

    name = models.CharField(max_length=20, unique=True)
    value = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("计数器")
        verbose_name_plural = _("计数器")

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
