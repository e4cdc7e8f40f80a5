"""Taking a file in: streamed to disk, named safely, looked into before anything is imported."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import transaction
from django.db.models import Field, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wenxiao.orders.choices import RUN_ACTIVE, RUN_TRANSITIONS, RunState
from wenxiao.orders.importing import sheets_of
from wenxiao.orders.intake import UnreadableFile, open_source
from wenxiao.orders.intake.characters import legible
from wenxiao.orders.intake.headers import label
from wenxiao.orders.intake.layout import MAPPABLE, Column
from wenxiao.orders.intake.problems import Problem
from wenxiao.orders.models import ImportRun, Source, WorkOrder
from wenxiao.orders.runs import is_abandoned
from wenxiao.units.models import User

#: Where orders come from when nobody said so.
DEFAULT_SOURCE = "工单导出"
_CHUNK = 1024 * 1024
_PREVIEW_ROWS = 8
_CELL_SHOWN = 120
_NOTHING_CAME_OF = (RunState.UPLOADED, RunState.REFUSED)
#: What must not be in a file name on any system, and what reorders text on a screen (bidirectional controls).
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]')


def safe_name(name: str) -> str:
    """The last part of a file name without what could leave the folder, fool a reader or break a system."""
    name = unicodedata.normalize("NFC", legible(name)).replace("\\", "/").rsplit("/", 1)[-1]
    name = _FORBIDDEN.sub("", name).strip(" .")
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    # 255 bytes is what file systems take; a Chinese character is three of them.
    stem = stem.encode()[:150].decode(errors="ignore").strip() or "工单"
    suffix = suffix.encode()[:10].decode(errors="ignore")
    return f"{stem}.{suffix}" if suffix else stem


def stage_upload(
    *,
    actor: User | None,
    file: IO[bytes] | File[bytes],
    name: str,
    source: str = "",
    sheets: Sequence[str] = (),
) -> ImportRun:
    """Store a file and register it as an import that waits for its mapping.

    The same file that this person brought and has not confirmed yet is that very import: a second click is no second
    one. Raises ValidationError when it is empty or larger than UPLOAD_MAX_BYTES (nothing stays on disk then), OSError
    when the disk is full. `actor` None is the command line. `sheets` names the sheets to read; none means all that look like
    orders.
    """
    if actor is not None and not actor.may_import:
        raise PermissionDenied(_("只有研判员和管理员可以导入"))
    shown = safe_name(name)
    # A folder of its own keeps the name as it is: row numbers without an order number are told with it.
    folder = Path(settings.UPLOADS) / secrets.token_hex(8)
    folder.mkdir(parents=True)
    try:
        size, digest = _store(_chunks(file), folder / shown)
        run = ImportRun(
            file_name=shown,
            path=str(folder / shown),
            size=size,
            sha256=digest,
            started_by=actor,
            layout={"sheets": list(sheets)} if sheets else {},
        )
        kept = _register(run, source.strip()[:100] or DEFAULT_SOURCE)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if kept is not run:
        drop_file(run)
    return kept


def _register(run: ImportRun, source: str) -> ImportRun:
    """Save the run; or give the one that waits already, of the same person and file."""
    with transaction.atomic():
        name = Source.objects.get_or_create(name=source)[0].name
        run.source = Source.objects.select_for_update().get(name=name)  # two clicks come one after the other
        if run.started_by is not None:
            same = {
                name: getattr(run, name) for name in ("source", "started_by", "sha256", "file_name", "layout")
            }
            waiting = ImportRun.objects.filter(state=RunState.UPLOADED, **same).order_by("-pk")
            if found := next((other for other in waiting if other.has_file), None):
                return found
        run.save()
    return run


def drop_file(run: ImportRun) -> None:
    """Delete the file of an import: nobody will read it again, and it holds what callers said."""
    if run.path:
        shutil.rmtree(Path(run.path).parent, ignore_errors=True)


def refuse_upload(*, actor: User | None, run: int, why: str = "") -> ImportRun:
    """Give up an upload that nobody has started: its line stays in the history with the reason, its file goes. A
    second click changes nothing."""
    if actor is not None and not actor.may_import:
        raise PermissionDenied(_("只有研判员和管理员可以导入"))
    with transaction.atomic():
        found = ImportRun.objects.select_for_update().get(pk=run)
        if RunState.REFUSED not in RUN_TRANSITIONS[found.state]:
            return found
        found.state, found.error, found.finished_at = (
            RunState.REFUSED,
            why or _("上传的人放弃了"),
            timezone.now(),
        )
        found.save(update_fields=["state", "error", "finished_at"])
    drop_file(found)
    return found


def check_upload(run: ImportRun) -> str:
    """Why the file cannot be read at all, in words for a person; "" when it can. What cannot is refused."""
    try:
        open_source(run.path, sheet=sheets_of(run), source_name=run.file_name, unsure=True)
    except UnreadableFile as problem:
        why = _told(problem)
        refuse_upload(actor=None, run=run.pk, why=why)
        return why
    return ""


def _chunks(file: IO[bytes] | File[bytes]) -> Iterator[bytes]:
    if isinstance(file, File):
        yield from file.chunks(_CHUNK)
    else:
        while chunk := file.read(_CHUNK):
            yield chunk


def _store(chunks: Iterator[bytes], path: Path) -> tuple[int, str]:
    """Write to the end and to the disk; (bytes, sha256)."""
    size, digest = 0, hashlib.sha256()
    with path.open("xb") as target:
        for chunk in chunks:
            size += len(chunk)
            if size > settings.UPLOAD_MAX_BYTES:
                limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
                raise ValidationError(
                    _("文件超过 %(limit)d MB，请分几次导入") % {"limit": limit}, code="too_large"
                )
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    if not size:
        raise ValidationError(_("文件是空的，没有任何数据。"), code="empty")
    return size, digest.hexdigest()


@dataclass(frozen=True, slots=True)
class FieldOption:
    """A field that a column may be mapped to."""

    field: str
    label: str


@dataclass(frozen=True, slots=True)
class SheetOption:
    """A sheet of the workbook and whether it will be read."""

    name: str
    is_read: bool


@dataclass(slots=True)
class Preview:
    """What a file would become. `error` says why it cannot be read, and all else is empty then.

    `rows` are the first rows as orders, by field; they hold personal data and are for the person who brought the
    file. `same_file` are earlier imports of the very same bytes. `sheets` are those of a workbook that has several.
    """

    run: ImportRun
    error: str = ""
    columns: list[Column] = field(default_factory=list)
    fields: list[FieldOption] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)
    sheet: str = ""
    sheets: list[SheetOption] = field(default_factory=list)
    kind: str = ""
    same_file: list[ImportRun] = field(default_factory=list)


def preview(run: ImportRun, *, mapping: Mapping[str, str] | None = None) -> Preview:
    """Look into the file with the mapping (field → header), else with the last one confirmed for its source."""
    wanted = dict(mapping) if mapping is not None else _remembered(run)
    view = Preview(run, fields=[FieldOption(name, _label(name)) for name in MAPPABLE])
    earlier = ImportRun.objects.filter(sha256=run.sha256, source=run.source).exclude(pk=run.pk)
    view.same_file = list(earlier.exclude(state__in=_NOTHING_CAME_OF).order_by("-pk")[:5])
    try:
        opened = open_source(
            run.path, mapping=wanted, sheet=sheets_of(run), source_name=run.file_name, unsure=not wanted
        )
    except (UnreadableFile, ValueError) as problem:
        view.error = _told(problem) if isinstance(problem, UnreadableFile) else str(problem)
        return view
    view.columns, view.notes, view.unplaced = opened.columns, opened.notes, opened.unplaced
    view.sheet, view.kind = opened.sheet, opened.kind
    if len(opened.all_sheets) > 1:
        view.sheets = [SheetOption(name, name in opened.sheets) for name in opened.all_sheets]
    view.mapping = {c.field: c.header for c in reversed(opened.columns) if c.field and c.header}
    shown = [name for name in MAPPABLE if name in view.mapping]
    batch = next(iter(opened.batches(_PREVIEW_ROWS)), None)
    if batch is not None:
        view.rows = [{name: _shown(getattr(order, name, "")) for name in shown} for order in batch.orders]
        view.problems = [_where(p) for p in islice(batch.rejects, 5)]
    return view


def _told(problem: UnreadableFile | Problem) -> str:
    """What is wrong, in the language of the page."""
    return problem.message_en if (get_language() or "").startswith("en") else problem.message


def _where(problem: Problem) -> str:
    place = {"sheet": problem.sheet, "row": problem.row, "what": _told(problem)}
    return (_("%(sheet)s 第 %(row)s 行：%(what)s") % place).strip()


def _label(name: str) -> str:
    """What a field is called in the language of the page: exports have Chinese headers, and that is what Chinese readers look
    for; others read the record's own names."""
    if not (get_language() or "").startswith("en"):
        return label(name)
    columns = {
        field.name: field.verbose_name for field in WorkOrder._meta.get_fields() if isinstance(field, Field)
    }
    return str(columns.get({"order": "number"}.get(name, name), label(name)))


