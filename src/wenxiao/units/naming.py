"""From the name of a unit as an import writes it to the unit; unknown names become units that wait for a place."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from hashlib import blake2b

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wenxiao.units.choices import UnitKind
from wenxiao.units.kinds import likely_kind
from wenxiao.units.models import Unit
from wenxiao.units.services import NewUnit, add_unit

#: The node under which units wait that an import met and nobody has placed.
UNSORTED_CODE = "unsorted"
#: What separates several units in one cell.
_SEPARATORS = re.compile(r"[,，、;；|/\n\t]+")
_LONGEST = 60
#: More new names than this in one import are not units: a column was mapped wrongly.
_MOST_NEW = 500
_MOST_IN_A_CELL = 20


def normalise(name: str) -> str:
    """The name as it is compared: full width to half width, no white space, no case."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def split_names(cell: str) -> list[str]:
    """The units of one cell, in their order."""
    return [part.strip() for part in _SEPARATORS.split(cell) if part.strip()][:_MOST_IN_A_CELL]


def find_unit(name: str) -> Unit | None:
    """The unit of this name or alias, by the rules of an import, without making one."""
    pk = UnitMatcher().known(name)
    return None if pk is None else Unit.objects.filter(pk=pk).first()


class UnitMatcher:
    """All names and aliases, loaded once for an import. `created` counts the units that it made."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self.created = 0
        self.reload()

    def reload(self) -> None:
        """Read the names again, for what others added (or a rolled back transaction took away)."""
        found: dict[str, int] = {}
        # Confirmed units win over waiting ones, names over aliases, and the earlier unit over the later.
        for unit in Unit.objects.order_by("unconfirmed", "path"):
            found.setdefault(normalise(unit.name), unit.pk)
        for unit in Unit.objects.order_by("unconfirmed", "path"):
            for alias in unit.aliases:
                found.setdefault(normalise(str(alias)), unit.pk)
        self._known = found

    def known(self, name: str) -> int | None:
        """The unit of this name, if there is one."""
        return self._known.get(normalise(name))

    def find(self, name: str) -> int | None:
        """The unit of this name; a new one under 未归类 when there is none. None for what cannot be a name.

        Call inside a transaction.
        """
        key = normalise(name)
        if key in self._known:
            return self._known[key]
        if not key or len(key) > _LONGEST or self.created >= _MOST_NEW:
            return None
        self._known[key] = self._create(name.strip(), key)
        return self._known[key]

    def _create(self, name: str, key: str) -> int:
        waiting = self._unsorted()
        code = f"auto-{blake2b(key.encode(), digest_size=8).hexdigest()}"
        # Another import may have made it while this one waited for the lock on the parent.
        made = Unit.objects.filter(code=code).first()
        if made is None:
            made = add_unit(waiting, NewUnit(name, likely_kind(name), code, unconfirmed=True))
            self.created += 1
        return int(made.pk)

    def _unsorted(self) -> Unit:
        """The waiting place, locked until the end of the transaction."""
        locked = Unit.objects.select_for_update().filter(code=UNSORTED_CODE)
        if not locked.exists():
            with suppress(IntegrityError), transaction.atomic():  # another import may make it at this moment
                add_unit(None, NewUnit(_("未归类"), UnitKind.DEPARTMENT, UNSORTED_CODE, unconfirmed=True))
        found: Unit = locked.get()
        return found
