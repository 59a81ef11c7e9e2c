"""A program that keeps rows of its own in the queue file and enqueues within its transactions.

Owns its table and its connection. Each of its rows names the job that shares its transaction.
"""

from __future__ import annotations

from pathlib import Path

import apsw

NOTE_ORDER = "INSERT INTO program_orders VALUES (?)"
PATIENCE_MS = 20_000


def connect(path: Path) -> apsw.Connection:
    """Its connection, its table made."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.set_busy_timeout(PATIENCE_MS)
    connection.execute("PRAGMA synchronous=FULL").fetchall()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("CREATE TABLE IF NOT EXISTS program_orders (key TEXT)")
    connection.execute("COMMIT")
    return connection


def orders(path: Path) -> list[str]:
    """The names of the jobs that share a transaction with one of its rows."""
    connection = connect(path)
    found = [row[0] for row in connection.execute("SELECT key FROM program_orders")]
    connection.close()
    return found
