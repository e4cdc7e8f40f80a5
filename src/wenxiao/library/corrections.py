"""What people correct in what the engine read, and the labels that this makes.

A correction keeps what the engine had said beside it: the pair is what a refit learns from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from wenxiao.library.choices import Certainty, CommitmentState
from wenxiao.library.models import Commitment, KindVerdict, Verdict
from wenxiao.library.services import log_act, may_assess
from wenxiao.orders.choices import EventKind
from wenxiao.orders.models import WorkOrder
from wenxiao.orders.selectors import visible_orders
from wenxiao.recognition.learning import Policy
from wenxiao.recognition.schema import TEXT_FIELDS
from wenxiao.units.models import User
from wenxiao.units.scope import scope_commitments


@dataclass(frozen=True, slots=True)
class Correction:
    """What a commitment should have been read as. `text` is words of the same field, `due` None is "no date"."""

    text: str
    due: date | None
    concrete: bool


def correct_commitment(*, actor: User, commitment: int, given: Correction, seen: bool = False) -> Commitment:
    """Put the commitment right; it counts as seen by a person from then on. Giving what is there changes nothing, or, `seen`,
    confirms it. Raises ValidationError when the words do not stand in the text, Http404 outside the actor's scope."""
    may_assess(actor)
    with transaction.atomic():
        visible = scope_commitments(actor, Commitment.objects.filter(pk=commitment)).values("pk")
        row = Commitment.objects.select_for_update().select_related("order").filter(pk__in=visible).first()
        if row is None:
            raise Http404(_("没有这条承诺"))
        text = given.text.strip()
        same = (text, given.due, given.concrete) == (row.text.strip(), row.due, row.concrete)
        if same and not (seen and row.state in (CommitmentState.PENDING, CommitmentState.CANCELLED)):
            return row
        if not same:
            row.read = row.read or _as_read(row)
        if text != row.text.strip():
            _move(row, text)
        if given.due != row.due:
            row.due, row.due_text, row.provisional = given.due, "", False
            row.certainty = Certainty.STATED if given.due else Certainty.NONE
            row.basis = _("%(who)s更正") % {"who": actor} if given.due else ""
        row.concrete = given.concrete
        if row.state == CommitmentState.PENDING or (seen and row.state == CommitmentState.CANCELLED):
            row.state = CommitmentState.CONFIRMED
        row.changed_at, row.changed_by = timezone.now(), actor
        row.save()
        log_act(
            EventKind.COMMITMENT,
            actor,
            [row.order_id],
            _("确认承诺") if same else _("更正承诺"),
            {"commitment": row.pk, "read": row.read},
        )
    return row


def add_commitment(*, actor: User, order: int, given: Correction) -> Commitment:
    """A commitment of the reply that the engine had passed over. Adding one that is listed already gives that one, confirmed.
    Raises ValidationError when the words do not stand in the reply, Http404 outside the actor's scope."""
    may_assess(actor)
    with transaction.atomic():
        row = visible_orders(actor).select_for_update(of=("self",)).filter(pk=order).first()
        if row is None:
            raise Http404(_("没有这件工单"))
        text = given.text.strip()
        fresh = Commitment(order=row, field="reply", order_version=row.version, read={"added": True})
        _move(fresh, text)
        fresh.due, fresh.concrete = given.due, given.concrete
        fresh.certainty = Certainty.STATED if given.due else Certainty.NONE
        fresh.basis = _("%(who)s补充") % {"who": actor} if given.due else ""
        there = _listed_there(fresh)
        if there is not None:
            return correct_commitment(actor=actor, commitment=there.pk, given=given, seen=True)
        fresh.state, fresh.changed_at, fresh.changed_by = CommitmentState.CONFIRMED, timezone.now(), actor
        fresh.save()
        log_act(EventKind.COMMITMENT, actor, [row.pk], _("补充承诺"), {"commitment": fresh.pk, "added": True})
    return fresh


def _listed_there(fresh: Commitment) -> Commitment | None:
    """The listed commitment whose words the new one shares."""
    rows = Commitment.objects.filter(
        order=fresh.order, field=fresh.field, start__lt=fresh.end, end__gt=fresh.start
    )
    return rows.order_by("pk").first()


def _as_read(row: Commitment) -> dict[str, Any]:
    due = row.due.isoformat() if row.due else None
    return {"text": row.text, "start": row.start, "end": row.end, "due": due, "concrete": row.concrete}


def _move(row: Commitment, text: str) -> None:
    """To other words of the same field: the place nearest to where the engine had found some."""
    whole = str(getattr(row.order, row.field)) if row.field in TEXT_FIELDS else ""
    places = [at for at in range(len(whole)) if whole.startswith(text, at)] if text else []
    if not places:
        raise ValidationError(_("答复里没有这句话，请照原文填写"))
    row.start = min(places, key=lambda at: abs(at - (row.start or 0)))
    row.end, row.text = row.start + len(text), text


def labels(policy: Policy) -> Iterator[dict[str, Any]]:
    """One object an order that people have judged or corrected: numbers, offsets, dates and answers, no text.

    `unresolved` is None where the verdict says nothing about it; `class` is given where a person corrected it; `kinds` are
    those that a person spoke of; a commitment that a person added has `read` {"added": true}.
    """
    corrected = Commitment.objects.exclude(state=CommitmentState.PENDING).order_by("pk")
    kinds = KindVerdict.objects.filter(replaced_at__isnull=True).order_by("kind")
    orders = WorkOrder.objects.filter(
        Q(verdicts__undone_at__isnull=True, verdicts__isnull=False)
        | Q(commitments__in=corrected)
        | Q(kind_verdicts__in=kinds)
    )
    standing = Verdict.objects.filter(undone_at__isnull=True)
    rows = (
        orders.distinct()
        .order_by("pk")
        .only("number", "version")
        .prefetch_related(
            Prefetch("verdicts", standing),
            Prefetch("commitments", corrected),
            Prefetch("kind_verdicts", kinds),
        )
    )
    for order in rows.iterator(chunk_size=500):
        verdict = next(iter(order.verdicts.all()), None)
        said = [one for one in order.kind_verdicts.all() if one.order_version == order.version]
        yield {
            "order": order.number,
            "version": order.version,
            "verdict": _verdict(verdict, policy) if verdict else None,
            "kinds": {one.kind: {"is": one.holds, "read": one.read} for one in said},
            "commitments": [_commitment(row) for row in order.commitments.all()],
        }


def _verdict(verdict: Verdict, policy: Policy) -> dict[str, Any]:
    confirmed = verdict.decision == "confirmed"
    known = confirmed or verdict.reason in policy.reasons
    return {
        "unresolved": confirmed if known else None,
        "reason": verdict.reason,
        "class": verdict.closure_class or None,
        "version": verdict.snapshot.get("version"),
        "model": verdict.snapshot.get("model"),
        "at": verdict.at.isoformat(timespec="seconds"),
    }


def _commitment(row: Commitment) -> dict[str, Any]:
    return {
        "field": row.field,
        "start": row.start,
        "end": row.end,
        "due": row.due.isoformat() if row.due else None,
        "concrete": row.concrete,
        "is_commitment": row.state != CommitmentState.CANCELLED,
        "read": {key: value for key, value in row.read.items() if key != "text"} if row.read else None,
    }
