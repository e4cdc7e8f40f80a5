"""Between an order as it was read (recognition.schema.Order) and its row in the database."""

from __future__ import annotations

import re
from datetime import date, datetime
from hashlib import blake2b
from operator import attrgetter
from typing import Any

from wenxiao.orders.models import WorkOrder
from wenxiao.orders.search import FIELDS as SEARCHED
from wenxiao.orders.search import searchable
from wenxiao.recognition.schema import ORDER_FIELDS, Order

#: The columns of an order that are its content; number, row, file and sheet say where it came from.
CONTENT = tuple(name for name in ORDER_FIELDS if name not in ("order", "row", "file", "sheet"))
NUMBER_LENGTH = 200
#: The values of CONTENT, in its order.
values = attrgetter(*CONTENT)
_searched = attrgetter(*SEARCHED)
#: PostgreSQL stores no NUL and no half of a surrogate pair. One character stands for one, so offsets stay right.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
#: Whole numbers beyond this do not fit a column; such a count is a slip of the keyboard.
_LARGEST = 2_147_483_647


def clean(order: Order) -> Order:
    """The order as a database can hold it: what neither database stores is replaced character for character."""
    for name in ORDER_FIELDS:
        value = getattr(order, name)
        if isinstance(value, str) and not value.isprintable() and _UNSTORABLE.search(value):
            setattr(order, name, _UNSTORABLE.sub("\ufffd", value))
        elif isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LARGEST:
            setattr(order, name, None)
    return order


def digest(order: Order) -> str:
    """A fingerprint of the content: equal exactly when nothing in the order changed."""
    said = "\x1f".join(map(str, values(order)))
    return blake2b(said.encode(), digest_size=16).hexdigest()


def fill(row: WorkOrder, order: Order) -> None:
    """Put the content of an order into its row, with what is derived from it."""
    for name in CONTENT:
        setattr(row, name, getattr(order, name))
    row.row = max(order.row, 0)
    row.search = search_text(row.number, order)


def search_text(number: str, order: Order | WorkOrder) -> str:
    """The text by which the order is found."""
    return searchable((number, *_searched(order)))


def content(row: WorkOrder) -> dict[str, Any]:
    """The content as JSON holds it, for an earlier version; empty columns are left out."""
    found = {}
    for name in CONTENT:
        value = getattr(row, name)
        if value not in (None, ""):
            found[name] = value.isoformat() if isinstance(value, date | datetime) else value
    return found
