"""What people say of the kinds of an order (执法类, 三跨). Their word stands whatever the engine reads, and teaches it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wenxiao.library import acts, rules
from wenxiao.library.choices import Kind
from wenxiao.library.models import Finding, KindVerdict, Matter
from wenxiao.library.services import log_act, may_assess
from wenxiao.orders.choices import EventKind
from wenxiao.orders.selectors import visible_orders
from wenxiao.recognition.collection import is_untold
from wenxiao.recognition.schema import Evidence
from wenxiao.units.models import User

#: The kinds that are read from texts; the others are what columns and other orders say.
SAID = (Kind.ENFORCEMENT, Kind.CROSSING)


def said_kinds(orders: Collection[int]) -> dict[int, dict[str, bool]]:
    """What people have said of the kinds of each order, where they have."""
    rows = KindVerdict.objects.filter(order__in=orders, replaced_at__isnull=True)
    found: dict[int, dict[str, bool]] = defaultdict(dict)
    for order, kind, holds in rows.values_list("order", "kind", "holds"):
        found[order][kind] = holds
    return dict(found)


def with_said(kinds: Iterable[str], said: Mapping[str, bool]) -> set[str]:
    """The kinds that the engine read, with what a person said of them."""
    return (set(kinds) | {kind for kind, holds in said.items() if holds}) - {
        kind for kind, holds in said.items() if not holds
    }


def correct_kinds(*, actor: User, order: int, kinds: Collection[str]) -> Finding:
    """Say which of `SAID` an order is of: those in `kinds`, and no other. Saying what is there confirms it; saying it again
    changes nothing. Raises Http404 outside the actor's scope, ValidationError for another kind."""
    may_assess(actor)
    if not set(kinds) <= {kind.value for kind in SAID}:
        raise ValidationError(_("这一类由栏目或别的工单决定，不能在这里更正"))
    with transaction.atomic():
        acts.lock()
        visible = visible_orders(actor).filter(pk=order).values("pk")
        row = Finding.objects.select_for_update().filter(order__in=visible).first()
        if row is None:
            raise Http404(_("没有这件工单"))
        fresh = _fresh(row, actor, {kind.value: kind.value in kinds for kind in SAID})
        if fresh:
            _keep(row, fresh, actor)
    return row


def _fresh(row: Finding, actor: User, given: Mapping[str, bool]) -> list[KindVerdict]:
    """The verdicts that say something new of this version of the order."""
    standing = KindVerdict.objects.filter(order=row.order_id, replaced_at__isnull=True)
    known = {one.kind: one for one in standing}
    fresh = []
    for kind, holds in given.items():
        before = known.get(kind)
        if before and (before.holds, before.order_version) == (holds, row.order_version):
            continue
        # What the engine says itself is beside a verdict that stands, which the columns of the finding follow.
        same = before is not None and before.order_version == row.order_version
        read = before.read if before is not None and same else bool(getattr(row, f"is_{kind}"))
        fresh.append(
            KindVerdict(
                order_id=row.order_id,
                kind=kind,
                holds=holds,
                read=read,
                model=row.model,
                order_version=row.order_version,
                by=actor,
            )
        )
    return fresh


def _keep(row: Finding, fresh: list[KindVerdict], actor: User) -> None:
    now = timezone.now()
    old = KindVerdict.objects.filter(order=row.order_id, kind__in=[one.kind for one in fresh])
    old.filter(replaced_at__isnull=True).update(replaced_at=now)
    KindVerdict.objects.bulk_create(fresh)
    for one in fresh:
        setattr(row, f"is_{one.kind}", one.holds)
    row.captured = bool(row.kinds) or _is_likely(row)
    row.save(update_fields=["captured", *(f"is_{one.kind}" for one in fresh)])
    said = pgettext("punctuation", "、").join(_words(one) for one in fresh)
    data: dict[str, Any] = {"kinds": {one.kind: one.holds for one in fresh}}
    log_act(EventKind.NOTED, actor, [row.order_id], _("类别：%(said)s") % {"said": said}, data)
    matters = list(Matter.objects.filter(links__order=row.order_id).values_list("pk", flat=True))
    Matter.objects.filter(pk__in=matters, worked_on=False).update(worked_on=True)
    acts.update(matters)


def _words(one: KindVerdict) -> str:
    label = Kind(one.kind).label
    return str(label) if one.holds else _("不是%(kind)s") % {"kind": label}


def _is_likely(row: Finding) -> bool:
    likely = rules.load(rules.rules_folder()).likely
    return row.unresolved >= likely and not is_untold(Evidence(**item) for item in row.evidence)
