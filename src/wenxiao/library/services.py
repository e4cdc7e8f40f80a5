"""What people decide: verdicts on findings, states of commitments, saved views.

Every act is idempotent (a second click changes nothing and adds no event), happens whole or not at all, and leaves
an event. Who may act is checked here, against the same scope that the lists show.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from wenxiao.library.choices import (
    COMMITMENT_TRANSITIONS,
    ClosureClass,
    CommitmentState,
    Decision,
    DismissReason,
)
from wenxiao.library.models import Commitment, Finding, Matter, Verdict
from wenxiao.library.view_models import SavedView
from wenxiao.orders.choices import EventKind
from wenxiao.orders.models import Event, WorkOrder
from wenxiao.orders.selectors import visible_orders
from wenxiao.units.models import User
from wenxiao.units.scope import scope_commitments

#: The most orders that one bulk act may touch; more is a mistake or a filter that was forgotten.
BULK_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision did: orders whose verdict is now another, and orders that had this verdict already."""

    changed: int
    same: int


#: The classes that a confirmation may give instead of the engine's: those of an order that is not resolved.
UNRESOLVED_CLASSES = (ClosureClass.STAGED_DATED, ClosureClass.STAGED_UNDATED, ClosureClass.PROCEDURAL)


def confirm_finding(*, actor: User, order: int, note: str = "", closure_class: str = "") -> Decided:
    """The order is really not resolved: it stays under supervision. `closure_class` corrects the engine's class."""
    return confirm_findings(actor=actor, orders=[order], note=note, closure_class=closure_class)


def dismiss_finding(*, actor: User, order: int, reason: str, note: str = "") -> Decided:
    """The finding does not hold, for one of DismissReason; 其他 needs a note."""
    return dismiss_findings(actor=actor, orders=[order], reason=reason, note=note)


class DecidedMeanwhile(ValidationError):
    """Somebody else gave another verdict after the page was shown; nothing was changed."""


def confirm_findings(
    *,
    actor: User,
    orders: Sequence[int],
    note: str = "",
    closure_class: str = "",
    seen: datetime | None = None,
) -> Decided:
    """`confirm_finding` for many, all or none. Raises DecidedMeanwhile for what a colleague decided after `seen`."""
    if closure_class and closure_class not in UNRESOLVED_CLASSES:
        raise ValidationError(_("确认没有办结的工单不能是这种办结性质"))
    return _decide(actor, orders, _Act(Decision.CONFIRMED, "", note.strip(), closure_class), seen)


def dismiss_findings(
    *, actor: User, orders: Sequence[int], reason: str, note: str = "", seen: datetime | None = None
) -> Decided:
    """`dismiss_finding` for many, all or none. Raises DecidedMeanwhile for what a colleague decided after `seen`."""
    if reason not in DismissReason:
        raise ValidationError(_("请选择排除的理由"))
    if reason == DismissReason.OTHER and not note.strip():
        raise ValidationError(_("选择“其他”时请写明理由"))
    return _decide(actor, orders, _Act(Decision.DISMISSED, reason, note.strip()), seen)


@dataclass(frozen=True, slots=True)
class _Act:
    decision: Decision
    reason: str
    note: str
    closure_class: str = ""


def _nobody_else_did(actor: User, act: _Act, standing: Iterable[Verdict], seen: datetime | None) -> None:
    """A page that was shown before a colleague decided must not put another verdict in the place of theirs unseen."""
    if seen is None:
        return
    later = [v for v in standing if v.at > seen and v.by_id != actor.pk and v.decision != act.decision]
    if later:
        said = {"who": later[0].by, "what": Decision(later[0].decision).label, "n": len(later)}
        raise DecidedMeanwhile(
            _("%(who)s 刚判了其中 %(n)d 件（%(what)s），没有改动。看过之后仍要改，请再按一次。") % said
        )


def _decide(actor: User, ids: Sequence[int], act: _Act, seen: datetime | None = None) -> Decided:
    may_assess(actor)
    with transaction.atomic():
        findings = _locked_findings(actor, ids)
        standing = {
            v.order_id: v for v in Verdict.objects.filter(order__in=list(findings), undone_at__isnull=True)
        }
        _nobody_else_did(actor, act, standing.values(), seen)
        fresh = [f for f in findings.values() if not _is_same(standing.get(f.order_id), act, f)]
        now = timezone.now()
        Verdict.objects.filter(order__in=[f.order_id for f in fresh], undone_at__isnull=True).update(
            undone_at=now, undone_by=actor
        )
        Verdict.objects.bulk_create(
            Verdict(
                order_id=f.order_id,
                decision=act.decision,
                reason=act.reason,
                note=act.note,
                closure_class=act.closure_class,
                by=actor,
                at=now,
                snapshot=_snapshot(f),
            )
            for f in fresh
        )
        for finding in fresh:
            finding.decision, finding.decided_version = act.decision, finding.order_version
        Finding.objects.bulk_update(fresh, ["decision", "decided_version"])
        kind = EventKind.CONFIRMED if act.decision == Decision.CONFIRMED else EventKind.DISMISSED
        reason = str(DismissReason(act.reason).label) if act.reason else ""
        given = _("更正为%(to)s") % {"to": ClosureClass(act.closure_class).label} if act.closure_class else ""
        text = "；".join(filter(None, [reason, given, act.note]))
        log_act(kind, actor, [f.order_id for f in fresh], text, {"reason": act.reason})
        _mark_worked([f.order_id for f in fresh])
    return Decided(len(fresh), len(findings) - len(fresh))


