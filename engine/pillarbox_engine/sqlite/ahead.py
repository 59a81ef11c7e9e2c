"""Which job of its group keeps another one from being claimed, for people to see."""

from __future__ import annotations

from pillarbox_engine.model import JobSummary
from pillarbox_engine.sqlite import browse, overview
from pillarbox_engine.sqlite.job_rows import number_of
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.states import GroupRetry, State


def ahead(reading: Reading, job_id: str) -> JobSummary | None:
    """The one in flight, or else the first in line; None where no group holds the job."""
    number = number_of(job_id)
    row = reading.row("group_of_held_job", (number,))
    if row is None:
        return None
    queue = next(one for one in overview.all_queues(reading) if one.id == row[0])
    blocks = queue.settings.group_retry is GroupRetry.BLOCK
    values = {"queue_id": row[0], "group": row[1], "blocks": blocks}
    members = [one[:2] for one in reading.rows("front_of_group", values) if one[0] != number]
    if not members:
        return None
    first, _ = min(members, key=lambda one: (one[1] != State.LEASED, one[0]))
    return browse.short(reading, first)
