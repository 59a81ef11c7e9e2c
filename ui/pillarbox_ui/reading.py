"""Reading the parts of a snapshot: only what the interest needs, each no oftener than it changes.

Owns `SnapshotReader`, which runs on the bridge's reader thread. Cheap parts (counters, the page of
the table) are read every time; costly ones (counting a filter, groups of errors, graphs) are kept
for a while as long as the interest in them stays the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar, cast

from pillarbox_engine.alarms import Alarm
from pillarbox_engine.clock import Clock, from_us, seconds_to_us
from pillarbox_engine.errors import NotFound
from pillarbox_engine.filters import Filter, Page
from pillarbox_engine.flows import Flow
from pillarbox_engine.model import Counts, DeadGroup, HistoryPoint, Job, JobSummary
from pillarbox_engine.ordering import Stop
from pillarbox_engine.states import HeldBy, State
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.interest import Interest, View
from pillarbox_ui.snapshot import Lane, Snapshot

T = TypeVar("T")

LANES = 100
"""How many retrying jobs the timeline shows."""

LEASED = 500
"""How many leases the in-flight view shows."""

_POINTS = 600
"""A graph shows no more steps than that: it need not be read oftener than it can show."""
_LONGEST_KEPT = 10.0
"""Seconds after which even a week's history is read again: its end is how things are now."""
_RESTS, _LONGEST_REST_US = 5, 3_000_000
"""How many times what a look took it is left at that, and no longer than so many µs."""

_PAYLOAD_A_SECOND = 10_000_000
_SMALL = 256 * 1024
"""Bytes of the selected job's payload that are read anew a second, one of 30 MB each 3 s; what is
small is read each time."""

_GRAPHS = frozenset({View.OVERVIEW, View.QUEUE})


@dataclass(frozen=True, slots=True)
class _Kept:
    key: Hashable
    read_us: int
    until_us: int
    value: object


