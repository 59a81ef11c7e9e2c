"""Schedules in memory: put, paused, removed, and fired when their time has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

from pillarbox_engine.clock import from_us, from_us_or_none
from pillarbox_engine.errors import PayloadTooLarge, QueueFull
from pillarbox_engine.firing import Firing, busy, firing, holds_key
from pillarbox_engine.memory.enqueueing import enqueue
from pillarbox_engine.memory.store import Store
from pillarbox_engine.model import Enqueued
from pillarbox_engine.names import check_schedule_name
from pillarbox_engine.payload import check_size
from pillarbox_engine.planning import NewSchedule, Schedule
from pillarbox_engine.plans import require_to_come
from pillarbox_engine.refusals import no_schedule, schedule_taken
from pillarbox_engine.schedules import Rhythm
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import LIVE_STATES, Overlap


@dataclass(slots=True, kw_only=True)
class Planned:
    """A schedule. `fires`: the job of each time, runs by hand told apart by the flag."""

    id: int
    plan: NewSchedule
    created_us: int
    first_us: int
    next_us: int | None
    handled_us: int
    paused: bool = False
    last_us: int | None = None
    last_job: str | None = None
    fired: int = 0
    skipped: int = 0
    passed: int = 0
    note: str = ""
    fires: dict[tuple[int, bool], str] = field(default_factory=dict)

    @property
    def repeats(self) -> bool:
        """Whether it would fire again for a time it has dealt with: never."""
        beyond = any(at > self.handled_us for at, by_hand in self.fires if not by_hand)
        return beyond or (self.next_us is not None and self.next_us <= self.handled_us)

    @property
    def rhythm(self) -> Rhythm:
        """When it fires."""
        return replace(self.plan.rhythm(0), first_us=self.first_us)


def all_schedules(store: Store) -> tuple[Schedule, ...]:
    """Every schedule, by name."""
    return tuple(_record(store.schedules[name]) for name in sorted(store.schedules))


def _record(planned: Planned) -> Schedule:
    plan = planned.plan
    return Schedule(
        **{entry.name: getattr(plan, entry.name) for entry in fields(NewSchedule)},
        id=str(planned.id), paused=planned.paused, created_at=from_us(planned.created_us),
        first_at=from_us(planned.first_us),
        next_at=None if planned.paused else from_us_or_none(planned.next_us),
        last_at=from_us_or_none(planned.last_us), last_job=planned.last_job,
        fired=planned.fired, skipped=planned.skipped, passed=planned.passed, note=planned.note,
    )  # fmt: skip


def _need(store: Store, name: str) -> Planned:
    found = store.schedules.get(check_schedule_name(name))
    if found is None:
        raise no_schedule(name)
    return found


def put(store: Store, plan: NewSchedule) -> Schedule:
    """Store a checked plan, or make it the plan of the schedule that has its name."""
    queue = store.queues.get(plan.queue)
    settings = QueueSettings() if queue is None else queue.settings
    check_size(plan.job.payload_json, settings.max_payload)
    there = store.schedules.get(plan.name)
    if there is None:
        _add(store, plan)
    elif there.plan.queue != plan.queue:
        raise schedule_taken(plan.name, there.plan.queue)
    elif there.plan != plan:
        _change(store, there, plan)
    return _record(store.schedules[plan.name])


def _add(store: Store, plan: NewSchedule) -> None:
    require_to_come(plan, store.now)
    store.find_or_add(plan.queue)
    rhythm = plan.rhythm(store.now)
    store.schedules[plan.name] = Planned(
        id=store.next_schedule_id(), plan=plan, created_us=store.now, first_us=rhythm.first_us,
        next_us=rhythm.after(store.now), handled_us=store.now,
    )  # fmt: skip
    store.touch(plan.queue)


def _change(store: Store, planned: Planned, plan: NewSchedule) -> None:
    if not planned.plan.has_rhythm_of(plan):
        require_to_come(plan, store.now)
        rhythm = plan.rhythm(store.now)
        planned.first_us = rhythm.first_us
        planned.next_us = rhythm.after(max(store.now, planned.handled_us))
    planned.plan = plan
    store.touch(plan.queue)


def remove(store: Store, name: str) -> None:
    """Forget a schedule; the jobs it fired stay."""
    planned = _need(store, name)
    del store.schedules[name]
    store.touch(planned.plan.queue)


def pause(store: Store, name: str, paused: bool) -> None:
    """Stop a schedule; or start it again at its next time to come."""
    planned = _need(store, name)
    if planned.paused == paused:
        return
    if not paused:
        planned.next_us = planned.rhythm.after(max(store.now, planned.handled_us))
    planned.paused = paused
    store.touch(planned.plan.queue)


def run(store: Store, name: str) -> Enqueued:
    """Enqueue the schedule's job now, besides its times."""
    planned = _need(store, name)
    (answer,) = enqueue(store, planned.plan.queue, [planned.plan.job])
    if not answer.conflict:
        last = max((at for at, by_hand in planned.fires if by_hand), default=store.now - 1)
        _note_fires(store, planned, [max(store.now, last + 1)], [answer], by_hand=True)
    return answer


