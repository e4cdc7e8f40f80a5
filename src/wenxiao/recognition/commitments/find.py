"""Commitments of one reply: cut it into clauses, look once at all, read the few that may promise, give each its date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from wenxiao.calendars import Calendar, default_calendar
from wenxiao.recognition.commitments import grams
from wenxiao.recognition.commitments.dates import TimePhrase
from wenxiao.recognition.commitments.features import Document, keys
from wenxiao.recognition.commitments.model import Model, default_model
from wenxiao.recognition.commitments.promisor import promisor
from wenxiao.recognition.commitments.settings import Settings, default_settings
from wenxiao.recognition.commitments.words import Words, default_words
from wenxiao.recognition.schema import Commitment, Order
from wenxiao.recognition.text import Normal, clauses, normalise, reference_date

#: A leading clause longer than this is a statement of its own, not the time of the next one.
PREFIX = 30


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading needs besides the text; built once (`default_reader`)."""

    calendar: Calendar
    settings: Settings
    words: Words
    model: Model


@dataclass(slots=True)
class _Found:
    """A clause that the model takes for a commitment."""

    clause: int
    first: int
    concrete: bool


def default_reader(calendar: Calendar | None = None, settings: Settings | None = None) -> Reader:
    """The shipped words and model, with the calendar and conventions given."""
    return Reader(
        calendar or default_calendar(), settings or default_settings(), default_words(), default_model()
    )


def find_commitments(
    text: str,
    *,
    reference: date,
    calendar: Calendar | None = None,
    settings: Settings | None = None,
    field: str = "reply",
) -> list[Commitment]:
    """Every undertaking in a reply signed on `reference`, in the order of the text.

    Offsets count code points of `text` as given. Vague intentions come out with `concrete` False, and so does an
    undertaking the model is not sure of: `concrete` starts a clock against a unit.
    """
    return find_many([(text, reference)], calendar=calendar, settings=settings, field=field)[0]


def find_many(
    replies: Sequence[tuple[str, date]],
    *,
    calendar: Calendar | None = None,
    settings: Settings | None = None,
    field: str = "reply",
) -> list[list[Commitment]]:
    """`find_commitments` of each (text, reference), the same whatever the batch, and several times faster."""
    reader = default_reader(calendar, settings)
    found: list[list[Commitment]] = []
    batch: list[_Open] = []
    size = 0
    for text, reference in replies:
        normal = normalise(text)
        doc = Document(
            normal.text, clauses(normal.text), reference, reader.calendar, reader.settings, reader.words
        )
        batch.append(_Open(text, normal, doc))
        size += len(normal.text)
        if size >= grams.BLOCK:
            found += _read_batch(batch, reader.model, field)
            batch, size = [], 0
    return found + _read_batch(batch, reader.model, field)


@dataclass(slots=True)
class _Open:
    """A reply being read."""

    text: str
    normal: Normal
    doc: Document


def _read_batch(batch: list[_Open], model: Model, field: str) -> list[list[Commitment]]:
    starts, ends, owners = [], [], []
    at = 0
    for number, reply in enumerate(batch):
        for start, end in reply.doc.clauses:
            starts.append(at + start)
            ends.append(at + end)
        owners.append((len(starts), number))
        at += len(reply.doc.text)
    candidates: list[list[tuple[int, int, int]]] = [[] for _ in batch]
    if starts:
        sums = grams.sums("".join(reply.doc.text for reply in batch), starts, ends, model.single, model.pair)
        reply_at, first = 0, 0
        for row in np.flatnonzero(sums[:, 0] >= model.look).tolist():
            while row >= owners[reply_at][0]:
                first = owners[reply_at][0]
                reply_at += 1
            candidates[reply_at].append((row - first, int(sums[row, 1]), int(sums[row, 2])))
    return [_read_one(*pair, model, field) for pair in zip(batch, candidates, strict=True)]


def _read_one(
    reply: _Open, candidates: list[tuple[int, int, int]], model: Model, field: str
) -> list[Commitment]:
    doc = reply.doc
    found = []
    for i, concrete, vague in candidates:
        a, b = model.probabilities(keys(doc, i), concrete, vague)
        if a + b >= model.listed:
            found.append(_Found(i, i, a >= model.checkable))
    return [_commitment(reply.text, reply.normal, doc, one, field) for one in _joined(doc, found)]


