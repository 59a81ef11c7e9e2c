"""The desk an operation works at in a queue file; see `operating.Desk`.

Owns what an operation reads and writes beside the verbs themselves: the watch on replayed jobs,
the notes on its items, and the edit of a payload before its replay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pillarbox_engine.errors import DamagedFile, InvalidPayload, PayloadTooLarge, QueueFull
from pillarbox_engine.merge_patch import patched_text
from pillarbox_engine.model import BulkResult
from pillarbox_engine.operating import CHANGED, Run, Watched
from pillarbox_engine.sqlite import admin, blobs, claim_check
from pillarbox_engine.sqlite.files import side_of
from pillarbox_engine.sqlite.job_rows import JobRow, load, number_of
from pillarbox_engine.sqlite.queue_rows import QueueRow, by_id, need
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.shapes import checksum
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.sqlite.unique_keys import may_return
from pillarbox_engine.states import EventKind, State, Verb


class Lookout:
    """Looks at the watched jobs of an operation."""

    def __init__(self, place: Transaction | Reading) -> None:
        self._place = place

    def watched(self, run: Run) -> Watched:
        """What has become of the jobs nobody has told the end of."""
        return Watched(*self._place.row("watched_items", (number_of(run.id),)))


class SqlDesk(Lookout):
    """Works through an operation's items in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._transaction = transaction
        self._side = side_of(Path(transaction.connection.db_filename("main")))

    def hear(self, run: Run) -> None:
        """Stop watching the jobs that have ended."""
        self._transaction.execute("hear_items", (number_of(run.id),))

    def items(self, run: Run, limit: int) -> Sequence[str]:
        """The ids of the next items."""
        rows = self._transaction.rows("next_items", (number_of(run.id), run.done, limit))
        return [str(row[0]) for row in rows]

    def note(self, run: Run, outcomes: Sequence[str]) -> None:
        """Keep what became of the items."""
        number, watches = number_of(run.id), run.watches
        values = [
            {
                "operation": number, "place": place, "outcome": outcome,
                "watch": "open" if watches and outcome == CHANGED else None,
            }
            for place, outcome in enumerate(outcomes, start=run.done)
        ]  # fmt: skip
        self._transaction.many("note_item", values)

    def act(self, run: Run, job_id: str, due_us: int | None) -> str | None:
        """Do the verb to one job; a word where it was left alone."""
        with _wholly(self._transaction):
            return self._act(run, job_id, due_us)

    def _act(self, run: Run, job_id: str, due_us: int | None) -> str | None:
        if run.verb is Verb.REPLAY:
            return self._replay(run, job_id, due_us)
        transaction = self._transaction
        verbs: dict[Verb, Callable[[], BulkResult]] = {
            Verb.PURGE: lambda: admin.purge(transaction, [job_id], run.id),
            Verb.REQUEUE: lambda: admin.requeue(transaction, [job_id]),
            Verb.RELEASE: lambda: admin.release(transaction, [job_id]),
            Verb.CANCEL: lambda: admin.cancel(transaction, [job_id], run.options.reason),
            Verb.RESTORE: lambda: admin.restore(transaction, [job_id]),
            Verb.ERASE: lambda: admin.erase(transaction, [job_id]),
        }
        return next(iter(verbs[run.verb]().skipped), None)

    def _replay(self, run: Run, job_id: str, due_us: int | None) -> str | None:
        options = run.options
        if options.patch_json is not None:
            left = self._edit(run, number_of(job_id), options.patch_json)
            if left is not None:
                return left
        result = admin.replay(
            self._transaction, [job_id], to=options.to, rate=None, start_us=due_us,
            operation=run.id, keep_attempts=options.keep_attempts,
        )  # fmt: skip
        return next(iter(result.skipped), None)

    def _edit(self, run: Run, number: int, patch: str) -> str | None:
        """Edit the payload of a job that will surely be replayed; a word where it cannot be."""
        transaction, to = self._transaction, run.options.to
        job = load(transaction, number)
        if job is None or job.state is not State.DEAD:
            return None
        queue = by_id(transaction)[job.queue_id] if to is None else need(transaction, to)
        if not may_return(transaction, job, queue.id, State.READY):
            return None
        stub, crc, blob = transaction.row("payload_for_edit", (number,))
        try:
            old = blobs.whole(self._side, number, stub, blob, crc)
            new = patched_text(old, patch, queue.settings.max_payload)
        except DamagedFile:
            return "payload damaged"
        except PayloadTooLarge:
            return "payload too large"
        except InvalidPayload:
            return "payload not valid"
        if new != old:
            self._store(queue, job, old, new, run.id)
        return None

    def _store(self, queue: QueueRow, job: JobRow, old: str, new: str, operation: str) -> None:
        transaction, raw = self._transaction, new.encode()
        admin.check_room(transaction, queue, replace(job, payload_bytes=len(raw)))
        stored = self._put_aside(queue, new, len(raw))
        kept = claim_check.stub(new, stored), claim_check.name_of(new, stored)
        transaction.execute("edit_payload", (*kept, len(raw), checksum(raw), job.id))
        entry = {
            "job_id": job.id, "at": transaction.now, "kind": str(EventKind.EDITED),
            "attempt": job.attempt, "fence": job.fence, "payload": old,
            "detail": f"by operation {operation}",
        }  # fmt: skip
        transaction.execute("add_edit", entry)

    def _put_aside(self, queue: QueueRow, text: str, size: int) -> claim_check.Blobs:
        """Beside the file with a payload above the queue's limit: durable before the commit."""
        limit = queue.settings.claim_check
        if limit is None or size <= limit:
            return {}
        return blobs.write(self._side, self._transaction.now, [text])


@contextmanager
def _wholly(transaction: Transaction) -> Iterator[None]:
    """One job of a chunk, with the children it takes along: wholly, or where the queue is full
    not at all, so that what was done before it can be kept."""
    deltas = {queue_id: dict(delta) for queue_id, delta in transaction.deltas.items()}
    transaction.execute("begin_item")
    try:
        yield
    except QueueFull:
        transaction.execute("undo_item")
        transaction.deltas.clear()
        for queue_id, delta in deltas.items():
            transaction.deltas[queue_id].update(delta)
        transaction.execute("end_item")
        raise
    transaction.execute("end_item")
