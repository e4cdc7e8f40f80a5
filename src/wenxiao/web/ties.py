"""Why two orders are one matter, or not, in the words of the page; and their texts with what they share marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from wenxiao.display.highlight import Piece, Span, pieces
from wenxiao.library.comparing import Comparison, shared_runs
from wenxiao.orders.masking import mask_text
from wenxiao.recognition.matters.link import Reason
from wenxiao.web.reading import english, field_words

#: Kinds of evidence whose words can be pointed at in a text.
_NAMED = frozenset({"name", "problem", "wish", "identifier", "area"})
_FIELDS = ("title", "content")


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One kind of evidence: `weight` for one matter (above 0) or against."""

    label: str
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Marked:
    """One text of an order, cut for marking."""

    label: str
    pieces: list[Piece]


def kind_words(kind: str) -> str:
    """A kind of evidence in words."""
    return {
        "name": _("地点、主体"),
        "problem": _("问题"),
        "wish": _("诉求"),
        "identifier": _("编号"),
        "area": _("区域"),
        "place": _("坐标"),
        "caller": _("来电人"),
        "time": _("时间"),
        "wording": _("措辞"),
        "bare": _("类别和位置"),
    }.get(kind, kind)


def reason_lines(reasons: Iterable[Reason]) -> list[ReasonLine]:
    """The reasons as lines, personal numbers starred out."""
    return [ReasonLine(kind_words(r.kind), mask_text(_said(r)), r.weight) for r in reasons]


def _said(reason: Reason) -> str:
    """The engine speaks Chinese; an English page has the words that it saw, which are the caller's own."""
    if not english():
        return reason.text
    both = [word for word in reason.a if word in reason.b]
    if reason.weight > 0:
        return _("两件都有：%(words)s") % {"words": "、".join(both[:3])} if both else _("相近")
    if reason.a and reason.b:
        one, other = "、".join(reason.a[:3]), "、".join(reason.b[:3])
        return _("一件是%(one)s，另一件是%(other)s") % {"one": one, "other": other}
    return _("不同")


def marked_texts(seen: Comparison) -> tuple[list[Marked], list[Marked]]:
    """The texts of both orders; of a confidential one, none, and nothing is marked in the other."""
    if seen.a.is_confidential or seen.b.is_confidential:
        return _marked(seen, 0, marks=False), _marked(seen, 1, marks=False)
    return _marked(seen, 0, marks=True), _marked(seen, 1, marks=True)


def _marked(seen: Comparison, side: int, *, marks: bool) -> list[Marked]:
    order, other = (seen.a, seen.b) if side == 0 else (seen.b, seen.a)
    if order.is_confidential:
        return []
    reasons = [r for r in seen.link.reasons if r.weight > 0 and r.kind in _NAMED]
    names = [word for r in reasons for word in (r.b if side else r.a)]
    there = "\n".join(getattr(other, name) for name in _FIELDS)
    found = []
    for name in _FIELDS:
        text = getattr(order, name)
        if not text.strip():
            continue
        runs = shared_runs(text, there, [n for n in names if n in there]) if marks else []
        spans = [Span(start, end, str(n), kind) for n, (start, end, kind) in enumerate(runs)]
        found.append(Marked(field_words(name), pieces(mask_text(text), spans)))
    return found
