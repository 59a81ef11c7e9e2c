"""What the tables, indexes, views and triggers of a queue file must be.

Owns `reference`, made by running the migrations in memory, and how a file differs from it.
Whatever a program added for itself, under names of its own and not on our tables, is its matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import apsw

from pillarbox_engine.sqlite.migrate import migrations, statements_of
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.statements import statement


class Made(NamedTuple):
    """An object of the schema: its kind, the table it is on, and what made it, spaces aside."""

    kind: str
    table: str
    sql: str


@cache
def reference(number: int) -> dict[str, Made]:
    """By name: every object of the schema with that number."""
    connection = migrated(number)
    try:
        return _objects(connection.execute(statement("objects")).fetchall())
    finally:
        connection.close()


def migrated(number: int) -> apsw.Connection:
    """An empty database in memory with that schema."""
    connection = apsw.Connection(":memory:")
    for known, _, text in migrations():
        if known <= number:
            for part in statements_of(text):
                connection.execute(part).fetchall()
    return connection


def _objects(rows: list[Any]) -> dict[str, Made]:
    return {
        name: Made(kind, table, " ".join((sql or "").split())) for kind, name, table, sql in rows
    }


def differences(reading: Reading) -> Iterator[str]:
    """What is not as the migrations make it, in words."""
    wanted = reference(reading.connection.pragma("user_version"))
    found = _objects(reading.rows("objects"))
    for name, made in wanted.items():
        if name not in found:
            yield f"the schema lacks the {made.kind} {name}"
        elif found[name] != made:
            yield f"the {made.kind} {name} is not as it was made"
    tables = {name for name, made in wanted.items() if made.kind == "table"}
    for name, made in found.items():
        if name not in wanted and made.table in tables:
            yield f"the {made.kind} {name} on {made.table} is none of ours"