def fire_of(store: Store, job_id: str) -> tuple[str, int] | None:
    """Which schedule fired a job, and for which time."""
    for name, planned in store.schedules.items():
        for (at, _), fired in planned.fires.items():
            if fired == job_id:
                return name, at
    return None


def next_due(store: Store) -> list[int]:
    """When each schedule fires next."""
    return [p.next_us for p in store.schedules.values() if not p.paused and p.next_us is not None]


def fire_due(store: Store) -> None:
    """Fire every schedule whose time has come."""
    for planned in store.schedules.values():
        if planned.paused or planned.next_us is None:
            continue
        todo = firing(planned.plan, planned.rhythm, planned.next_us, store.now)
        if todo is not None:
            _fire(store, planned, todo)


def _fire(store: Store, planned: Planned, todo: Firing) -> None:
    if todo.fault:
        planned.paused, planned.note = True, todo.fault
        store.touch(planned.plan.queue)
        return
    planned.next_us, planned.handled_us = todo.next, todo.until
    planned.passed += todo.passed
    store.touch(planned.plan.queue)
    note = _obstacle(store, planned) if todo.times else None
    if note is not None:
        _skip(planned, len(todo.times), note)
    elif todo.times:
        _enqueue_fired(store, planned, todo)


def _skip(planned: Planned, times: int, note: str) -> None:
    planned.skipped += times
    planned.note = note


def _obstacle(store: Store, planned: Planned) -> str | None:
    """Why it must not fire now, in words."""
    if planned.plan.overlap == Overlap.ALLOW:
        return None
    for job_id in reversed(planned.fires.values()):
        row = store.row(job_id)
        if row is not None and row.state in LIVE_STATES:
            return busy(job_id, row.state)
    return None


def _enqueue_fired(store: Store, planned: Planned, todo: Firing) -> None:
    try:
        answers = enqueue(store, planned.plan.queue, [planned.plan.job] * len(todo.times))
    except (QueueFull, PayloadTooLarge) as error:
        _skip(planned, len(todo.times), str(error))
        return
    fresh = [(t, a) for t, a in zip(todo.times, answers, strict=True) if not a.conflict]
    if len(fresh) < len(answers):
        note = holds_key(next(a.id for a in answers if a.conflict))
        _skip(planned, len(answers) - len(fresh), note)
    if fresh:
        _note_fires(store, planned, [t for t, _ in fresh], [a for _, a in fresh], by_hand=False)


def _note_fires(
    store: Store, planned: Planned, times: Sequence[int], jobs: Sequence[Enqueued],
    *, by_hand: bool,
) -> None:  # fmt: skip
    for at, job in zip(times, jobs, strict=True):
        if (at, by_hand) in planned.fires:
            raise AssertionError(f"schedule {planned.plan.name!r} fired twice for {from_us(at)}")
        planned.fires[at, by_hand] = job.id
    planned.last_us, planned.last_job = store.now, jobs[-1].id
    planned.fired += len(jobs)
