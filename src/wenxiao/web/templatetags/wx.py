"""Small pieces of the visual language, so that each looks the same on every page."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from wenxiao.library.choices import ClosureClass, Grade, Kind
from wenxiao.orders.masking import mask_address, mask_name, mask_phone, mask_text
from wenxiao.recognition.commitments.promisor import OWN
from wenxiao.web.arithmetic import shown_basis, shown_note
from wenxiao.web.reading import field_words

register = template.Library()


@register.simple_tag
def seen_at() -> str:
    """The moment at which the page shows verdicts: one that somebody gives later is not overwritten from it unseen."""
    return timezone.now().isoformat()


KIND_ICONS = {
    "commitment": "calendar-check",
    "enforcement": "gavel",
    "repeat": "repeat",
    "crossing": "arrows-cross",
    "flagged": "flag",
    "dissatisfied": "mood-sad",
}
#: From this probability on the bar is drawn in the colour of the seal.
HIGH = 0.7


@register.simple_tag
@cache
def asset(path: str) -> str:
    """The address of a style, script or picture of the package. It changes with what is in the file, so that a browser
    may keep the file for good and still never show the old one."""
    address = static(path)
    found = finders.find(path)
    if not isinstance(found, str):
        return address
    return f"{address}?v={sha256(Path(found).read_bytes()).hexdigest()[:12]}"


@register.simple_tag
@cache
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; without a label it is decoration and hidden from screen readers."""
    href = f"{asset('web/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="ico" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html('<svg class="ico" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_tag
def prob(value: float | None) -> SafeString:
    """The probability that an order is unresolved: percent and bar."""
    if value is None:
        return format_html('<span class="quiet">{}</span>', "–")
    percent = shown_percent(value)
    return format_html(
        '<span class="prob{}" title="{}"><span>{}%</span><svg viewBox="0 0 100 10" preserveAspectRatio="none" '
        'aria-hidden="true"><rect class="track" width="100" height="10" rx="3"></rect>'
        '<rect class="fill" width="{}" height="10" rx="3"></rect></svg></span>',
        " high" if value >= HIGH else "",
        _("未实质性办结可能性"),
        percent,
        percent,
    )


def shown_percent(value: float) -> int:
    """Never 0 or 100: no reading of a text is that sure."""
    return min(99, max(1, round(value * 100)))


@register.filter
def portion(value: float | None) -> str:
    """A share of 0 to 1 as percent with one decimal; a dash where there is none."""
    return "–" if value is None else f"{value:.1%}"


@register.simple_tag
def share(line: Any) -> SafeString:
    """The share of one signal in the whole judgement, as a bar."""
    return format_html(
        '<span class="share"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="10" rx="3"></rect>'
        '<rect class="{}" width="{}" height="10" rx="3"></rect></svg></span>',
        line.leans,
        line.share,
    )


@register.simple_tag
def kinds(thing: Any) -> SafeString:
    """The kinds of an order as labels."""
    return mark_safe(" ".join(_kind(name) for name in thing.kinds))


@register.simple_tag
def shown_kinds(matter: Any) -> SafeString:
    """The kinds of a matter as far as its reader sees the orders."""
    return mark_safe(" ".join(_kind(name) for name in matter.shown_kinds))


def _kind(name: str) -> SafeString:
    return _kind_in(name, get_language() or "")


@cache
def _kind_in(name: str, language: str) -> SafeString:
    """A label is the same on every row of a language, and a list has hundreds."""
    return format_html('<span class="kind">{}{}</span>', icon(KIND_ICONS.get(name, "flag")), kind_word(name))


@register.filter
def kind_word(name: str) -> str:
    """The short word of a kind, for labels in dense lists."""
    if name == Kind.FLAGGED:
        return pgettext("kind", "标注疑难")
    return str(Kind(name).label) if name in Kind.values else name


@register.simple_tag
def grade(value: str) -> SafeString:
    """A grade as word and pips: four for red, one for blue."""
    return _grade_in(value, get_language() or "")


@cache
def _grade_in(value: str, language: str) -> SafeString:
    if value not in Grade.values:
        return format_html('<span class="quiet small">{}</span>', _("未定级"))
    lit = 4 - list(Grade.values).index(value)
    pips = "".join(
        f'<rect x="{1 + 7 * n}" y="1" width="5" height="11" class="{"on" if n < lit else "off"}"></rect>'
        for n in range(4)
    )
    return format_html(
        '<span class="grade grade-{}"><svg viewBox="0 0 29 13" aria-hidden="true">{}</svg>{}</span>',
        value,
        mark_safe(pips),
        Grade(value).label,
    )


@register.filter
def closure_word(value: str) -> str:
    return str(ClosureClass(value).label) if value in ClosureClass.values else value


@register.filter
def percent(value: float) -> str:
    return f"{shown_percent(value)}%"


@register.filter
def masked(text: str) -> str:
    """Numbers of persons starred out, one character for one."""
    return mask_text(text or "")


_MASKS: dict[str, Callable[[str], str]] = {
    "caller": mask_name,
    "phone": mask_phone,
    "address": mask_address,
    # Numbers of orders look like numbers of persons, and are not.
    "order": str,
    "previous_order": str,
}


@register.filter
def masked_as(value: Any, field: str | None) -> str:
    """A value of a column with personal data hidden, as the field that the column goes to wants it."""
    return _MASKS.get(field or "", mask_text)("" if value is None else str(value))


@register.filter
def masked_name(name: str) -> str:
    return mask_name(name or "")


@register.filter
def masked_phone(phone: str) -> str:
    return mask_phone(phone or "")


@register.filter
def masked_address(address: str) -> str:
    return mask_address(address or "")


@register.filter
def arithmetic(basis: str) -> str:
    """How a due date was reckoned, in the language of the page. A day is never broken between two lines."""
    parts = enumerate(_DAY.split(shown_basis(basis)))
    return format_html_join("", "{}", ((_whole(part) if n % 2 else part,) for n, part in parts))


_DAY = re.compile(r"(\d{4}-\d\d-\d\d)")


def _whole(day: str) -> SafeString:
    return format_html('<span class="nowrap">{}</span>', day)


@register.filter
def promisor_word(name: str) -> str:
    """Who promised: the unit itself, or the third party as the reply names it."""
    return _("本单位") if name == OWN else name


@register.filter
def field_word(name: str) -> str:
    """What a column of an order is called."""
    return field_words(name)


@register.filter
def of(key: Any, found: Any) -> Any:
    """The value of a key in a dict, None where it has none."""
    return found.get(key)


@register.filter
def days_from(day: Any, today: Any) -> int:
    """Days from `today` to `day`; negative when it is past."""
    return int((day - today).days)


@register.filter
def absolute(number: int) -> int:
    return abs(number)


@register.filter
def note_words(note: str) -> str:
    """A note on how a file was read, in the language of the page."""
    return shown_note(note)
