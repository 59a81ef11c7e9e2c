"""Retention: done jobs go by age or number, in chunks small enough that no writer waits long.

Owns which done jobs go, and their deletion: a few statements a chunk, however many jobs are in
it. While more are over than a chunk takes, the maintainer comes back after `BREATH`.
"""

from __future__ import annotations

import json

from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.sqlite import counting, flows
from pillarbox_engine.sqlite.memo import PLACES
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import State

CHUNK = 250
BREATH = 0.05
"""Seconds between two chunks, for others to write in."""


def doomed(reading: Reading | Transaction, queue: QueueRow, now: int, limit: int) -> list[int]:
    """Done jobs that retention takes: too old, or beyond the newest `keep_done`."""
    horizon = now - seconds_to_us(queue.settings.keep_done_for)
    old = [row[0] for row in reading.rows("old_done", (queue.id, horizon, limit))]
    kept = counting.of_queue(reading, queue.id)[PLACES["done"]]
    surplus = min(limit, kept - queue.settings.keep_done)
    if surplus <= len(old):
        return old
    return [row[0] for row in reading.rows("oldest_done", (queue.id, surplus))]


def prune(transaction: Transaction, queue: QueueRow) -> None:
    """Delete a chunk of what has to go, with its history and its log."""
    ids = flows.few_enough(transaction, doomed(transaction, queue, transaction.now, CHUNK))
    if not ids:
        return
    numbers = (json.dumps(ids),)
    for name in (
        "let_children_go",
        "delete_events_of_many",
        "delete_log_lines_of_many",
        "delete_many_jobs",
    ):
        transaction.execute(name, numbers)
    transaction.move(queue.id, State.DONE, None, 0, number=len(ids))
    transaction.add(queue.id, "removed_done", len(ids))
    transaction.touched.add(queue.name)
