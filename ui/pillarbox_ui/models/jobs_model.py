"""The tables whose rows are jobs: a queue's, in flight, retrying, dead letters, trash.

Owns which columns each has and in which order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject

from pillarbox_engine.model import Event, JobSummary
from pillarbox_ui.models import job_columns as col
from pillarbox_ui.models.rows import RowsModel


class _JobRows(RowsModel[JobSummary]):
    def __init__(self, columns: tuple[col.JobColumn, ...], parent: QObject | None) -> None:
        super().__init__(columns, lambda job: job.id, parent)


class JobsModel(_JobRows):
    """Jobs in any state; `one_queue`: the table is about one, and need not name it."""

    def __init__(self, *, one_queue: bool = False, parent: QObject | None = None) -> None:
        columns = (
            col.id_column(),
            col.state_column(),
            col.type_column(),
            col.queue_column(shown=not one_queue),
            col.priority_column(),
            col.attempts_column(),
            col.run_at_column(shown=False),
            col.age_column(),
            col.duration_column(shown=one_queue),
            col.error_column(shown=False),
            col.payload_column(),
        )
        super().__init__(columns, parent)


class InFlightModel(_JobRows):
    """Leased jobs: who has them, and how long still."""

    def __init__(self, parent: QObject | None = None) -> None:
        columns = (
            col.id_column(),
            col.type_column(),
            col.worker_column(),
            col.lease_column(),
            col.progress_column(),
            col.moment_column("started", "Started", "started_at", spare=4),
            col.moment_column("heartbeat", "Heartbeat", "heartbeat_at", spare=2),
            col.attempts_column(spare=6),
            col.queue_column(spare=5),
        )
        super().__init__(columns, parent)


class RetryingModel(_JobRows):
    """Jobs that wait for their time, the next one first.

    A row does not know how long its wait is in all; histories do, see `set_waits`.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        self._waits: dict[str, float] = {}
        columns = (
            col.id_column(),
            col.state_column(),
            col.type_column(),
            col.queue_column(shown=False),
            col.moment_column("next", "Next run", "run_at"),
            col.backoff_column(self._waits),
            col.attempts_column(),
            col.error_column(),
        )
        super().__init__(columns, parent)

    def set_waits(self, histories: Iterable[tuple[JobSummary, Sequence[Event]]]) -> None:
        """Learn the waits from histories, before the rows they belong to are shown."""
        self._waits.clear()
        for job, events in histories:
            ended = [event.at for event in events if event.started_at is not None]
            if ended:
                self._waits[job.id] = max(0.0, (job.run_at - ended[-1]).total_seconds())


class DeadJobsModel(_JobRows):
    """Dead letters, job by job."""

    def __init__(self, parent: QObject | None = None) -> None:
        columns = (
            col.id_column(),
            col.type_column(),
            col.queue_column(),
            col.reason_column(),
            col.attempts_column(),
            col.moment_column("died", "Died", "ended_at", spare=1),
            col.error_column(),
            col.payload_column(),
        )
        super().__init__(columns, parent)


class TrashModel(_JobRows):
    """What was purged and can be restored."""

    def __init__(self, parent: QObject | None = None) -> None:
        columns = (
            col.id_column(),
            col.trashed_from_column(),
            col.type_column(),
            col.queue_column(),
            col.attempts_column(),
            col.age_column(),
            col.payload_column(),
            col.error_column(),
        )
        super().__init__(columns, parent)
