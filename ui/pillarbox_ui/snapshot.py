"""What the window shows: one immutable picture of the store.

Owns `Snapshot`. The reader thread builds it, one queued signal carries it, models take their rows
from it; nothing in it is ever changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pillarbox_engine.alarms import Alarm
from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.file_info import FileInfo
from pillarbox_engine.filters import Page
from pillarbox_engine.flows import Flow
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
from pillarbox_engine.planning import Schedule
from pillarbox_ui.interest import Interest

Lane = tuple[JobSummary, tuple[Event, ...]]
"""A retrying job with its history: one lane of the retry timeline."""

NO_FILE = FileInfo(label="", uuid="", size=0, wal_size=0, read_only=False, sequence=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The store as of `as_of`, as far as `interest` asked. Parts nobody asked for are empty.

    `matching` counts the jobs `interest.where` means, `page` lists the first of them. `selected`
    is the job the inspector shows, None when none is selected or it is gone, and `flow` its parent
    and children, None where it is in none. `problem` is set
    when the last read failed: the data is then the last that could be read.
    """

    as_of: datetime
    interest: Interest
    queues: tuple[QueueSummary, ...] = ()
    totals: Counts = field(default_factory=Counts)
    page: Page[JobSummary] | None = None
    matching: int = 0
    leased: tuple[JobSummary, ...] = ()
    dead_groups: tuple[DeadGroup, ...] = ()
    lanes: tuple[Lane, ...] = ()
    due_times: tuple[datetime, ...] = ()
    history: tuple[HistoryPoint, ...] = ()
    processes: tuple[ProcessInfo, ...] = ()
    operations: tuple[Operation, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    selected: Job | None = None
    flow: Flow | None = None
    ahead: JobSummary | None = None
    file: FileInfo = NO_FILE
    problem: PillarboxError | None = None

    @property
    def filtered(self) -> bool:
        """Whether the person's own filter narrows the table."""
        return bool(self.interest.typed)

    def queue(self, name: str | None) -> QueueSummary | None:
        """The queue called `name`, or None."""
        return next((queue for queue in self.queues if queue.name == name), None)
