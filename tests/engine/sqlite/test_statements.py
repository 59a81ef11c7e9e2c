"""The SQL files: each statement is named once, used, and fits the schema."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pillarbox_engine import sqlite
from pillarbox_engine.sqlite.connection import open_untouched
from pillarbox_engine.sqlite.migrate import migrations
from pillarbox_engine.sqlite.statements import names, statement

FOLDER = Path(sqlite.__file__).parent
PARTS = {name for name in names() if name.startswith(("where_", "order_", "value_"))} | {
    "summaries",
    "counting",
    "frozen_ids",
    "places",
}


def test_every_statement_is_used() -> None:
    source = "".join(path.read_text() for path in FOLDER.glob("*.py"))
    families = tuple(re.findall(r"f[\"']([a-z_]+_)\{", source))
    alone = {name for name in names() if not name.startswith(families)}
    assert {name for name in alone if not re.search(f"[\"']{name}[\"']", source)} == set()


def test_every_name_used_is_a_statement() -> None:
    pattern = re.compile(r'(?:statement|rows|row|execute|each|many|read_row)\(\s*"(\w+)"')
    used = {n for path in FOLDER.glob("*.py") for n in pattern.findall(path.read_text())}
    assert used - names() - {"BEGIN", "COMMIT", "ROLLBACK"} == set()


@pytest.mark.parametrize("name", sorted(names() - PARTS))
def test_every_statement_fits_the_schema(
    name: str, backend: sqlite.SqliteBackend, path: Path
) -> None:
    connection = open_untouched(path)
    try:
        connection.execute(f"EXPLAIN {statement(name)}", _anything(name))
    finally:
        connection.close()


def _anything(name: str) -> Any:
    class Nulls(dict[str, object]):
        def __missing__(self, key: str) -> object:
            return None

    text = statement(name)
    return Nulls() if re.search(r":[a-z_]+", text) else (None,) * _marks(text)


def _marks(text: str) -> int:
    numbered = [int(n) for n in re.findall(r"\?(\d+)", text)]
    return max(numbered) if numbered else text.count("?")


def test_a_unique_key_is_looked_up_in_its_index(backend: sqlite.SqliteBackend, path: Path) -> None:
    connection = open_untouched(path)
    try:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement('holder_of_key')}", (1, "k"))
        assert [row[3] for row in plan] == [
            "SEARCH jobs USING INDEX jobs_unique (queue_id=? AND unique_key=?)"
        ]
    finally:
        connection.close()


def test_migrations_are_numbered_from_one_without_gaps() -> None:
    numbers = [number for number, _, _ in migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_an_unknown_name_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        statement("no_such_statement")
