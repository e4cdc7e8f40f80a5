"""Rules that a person changes on a page: what there is, a draft tried beforehand, the change, its history, going back.

The history in the database is the truth; `edits.json` in the rules folder is what the engine reads, written whole.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from wenxiao.learning.models import RuleEdit
from wenxiao.library import calls, rules
from wenxiao.library.changing import may_change
from wenxiao.library.choices import Decision
from wenxiao.library.models import Verdict
from wenxiao.library.recognising import engine_settings
from wenxiao.recognition.edits import (
    EDITS,
    BadEdit,
    Edits,
    Section,
    Value,
    apply,
    read_edits,
    read_value,
    sections,
    with_edit,
)
from wenxiao.recognition.engine import Engine
from wenxiao.recognition.learning import Policy
from wenxiao.recognition.lexicon import unedited
from wenxiao.recognition.model import fitted_signals
from wenxiao.recognition.settings import Settings
from wenxiao.units.models import User


def rule_files() -> dict[str, str]:
    """The files that can be edited, with what they hold."""
    return {
        "signals.toml": _("文字依据：答复和回访里的说法"),
        "columns.toml": _("栏目和过程依据：评价、次数、时间"),
        rules.GRADES: _("捕获的界限和事项等级"),
        "repeats.toml": _("来电人说反映过"),
        calls.CALLS: _("重复来电、群体诉求和升温的界限"),
        "enforcement.toml": _("执法类用词"),
        "crossing.toml": _("三跨用词"),
        "missing.toml": _("应当看到的佐证"),
        "evaluation.toml": _("评价用语"),
        "learning.toml": _("训练模型的要求"),
    }


def _plain(file: str) -> dict[str, Any]:
    folder = rules.rules_folder()
    ours = {rules.GRADES: rules.unedited_grades, calls.CALLS: calls.unedited}
    return ours[file](folder) if file in ours else unedited(file, folder)


def current_edits() -> Edits:
    """The edits in force."""
    return read_edits(rules.rules_folder())


def rule_sections(file: str, edits: Edits | None = None) -> list[Section]:
    """The editable tables of a file as they are in force, or with other edits. Raises ValidationError."""
    if file not in rule_files():
        raise ValidationError(_("没有这组规则"))
    found = sections(apply(_plain(file), (current_edits() if edits is None else edits).get(file, {})))
    if file != "signals.toml":
        return found
    # Where the model was fitted on a signal, its weight is the model's to say, not the file's.
    fitted = fitted_signals()
    return [replace(s, values=_without_weight(s.values)) if s.name in fitted else s for s in found]


def _without_weight(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if name != "prior"}


def rule_section(file: str, key: str) -> Section:
    """One of them. Raises ValidationError."""
    found = next((section for section in rule_sections(file) if section.key == key), None)
    if found is None:
        raise ValidationError(_("没有这条规则"))
    return found


@dataclass(frozen=True, slots=True)
class Draft:
    """A change that nobody has made yet: the new values of a section, and all edits if it were made."""

    file: str
    section: str
    values: dict[str, Value]
    changes: dict[str, list[Value]]
    edits: Edits


def draft(file: str, key: str, form: Mapping[str, str]) -> Draft:
    """The change that a form asks for, checked to the end: the engine must start with it. Raises ValidationError with
    one message for each field that does not fit.
    """
    section = rule_section(file, key)
    values, bad = {}, {}
    for name, now in section.values.items():
        leans = section.leans if name == "prior" else ""
        try:
            values[name] = read_value(name, now, form.get(name, ""), leans)
        except BadEdit as problem:
            bad[name] = [_problem(problem.problem)]
    if bad:
        raise ValidationError(bad)
    base = next(s for s in sections(_plain(file)) if s.key == key)
    edits = with_edit(current_edits(), file, key, values, base.values)
    changes = {n: [section.values[n], values[n]] for n in values if values[n] != section.values[n]}
    if changes:
        _try_out(edits)
    return Draft(file, key, values, changes, edits)


def _problem(name: str) -> str:
    return {
        "not_a_number": _("请填数字"),
        "not_a_count": _("请填不小于 0 的整数"),
        "below_zero": _("不能小于 0"),
        "too_large": _("数字太大"),
        "wrong_side": _("权重不能与这条依据的方向相反"),
        "too_many_words": _("词太多"),
        "bad_word": _("有一行太长，或没有字"),
    }[name]


def _try_out(edits: Edits) -> None:
    """Start an engine with the edits; what does not start is refused here and not at night."""
    with edited(date.today(), edits) as (engine, _likely):
        try:
            Engine(engine)
            Policy.load(engine.data)
        except (KeyError, TypeError, ValueError) as problem:
            raise ValidationError(_("这样改以后无法识别：%(why)s") % {"why": problem}) from problem


@contextmanager
def edited(today: date, edits: Edits) -> Iterator[tuple[Settings, float]]:
    """Engine settings and the threshold as they would be with these edits, from a folder that is gone afterwards.
    Raises ValidationError where the grades would make no sense."""
    with tempfile.TemporaryDirectory(prefix="wenxiao-rules-") as name:
        folder = Path(name)
        if (own := rules.rules_folder()) is not None:
            shutil.copytree(own, folder, dirs_exist_ok=True)
        (folder / EDITS).write_text(json.dumps(edits, ensure_ascii=False), "utf-8")
        try:
            likely = rules.load(folder).likely
            calls.load(folder)
        except rules.BadRules as problem:
            raise ValidationError(_("等级或界限不合适：%(why)s") % {"why": problem}) from problem
        yield replace(engine_settings(today), data=folder), likely


def save_edit(*, actor: User | None, found: Draft, note: str = "") -> RuleEdit | None:
    """Put a draft in force; None when it changes nothing. History is read again by a job (changing.ask_reread)."""
    may_change(actor)
    if not found.changes:
        return None
    return _keep(actor, found.file, found.section, found.changes, found.edits, note)


def take_back(*, actor: User | None, edit: int) -> RuleEdit:
    """Put back what was in force before an edit; the edits that came after it go too. Raises ValidationError."""
    may_change(actor)
    row = RuleEdit.objects.filter(pk=edit).first()
    if row is None:
        raise ValidationError(_("没有这次修改"))
    before = RuleEdit.objects.filter(pk__lt=edit).first()
    edits: Edits = before.edits if before else {}
    changes = {key: [after, was] for key, (was, after) in row.changes.items()}
    return _keep(
        actor,
        row.file,
        row.section,
        changes,
        edits,
        _("退回到 %(at)s 之前") % {"at": f"{row.at:%Y-%m-%d %H:%M}"},
    )


def _keep(
    actor: User | None, file: str, section: str, changes: dict[str, list[Value]], edits: Edits, note: str
) -> RuleEdit:
    with transaction.atomic():
        row = RuleEdit.objects.create(
            file=file, section=section, changes=changes, edits=edits, note=note.strip()[:200], by=actor
        )
        _write(edits)
    return row


def _write(edits: Edits) -> None:
    """The file whole or not at all: the engine may be reading it."""
    folder = Path(settings.RULES)
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".edits-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(edits, file, ensure_ascii=False, indent=1)
        os.replace(name, folder / EDITS)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def history(file: str = "", key: str | None = None) -> Any:
    """The edits, newest first, of one section or all."""
    rows = RuleEdit.objects.select_related("by")
    if file:
        rows = rows.filter(file=file)
    return rows if key is None else rows.filter(section=key)


@dataclass(frozen=True, slots=True)
class Judged:
    """How people decided on orders in which a signal had fired."""

    upheld: int
    dismissed: int

    @property
    def precision(self) -> float | None:
        """The share that was upheld; None when nobody has decided yet."""
        return self.upheld / (self.upheld + self.dismissed) if self.upheld + self.dismissed else None


def judged_signals() -> dict[str, Judged]:
    """For each signal, the verdicts on findings that had it, by what the engine had said when they were made."""
    reasons = Policy.load(rules.rules_folder()).reasons
    upheld: dict[str, int] = {}
    dismissed: dict[str, int] = {}
    rows = Verdict.objects.filter(undone_at__isnull=True).values_list("decision", "reason", "snapshot")
    for decision, reason, snapshot in rows.iterator():
        if decision == Decision.CONFIRMED:
            count = upheld
        elif reason in reasons:
            count = dismissed
        else:
            continue
        for name in set(snapshot.get("signals", ())):
            count[name] = count.get(name, 0) + 1
    return {n: Judged(upheld.get(n, 0), dismissed.get(n, 0)) for n in {*upheld, *dismissed}}
