"""Changing what the engine runs with: first what would change, then the change, then reading the history again.

Verdicts, commitments that people touched and matters that people worked on stay as they are (library.recognising,
library.grouping). The machine proposes; nothing here happens without a person who says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from wenxiao.learning.choices import JobKind
from wenxiao.learning.in_force import fingerprint, version_before
from wenxiao.learning.jobs import add_job
from wenxiao.learning.models import EngineJob, ModelUse, ModelVersion
from wenxiao.library import rules
from wenxiao.library.choices import CommitmentState
from wenxiao.library.kinds import SAID, said_kinds, with_said
from wenxiao.library.models import Commitment, Finding
from wenxiao.library.recognising import SHARED, engine_settings, is_captured, to_batch, told
from wenxiao.orders.models import WorkOrder
from wenxiao.orders.records import CONTENT
from wenxiao.recognition.closure import probability
from wenxiao.recognition.columns import ColumnSignals
from wenxiao.recognition.engine import learned
from wenxiao.recognition.engines.local import read_batches
from wenxiao.recognition.learning import Policy
from wenxiao.recognition.settings import Settings
from wenxiao.units.choices import Role
from wenxiao.units.models import User

_CHUNK = 1000
#: Orders of each sort that a trial keeps to be looked at.
SHOWN = 50
Tell = Callable[[int], None]


@dataclass(slots=True)
class Trial:
    """What a change would do to the orders of some days. `newly` and `no_longer` cross the threshold `likely`,
    `captured` and `released` come onto the list to assess or leave it, `classes` counts changes of the closure class
    ("before>after"). `lines` counts orders that become or cease to be of a kind (`<kind>_in`, `<kind>_out`) and that gain, lose or
    have otherwise a commitment (`promise_in`, `promise_out`, `promise_other`: checkable or not, another day); what people have
    said stays and is not counted. `examples` has up to SHOWN orders of each sort: key, probability before and after.
    """

    since: str
    read: int = 0
    newly: int = 0
    no_longer: int = 0
    captured: int = 0
    released: int = 0
    classes: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[tuple[int, float, float]]] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def with_version(today: date, version: ModelVersion | None) -> Settings:
    """The settings of this installation with another model version; None is the model as shipped."""
    return replace(engine_settings(today), adjustment=version.adjustment if version else None)


def recent(today: date, days: int) -> QuerySet[WorkOrder]:
    """The orders that were called in or closed in the last so many days and have been read."""
    since = datetime.combine(today - timedelta(days=days), time())
    return WorkOrder.objects.filter(Q(called_at__gte=since) | Q(closed_at__gte=since), finding__isnull=False)


def preview_days() -> int:
    """How many of the last days a change is tried on."""
    return Policy.load(rules.rules_folder()).preview_days


def try_change(
    after: Settings, today: date, likely: float | None = None, tell: Tell = lambda count: None
) -> Trial:
    """Read the recent orders with other settings (and another threshold) and say what would be different."""
    days = preview_days()
    now = rules.load(rules.rules_folder()).likely
    compare = _Compare(
        Trial((today - timedelta(days=days)).isoformat()),
        now,
        now if likely is None else likely,
        {name: signal.prior for name, signal in ColumnSignals(after.data, learned(after)).signals.items()},
    )
    batches = (to_batch(rows) for rows in _rows(recent(today, days)))
    for orders, read in read_batches(batches, after, settings.RECOGNITION_PROCESSES or None):
        keys = orders.column("row").to_pylist()
        before = {row.order_id: row for row in Finding.objects.filter(order__in=keys)}
        said, promised = said_kinds(keys), _promised(keys)
        for pk, found in zip(keys, told(read, keys), strict=True):
            if pk in before:
                kinds = sorted(with_said(found["kinds"], said.get(pk, {})))
                compare.take(before[pk], {**found, "kinds": kinds}, promised[pk])
        tell(len(keys))
    return compare.trial


def _rows(orders: QuerySet[WorkOrder]) -> Iterator[list[tuple[Any, ...]]]:
    last = 0
    while True:
        part = orders.filter(pk__gt=last).order_by("pk").values_list("number", "pk", *CONTENT)
        rows = list(part[:_CHUNK])
        if not rows:
            return
        last = rows[-1][1]
        yield rows


#: Of one order: the commitments nobody has touched, by field and words, with checkability and last day; and the field and
#: words of those that people have.
_Promises = tuple[dict[tuple[str, str], tuple[bool, Any]], set[tuple[str, str]]]


def _promised(orders: list[int]) -> dict[int, _Promises]:
    found: dict[int, _Promises] = defaultdict(lambda: ({}, set()))
    rows = Commitment.objects.filter(order__in=orders)
    for row in rows.only("order_id", "field", "text", "concrete", "due", "state", "read"):
        untouched, touched = found[row.order_id]
        if row.state == CommitmentState.PENDING:
            untouched[row.field, row.text] = (row.concrete, row.due)
        else:
            touched |= {(row.field, row.text), (row.field, (row.read or {}).get("text", row.text))}
    return found


@dataclass(slots=True)
class _Compare:
    """Takes orders in one by one; `shared` are the weights of what the collection adds, which is not read again."""

    trial: Trial
    likely: float
    likely_after: float
    shared: dict[str, float]

    def take(self, before: Finding, after: dict[str, Any], promises: _Promises) -> None:
        trial = self.trial
        trial.read += 1
        added = [item["signal"] for item in before.evidence if item["signal"] in SHARED]
        chance = round(probability(after["logit"] + sum(self.shared.get(name, 0.0) for name in added)), 4)
        is_likely, was_likely = chance >= self.likely_after, before.unresolved >= self.likely
        kinds = set(after["kinds"])
        if before.is_repeat != before.own_repeat:  # the collection says otherwise than the order alone
            kinds = kinds | {"repeat"} if before.is_repeat else kinds - {"repeat"}
        captured = is_captured({**after, "unresolved": chance, "kinds": kinds}, self.likely_after)
        for name, now, then in (
            ("newly", is_likely, was_likely),
            ("no_longer", was_likely, is_likely),
            ("captured", captured, before.captured),
            ("released", before.captured, captured),
        ):
            if now and not then:
                setattr(trial, name, getattr(trial, name) + 1)
                self._show(name, before, chance)
        for name in (*_kinds_changed(set(before.kinds), kinds), *_promises_changed(promises, after)):
            trial.lines[name] = trial.lines.get(name, 0) + 1
            self._show(name, before, chance)
        # Where the collection has added something, the class follows the sum; what the engine says alone is not it.
        if not added and after["closure_class"] != before.closure_class:
            change = f"{before.closure_class}>{after['closure_class']}"
            trial.classes = dict(Counter(trial.classes) + Counter([change]))

    def _show(self, name: str, before: Finding, chance: float) -> None:
        shown = self.trial.examples.setdefault(name, [])
        if len(shown) < SHOWN:
            shown.append((before.order_id, before.unresolved, chance))


def _kinds_changed(before: set[str], after: set[str]) -> Iterator[str]:
    for kind in SAID:
        if (kind in before) != (kind in after):
            yield f"{kind}_in" if kind in after else f"{kind}_out"


def _promises_changed(promises: _Promises, after: dict[str, Any]) -> Iterator[str]:
    untouched, touched = promises
    now = {(one["field"], one["text"]): (one["concrete"], one["due"]) for one in after["commitments"]}
    if now.keys() - untouched.keys() - touched:
        yield "promise_in"
    if untouched.keys() - now.keys():
        yield "promise_out"
    if any(now[one] != untouched[one] for one in now.keys() & untouched.keys()):
        yield "promise_other"


def may_change(actor: User | None) -> None:
    """Raise PermissionDenied unless the actor may change the engine; None is the command line of the machine."""
    if actor is not None and actor.role != Role.ADMINISTRATOR:
        raise PermissionDenied(_("只有管理员可以更改识别模型和规则"))


def use_version(*, actor: User | None, name: str) -> ModelUse:
    """From now on the engine runs with this version ("" is the model as shipped). Nothing changes when it does so
    already. History is read again by a job (`reread`)."""
    may_change(actor)
    version = None
    if name:
        version = ModelVersion.objects.filter(name=name).first()
        if version is None:
            raise ValidationError(_("没有这个模型：%(name)s") % {"name": name})
        if version.trouble:
            raise ValidationError(version.trouble)
    return _use(actor, version)


def go_back(*, actor: User | None) -> ModelUse:
    """Back to the version that was used before the present one. Raises ValidationError where there is none."""
    may_change(actor)
    if not ModelUse.objects.exists():
        raise ValidationError(_("正在用出厂模型，没有可以退回的版本"))
    before = version_before()
    version = before.version if before else None
    if version is not None and version.trouble:
        raise ValidationError(version.trouble)
    return _use(actor, version)


def _use(actor: User | None, version: ModelVersion | None) -> ModelUse:
    with transaction.atomic():
        newest = ModelUse.objects.select_for_update().first()
        if newest is not None and newest.version_id == (version.pk if version else None):
            return newest
        return ModelUse.objects.create(version=version, by=actor)


def stale(today: date) -> QuerySet[WorkOrder]:
    """The orders that were read with something else than what is in force now."""
    now = fingerprint(engine_settings(today))
    return WorkOrder.objects.filter(finding__isnull=False).exclude(finding__engine=now)


def ask_reread(*, actor: User | None) -> EngineJob:
    """A job that reads again what was read with something else."""
    may_change(actor)
    return add_job(kind=JobKind.REREAD, params={}, actor=actor)
