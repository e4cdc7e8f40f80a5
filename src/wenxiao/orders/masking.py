"""Hiding personal data: names, telephone and identity numbers, addresses. Masked is the default everywhere.

Masks keep the length of a text, so that evidence and commitments (offsets in code points) still point at the same
words in a masked text.
"""

from __future__ import annotations

import re

from wenxiao.display.masking import mask

_STAR = "*"
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
    """A free text with the numbers of persons hidden, and the given names (the caller's) wherever they stand.

    Other people's names in a text cannot be told from other words with certainty; they stay.
    """
    text = _EMAIL.sub(lambda found: found[0][:2] + _STAR * (len(found[0]) - 2), mask(text))
    for name in names:
        if len(name.strip()) >= 2 and not _SURNAME_TITLE.fullmatch(name.strip()):
            text = text.replace(name.strip(), mask_name(name))
    return text
