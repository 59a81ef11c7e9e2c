"""A stored job as it could be enqueued anew: what an export writes down."""

from __future__ import annotations

from dataclasses import dataclass

from pillarbox_engine.model import NewJob


@dataclass(frozen=True, slots=True)
class Original:
    """A job's payload and options, as `job`. What follows its queue's settings is None there.

    `job.run_at` is when a scheduled job is due, None for any other. Left out are the idempotency
    key, which would stand for the job that is there; a unique key the job holds no more, and the
    terms of one it holds; its parent and children.
    """

    id: str
    queue: str
    job: NewJob
