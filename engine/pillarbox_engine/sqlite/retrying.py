"""The total retry time in the file: whether a failed job may still be tried again.

Owns one look at the history, taken only where a limit is set and an attempt has failed.
"""

from __future__ import annotations

from pillarbox_engine.retry_time import past_limit
from pillarbox_engine.sqlite.job_rows import JobRow
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.transaction import Transaction


def too_late(
    transaction: Transaction, job: JobRow, queue: QueueRow, delay: float, started: int | None
) -> str:
    """Why the job's next attempt would begin too late; empty: it would not."""
    own, shared = job.retry_for_us, queue.settings.retry_for
    limit = shared if own is None else own / 1e6
    if limit is None:
        return ""
    earlier: int | None = transaction.row("first_charged_start", (job.id,))[0]
    begun = [moment for moment in (earlier, started or job.started_at) if moment is not None]
    return past_limit(min(begun, default=transaction.now), transaction.now, delay, limit)
