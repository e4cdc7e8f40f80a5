"""What a filter leaves in, as words with a cross each: a person sees why a list is short, and can undo it piecewise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from wenxiao.library.choices import ClosureClass, Grade
from wenxiao.library.filters import OrderFilter
from wenxiao.library.selectors import LIKELY
from wenxiao.orders.selectors import sources
from wenxiao.units.models import User
from wenxiao.units.scope import visible_units


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition in words, and the query string without it."""

    text: str
    without: str


def order_chips(user: User, narrowed: OrderFilter, address: Callable[..., str]) -> list[Chip]:
    """The conditions of a filter; the tabs and the six kinds show themselves and are left out."""
    chips = []

    def add(text: str, **cleared: Any) -> None:
        chips.append(Chip(text, address(narrowed, **cleared)))

    if narrowed.q:
        add(_("含“%(words)s”") % {"words": narrowed.q}, q="")
    for one in narrowed.classes:
        add(str(ClosureClass(one).label), classes=tuple(c for c in narrowed.classes if c != one))
    for one in narrowed.grades:
        add(
            _("%(grade)s级事项") % {"grade": Grade(one).label},
            grades=tuple(g for g in narrowed.grades if g != one),
        )
    if narrowed.unit is not None:
        unit = visible_units(user).filter(pk=narrowed.unit).first()
        add(unit.name if unit else _("查不到的单位"), unit=None)
    if narrowed.source is not None:
        source = sources(user).filter(pk=narrowed.source).first()
        add(source.name if source else _("查不到的来源"), source=None)
    if narrowed.since or narrowed.until:
        add(
            _("来电 %(since)s 至 %(until)s")
            % {"since": narrowed.since or "…", "until": narrowed.until or "…"},
            since=None,
            until=None,
        )
    # Likely not resolved is a chip of its own beside the kinds.
    if (narrowed.least, narrowed.most) not in ((None, None), (LIKELY, None)):
        low, high = narrowed.least or 0, 100 if narrowed.most is None else narrowed.most
        add(_("可能性 %(low)d%%–%(high)d%%") % {"low": low, "high": high}, least=None, most=None)
    for text, cleared in _about_calls(narrowed):
        add(text, **cleared)
    if narrowed.matter:
        add(_("事项 %(number)s") % {"number": narrowed.matter}, matter="")
    if narrowed.run is not None:
        add(_("第 %(run)d 次导入") % {"run": narrowed.run}, run=None)
    if not narrowed.captured:
        add(_("含未捕获的工单"), captured=True)
    return chips


def _about_calls(narrowed: OrderFilter) -> Iterator[tuple[str, dict[str, Any]]]:
    """What figures on repeat calls ask for, and what clears it."""
    if narrowed.repeated:
        yield _("同一事项再次来电"), {"repeated": False}
    if narrowed.again is not None:
        yield _("办结后 %(days)d 天内重复来电") % {"days": narrowed.again}, {"again": None}
    if narrowed.back is not None:
        yield _("办结后 %(days)d 天内又有来电") % {"days": narrowed.back}, {"back": None}
    if narrowed.closed_since or narrowed.closed_until:
        span = {"since": narrowed.closed_since or "…", "until": narrowed.closed_until or "…"}
        cleared = {"closed_since": None, "closed_until": None}
        yield _("办结 %(since)s 至 %(until)s") % span, cleared
    if narrowed.area:
        yield narrowed.area, {"area": ""}
    if narrowed.main:
        yield _("只看主办"), {"main": False}