def choose_sheets(*, actor: User, run: int, sheets: Sequence[str]) -> ImportRun:
    """Read these sheets of the workbook, whatever they look like, instead of those that were taken for orders. Raises
    ValidationError, and keeps what was chosen before, where none is named or what is named cannot be read."""
    if not actor.may_import:
        raise PermissionDenied(_("只有研判员和管理员可以导入"))
    wanted = list(dict.fromkeys(sheets))
    if not wanted:
        raise ValidationError(_("请至少选一张工作表"))
    with transaction.atomic():
        found = ImportRun.objects.select_for_update().get(pk=run)
        if found.state != RunState.UPLOADED:
            return found
        try:
            open_source(found.path, sheet=wanted, source_name=found.file_name, unsure=True)
        except UnreadableFile as problem:
            raise ValidationError(_told(problem)) from problem
        found.layout = {**found.layout, "sheets": wanted}
        found.save(update_fields=["layout"])
    return found


def _shown(value: Any) -> Any:
    return value[:_CELL_SHOWN] if isinstance(value, str) else value


def _remembered(run: ImportRun) -> dict[str, str]:
    """The mapping last confirmed for this source, as far as the file has its columns."""
    kept: dict[str, str] = dict(run.mapping or run.source.mapping)
    if not kept:
        return {}
    try:
        opened = open_source(run.path, sheet=sheets_of(run), source_name=run.file_name, unsure=True)
        headers = {c.header for c in opened.columns}
    except UnreadableFile:
        return {}
    return {name: header for name, header in kept.items() if header in headers}


