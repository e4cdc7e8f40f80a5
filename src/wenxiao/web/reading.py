"""How a finding is shown: marked texts, signals in plain words with their share, what is missing, what was asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from wenxiao.display.highlight import Piece, Span, pieces, promise_number
from wenxiao.library.models import Commitment, Finding
from wenxiao.library.second_reading import opinion_on
from wenxiao.orders.masking import mask_text
from wenxiao.orders.models import WorkOrder
from wenxiao.recognition.closure import probability
from wenxiao.recognition.schema import TEXT_FIELDS
from wenxiao.reporting import words

#: Below this weight (log-odds) a signal changes the probability by less than a reader could notice.
NOTICEABLE = 0.005
#: Fields of evidence that stand for other orders than this one.
_ABOUT_OTHERS = frozenset({"matter", "collection"})


@dataclass(frozen=True, slots=True)
class SignalLine:
    """One signal as a person reads it. `share` is its part of all weights (0 to 100); `without` is what the
    probability would be if only this signal were taken away."""

    number: str
    label: str
    explain: str
    where: str
    text: str
    field: str
    marked: bool
    weight: float
    share: int
    without: float

    @property
    def is_column(self) -> bool:
        """Whether it was read from a column of this order, and not from what other orders show."""
        return self.field not in _ABOUT_OTHERS

    @property
    def leans(self) -> str:
        if abs(self.weight) < NOTICEABLE:
            return "none"
        return "up" if self.weight > 0 else "down"


@dataclass(frozen=True, slots=True)
class TextBlock:
    """One text of the order, cut for marking."""

    field: str
    label: str
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Asked:
    """One demand of the caller and what the reply says to it."""

    text: str
    answered: str
    reply: str


def english() -> bool:
    return (get_language() or "").startswith("en")


def signal_lines(finding: Finding, *, sees_all: bool) -> list[SignalLine]:
    """The signals of a finding, the strongest first, numbered as in the texts. Who does not see all orders is told
    what the collection shows about this one (called about again), and not what it was read from: the day of a call
    that may be another unit's."""
    evidence = sorted(finding.evidence, key=lambda e: -abs(e.get("weight") or 0))
    whole = sum(abs(e.get("weight") or 0) for e in evidence) or 1.0
    hidden = () if sees_all else _ABOUT_OTHERS
    told = [{**e, "text": ""} if e["field"] in hidden else e for e in evidence]
    return _said_once([_line(n, e, whole, finding.logit) for n, e in enumerate(told, start=1)])


def _said_once(lines: list[SignalLine]) -> list[SignalLine]:
    """The same explanation is told with the first signal that has it; the others have their own words beside them."""
    told: set[str] = set()
    once = []
    for line in lines:
        once.append(replace(line, explain="") if line.explain in told else line)
        if line.leans != "none":
            told.add(line.explain)
    return once


def _line(number: int, evidence: Mapping[str, Any], whole: float, logit: float) -> SignalLine:
    weight = float(evidence.get("weight") or 0)
    label, explain = signal_words(evidence["signal"], weight)
    return SignalLine(
        str(number),
        label,
        explain,
        field_words(evidence["field"]),
        # Columns that can be evidence hold no personal data, and an order number would be starred out.
        mask_text(evidence.get("text") or "")
        if evidence["field"] in TEXT_FIELDS
        else evidence.get("text") or "",
        evidence["field"],
        evidence.get("start") is not None and evidence["field"] in TEXT_FIELDS,
        weight,
        round(100 * abs(weight) / whole),
        probability(logit - weight),
    )


def signal_words(name: str, weight: float = 0.0) -> tuple[str, str]:
    """Name and explanation of a signal in the language of the page."""
    if name == "wording":
        if weight < 0:
            return _("这句话的说法"), _("这样的说法，在已标注的答复里多见于办成了的工单。")
        return _("这句话的说法"), _("这样的说法，在已标注的答复里多见于没有办成的工单。")
    known = words.signals().get(name)
    if known is None:
        return words.kind_label(name, english()), ""
    return (known.label_en, known.explain_en) if english() else (known.label, known.explain)


