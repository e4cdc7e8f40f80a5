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
    limit: int | None = None,
    lock: bool = False,
) -> list[tuple[Any, ...]]:
    """The values of `columns` (named as in `insert`, or "finding__captured": of the row that belongs to each) of some rows, as
    `values_list` gives them. `where` gives for a column the value, or a list or set of whole numbers, of which it is one.
    `lock`: as `select_for_update`."""
    if _is_none(where):
        return []
    asked = _Asked(model, tuple(columns), _shape(where), tuple(order_by), limit, lock)
    sql, converts = _question(asked, connection.vendor == "postgresql")
    with connection.cursor() as cursor:
        cursor.execute(sql, _values(where))
        rows = cursor.fetchall()
    return [tuple(_converted(row, converts)) for row in rows] if converts else rows


def change(model: type[models.Model], values: Mapping[str, Any], where: Mapping[str, Any]) -> None:
    """Give the rows of `where` (as in `select`) plain values."""
    if _is_none(where):
        return
    sql = _order(model, tuple(values), _shape(where), connection.vendor == "postgresql")
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values.values(), *_values(where)])


#: The columns of a condition, and whether each is one of several values.
_Shape = tuple[tuple[str, bool], ...]


def _shape(where: Mapping[str, Any]) -> _Shape:
    return tuple((name, isinstance(value, list | set)) for name, value in where.items())


def _is_none(where: Mapping[str, Any]) -> bool:
    """Whether no row can be meant."""
    return any(not value for value in where.values() if isinstance(value, list | set))


def _values(where: Mapping[str, Any]) -> list[Any]:
    """As the database takes them: several whole numbers as one value."""
    several = list if connection.vendor == "postgresql" else _as_json_list
    return [several(value) if isinstance(value, list | set) else value for value in where.values()]


class _Asked(NamedTuple):
    """What decides the text of a question."""

    model: type[models.Model]
    columns: tuple[str, ...]
    where: _Shape
    order_by: tuple[str, ...]
    limit: int | None
    lock: bool


@cache
def _question(asked: _Asked, is_postgres: bool) -> tuple[str, list[tuple[int, _Convert]]]:
    """The text of a question, and how values are read."""
    joins: dict[str, str] = {}
    fields = [_field(asked.model, name, joins) for name in asked.columns]
    found = _condition(asked.model, asked.where, joins, is_postgres)
    order = [_field(asked.model, name, joins)[0] for name in asked.order_by]
    sql = f'SELECT {", ".join(column for column, _ in fields)} FROM "{asked.model._meta.db_table}" '
    sql += f"{' '.join(joins.values())} WHERE {found}"
    sql += f" ORDER BY {', '.join(order)}" if order else ""
    sql += f" LIMIT {asked.limit}" if asked.limit is not None else ""
    sql += f' FOR UPDATE OF "{asked.model._meta.db_table}"' if asked.lock and is_postgres else ""
    is_json = [isinstance(field, models.JSONField) for _, field in fields]
    return sql, [(at, _from_json) for at, applies in enumerate(is_json) if applies]


@cache
def _order(model: type[models.Model], columns: tuple[str, ...], where: _Shape, is_postgres: bool) -> str:
    """The text of a change."""
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    given = (f'"{field.column}" = %s' for field in fields)
    found = _condition(model, where, {}, is_postgres)
    return f'UPDATE "{model._meta.db_table}" SET {", ".join(given)} WHERE {found}'


def _condition(model: type[models.Model], where: _Shape, joins: dict[str, str], is_postgres: bool) -> str:
    among = "= ANY(%s)" if is_postgres else "IN (SELECT value FROM json_each(%s))"
    parts = ((_field(model, name, joins)[0], several) for name, several in where)
    return " AND ".join(f"{column} {among if several else '= %s'}" for column, several in parts)


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