def unfinished(file: IO[bytes], source: str = "") -> ImportRun | None:
    """An import of the same bytes that was killed on its way and can be taken up again; leaves the file at its start."""
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    file.seek(0)
    same = ImportRun.objects.filter(
        sha256=digest.hexdigest(), source__name=source.strip()[:100] or DEFAULT_SOURCE
    )
    # One that was killed between the two has no actor and was not started: nobody will confirm it on the page.
    runs = same.filter(Q(state__in=RUN_ACTIVE) | Q(state=RunState.UPLOADED, started_by=None))
    return next((run for run in runs.order_by("-pk") if is_abandoned(run) and Path(run.path).exists()), None)


def forget_stale(now: datetime) -> int:
    """Delete files that wait for nobody any more, after UPLOAD_DAYS: of uploads that were not confirmed, and of imports
    that failed and were not taken up again. Their lines stay and say so. What a killed upload left goes as well.
    Returns how many files went."""
    old = now - timedelta(days=settings.UPLOAD_DAYS)
    why = _("超过 %(days)d 天没有处理，文件已删除") % {"days": settings.UPLOAD_DAYS}
    removed = 0
    for run in ImportRun.objects.filter(state=RunState.UPLOADED, created_at__lt=old):
        removed += refuse_upload(actor=None, run=run.pk, why=why).state == RunState.REFUSED
    for run in ImportRun.objects.filter(state=RunState.FAILED, finished_at__lt=old):
        removed += run.has_file
        drop_file(run)
    return removed + _drop_orphans(now)


def _drop_orphans(now: datetime) -> int:
    """Folders that belong to no import: an upload makes its folder first and its line last, and may die between."""
    needed = set(ImportRun.objects.exclude(state=RunState.DONE).values_list("path", flat=True))
    kept = {Path(path).parent.name for path in needed}
    removed = 0
    for folder in Path(settings.UPLOADS).glob("*/"):
        is_old = datetime.fromtimestamp(folder.stat().st_mtime) < now - timedelta(days=1)
        if folder.name not in kept and is_old:
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed
