"""An enqueue of plain jobs as one statement, which is a transaction of its own.

Owns the short way. Every step of SQLite gives up the GIL, and beside busy threads it takes a switch
interval to get it back; a transaction is five of them. Where nothing but their payloads has to be
looked at, jobs and the commit's link go in by one step. It rests on what this process last saw: the
statement itself refuses where another has committed since, and the long way is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import apsw
import msgspec

from pillarbox_engine.errors import PayloadTooLarge
from pillarbox_engine.model import Enqueued
from pillarbox_engine.protocols import Change
from pillarbox_engine.sqlite import chain, counting
from pillarbox_engine.sqlite.combining import Piece
from pillarbox_engine.sqlite.enqueue import Call, Enqueue, is_free, told
from pillarbox_engine.sqlite.memo import Head, Memo
from pillarbox_engine.sqlite.migrate import newest
from pillarbox_engine.sqlite.offers import Offers
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.shapes import Row, Shape, rows_of
from pillarbox_engine.sqlite.statements import TEXTS
from pillarbox_engine.states import State

MOST = 64
"""How many jobs go the short way at once; more are better handed to SQLite as an array."""

_JSON = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Step:
    """What goes in by one step, and what each caller is told of it."""

    values: tuple[Any, ...]
    head: Head
    changes: dict[int, dict[str, int]]
    change: Change
    answers: list[list[Enqueued]]

    def run(self, connection: apsw.Connection) -> bool:
        """Store it durably; False: the file has moved on, nothing was stored."""
        try:
            connection.execute(TEXTS["store_in_one_step"], self.values)
        except apsw.ConstraintError:
            return False
        return True


def plan(memo: Memo, offers: Offers | None, pieces: Sequence[Piece[Any]], now: int) -> Step | None:
    """The step that does all of `pieces`; None: they have to go the long way."""
    if memo.head is None or memo.counted is None:
        return None
    calls = [piece.work.call for piece in pieces if isinstance(piece.work, Enqueue)]
    if not calls or len(calls) < len(pieces) or counting.is_due(memo):
        return None
    queue = memo.queues.get(calls[0].queue)
    if queue is None or not is_free(queue) or queue.settings.ageing is not None:
        return None
    rows = _rows(queue, calls, now)
    if not rows or (offers is not None and offers.may_take(queue.name, rows[0][0].type)):
        return None
    return _step(memo.head, queue, calls, rows, now)


def _rows(queue: QueueRow, calls: Sequence[Call], now: int) -> list[Row]:
    """The rows of all calls; none where they are not alike, or anything else has a say."""
    rows: list[Row] = []
    for call in calls:
        if call.queue != queue.name or call.keyed or call.repeats or len(call.jobs) > MOST:
            return []
        try:
            rows += rows_of(now, queue, call.jobs, call.nonce)
        except PayloadTooLarge:
            return []
    alike = rows and len(rows) <= MOST and all(row[0] is rows[0][0] for row in rows)
    return rows if alike and _is_plain(rows[0][0]) else []


def _is_plain(shape: Shape) -> bool:
    return shape.state == State.READY and shape.run_at is None and shape.group is None


def _step(
    before: Head, queue: QueueRow, calls: Sequence[Call], rows: Sequence[Row], now: int
) -> Step:
    size, first = sum(row[2] for row in rows), before.last_job_id + 1
    changes = {queue.id: {"ready": len(rows), "bytes": size, "enqueued_total": len(rows)}}
    deltas, head = chain.linked(before, now, len(rows), changes)
    shape = rows[0][0]
    items = _JSON([crc + nonce + payload for _, payload, _, crc, nonce in rows]).decode()
    values = (
        str(newest()), before.sequence, head.sequence, now, head.last_job_id, deltas, head.hash,
        first, queue.id, shape.type, shape.priority, shape.priority, shape.expires_at,
        shape.max_attempts, shape.retry_for_us, shape.timeout_us, shape.backoff, shape.unkeyed,
        items,
    )  # fmt: skip
    answers, place = [], first
    for call in calls:
        answers.append(told(range(place, place + len(call.jobs))))
        place += len(call.jobs)
    return Step(values, head, changes, Change(frozenset({queue.name})), answers)
