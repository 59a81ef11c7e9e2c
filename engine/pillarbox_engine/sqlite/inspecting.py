"""The reading side of the durable backend: the seam's `Inspector`, over short reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pillarbox_engine.alarms import Alarm
from pillarbox_engine.backups import Backup, Share, never, untold
from pillarbox_engine.errors import DamagedFile
from pillarbox_engine.file_info import FileInfo
from pillarbox_engine.filters import Filter, Page
from pillarbox_engine.flows import ChildJob, Flow
from pillarbox_engine.model import (
    Counts,
    DeadGroup,
    Event,
    HistoryPoint,
    Job,
    JobSummary,
    Operation,
    ProcessInfo,
    QueueSummary,
)
from pillarbox_engine.ordering import Order, Stop
from pillarbox_engine.original import Original
from pillarbox_engine.planning import Schedule
from pillarbox_engine.refusals import no_queue
from pillarbox_engine.sqlite import (
    ahead,
    alarming,
    browse,
    chain,
    copying,
    files,
    flow_reading,
    listing,
    operation_rows,
    originals,
    overview,
    registry,
    samples,
    scheduling,
)
from pillarbox_engine.sqlite.job_rows import number_of
from pillarbox_engine.sqlite.listing import Look
from pillarbox_engine.sqlite.open_file import OpenFile
from pillarbox_engine.sqlite.readers import Reading


class InspectorSide:
    """Everything that only reads; see `protocols.Inspector` for what each call promises."""

    def __init__(self, file: OpenFile, notices: tuple[str, ...]) -> None:
        self._file, self._notices = file, notices

    def queues(self) -> tuple[QueueSummary, ...]:
        """All queues by name."""
        with self._file.read() as reading:
            processes = registry.processes(reading, self._file.process_id)
            served = frozenset(name for p in processes if p.alive for name in p.serving)
            return overview.summaries(reading, served, self._now())

    def counts(self, queue: str | None = None) -> Counts:
        """One queue's counts, or all queues' together."""
        with self._file.read() as reading:
            return overview.counts(reading, self._queue_id(reading, queue))

    def jobs(
        self, where: Filter = Filter(), *, order: Order | None = None, limit: int = 100,
        cursor: str | None = None, stop: Stop | None = None,
    ) -> Page[JobSummary]:  # fmt: skip
        """A page of the jobs that match."""
        look = Look(where, self._now(), self._file.clock.monotonic_us, order, limit, cursor, stop)
        return listing.page(self._file.read, look)

    def count(self, where: Filter, *, limit: int = 1_000_000, stop: Stop | None = None) -> int:
        """How many jobs match, counting no further than `limit`."""
        tick = self._file.clock.monotonic_us
        return listing.count(
            self._file.read, Look(where, self._now(), tick, limit=limit, stop=stop)
        )

    def job(self, job_id: str) -> Job:
        """One job whole."""
        try:
            return self._job(job_id)
        except DamagedFile:
            # It may have been deleted, and its blob with it, while it was read: then it is gone.
            return self._job(job_id)

    def _job(self, job_id: str) -> Job:
        with self._file.read() as reading:
            return browse.job(reading, job_id, self._file.side)

    def originals(self, job_ids: Sequence[str]) -> tuple[Original, ...]:
        """Jobs as they could be enqueued anew."""
        try:
            return self._originals(job_ids)
        except DamagedFile:
            # As for one job: what was deleted while it was read is gone, not damaged.
            return self._originals(job_ids)

    def _originals(self, job_ids: Sequence[str]) -> tuple[Original, ...]:
        with self._file.read() as reading:
            return originals.read(reading, job_ids, self._file.side)

    def backup(self, target: str, *, tell: Share = untold, stop: Stop = never) -> Backup:
        """Copy the file as it is now."""
        return copying.copy_to(self._file, Path(target), tell, stop)

    def flow(self, job_id: str) -> Flow:
        """A job's parent and children."""
        with self._file.read() as reading:
            return flow_reading.flow(reading, job_id)

    def children(self, job_id: str) -> tuple[ChildJob, ...]:
        """What a parent's handler is shown of its children."""
        with self._file.read() as reading:
            return flow_reading.children(reading, job_id)

    def histories(self, job_ids: Sequence[str]) -> dict[str, tuple[Event, ...]]:
        """The histories of several jobs."""
        with self._file.read() as reading:
            return {job_id: browse.history(reading, number_of(job_id)) for job_id in job_ids}

    def dead_groups(self, queue: str | None = None) -> tuple[DeadGroup, ...]:
        """Dead letters by fingerprint."""
        with self._file.read() as reading:
            return browse.dead_groups(reading, self._queue_id(reading, queue), self._now())

    def due_times(self, queue: str | None = None, *, limit: int = 5_000) -> tuple[datetime, ...]:
        """When scheduled jobs fall due."""
        with self._file.read() as reading:
            return browse.due_times(reading, self._queue_id(reading, queue), limit)

    def history(
        self, queue: str | None, since: datetime, *, points: int = 600
    ) -> tuple[HistoryPoint, ...]:
        """Depths and totals over time."""
        with self._file.read() as reading:
            chosen = self._queue_id(reading, queue)
            ids = [row.id for row in overview.all_queues(reading)] if chosen is None else [chosen]
            return samples.history(reading, ids, since, self._now(), points)

    def processes(self) -> tuple[ProcessInfo, ...]:
        """The processes registered on the file."""
        with self._file.read() as reading:
            return registry.processes(reading, self._file.process_id)

    def operations(self, limit: int = 100) -> tuple[Operation, ...]:
        """The journal of bulk verbs."""
        with self._file.read() as reading:
            return operation_rows.operations(reading, limit)

    def operation(self, operation_id: str) -> Operation:
        """One entry of the journal."""
        with self._file.read() as reading:
            return operation_rows.operation(reading, operation_id)

    def schedules(self) -> tuple[Schedule, ...]:
        """What is planned."""
        with self._file.read() as reading:
            return scheduling.all_schedules(reading)

    def ahead(self, job_id: str) -> JobSummary | None:
        """The job of its group that keeps a job from being claimed."""
        with self._file.read() as reading:
            return ahead.ahead(reading, job_id)

    def alarms(self, limit: int = 100) -> tuple[Alarm, ...]:
        """The alarms of all queues."""
        with self._file.read() as reading:
            return alarming.alarms(reading, limit)

    def file_info(self) -> FileInfo:
        """The file itself."""
        path = self._file.place.path
        with self._file.read() as reading:
            sequence = chain.head(reading.connection).sequence
        return FileInfo(
            label=str(path), uuid=self._file.uuid, size=files.size_of(path),
            wal_size=files.size_of(path.with_name(path.name + "-wal")),
            read_only=self._file.place.read_only, sequence=sequence, notices=self._notices,
            trouble=self._file.trouble(),
        )  # fmt: skip

    def _now(self) -> int:
        return self._file.clock.now_us()

    def _queue_id(self, reading: Reading, name: str | None) -> int | None:
        if name is None:
            return None
        row = reading.row("queue_by_name", (name,))
        if row is None:
            raise no_queue(name)
        return int(row[0])
