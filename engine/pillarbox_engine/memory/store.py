"""The dictionaries everything is in, and the one way to change a row.

Owns `Store`. Every change of a row happens inside `changing`, which takes the row out of its
queue's counters and puts it back as it has become: so counters and rows cannot part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillarbox_engine.alarms import Alarm
from pillarbox_engine.clock import Clock
from pillarbox_engine.jumps import Jumps
from pillarbox_engine.memory import groups
from pillarbox_engine.memory.rows import COUNTERS, QueueState, Row
from pillarbox_engine.model import Counts, HistoryPoint
from pillarbox_engine.names import check_queue_name
from pillarbox_engine.operating import Run
from pillarbox_engine.refusals import no_queue
from pillarbox_engine.settings import QueueSettings, check
from pillarbox_engine.states import LIVE_STATES, State

if TYPE_CHECKING:
    from pillarbox_engine.memory.scheduling import Planned

GAUGES = (*(str(state) for state in State), "retrying", "bytes", "trashed_done", "trashed_dead")
"""The counters that rows alone determine; the others only ever grow."""


@dataclass(slots=True)
class Journalled:
    """An entry of the journal of operators' bulk verbs."""

    id: str
    verb: str
    at_us: int
    what: str
    changed: int = 0
    skipped: int = 0
    undone: bool = False
    ended_us: int | None = None


@dataclass(slots=True)
class Item:
    """A job of an operation: what became of it, and its fence and attempt just after that."""

    job_id: str
    outcome: str | None = None
    fence: int = 0
    attempt: int = 0
    watched: bool = False


class Store:
    """All that is known. Not safe to share: its backend holds the lock."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.jumps = clock, Jumps(clock)
        self.rows: dict[int, Row] = {}
        self.queues: dict[str, QueueState] = {}
        self.keys: dict[str, tuple[int, int]] = {}
        self.holders: dict[tuple[str, str], int] = {}
        self.families: dict[int, set[int]] = defaultdict(set)
        self.operations: dict[str, Journalled] = {}
        self.runs: dict[str, Run] = {}
        self.items: dict[str, list[Item]] = {}
        self.alarms: list[Alarm] = []
        self.alarm_number = 0
        self.samples: list[HistoryPoint] = []
        self.sampled_us: int | None = None
        self.unsampled = False
        self.touched: set[str] = set()
        self.sequence = 0
        self.serving: tuple[tuple[str, ...], int, int] = ((), 0, 0)
        self.served_types: tuple[tuple[str, tuple[str, ...]], ...] = ()
        self.started: dict[int, tuple[str, int]] = {}
        self.schedules: dict[str, Planned] = {}
        self.last_id = self._last_schedule = 0

    @property
    def now(self) -> int:
        """The wall clock, in microseconds."""
        return self.clock.now_us()

    def next_id(self) -> int:
        """An id no job ever had; a place in claim order behind all there are."""
        self.last_id += 1
        return self.last_id

    def next_schedule_id(self) -> int:
        """An id no schedule ever had."""
        self._last_schedule += 1
        return self._last_schedule

    def queue(self, name: str) -> QueueState:
        """The queue called `name`, or `NotFound`."""
        found = self.queues.get(name)
        if found is None:
            raise no_queue(name)
        return found

    def find_or_add(self, name: str, defaults: QueueSettings | None = None) -> QueueState:
        """The queue called `name`, made with `defaults` where there is none."""
        if name not in self.queues:
            check_queue_name(name)
            settings = defaults or QueueSettings()
            check(settings)
            self.queues[name] = QueueState(name, settings)
            self.touch(name)
        return self.queues[name]

    def settings_of(self, row: Row) -> QueueSettings:
        """The settings of the queue the job is in."""
        return self.queues[row.queue].settings

    def row(self, job_id: str) -> Row | None:
        """The job with that id, or None."""
        ours = job_id.isdecimal() and job_id.isascii() and len(job_id) <= 18
        return self.rows.get(int(job_id)) if ours else None

    def in_state(self, queue: QueueState, state: State) -> list[Row]:
        """The queue's jobs in `state`, oldest first."""
        return [self.rows[number] for number in sorted(queue.ids[state])]

    def children(self, row: Row) -> list[Row]:
        """The job's children, in the order they were given."""
        return [self.rows[number] for number in sorted(self.families.get(row.id, ()))]

    def add(self, row: Row) -> None:
        """Take in a new job."""
        self.rows[row.id] = row
        if row.parent is not None:
            self.families[row.parent].add(row.id)
        self._count(row, +1)
        self._renew(row.in_line)
        self.touch(row.queue)

    def remove(self, row: Row) -> None:
        """Forget a job."""
        self._count(row, -1)
        del self.rows[row.id]
        if row.parent is not None:
            self.families[row.parent].discard(row.id)
        for number in self.families.pop(row.id, ()):
            self.rows[number].parent = None
        self.touch(row.queue)

    @contextmanager
    def changing(self, row: Row) -> Iterator[None]:
        """Change anything about a row in here; its queue's counters follow."""
        was = row.in_line
        self._count(row, -1)
        try:
            yield
        finally:
            self._count(row, +1)
        for line in dict.fromkeys((was, row.in_line)):
            self._renew(line)
        self.touch(row.queue)

    def _renew(self, line: tuple[str, str] | None) -> None:
        if line is not None:
            groups.renew(self, self.queues[line[0]], line[1])

    def _count(self, row: Row, amount: int) -> None:
        queue = self.queues[row.queue]
        for name, share in gauges(row).items():
            queue.counts[name] += share * amount
        ids = queue.ids[row.state]
        ids.add(row.id) if amount > 0 else ids.discard(row.id)
        self._count_key(row, amount)
        self._line_up(row, amount)

    def _line_up(self, row: Row, amount: int) -> None:
        if row.in_line is None or row.group is None:
            return
        line = self.queues[row.queue].groups.setdefault(row.group, set())
        line.add(row.id) if amount > 0 else line.discard(row.id)
        if not line:
            del self.queues[row.queue].groups[row.group]

    def _count_key(self, row: Row, amount: int) -> None:
        if row.unique_key is None or not row.occupies_key:
            return
        place = row.queue, row.unique_key
        if amount < 0:
            del self.holders[place]
        elif self.holders.setdefault(place, row.id) != row.id:
            raise AssertionError(f"unique key {row.unique_key!r} is held twice")

    def total(self, queue: str, field: str, amount: int = 1) -> None:
        """Raise a cumulative counter."""
        self.queues[queue].counts[field] += amount

    def touch(self, queue: str) -> None:
        """Note that a queue changed, for listeners and for the next sample."""
        self.touched.add(queue)
        self.unsampled = True
        self.sequence += 1

    def counts(self, queue: str | None) -> Counts:
        """One queue's counters, or the sum of all."""
        if queue is not None:
            return Counts(**self.queue(queue).counts)
        states = self.queues.values()
        return Counts(**{name: sum(q.counts[name] for q in states) for name in COUNTERS})


def gauges(row: Row) -> dict[str, int]:
    """What one job adds to its queue's gauges."""
    trashed_from = row.trashed_from
    return {
        str(row.state): 1,
        "retrying": int(row.retrying),
        "bytes": row.payload_bytes if row.state in LIVE_STATES else 0,
        "trashed_done": int(trashed_from is State.DONE),
        "trashed_dead": int(trashed_from is State.DEAD),
    }
