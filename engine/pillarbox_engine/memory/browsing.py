"""Reading jobs: pages, one job whole, histories, and dead letters by error."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from pillarbox_engine.clock import from_us
from pillarbox_engine.filters import Filter, Page
from pillarbox_engine.memory.predicate import matches
from pillarbox_engine.memory.rows import Row, original, summary, whole
from pillarbox_engine.memory.scheduling import fire_of
from pillarbox_engine.memory.store import Store
from pillarbox_engine.model import DeadGroup, Event, Failure, Job, JobSummary
from pillarbox_engine.ordering import Order, Place, SortKey, cursor_of, natural, place_of
from pillarbox_engine.original import Original
from pillarbox_engine.refusals import no_job
from pillarbox_engine.states import DeadReason, GroupRetry, HeldBy, State

_HOUR_US = 3_600_000_000
_NOTHING = Failure(type="", message="")


def jobs(
    store: Store, where: Filter, order: Order | None, limit: int, cursor: str | None
) -> Page[JobSummary]:
    """A page of the jobs that match, after `cursor`."""
    chosen = order or natural(where)
    down, value = chosen.descending, _VALUES[chosen.key]
    after = None if cursor is None else place_of(cursor)
    places: list[Place] = [
        (value(row), row.id) for row in store.rows.values() if matches(store, row, where)
    ]
    if after is not None:
        places = [place for place in places if (place < after if down else place > after)]
    places.sort(reverse=down)
    more = cursor_of(places[limit - 1]) if len(places) > limit else None
    rows = [store.rows[number] for _, number in places[:limit]]
    return Page(tuple(summary(row, store.settings_of(row)) for row in rows), more)


def _or_before(value: float | None) -> float:
    """What a job does not have comes before all that others have."""
    return -1 if value is None else value


def _duration(row: Row) -> int:
    if row.started_us is None or row.ended_us is None or row.ended_us < row.started_us:
        return -1
    return row.ended_us - row.started_us


def _error(row: Row) -> str:
    error = row.error or _NOTHING
    return f"{error.type}: {error.message}"


_VALUES: Mapping[SortKey, Callable[[Row], int | float | str]] = {
    SortKey.ID: lambda row: row.id,
    SortKey.QUEUE: lambda row: row.queue,
    SortKey.TYPE: lambda row: row.type,
    SortKey.STATE: lambda row: str(row.state),
    SortKey.PRIORITY: lambda row: row.priority,
    SortKey.ATTEMPT: lambda row: row.attempt,
    SortKey.DUE: lambda row: row.run_us,
    SortKey.STARTED: lambda row: _or_before(row.started_us),
    SortKey.ENDED: lambda row: _or_before(row.ended_us),
    SortKey.DURATION: _duration,
    SortKey.LEASE: lambda row: _or_before(row.lease_expires_us),
    SortKey.HEARTBEAT: lambda row: _or_before(row.heartbeat_us),
    SortKey.PROGRESS: lambda row: _or_before(row.progress),
    SortKey.WORKER: lambda row: row.worker or "",
    SortKey.SIZE: lambda row: row.payload_bytes,
    SortKey.ERROR: _error,
    SortKey.REASON: lambda row: str(row.reason or ""),
}
"""What jobs are sorted by."""


def count(store: Store, where: Filter, limit: int) -> int:
    """How many jobs match, no further than `limit`."""
    found = (1 for row in store.rows.values() if matches(store, row, where))
    return sum(islice(found, limit))


AHEAD = frozenset({State.LEASED, State.READY, State.SCHEDULED})
"""In which states one of a group may keep the others waiting."""


def job(store: Store, job_id: str) -> Job:
    """One job whole, or `NotFound`."""
    row, fired = found(store, job_id), fire_of(store, job_id)
    told = whole(row, store.settings_of(row))
    return told if fired is None else replace(told, schedule=fired[0], fire_at=from_us(fired[1]))


def found(store: Store, job_id: str) -> Row:
    """The job with that id, or `NotFound`."""
    row = store.row(job_id)
    if row is None:
        raise no_job(job_id)
    return row


def ahead(store: Store, job_id: str) -> JobSummary | None:
    """The job of its group that keeps a job from being claimed: in flight, or first in line."""
    row = store.row(job_id)
    if row is None or row.held_by is not HeldBy.GROUP:
        return None
    numbers = sorted(store.queues[row.queue].groups.get(row.group or "", ()))
    members = [store.rows[number] for number in numbers if number != row.id]
    blocks = store.settings_of(row).group_retry is GroupRetry.BLOCK
    counting = AHEAD if blocks else AHEAD - {State.SCHEDULED}
    freed = [one for one in members if one.state in counting and one.held_by is not HeldBy.GROUP]
    first = min(freed, key=lambda one: (one.state is not State.LEASED, one.id), default=None)
    return None if first is None else summary(first, store.settings_of(first))


def originals(store: Store, job_ids: Sequence[str]) -> tuple[Original, ...]:
    """The jobs as they could be enqueued anew, by number."""
    rows = {row.id: row for row in map(store.row, job_ids) if row is not None}
    return tuple(original(rows[number]) for number in sorted(rows))


def histories(store: Store, job_ids: Sequence[str]) -> dict[str, tuple[Event, ...]]:
    """The histories of the jobs; empty for one that is not there."""
    rows = {job_id: store.row(job_id) for job_id in job_ids}
    return {job_id: () if row is None else tuple(row.history) for job_id, row in rows.items()}


def due_times(store: Store, queue: str | None, limit: int) -> tuple[datetime, ...]:
    """When scheduled jobs fall due, soonest first."""
    due = sorted(row.run_us for row in _in_state(store, queue, State.SCHEDULED))
    return tuple(from_us(moment) for moment in due[:limit])


def _in_state(store: Store, queue: str | None, state: State) -> list[Row]:
    return [
        row
        for row in store.rows.values()
        if row.state is state and (queue is None or row.queue == queue)
    ]


def dead_groups(store: Store, queue: str | None) -> tuple[DeadGroup, ...]:
    """Dead letters by fingerprint, the largest group first."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in _in_state(store, queue, State.DEAD):
        groups[(row.error or _NOTHING).fingerprint].append(row)
    made = [_group(fingerprint, rows, store.now) for fingerprint, rows in groups.items()]
    return tuple(sorted(made, key=lambda group: (-group.count, group.fingerprint)))


def _group(fingerprint: str, rows: list[Row], now: int) -> DeadGroup:
    newest = max(rows, key=lambda row: (row.ended_us or 0, row.id))
    error, ends = newest.error or _NOTHING, [row.ended_us or 0 for row in rows]
    ages = [now - end for end in ends]
    return DeadGroup(
        fingerprint=fingerprint, error_type=error.type, error_message=error.message,
        reason=newest.reason or DeadReason.EXHAUSTED,
        types=tuple(sorted({row.type for row in rows})),
        queues=tuple(sorted({row.queue for row in rows})), count=len(rows),
        first_at=from_us(min(ends)), last_at=from_us(max(ends)),
        last_hour=_within(ages, 1), last_day=_within(ages, 24), last_week=_within(ages, 24 * 7),
        trend=_trend(ages),
    )  # fmt: skip


def _within(ages: list[int], hours: int) -> int:
    return sum(1 for age in ages if age < hours * _HOUR_US)


def _trend(ages: list[int]) -> tuple[int, ...]:
    """How many a hour over the last 24, oldest hour first."""
    hours = [0] * 24
    for age in ages:
        if 0 <= age < 24 * _HOUR_US:
            hours[23 - age // _HOUR_US] += 1
    return tuple(hours)
