"""Hiding personal data: names, telephone and identity numbers, addresses. Masked is the default everywhere.

Masks keep the length of a text, so that evidence and commitments (offsets in code points) still point at the same
words in a masked text.
"""

from __future__ import annotations

import re

_STAR = "*"
#: Mobile numbers (11 digits from 13 on), with or without separators. GB/T 15835 style numbers of years and money are
#: left alone because the first digits do not fit.
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)")
#: Resident identity numbers, GB 11643: 17 digits and a check character, or the old 15 digits.
_IDENTITY = re.compile(
    r"(?<![\dA-Za-z])[1-9]\d{5}(?:(?:19|20)\d{2}[01]\d[0-3]\d\d{3}[\dXx]|\d{2}[01]\d[0-3]\d\d{3})(?![\dA-Za-z])"
)
_BANK_CARD = re.compile(r"(?<!\d)62\d{14,17}(?!\d)")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s]?[A-Z0-9]{5,6}(?![A-Za-z0-9])"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
#: Door numbers of a home: building, unit, floor, room.
_DOOR = re.compile(r"(?:\d+|[一二三四五六七八九十]+|[A-Za-z])\s*(?:号楼|栋|幢|单元|层|楼|室|号|户)")
_SURNAME_TITLE = re.compile(r"([\u4e00-\u9fff])(先生|女士|同志|小姐|某某|某)")


def mask_name(name: str) -> str:
    """The surname stays: 张三丰 is 张**. What is only a form of address (张先生) stays as it is."""
    name = name.strip()
    if not name or _SURNAME_TITLE.fullmatch(name):
        return name
    return name[0] + _STAR * (len(name) - 1)


def mask_phone(phone: str) -> str:
    """The first three and the last two digits stay; of a short number the last two."""
    digits = [i for i, c in enumerate(phone) if c.isdigit()]
    if not digits:
        return _STAR * len(phone)
    kept = {*digits[:3], *digits[-2:]} if len(digits) >= 8 else set(digits[-2:])
    return "".join(c if i in kept or not c.isdigit() else _STAR for i, c in enumerate(phone))


def mask_address(address: str) -> str:
    """The street or village stays; building, unit and door are hidden."""
    return _DOOR.sub(lambda found: _STAR * len(found[0]), mask_text(address))


def mask_text(text: str, *names: str) -> str:
    """A free text with numbers of persons hidden, and the given names (the caller's) wherever they stand.

    Other people's names in a text cannot be told from other words with certainty; they stay.
    """
    for pattern in (_IDENTITY, _BANK_CARD, _MOBILE, _LANDLINE, _EMAIL, _PLATE):
        text = pattern.sub(_hide_middle, text)
    for name in names:
        if len(name.strip()) >= 2 and not _SURNAME_TITLE.fullmatch(name.strip()):
            text = text.replace(name.strip(), mask_name(name))
    return text


def _hide_middle(found: re.Match[str]) -> str:
    word = found[0]
    return (
        word[:3] + _STAR * (len(word) - 5) + word[-2:]
        if len(word) > 7
        else word[:2] + _STAR * (len(word) - 2)
    )
