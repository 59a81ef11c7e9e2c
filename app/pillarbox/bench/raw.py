"""The raw loops: what SQLite does on this disk with nothing of ours around it.

Owns the yardstick. A bare apsw loop over one table shaped like a plain queue's (queue, state,
priority, times, attempt, fence, payload; the one index a claim needs), with the same pragmas as
ours: WAL, `synchronous=FULL`, 8 kB pages. The payloads are JSON text that is ready beforehand.

- one-insert: BEGIN IMMEDIATE, one INSERT, COMMIT, by one thread;
- executemany: the same with 1,000 rows a transaction;
- life cycle, in batches of 1,000: insert them; lease the first 1,000 in claim order, returning
  their payloads; set each to done by id and fence. Three transactions a batch.
"""

from __future__ import annotations

import time
from types import TracebackType

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


class RawFile:
    """A bare queue in a fresh file. Each method answers how many jobs, in how many seconds."""

    def __init__(self, room: Room) -> None:
        self._connection = apsw.Connection(str(room.fresh("raw.db")))
        for pragma in PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}").fetchall()
        self._connection.execute(TABLE)
        self._texts = [payload_text(number) for number in range(BATCH)]

    def __enter__(self) -> RawFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def one_by_one(self, seconds: float) -> tuple[int, float]:
        """Insert for `seconds`, one row a transaction."""
        execute, text = self._connection.execute, self._texts[0]
        number, started = 0, time.perf_counter()
        while (spent := time.perf_counter() - started) < seconds:
            execute("BEGIN IMMEDIATE")
            execute(INSERT, (time.time_ns(), text))
            execute("COMMIT")
            number += 1
        return number, spent

    def many(self, batches: int) -> tuple[int, float]:
        """Insert `batches` batches, one a transaction."""
        started = time.perf_counter()
        for _ in range(batches):
            self._insert()
        return batches * BATCH, time.perf_counter() - started

    def life_cycles(self, batches: int) -> tuple[int, float]:
        """Insert, lease and finish `batches` batches."""
        started = time.perf_counter()
        for _ in range(batches):
            self._insert()
            self._finish(self._lease())
        return batches * BATCH, time.perf_counter() - started

    def _insert(self) -> None:
        now = time.time_ns()
        rows = [(now, text) for text in self._texts]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(INSERT, rows)
        self._connection.execute("COMMIT")

    def _lease(self) -> list[apsw.SQLiteValues]:
        self._connection.execute("BEGIN IMMEDIATE")
        leased = self._connection.execute(LEASE, (time.time_ns(), BATCH)).fetchall()
        self._connection.execute("COMMIT")
        return [row[:2] for row in leased]

    def _finish(self, leased: list[apsw.SQLiteValues]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(DONE, leased)
        self._connection.execute("COMMIT")