def field_words(name: str) -> str:
    """What a column is called on the page."""
    if name in _COLUMNS:
        return str(_COLUMNS[name])
    return {"matter": _("同一事项"), "commitments": _("承诺")}.get(name, name)


_COLUMNS = {f.name: f.verbose_name for f in WorkOrder._meta.concrete_fields}


def missing_words(finding: Finding) -> list[str]:
    """What a good reply would show and this one does not, in words."""
    labels = words.missing()
    return [labels[name][1 if english() else 0] if name in labels else name for name in finding.missing]


def asked(finding: Finding) -> list[Asked]:
    """The caller's demands, with what of the reply answers each."""
    return [
        Asked(
            mask_text(d["text"].strip()),
            d.get("answered", "no"),
            mask_text((d.get("reply_text") or "").strip()),
        )
        for d in finding.demands
    ]


@dataclass(frozen=True, slots=True)
class KindFact:
    """What stands behind a kind, as one line: its label, and its words in a row."""

    label: str
    words: str


def kind_facts(finding: Finding) -> list[KindFact]:
    """Of what field and with which acts an enforcement order is; what a crossing one crosses, and which bodies must
    act. Names of bodies are words of the order: not for a page that hides those."""
    told: list[tuple[str, list[str]]] = []
    details = finding.details
    if finding.is_enforcement:
        fields, acts = details.get("enforcement_fields", []), details.get("enforcement_acts", [])
        told.append((_("执法领域"), [words.enforcement_label(f, english()) for f in fields]))
        told.append((_("执法动作"), [words.enforcement_label(a, english()) for a in acts]))
    if finding.is_crossing:
        crossed = details.get("crossing_across", [])
        told.append((_("跨什么"), [words.across_label(name, english()) for name in crossed]))
        told.append((_("涉及单位"), [mask_text(body) for body in details.get("crossing_bodies", [])]))
    return [KindFact(label, pgettext("punctuation", "、").join(names)) for label, names in told if names]


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What the second reader said, with the words of the reply that it rests on."""

    verdict: str
    reason: str
    quote: str
    model: str
    at: datetime


def second_opinion(order: WorkOrder) -> SecondOpinion | None:
    """The opinion of the second reader on this version of an order; None when there is none."""
    found = opinion_on(order)
    if found is None:
        return None
    verdict = {
        True: _("没有实质办结"),
        False: _("已经实质办结"),
        None: _("无法判断"),
    }[found.unresolved]
    quote = mask_text(order.reply, order.caller)[found.start or 0 : found.end or 0]
    return SecondOpinion(verdict, mask_text(found.reason, order.caller), quote, found.model, found.at)


def text_blocks(
    order: WorkOrder, lines: Iterable[SignalLine], finding: Finding | None, commitments: Iterable[Commitment]
) -> dict[str, TextBlock]:
    """The non-empty texts of an order, with evidence and promises marked. Personal numbers are starred out."""
    spans: dict[str, list[Span]] = {name: [] for name in TEXT_FIELDS}
    for line, evidence in zip(lines, _sorted(finding), strict=False):
        if line.marked and line.leans != "none":
            spans[line.field].append(Span(evidence["start"], evidence["end"], line.number, line.leans))
    for number, promise in enumerate(commitments, start=1):
        if promise.start is not None and promise.end is not None and promise.field in spans:
            spans[promise.field].append(Span(promise.start, promise.end, promise_number(number), "promise"))
    return {
        name: TextBlock(name, field_words(name), pieces(mask_text(getattr(order, name)), spans[name]))
        for name in TEXT_FIELDS
        if getattr(order, name).strip()
    }


def _sorted(finding: Finding | None) -> list[dict[str, Any]]:
    return sorted(finding.evidence, key=lambda e: -abs(e.get("weight") or 0)) if finding else []
