"""The raw loops: what SQLite does on this disk with nothing of ours around it.

Owns the yardstick. A bare apsw loop over one table shaped like a plain queue's (queue, state,
priority, times, attempt, fence, payload; the one index a claim needs), with the same pragmas as
ours: WAL, `synchronous=FULL`, 8 kB pages.

- one-insert: BEGIN IMMEDIATE, one INSERT, COMMIT, by one thread;
- executemany: the same with 1,000 rows a transaction;
- life cycle, in batches of 1,000: insert them; lease the first 1,000 in claim order, returning
  their payloads; set each to done by id and fence. Three transactions a batch.
"""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import apsw

from pillarbox.bench.room import Room, payload_text

BATCH = 1_000
PRAGMAS = (
    "page_size=8192", "auto_vacuum=INCREMENTAL", "journal_mode=WAL", "synchronous=FULL",
    "fullfsync=1", "temp_store=MEMORY", "cache_size=-16384", "wal_autocheckpoint=2000",
)  # fmt: skip
TABLE = """
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, state TEXT NOT NULL,
    priority INTEGER NOT NULL, run_at INTEGER NOT NULL, attempt INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0, lease_expires_at INTEGER, payload TEXT NOT NULL
);
CREATE INDEX jobs_ready ON jobs (queue, priority, id) WHERE state = 'ready';
"""
INSERT = "INSERT INTO jobs (queue, state, priority, run_at, payload) VALUES (1, 'ready', 500, ?, ?)"
LEASE = """
UPDATE jobs SET state = 'leased', attempt = attempt + 1, fence = fence + 1, lease_expires_at = ?
WHERE id IN (
    SELECT id FROM jobs WHERE queue = 1 AND state = 'ready' ORDER BY priority, id LIMIT ?
)
RETURNING id, fence, payload
"""
DONE = "UPDATE jobs SET state = 'done' WHERE id = ? AND fence = ?"


def one_insert(room: Room) -> dict[str, float]:
    """Transactions of one insert a second."""
    with closing(_opened(room.fresh("raw.db"))) as connection:
        text, number, started = payload_text(0), 0, time.perf_counter()
        while (spent := time.perf_counter() - started) < room.sizes.seconds:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(INSERT, (time.time_ns(), text))
            connection.execute("COMMIT")
            number += 1
    return {"raw-insert": number / spent}


def many(room: Room) -> dict[str, float]:
    """Rows a second, inserted 1,000 a transaction."""
    batches, texts = _batches(room.sizes.many), _texts()
    with closing(_opened(room.fresh("raw.db"))) as connection:
        started = time.perf_counter()
        for _ in range(batches):
            _insert(connection, texts)
        spent = time.perf_counter() - started
    return {"raw-many": batches * BATCH / spent}


def life_cycle(room: Room) -> dict[str, float]:
    """Jobs a second: inserted, leased and done in batches of 1,000."""
    batches, texts = _batches(room.sizes.cycle), _texts()
    with closing(_opened(room.fresh("raw.db"))) as connection:
        started = time.perf_counter()
        for _ in range(batches):
            _insert(connection, texts)
            _finish(connection, _lease(connection))
        spent = time.perf_counter() - started
    return {"raw-cycle": batches * BATCH / spent}


def _batches(jobs: int) -> int:
    return max(1, jobs // BATCH)


def _texts() -> list[str]:
    """A batch's payloads as JSON text: raw loops have it ready, ours makes it each time."""
    return [payload_text(number) for number in range(BATCH)]


def _opened(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute(TABLE)
    return connection


def _insert(connection: apsw.Connection, texts: list[str]) -> None:
    now = time.time_ns()
    rows = [(now, text) for text in texts]
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(INSERT, rows)
    connection.execute("COMMIT")


def _lease(connection: apsw.Connection) -> list[apsw.SQLiteValues]:
    connection.execute("BEGIN IMMEDIATE")
    leased = connection.execute(LEASE, (time.time_ns(), BATCH)).fetchall()
    connection.execute("COMMIT")
    return [row[:2] for row in leased]


def _finish(connection: apsw.Connection, leased: list[apsw.SQLiteValues]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(DONE, leased)
    connection.execute("COMMIT")