def _is_same(verdict: Verdict | None, act: _Act, finding: Finding) -> bool:
    """Whether the verdict that stands says just this, about this version of the order."""
    return (
        verdict is not None
        and _said(verdict) == (act.decision, act.reason, act.note, act.closure_class)
        and not finding.is_outdated_verdict
    )


def _said(verdict: Verdict) -> tuple[str, str, str, str]:
    return verdict.decision, verdict.reason, verdict.note, verdict.closure_class


def undo_verdict(*, actor: User, order: int) -> Decided:
    """Take the verdict that stands back; the order is to be assessed again. Nothing happens when there is none."""
    return undo_verdicts(actor=actor, orders=[order])


def undo_verdicts(*, actor: User, orders: Sequence[int]) -> Decided:
    """`undo_verdict` for many, all or none."""
    may_assess(actor)
    with transaction.atomic():
        findings = _locked_findings(actor, orders)
        standing = list(Verdict.objects.filter(order__in=list(findings), undone_at__isnull=True))
        ids = [v.order_id for v in standing]
        Verdict.objects.filter(pk__in=[v.pk for v in standing]).update(
            undone_at=timezone.now(), undone_by=actor
        )
        Finding.objects.filter(order__in=ids).update(decision=Decision.PENDING, decided_version=None)
        log_act(EventKind.UNDONE, actor, ids, "", {})
    return Decided(len(ids), len(findings) - len(ids))


def may_assess(actor: User) -> None:
    """Raise PermissionDenied for those who only read: a unit does not judge itself."""
    if not actor.may_assess:
        raise PermissionDenied(_("只有研判员和管理员可以研判"))


def _locked_findings(actor: User, ids: Sequence[int]) -> dict[int, Finding]:
    """The findings of the orders, locked until the end of the transaction; Http404 if one of them is not there."""
    wanted = set(ids)
    if len(wanted) > BULK_LIMIT:
        raise ValidationError(_("一次最多处理 %(limit)d 件") % {"limit": BULK_LIMIT})
    visible = visible_orders(actor).filter(pk__in=wanted).values("pk")
    # In the order of the ids, so that two bulk acts on the same orders wait for each other and never deadlock.
    rows = Finding.objects.select_for_update().filter(order__in=visible).order_by("order_id")
    findings = {finding.order_id: finding for finding in rows}
    if findings.keys() != wanted:
        raise Http404(_("没有这件工单"))
    return findings


def _snapshot(finding: Finding) -> dict[str, object]:
    """What the engine had said: the label that a person's decision becomes is useless without it."""
    return {
        "model": finding.model,
        "version": finding.order_version,
        "closure_class": finding.closure_class,
        "unresolved": finding.unresolved,
        "kinds": finding.kinds,
        "signals": [item["signal"] for item in finding.evidence],
    }


def log_act(kind: EventKind, actor: User, orders: Iterable[int], text: str, data: dict[str, object]) -> None:
    """An event on each of the orders, now."""
    now = timezone.now()
    Event.objects.bulk_create(
        Event(order_id=pk, kind=kind, at=now, actor=actor, text=text, data=data) for pk in orders
    )


def _mark_worked(orders: Sequence[int]) -> None:
    """From now on no machine renumbers, merges or splits the matters of these orders."""
    Matter.objects.filter(links__order__in=orders, worked_on=False).update(worked_on=True)


def set_commitment_state(*, actor: User, commitment: int, state: str, note: str = "") -> Commitment:
    """Move a commitment along the table of COMMITMENT_TRANSITIONS; the state that it has already changes nothing."""
    may_assess(actor)
    if state not in CommitmentState:
        raise ValidationError(_("没有这个状态"))
    with transaction.atomic():
        visible = scope_commitments(actor, Commitment.objects.filter(pk=commitment)).values("pk")
        row = Commitment.objects.select_for_update().filter(pk__in=visible).first()
        if row is None:
            raise Http404(_("没有这条承诺"))
        if row.state == state:
            return row
        if state not in COMMITMENT_TRANSITIONS[row.state]:
            before, after = CommitmentState(row.state).label, CommitmentState(state).label
            raise ValidationError(_("不能从“%(before)s”改为“%(after)s”") % {"before": before, "after": after})
        data: dict[str, object] = {"commitment": row.pk, "from": row.state, "to": state}
        row.state, row.changed_at, row.changed_by = state, timezone.now(), actor
        row.save(update_fields=["state", "changed_at", "changed_by"])
        log_act(EventKind.COMMITMENT, actor, [row.order_id], note.strip(), data)
        _mark_worked([row.order_id])
    return row


def reveal_personal_data(*, actor: User, order: WorkOrder) -> None:
    """Leave a trace that somebody looked at a caller's unmasked data. Call before showing it."""
    if not visible_orders(actor).filter(pk=order.pk).exists():
        raise Http404(_("没有这件工单"))
    log_act(EventKind.REVEALED, actor, [order.pk], "", {})


def save_view(*, actor: User, name: str, query: str, page: str = "assess", shared: bool = False) -> SavedView:
    """Keep a filter under a name; the same name again replaces what it stood for."""
    name = " ".join(name.split())[:60]
    if not name:
        raise ValidationError(_("请给视图起个名字"))
    view, _created = SavedView.objects.update_or_create(
        owner=actor, page=page, name=name, defaults={"query": query[:2000], "shared": shared}
    )
    return view


def delete_view(*, actor: User, view: int) -> None:
    """Remove a view of one's own; nothing happens when it is gone already."""
    SavedView.objects.filter(owner=actor, pk=view).delete()
