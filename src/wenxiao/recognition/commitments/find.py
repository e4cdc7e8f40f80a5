"""Commitments of one reply: cut it into clauses, look once at all, read the few that may promise, give each its date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from wenxiao.calendars import Calendar, default_calendar
from wenxiao.recognition.commitments import moments
from wenxiao.recognition.commitments.batch import Batch
from wenxiao.recognition.commitments.document import Document, Lists
from wenxiao.recognition.commitments.due import (
    Found,
    condition,
    is_offer,
    is_report,
    joined,
    says_will,
    time_of,
)
from wenxiao.recognition.commitments.features import Clauses
from wenxiao.recognition.commitments.lines import SHIPPED_LINES, Lines, traits
from wenxiao.recognition.commitments.model import Model, default_model
from wenxiao.recognition.commitments.plain import is_plain, may_be
from wenxiao.recognition.commitments.promisor import promisor
from wenxiao.recognition.commitments.reading import Conventions, TimePhrase
from wenxiao.recognition.commitments.settings import Settings, default_settings
from wenxiao.recognition.commitments.unfinished import completed
from wenxiao.recognition.commitments.words import default_words
from wenxiao.recognition.numerals import LATEST_SHORT_YEAR, NUMERAL, number, short_year, year_number
from wenxiao.recognition.schema import Commitment
from wenxiao.recognition.text import normalise_many

#: Characters read at a time: bounds the memory, and is enough to make array calls cheap.
BLOCK = 1 << 16
#: Where undertakings are read.
FIELD = "reply"


def find_commitments(
    text: str,
    *,
    reference: date,
    calendar: Calendar | None = None,
    settings: Settings | None = None,
) -> list[Commitment]:
    """Every undertaking in a reply signed on `reference`, in the order of the text.

    Offsets count code points of `text` as given. Vague intentions come out with `concrete` False, and so does an
    undertaking the model is not sure of: `concrete` starts a clock against a unit.
    """
    return find_many([(text, reference)], calendar=calendar, settings=settings)[0]


def find_many(
    replies: Sequence[tuple[str, date]],
    *,
    calendar: Calendar | None = None,
    settings: Settings | None = None,
    model: Model | None = None,
    dated: bool = True,
    lines: Lines = SHIPPED_LINES,
) -> list[list[Commitment]]:
    """`find_commitments` of each (text, reference), the same whatever the batch, and several times faster.

    Not `dated`: the references are stand-ins (`stand_in`), and only times that name their year get a day. `lines` are
    where verdicts have moved the model's.
    """
    conventions = Conventions(calendar or default_calendar(), settings or default_settings(), dated)
    model = model or default_model()
    found: list[list[Commitment]] = []
    for block in blocks(replies):
        first = len(found)
        found += ([] for _ in block)
        for i, doc, candidates in look(block, conventions, model, lines):
            read = (commitment_of(doc, one) for one in _decide(doc, candidates, model, lines))
            found[first + i] = [one for one in read if one is not None]
    return found


_YEAR = re.compile(
    rf"(?<!\d)(?:(?:19|20)\d\d(?=\s?年|[-./]\d)|\d\d(?=\s?年\s?[\d{NUMERAL}元]{{1,3}}\s?月|[./-]\d{{1,2}}[./-]\d))"
    rf"|(?<![{NUMERAL}])[一二](?:[〇○零O0一二三四五六七八九]|[〇○零O九0][〇○零O一二三四五六七八九]{{2}})(?=\s?年)"
)


def stand_in(text: str) -> date:
    """A day to read a reply by whose day is not known: the eve of the last year that it names, so that what it says
    of that year is still to come."""
    years = [_year(match[0]) for match in _YEAR.finditer(text)]
    return date(max((year for year in years if year), default=2000) - 1, 12, 31)


def _year(figures: str) -> int | None:
    short = number(figures) if len(figures) == 2 else None
    return year_number(figures) if short is None else short_year(short, LATEST_SHORT_YEAR)


def blocks(replies: Sequence[tuple[str, date]]) -> Iterator[Sequence[tuple[str, date]]]:
    """The replies in parts of about `BLOCK` characters."""
    first, size = 0, 0
    for i, (text, _) in enumerate(replies):
        size += len(text)
        if size >= BLOCK:
            yield replies[first : i + 1]
            first, size = i + 1, 0
    if first < len(replies):
        yield replies[first:]


#: A clause worth reading closely, with its sums for concrete and vague and their scale.
Candidate = tuple[int, int, int, float]


def look(
    replies: Sequence[tuple[str, date]], conventions: Conventions, model: Model, lines: Lines = SHIPPED_LINES
) -> Iterator[tuple[int, Document, list[Candidate]]]:
    """Weigh every clause of a block by its characters and words; what is left is a few clauses a reply, and no more than the
    replies that have any are looked at again."""
    normals = normalise_many([text for text, _ in replies])
    texts = [normal.text for normal in normals]
    batch = Batch.of(texts)
    clauses = Clauses(batch, default_words())
    concrete, vague, scale = model.sums(clauses)
    most = model.larger(concrete, vague, scale)
    if lines != SHIPPED_LINES:
        most = most + lines.more(most, clauses.hits, model, conventions.settings)
    candidates = np.flatnonzero((most >= model.look) | may_be(batch, texts, conventions.settings))
    lists = Lists.of(batch, clauses.hits, texts, conventions.settings)
    sums = zip(*(values[candidates].tolist() for values in (concrete, vague, scale)), strict=True)
    chosen: dict[int, list[Candidate]] = {}
    for clause, i, own in zip(candidates.tolist(), batch.reply[candidates].tolist(), sums, strict=True):
        chosen.setdefault(i, []).append((clause - lists.bounds[i], *own))
    for i, found in chosen.items():
        text, reference = replies[i]
        yield i, lists.document(i, (text, normals[i], reference), conventions), found


def _decide(doc: Document, candidates: list[Candidate], model: Model, lines: Lines) -> list[Found]:
    """The candidates that still look like commitments when their times are seen too."""
    found = []
    settings, moved = doc.conventions.settings, lines.are_moved
    for i, concrete, vague, scale in candidates:
        a, b = model.chances(concrete, vague, scale, time_slots(doc, i))
        listed, checkable = a + b >= settings.listed, a >= settings.checkable
        if moved:
            listed, checkable = lines.drawn((a, b), traits(doc, i), settings)
        if not (listed and checkable) and is_plain(doc, i):
            listed = checkable = True
        if listed:
            found.append(Found(i, i, i, checkable))
    return completed(doc, joined(doc, found))


def time_slots(doc: Document, i: int) -> list[int]:
    """The features of clause i that its times and those of the clause before, in the same sentence, make."""
    own = doc.kinds_of(i) if doc.may_tell[i] else []
    before: list[int] = []
    if i and doc.may_tell[i - 1] and doc.sentence[i] == doc.sentence[i - 1]:
        before = doc.kinds_of(i - 1)
    if not own:
        return moments.slots([], before, ()) if before else []
    return moments.slots(own, before, {number for number, _ in doc.words_of(i)})


def commitment_of(doc: Document, one: Found) -> Commitment | None:
    """The commitment with its day; None where it tells of what has been done, makes a standing offer without a day, or
    where its only day lies before the reply: that is a report of what was to be done by then, unless it says that it
    will be (“9月14日起我司将调整…”), and then it has no day."""
    if is_report(doc, one):
        return None
    time = time_of(doc, one)
    if time is not None and _lies_before(doc, time):
        if time.before or not says_will(doc, one):
            return None
        time = None
    if (time is None or time.due is None) and is_offer(doc, one):
        return None
    start, end = doc.normal.span(doc.starts[one.first], doc.ends[one.last])
    who = promisor(doc, one.clause)
    commitment = Commitment(FIELD, start, end, doc.original[start:end], concrete=one.concrete, promisor=who)
    if time is None:
        event = condition(doc, one)
        if event:
            first, last = doc.normal.span(*event)
            commitment.due_text, commitment.certainty = doc.original[first:last], "fuzzy"
            commitment.basis = _no_date(doc, commitment.due_text)
        return commitment
    due_start, due_end = doc.normal.span(time.start, time.end)
    commitment.due_text = doc.original[due_start:due_end]
    if time.impossible:
        commitment.certainty, commitment.basis = "fuzzy", _no_date(doc, time.text, said="不是真实的日期")
        return commitment
    if not (doc.conventions.dated or time.absolute):
        commitment.certainty, commitment.basis = "fuzzy", _no_reference(time)
        return commitment
    commitment.due = time.due
    commitment.certainty = "stated" if time.due else "fuzzy"
    commitment.basis = time.basis if doc.conventions.dated else time.absolute_basis
    commitment.basis = commitment.basis or _no_date(doc, time.text, time.note)
    commitment.provisional = time.provisional
    return commitment


def _lies_before(doc: Document, time: TimePhrase) -> bool:
    """A limit counted from a day told of (“5月16日发函，要求10日内整改”) is still owed when it has run out."""
    known = doc.conventions.dated or time.absolute
    return known and time.from_reply and time.due is not None and time.due < doc.reference


def _no_reference(time: TimePhrase) -> str:
    counted = "要从答复日算起" if time.due else "没有写明日期"
    return f"“{time.text}”{counted}，工单没有可用的答复时间，需单位补报期限"


def _no_date(doc: Document, hint: str, note: str = "", said: str = "没有写明日期") -> str:
    """What to do about a time without a date: 挂账 and look again, by the domain's table."""
    days = timedelta(doc.conventions.settings.review_days)
    review = min(doc.reference, date.max - days) + days
    known = f"（{note}）" if note else ""
    return f"“{hint}”{said}{known}，需单位补报期限，否则{review}复核"