class SnapshotReader:
    """Builds snapshots. Not thread-safe: it belongs to the reader thread."""

    def __init__(self, backend: WindowBackend, clock: Clock) -> None:
        self._backend = backend
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._rows: dict[str, JobSummary] = {}
        self._changed_us = 0
        self._stale_until: list[int] = []
        self._stop: Stop | None = None
        self._cut = False

    def forget(self) -> None:
        """Read everything anew next time, as Refresh asks."""
        self._kept.clear()

    def stale_for(self) -> float | None:
        """Seconds until a kept part of the last snapshot, older than the last change, may be read
        again; None where all of it is as new as that change."""
        if not self._stale_until:
            return None
        return max(0.0, (min(self._stale_until) - self._clock.monotonic_us()) / 1_000_000)

    def read(
        self, interest: Interest, changed_us: int = 0, stop: Stop | None = None
    ) -> Snapshot | None:
        """A snapshot for `interest`; raises what the backend raises.

        `changed_us`: when, on the monotonic clock, the store last told of a change. `stop` is
        asked during long looks through the store; None is the answer where it ended one.
        """
        self._changed_us, self._stale_until, self._stop = changed_us, [], stop
        self._cut = False
        page = self._page(interest)
        snapshot = None if self._cut else self._whole(interest, page)
        if not self._cut:
            return snapshot
        for name in ("page", "matching"):
            self._kept.pop(name, None)
        return None

    def _whole(self, interest: Interest, page: Page[JobSummary] | None) -> Snapshot:
        backend, view = self._backend, interest.view
        now = from_us(self._clock.now_us())
        totals, selected = backend.counts(), self._selected(interest.selected_job)
        return Snapshot(
            as_of=now,
            interest=interest,
            queues=self._keep("queues", interest.queue, 0.2, backend.queues),
            totals=totals,
            page=page,
            matching=self._matching(interest, totals),
            leased=self._leased(interest),
            dead_groups=self._dead_groups(interest),
            lanes=self._lanes(interest),
            due_times=self._due_times(interest),
            history=self._history(interest, now) if view in _GRAPHS else (),
            processes=self._keep("processes", None, 0.3, backend.processes),
            operations=self._keep("operations", None, 0.3, backend.operations)
            if view is View.OPERATIONS or view in _GRAPHS
            else (),
            schedules=self._keep("schedules", None, 0.3, backend.schedules)
            if view is View.SCHEDULES
            else (),
            alarms=self._keep("alarms", None, 0.5, self._open_alarms),
            selected=selected,
            flow=self._flow(selected),
            ahead=self._ahead(selected),
            file=self._keep("file", None, 1.0, backend.file_info),
        )

    def _page(self, interest: Interest) -> Page[JobSummary] | None:
        if not interest.lists_jobs:
            return None
        key = (interest.where, interest.order, interest.limit, interest.cursor)
        page = self._keep("page", repr(key), 0.0, lambda: self._read_page(interest))
        return Page(self._same(page.rows), page.cursor)

    def _read_page(self, interest: Interest) -> Page[JobSummary]:
        page = self._backend.jobs(
            interest.where, order=interest.order, limit=interest.limit, cursor=interest.cursor,
            stop=self._stop,
        )  # fmt: skip
        self._cut = page.partial
        return page

    def _same(self, rows: tuple[JobSummary, ...]) -> tuple[JobSummary, ...]:
        """`rows`, those that did not change being the very objects of the snapshot before, so that
        the main thread sees at a glance what did."""
        before = self._rows
        self._rows = {row.id: row if before.get(row.id) != row else before[row.id] for row in rows}
        return tuple(self._rows.values())

    def _matching(self, interest: Interest, totals: Counts) -> int:
        """From the maintained counters where the filter allows, else counted now and then."""
        if not interest.lists_jobs:
            return 0
        where = interest.where
        counted = self._from_counters(where, totals)
        if counted is not None:
            return counted
        return self._keep("matching", repr(where), 2.0, lambda: self._count(where))

    def _count(self, where: Filter) -> int:
        number = self._backend.count(where, stop=self._stop)
        self._cut = self._stop is not None and self._stop()
        return number

    def _from_counters(self, where: Filter, totals: Counts) -> int | None:
        plain = Filter(states=where.states, retrying=where.retrying, queues=where.queues)
        if where != plain or len(where.queues) > 1:
            return None
        counts = self._backend.counts(where.queues[0]) if where.queues else totals
        if where.retrying:
            return counts.retrying if not where.states or State.SCHEDULED in where.states else 0
        states = where.states or frozenset(State)
        return sum(cast(int, getattr(counts, state.value)) for state in states)

    def _leased(self, interest: Interest) -> tuple[JobSummary, ...]:
        if interest.view is not View.WORKERS:
            return ()
        return self._backend.jobs(Filter(states=frozenset({State.LEASED})), limit=LEASED).rows

    def _dead_groups(self, interest: Interest) -> tuple[DeadGroup, ...]:
        if interest.view is not View.DEAD_LETTERS:
            return ()
        queue = interest.queue
        return self._keep("groups", queue, 0.3, lambda: self._backend.dead_groups(queue))

    def _lanes(self, interest: Interest) -> tuple[Lane, ...]:
        if interest.view is not View.RETRYING:
            return ()
        return self._keep("lanes", interest.where, 0.3, lambda: self._read_lanes(interest.where))

    def _read_lanes(self, where: Filter) -> tuple[Lane, ...]:
        jobs = self._backend.jobs(where, limit=LANES).rows
        histories = self._backend.histories([job.id for job in jobs])
        return tuple((job, histories.get(job.id, ())) for job in jobs)

    def _due_times(self, interest: Interest) -> tuple[datetime, ...]:
        if interest.view is not View.RETRYING:
            return ()
        queue = interest.queue
        return self._keep("due", queue, 0.3, lambda: self._backend.due_times(queue))

    def _history(self, interest: Interest, now: datetime) -> tuple[HistoryPoint, ...]:
        since = now - timedelta(seconds=interest.window_seconds)
        key = (interest.queue, interest.window_seconds)
        seconds = min(_LONGEST_KEPT, max(1.0, interest.window_seconds / _POINTS))
        return self._keep(
            "history", key, seconds, lambda: self._backend.history(interest.queue, since)
        )

    def _open_alarms(self) -> tuple[Alarm, ...]:
        return tuple(alarm for alarm in self._backend.alarms() if alarm.is_open)

    def _selected(self, job_id: str | None) -> Job | None:
        if job_id is None:
            return None
        now, kept = self._clock.monotonic_us(), self._kept.get("selected")
        if kept is not None and kept.key == job_id and now < kept.until_us:
            return self._keep("selected", job_id, 0.0, lambda: cast(Job, kept.value))
        try:
            job = self._backend.job(job_id)
        except NotFound:
            return None  # deleted for good since it was selected: the inspector says so
        if job.payload_bytes > _SMALL:
            rest = seconds_to_us(job.payload_bytes / _PAYLOAD_A_SECOND)
            self._kept["selected"] = _Kept(job_id, now, now + rest, job)
        return job

    def _ahead(self, job: Job | None) -> JobSummary | None:
        """What of its group comes before the selected job."""
        if job is None or job.held_by is not HeldBy.GROUP:
            return None
        return self._keep("ahead", job.id, 0.3, lambda: self._backend.ahead(job.id))

    def _flow(self, job: Job | None) -> Flow | None:
        if job is None or (job.parent_id is None and job.children_left is None):
            return None
        return self._keep("flow", job.id, 0.3, lambda: self._read_flow(job.id))

    def _read_flow(self, job_id: str) -> Flow | None:
        try:
            return self._backend.flow(job_id)
        except NotFound:
            return None  # deleted for good since it was read a moment ago

    def _keep(self, name: str, key: Hashable, seconds: float, read: Callable[[], T]) -> T:
        """What `read` answers, or answered less than `seconds` ago, or less than some times what it
        took: a long look is not begun anew with every change."""
        now = self._clock.monotonic_us()
        kept = self._kept.get(name)
        if kept is None or kept.key != key or now >= kept.until_us:
            value = read()
            after = self._clock.monotonic_us()
            rest = min(_LONGEST_REST_US, _RESTS * (after - now))
            until = max(now + seconds_to_us(seconds), after + rest)
            kept = self._kept[name] = _Kept(key, now, until, value)
        elif kept.read_us <= self._changed_us:
            self._stale_until.append(kept.until_us)
        return cast(T, kept.value)
