"""The search index beside the orders: FTS5 on SQLite, a stored tsvector on PostgreSQL (orders.search).

`detail=none` keeps no positions: the bigrams of a query are joined by AND and the text is checked again, so none
are needed, and the index is a fraction of the size. The `ascii` tokenizer takes every other character as a letter,
whatever Unicode version SQLite was built with.
"""

from django.db import migrations

SQLITE = (
    "CREATE VIRTUAL TABLE orders_search USING fts5"
    "(grams, content='', detail=none, columnsize=0, tokenize='ascii')"
)
POSTGRESQL = (
    # No foreign key: Django does not know the table and could not empty the one that it would refer to. Orders are
    # never deleted, and a row without an order finds nothing.
    "CREATE TABLE orders_search (order_id bigint PRIMARY KEY, grams tsvector NOT NULL)",
    "CREATE INDEX orders_search_grams ON orders_search USING gin (grams)",
)


def forwards(apps, schema_editor):
    for statement in [SQLITE] if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    schema_editor.execute("DROP TABLE orders_search")


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