def _joined(doc: Document, found: list[_Found]) -> list[_Found]:
    """Take in the clause before when it only says when (“12月底前，”, “待验收合格后，”)."""
    out: list[_Found] = []
    for one in found:
        before = one.clause - 1
        if before >= 0 and doc.sentence[before] == doc.sentence[one.clause] and _only_says_when(doc, before):
            if out and out[-1].clause == before:
                one.concrete |= out.pop().concrete
            one.first = before
        out.append(one)
    return out


def _only_says_when(doc: Document, i: int) -> bool:
    start, end = doc.clauses[i]
    times = doc.times_of(i)
    if end - start > PREFIX:
        return False
    if times and times[-1].end >= end - 1 and times[0].start - start <= 4 and not times[-1].passed:
        return True
    text = doc.text[start:end]
    return text.startswith(doc.settings.condition_open) and text.endswith(doc.settings.condition_close)


def _commitment(text: str, normal: Normal, doc: Document, one: _Found, field: str) -> Commitment:
    start, end = normal.span(doc.clauses[one.first][0], doc.clauses[one.clause][1])
    commitment = Commitment(
        field, start, end, text[start:end], concrete=one.concrete, promisor=promisor(doc, one.clause)
    )
    time = _time_of(doc, one)
    if time is None:
        hint = _condition(doc, one)
        return (
            replace(commitment, due_text=hint, certainty="fuzzy", basis=_no_date(hint))
            if hint
            else commitment
        )
    due_start, due_end = normal.span(time.start, time.end)
    return replace(
        commitment,
        due=time.due,
        due_text=text[due_start:due_end],
        certainty="stated" if time.due else "fuzzy",
        basis=time.basis or _no_date(time.text),
        provisional=time.provisional,
    )


def _no_date(hint: str) -> str:
    return f"“{hint}”没有写明日期，需单位补报期限或到期复核"


def _time_of(doc: Document, one: _Found) -> TimePhrase | None:
    """The time that the undertaking is due by: its own, else that of the list it stands in."""
    times = [time for i in range(one.first, one.clause + 1) for time in doc.times_of(i)]
    dated = [time for time in times if time.due]
    if dated:
        return max(dated, key=lambda time: (not time.passed, time.before, time.due or date.min))
    if times:
        return times[0]
    return None


def _condition(doc: Document, one: _Found) -> str:
    """待…后, 一旦…: the event that the undertaking waits for, if its words begin or end like one."""
    start, end = doc.clauses[one.first][0], doc.clauses[one.clause][1]
    text = doc.text[start:end]
    for opening in doc.settings.condition_open:
        at = text.find(opening)
        if 0 <= at <= 4:
            for closing in doc.settings.condition_close:
                stop = text.find(closing, at + len(opening))
                if at < stop <= at + PREFIX:
                    return text[at : stop + len(closing)]
    return ""


def commitments_of(
    order: Order, *, calendar: Calendar | None = None, settings: Settings | None = None
) -> list[Commitment]:
    """Commitments of an order: its columns first (是否最终办理结果, 计划完成时间), then its reply.

    The columns win: an undertaking of the reply without a date, or with a later one, takes the planned day.
    A reply with neither signature nor time has no reference date, and so only its columns are read.
    """
    planned = _from_columns(order)
    reference = reference_date(order.reply, order.replied_at) or _day(order.closed_at)
    if reference is None:
        return planned
    found = find_commitments(order.reply, reference=reference, calendar=calendar, settings=settings)
    if order.is_final is not True and order.planned_finish:
        found = [_held_to(one, order.planned_finish) for one in found]
    return [*planned, *found]


def _day(when: datetime | None) -> date | None:
    return when.date() if when else None


def _from_columns(order: Order) -> list[Commitment]:
    if order.planned_finish and order.is_final is not True:
        day = order.planned_finish
        basis = f"以工单“计划完成时间”列为准，取{day}"
        return [
            Commitment("planned_finish", None, None, str(day), day, str(day), basis, "stated", True, "本单位")
        ]
    if order.is_final is False:
        basis = "工单“是否最终办理结果”为否，未填计划完成时间，需单位补报期限"
        return [Commitment("is_final", None, None, "否", None, "", basis, "none", True, "本单位")]
    return []


def _held_to(one: Commitment, planned: date) -> Commitment:
    if not one.concrete or (one.due and one.due <= planned):
        return one
    said = f"，答复写作{one.due}" if one.due else ""
    basis = f"以工单“计划完成时间”列为准，取{planned}{said}"
    return replace(one, due=planned, certainty="stated", basis=basis, provisional=False)
