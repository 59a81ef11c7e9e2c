"""Brings a queue file to the shape this version writes: numbered migrations, in order.

Owns `user_version` and the refusal of foreign and newer files. Each migration runs in its own
transaction, a new file's all in one; a file that holds something is copied first (`aside`), and is
left alone while a process that lives has it open. A migration that fails leaves the file as it
was before it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import uuid4

import apsw

from pillarbox_engine.errors import FileUnusable, ForeignFile, NewerFile
from pillarbox_engine.sqlite.aside import set_aside
from pillarbox_engine.sqlite.connection import APPLICATION_ID, translate
from pillarbox_engine.sqlite.damage import damaged
from pillarbox_engine.sqlite.identity import Identity, is_alive
from pillarbox_engine.sqlite.statements import statement

Migration = tuple[int, str, str]
"""Its number, its name, its SQL."""


@cache
def migrations() -> tuple[Migration, ...]:
    """Every migration, in order."""
    folder = files(__package__).joinpath("migrations")
    found = sorted((e for e in folder.iterdir() if e.name.endswith(".sql")), key=lambda e: e.name)
    return tuple((int(e.name[:4]), e.name[5:-4], e.read_text(encoding="utf-8")) for e in found)


def newest() -> int:
    """The schema number this version writes."""
    return migrations()[-1][0]


def require_ours(connection: apsw.Connection, path: Path) -> None:
    """`ForeignFile` unless the file is a queue file, or empty."""
    # In this order: another process may be making the file between the two reads, and it writes
    # its tables and its id in one transaction.
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    owner = connection.pragma("application_id")
    if owner != APPLICATION_ID and tables is not None and tables[0]:
        raise ForeignFile(
            f"{path} cannot be used as a queue file",
            "it is an SQLite file of another program",
            "Name a Pillarbox queue file, or a new one",
        )
    _refuse_newer(connection, path)


def require_schema(connection: apsw.Connection, path: Path) -> None:
    """`DamagedFile` where the schema's number is not the one that its last migration wrote."""
    found = connection.pragma("user_version")
    stated = None
    if found:
        row = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
        stated = None if row is None else str(row[0])
    elif connection.pragma("application_id") == 0:
        return
    if stated != str(found) and (stated is not None or found not in _UNSTATED):
        raise damaged(path, f"its schema's number is {found} and should be {stated or 'another'}")


_UNSTATED = range(1, 10)
"""Schemas whose files may not say their number a second time."""


def require_current(connection: apsw.Connection, path: Path) -> None:
    """`NewerFile` where another process has migrated the file past what this version knows."""
    _refuse_newer(connection, path)


def _refuse_newer(connection: apsw.Connection, path: Path) -> None:
    found = connection.pragma("user_version")
    if found > newest():
        raise NewerFile(
            f"{path} cannot be used by this version",
            f"its schema is number {found} and this version knows {newest()}",
            "Upgrade Pillarbox",
        )


def migrate(connection: apsw.Connection, path: Path) -> list[str]:
    """Run what is missing; notices for the person.

    Raises `FileUnusable` where a process that lives has the file open, or no copy can be made.
    """
    require_ours(connection, path)
    found = connection.pragma("user_version")
    missing = [entry for entry in migrations() if entry[0] > found]
    notices: list[str] = []
    if found:
        with _told_where(notices, path):
            for entry in missing:
                with _transaction(connection):
                    _upgrade(connection, path, entry, notices)
    elif missing:
        with _transaction(connection):
            # Nothing can be lost of a new file: all in one, so that making it costs one fsync.
            for entry in missing:
                _apply_once(connection, entry)
    return notices


@contextmanager
def _told_where(notices: list[str], path: Path) -> Iterator[None]:
    """What went wrong, and where the file from before can be found."""
    try:
        yield
    except apsw.Error as error:
        told = translate(error, path, tested=False)
        remedy = ". ".join([told.remedy, *notices])
        raise type(told)(f"{path} could not be upgraded", told.reason, remedy) from error


@contextmanager
def _transaction(connection: apsw.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _upgrade(connection: apsw.Connection, path: Path, entry: Migration, notices: list[str]) -> None:
    """Run one migration of a file that holds something; before the first, copy the file.

    The write lock is held: nobody comes to the file, or changes it, between copy and migration.
    """
    found = connection.pragma("user_version")
    if found >= entry[0]:
        return
    if not notices:
        _require_alone(connection, path)
        copy = set_aside(path, newest())
        notices.append(f"The file's schema was {found}; a copy from before the upgrade is {copy}")
    _apply_once(connection, entry)


def _require_alone(connection: apsw.Connection, path: Path) -> None:
    rows: list[Any] = connection.execute(statement("identities")).fetchall()
    alive = [row for row in rows if is_alive(Identity(*row[:4]))]
    if alive:
        who = ", ".join(f"{kind} {pid} on {host}" for pid, _, _, host, kind in alive)
        raise FileUnusable(
            f"{path} must be upgraded and cannot be now",
            f"others have it open: {who}",
            "Close them and open it again",
        )


def _apply_once(connection: apsw.Connection, entry: Migration) -> None:
    number, _, text = entry
    if connection.pragma("user_version") < number:
        _apply(connection, number, text)


def _apply(connection: apsw.Connection, number: int, text: str) -> None:
    for part in statements_of(text):
        connection.execute(part).fetchall()
    connection.pragma("application_id", APPLICATION_ID)
    connection.pragma("user_version", number)
    if number == 1:
        rows = [("uuid", str(uuid4())), ("created_at", str(time.time_ns() // 1000))]
        connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", rows)
    # Where a statement can compare it: `user_version` can only be asked for.
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('schema', ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value", (str(number),),
    )  # fmt: skip


def statements_of(text: str) -> list[str]:
    """The single statements of a migration."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    parts: list[str] = []
    rest = ""
    for piece in "\n".join(lines).split(";"):
        rest += piece
        if apsw.complete(rest + ";"):
            parts.append(rest.strip())
            rest = ""
        else:
            rest += ";"
    return [part for part in parts if part]
