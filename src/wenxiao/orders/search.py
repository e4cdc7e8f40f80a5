"""Searching Chinese text by two-character pieces, the same on SQLite and PostgreSQL.

Most Chinese words have two characters, which trigram indexes cannot find. So one function cuts text into bigrams;
SQLite keeps them in a contentless FTS5 table, PostgreSQL in a stored tsvector with a GIN index. Both answer "which
orders have all these bigrams", which is more than "which contain these words", so the answer is checked again
against `WorkOrder.search`, the text that was indexed.

Names and telephone numbers of callers are not in the index: a search must not become a way to look people up.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from wenxiao.orders import bulk
from wenxiao.orders.models import WorkOrder

#: What of an order can be searched, beside its number.
FIELDS = (
    "title",
    "content",
    "reply",
    "handling",
    "callback",
    "address",
    "area",
    "category",
    "unit",
    "co_units",
)
_LONGEST_QUERY = 200
_MOST_WORDS = 10


def normalise(text: str) -> str:
    """Full-width to half-width, no case: how both sides of a search are written."""
    return text if text.isascii() and text.islower() else unicodedata.normalize("NFKC", text).casefold()


def searchable(values: Iterable[str]) -> str:
    """The text of an order that is searched: its non-empty fields, normalised, a line each."""
    return normalise("\n".join(value for value in values if value))


@lru_cache(maxsize=1)
def _is_letter() -> np.ndarray[Any, np.dtype[np.bool_]]:
    """For every code point, whether it is a letter or a digit of any script."""
    return np.fromiter((chr(point).isalnum() for point in range(0x110000)), np.bool_, 0x110000)


def bigrams(text: str) -> str:
    """The different two-character pieces of normalised text, letters and digits only, in order, separated by spaces.

    Over code points as numbers: an import cuts every text, and this takes a quarter of the time of a set of strings.
    """
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    is_letter = _is_letter()[points]
    both = is_letter[:-1] & is_letter[1:]
    pairs = points[:-1][both].astype(np.uint64) << np.uint64(21) | points[1:][both]
    pairs.sort()
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])[: pairs.size]]
    pieces = np.full((pairs.size, 3), ord(" "), np.uint32)
    pieces[:, 0], pieces[:, 1] = pairs >> np.uint64(21), pairs & np.uint64(0x1FFFFF)
    return pieces.tobytes().decode("utf-32-le", "surrogatepass").rstrip()


def find(orders: QuerySet[WorkOrder], query: str) -> QuerySet[WorkOrder]:
    """The orders that contain every word of the query (words are separated by white space)."""
    words = list(dict.fromkeys(normalise(query[:_LONGEST_QUERY]).split()))[:_MOST_WORDS]
    pieces = bigrams(" ".join(words)).split()
    if pieces:
        orders = orders.filter(pk__in=_having(pieces))
    for word in words:
        orders = orders.filter(search__contains=word)
    return orders


def _having(pieces: Sequence[str]) -> RawSQL:
    if connection.vendor == "sqlite":
        match = " AND ".join(f'"{piece}"' for piece in pieces)
        return RawSQL("SELECT rowid FROM orders_search WHERE orders_search MATCH %s", [match])
    query = " & ".join(f"'{piece}'" for piece in pieces)
    return RawSQL("SELECT order_id FROM orders_search WHERE grams @@ %s::tsquery", [query])


def index(rows: Sequence[tuple[int, str]]) -> None:
    """Add orders (id, searchable text) that are not in the index yet."""
    if connection.vendor == "sqlite":
        bulk.write("orders_search", ("rowid", "grams"), ((pk, bigrams(text)) for pk, text in rows))
    else:  # a tsvector is written as its quoted words; letters and digits need no escape
        grams = ((pk, _quoted(bigrams(text).split())) for pk, text in rows)
        bulk.write("orders_search", ("order_id", "grams"), grams)


def _quoted(pieces: Sequence[str]) -> str:
    return "'" + "' '".join(pieces) + "'" if pieces else ""


def unindex(rows: Sequence[tuple[int, str]]) -> None:
    """Take orders out of the index; `text` must be what they were indexed with (a contentless table needs it)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                "INSERT INTO orders_search(orders_search, rowid, grams) VALUES ('delete', %s, %s)",
                [(pk, bigrams(text)) for pk, text in rows],
            )
            return
        cursor.execute("DELETE FROM orders_search WHERE order_id = ANY(%s)", [[pk for pk, _ in rows]])
