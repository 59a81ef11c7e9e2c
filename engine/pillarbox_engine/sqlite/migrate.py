"""Brings a queue file to the shape this version writes: numbered migrations, in order.

Owns `user_version` and the refusal of foreign and newer files. Each migration runs in its own
transaction; a file that holds something is copied first (by SQLite's backup), and is left alone
while other processes have it open.
"""

from __future__ import annotations

import time
from functools import cache
from importlib.resources import files
from pathlib import Path
from uuid import uuid4

import apsw

from pillarbox_engine.errors import FileUnusable, ForeignFile, NewerFile
from pillarbox_engine.sqlite.connection import APPLICATION_ID


@cache
def migrations() -> tuple[tuple[int, str, str], ...]:
    """Every migration: its number, its name, its SQL; in order."""
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
    """Run what is missing; notices for the person."""
    require_ours(connection, path)
    found = connection.pragma("user_version")
    missing = [entry for entry in migrations() if entry[0] > found]
    if not missing:
        return []
    notices = _set_aside(connection, path, found) if found else []
    for number, _, text in missing:
        _run(connection, number, text)
    return notices


def _run(connection: apsw.Connection, number: int, text: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.pragma("user_version") < number:
            _apply(connection, number, text)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _apply(connection: apsw.Connection, number: int, text: str) -> None:
    for part in _statements(text):
        connection.execute(part).fetchall()
    connection.pragma("application_id", APPLICATION_ID)
    connection.pragma("user_version", number)
    if number == 1:
        rows = [("uuid", str(uuid4())), ("created_at", str(time.time_ns() // 1000))]
        connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", rows)


def _statements(text: str) -> list[str]:
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


def _set_aside(connection: apsw.Connection, path: Path, found: int) -> list[str]:
    others = connection.execute("SELECT count(*) FROM processes").fetchone()
    if others is not None and others[0]:
        raise FileUnusable(
            f"{path} must be upgraded and cannot be now",
            f"{others[0]} other processes have it open",
            "Close them and open it again",
        )
    copy = path.with_name(f"{path.name}.d") / f"before-schema-{newest()}"
    target = apsw.Connection(str(copy))
    job = target.backup("main", connection, "main")
    job.step()
    job.finish()
    target.close()
    return [f"The file's schema was {found}; a copy from before the upgrade is {copy}"]
