"""Putting many rows into a table at once, changing many, or asking for some by key, several times faster than the ORM.

The ORM compiles a statement for every few rows (SQLite takes 999 parameters in one of Django's) and prepares every
value through three calls. Here the statement is written once: `executemany` on SQLite, COPY on PostgreSQL. Only for
rows that are new; nothing is returned, no defaults are filled in, no signals are sent. What is asked for by key is one text
however many keys there are, made once: of one new order the ORM takes longer to make its questions than to answer them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import connection, models

_Convert = Callable[[Any], Any]


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of `columns` (names of fields; of a relation, the other's key).
    Every column without a default in the database must be there. Call inside a transaction."""
    fields = [model._meta.get_field(name) for name in columns]
    converts = [(place, convert) for place, field in enumerate(fields) if (convert := _convert_of(field))]
    names = [str(getattr(field, "column", name)) for field, name in zip(fields, columns, strict=True)]
    write(model._meta.db_table, names, (_converted(row, converts) for row in rows))


def update(
    model: type[models.Model], key: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Change rows: each gives the values of `columns` and, last, that of `key`, the column by which a row is known."""
    fields: list[Any] = [model._meta.get_field(name) for name in (*columns, key)]
    converts = [(place, convert) for place, field in enumerate(fields) if (convert := _convert_of(field))]
    *names, by = (f'"{field.column}" = %s' for field in fields)
    sql = f'UPDATE "{model._meta.db_table}" SET {", ".join(names)} WHERE {by}'
    values = [_converted(row, converts) for row in rows]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(sql, values)


def select(
    model: type[models.Model],
    columns: Sequence[str],
    where: Mapping[str, Any],
    *,
    order_by: Sequence[str] = (),
    lock: bool = False,
) -> list[tuple[Any, ...]]:
    """The values of `columns` (named as in `insert`, or "finding__captured": of the row that belongs to each) of some rows, as
    `values_list` gives them. `where` gives for a column the value, or a list or set of whole numbers, of which it is one.
    `lock`: as `select_for_update`."""
    several = frozenset(name for name, value in where.items() if isinstance(value, list | set))
    if not all(where[name] for name in several):
        return []
    asked = _Asked(model, tuple(columns), tuple(where), several, tuple(order_by), lock)
    sql, converts = _question(asked, connection.vendor == "postgresql")
    as_list = list if connection.vendor == "postgresql" else _as_json_list
    values = [as_list(value) if name in several else value for name, value in where.items()]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    return [tuple(_converted(row, converts)) for row in rows] if converts else rows


class _Asked(NamedTuple):
    """What decides the text of a question."""

    model: type[models.Model]
    columns: tuple[str, ...]
    where: tuple[str, ...]
    several: frozenset[str]
    order_by: tuple[str, ...]
    lock: bool


@cache
def _question(asked: _Asked, is_postgres: bool) -> tuple[str, list[tuple[int, _Convert]]]:
    """The text of a question, and how values are read."""
    joins: dict[str, str] = {}
    fields = [_field(asked.model, name, joins) for name in asked.columns]
    among = "= ANY(%s)" if is_postgres else "IN (SELECT value FROM json_each(%s))"
    found = [
        f"{_field(asked.model, name, joins)[0]} {among if name in asked.several else '= %s'}"
        for name in asked.where
    ]
    order = [_field(asked.model, name, joins)[0] for name in asked.order_by]
    sql = f'SELECT {", ".join(column for column, _ in fields)} FROM "{asked.model._meta.db_table}" '
    sql += f"{' '.join(joins.values())} WHERE {' AND '.join(found)}"
    sql += f" ORDER BY {', '.join(order)}" if order else ""
    sql += f' FOR UPDATE OF "{asked.model._meta.db_table}"' if asked.lock and is_postgres else ""
    is_json = [isinstance(field, models.JSONField) for _, field in fields]
    return sql, [(at, _from_json) for at, applies in enumerate(is_json) if applies]


def _field(model: type[models.Model], name: str, joins: dict[str, str]) -> tuple[str, Any]:
    """The column of a field, or of one of the row that belongs to each ("finding__captured", "matter__title"), which is joined."""
    own, _, beyond = name.partition("__")
    table, field = model._meta.db_table, model._meta.get_field(own)
    if beyond:
        link: Any = field
        mine, table = table, link.related_model._meta.db_table
        here, there = (link.column, "id") if link.concrete else ("id", link.field.column)
        joins[table] = f'LEFT JOIN "{table}" ON "{table}"."{there}" = "{mine}"."{here}"'
        field = link.related_model._meta.get_field(beyond)
    return f'"{table}"."{getattr(field, "column", name)}"', field


def write(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of values that the database takes as they are. The names are ours, never a user's."""
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(rows))


def _convert_of(field: Any) -> _Convert | None:
    """How a value of the field is written, where that is not as it is."""
    if isinstance(field, models.JSONField):
        return _as_json
    if isinstance(field, models.DateField) and connection.vendor == "sqlite":
        return _as_text
    return None


def _as_json(value: Any) -> str:
    # Chinese as it is: half the bytes of its escapes.
    return json.dumps(value, ensure_ascii=False, default=str)


def _as_json_list(values: Iterable[int]) -> str:
    return json.dumps(list(values))


def _from_json(value: Any) -> Any:
    return None if value is None else json.loads(value)


def _as_text(value: Any) -> str | None:
    return None if value is None else str(value)


def _converted(row: Sequence[Any], converts: Sequence[tuple[int, _Convert]]) -> Sequence[Any]:
    if not converts:
        return row
    values = list(row)
    for place, convert in converts:
        values[place] = convert(values[place])
    return values
