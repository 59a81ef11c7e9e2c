"""Schedules in the file: put, paused, removed, and fired when their time has come.

Owns that nothing fires twice: a firing is decided by reads alone, outside the transaction, and
carried out only where the schedule still stands as it was read; its jobs, the row of each time in
`fires` and the advance of the schedule are one transaction.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from pillarbox_engine.clock import from_us, from_us_or_none
from pillarbox_engine.errors import PayloadTooLarge, QueueFull
from pillarbox_engine.firing import MOST, Firing, busy, firing, holds_key
from pillarbox_engine.model import Enqueued
from pillarbox_engine.names import check_schedule_name
from pillarbox_engine.payload import check_size
from pillarbox_engine.planning import NewSchedule, Schedule
from pillarbox_engine.plans import plan_from_builtins, plan_to_builtins, require_to_come
from pillarbox_engine.refusals import no_schedule, schedule_taken
from pillarbox_engine.schedules import Rhythm
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import enqueue, queue_rows
from pillarbox_engine.sqlite.claim_check import Blobs
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import Overlap

CHUNK = 20
"""How many schedules a sweep looks at."""
KEPT_FIRES = 100


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """The columns of the view `planned`, in its order."""

    id: int
    name: str
    queue: str
    plan_json: str
    paused: int
    created_at: int
    first_at: int
    next_fire_at: int | None
    handled_until: int
    last_at: int | None
    last_job_id: int | None
    fired: int
    skipped: int
    passed: int
    note: str

    @property
    def plan(self) -> NewSchedule:
        """What was asked for."""
        return _parse(self.name, self.queue, self.plan_json)

    @property
    def rhythm(self) -> Rhythm:
        """When it fires."""
        return replace(self.plan.rhythm(0), first_us=self.first_at)

    def next_after(self, now: int) -> int | None:
        """Its first time to come that has not been dealt with."""
        return self.rhythm.after(max(now, self.handled_until))


@dataclass(frozen=True, slots=True)
class DueSchedule:
    """A schedule whose time has come, and what is to be done about it."""

    row: ScheduleRow
    firing: Firing


@lru_cache(maxsize=256)
def _parse(name: str, queue: str, text: str) -> NewSchedule:
    return plan_from_builtins(name, queue, json.loads(text))


def all_schedules(reading: Reading) -> tuple[Schedule, ...]:
    """Every schedule, by name."""
    return tuple(_record(ScheduleRow(*row)) for row in reading.rows("all_schedules"))


def _record(row: ScheduleRow) -> Schedule:
    plan = row.plan
    return Schedule(
        **{entry.name: getattr(plan, entry.name) for entry in fields(NewSchedule)},
        id=str(row.id), paused=bool(row.paused), created_at=from_us(row.created_at),
        first_at=from_us(row.first_at),
        next_at=None if row.paused else from_us_or_none(row.next_fire_at),
        last_at=from_us_or_none(row.last_at),
        last_job=None if row.last_job_id is None else str(row.last_job_id),
        fired=row.fired, skipped=row.skipped, passed=row.passed, note=row.note,
    )  # fmt: skip


def _find(transaction: Transaction, name: str) -> ScheduleRow | None:
    row = transaction.row("schedule_by_name", (name,))
    return None if row is None else ScheduleRow(*row)


def _need(transaction: Transaction, name: str) -> ScheduleRow:
    found = _find(transaction, check_schedule_name(name))
    if found is None:
        raise no_schedule(name)
    return found


def put(transaction: Transaction, plan: NewSchedule) -> Schedule:
    """Store a checked plan, or make it the plan of the schedule that has its name."""
    queue = queue_rows.find(transaction, plan.queue)
    settings = QueueSettings() if queue is None else queue.settings
    check_size(plan.job.payload_json, settings.max_payload)
    there = _find(transaction, plan.name)
    if there is None:
        _add(transaction, plan)
    elif there.queue != plan.queue:
        raise schedule_taken(plan.name, there.queue)
    elif there.plan != plan:
        _change(transaction, there, plan)
    return _record(_need(transaction, plan.name))


def _add(transaction: Transaction, plan: NewSchedule) -> None:
    now = transaction.now
    require_to_come(plan, now)
    queue = queue_rows.find_or_add(transaction, plan.queue)
    rhythm = plan.rhythm(now)
    row = (
        plan.name, queue.id, _text(plan), now, rhythm.first_us, rhythm.after(now), now,
    )  # fmt: skip
    transaction.execute("add_schedule", row)
    transaction.touched.add(plan.queue)


def _change(transaction: Transaction, there: ScheduleRow, plan: NewSchedule) -> None:
    """The new plan; when it fires next stays where the times are the same."""
    first, following = there.first_at, there.next_fire_at
    if not there.plan.has_rhythm_of(plan):
        require_to_come(plan, transaction.now)
        rhythm = plan.rhythm(transaction.now)
        first, following = rhythm.first_us, rhythm.after(max(transaction.now, there.handled_until))
    transaction.execute("change_schedule", (_text(plan), first, following, there.id))
    transaction.touched.add(plan.queue)


def _text(plan: NewSchedule) -> str:
    return json.dumps(plan_to_builtins(plan), separators=(",", ":"), ensure_ascii=False)


def remove(transaction: Transaction, name: str) -> None:
    """Forget a schedule; the jobs it fired stay."""
    row = _need(transaction, name)
    transaction.execute("drop_fires", (row.id,))
    transaction.execute("drop_schedule", (row.id,))
    transaction.touched.add(row.queue)


def pause(transaction: Transaction, name: str, paused: bool) -> None:
    """Stop a schedule; or start it again at its next time to come."""
    row = _need(transaction, name)
    if bool(row.paused) == paused:
        return
    following = row.next_fire_at if paused else row.next_after(transaction.now)
    transaction.execute("pause_schedule", (int(paused), following, row.id))
    transaction.touched.add(row.queue)


def run(transaction: Transaction, name: str, stored: Blobs) -> Enqueued:
    """Enqueue the schedule's job now, besides its times."""
    row = _need(transaction, name)
    (answer,) = _enqueue(transaction, row, 1, stored)
    if not answer.conflict:
        last = transaction.row("last_by_hand", (row.id,))[0]
        at = transaction.now if last is None else max(transaction.now, last + 1)
        _note_fires(transaction, row, (at,), [answer], by_hand=True)
    return answer


def due(reading: Reading, now: int) -> tuple[DueSchedule, ...]:
    """The schedules whose time has come, and what each is to do."""
    found: list[DueSchedule] = []
    for values in reading.rows("due_schedules", (now, CHUNK)):
        if sum(len(one.firing.times) for one in found) >= MOST:
            break  # the next sweep goes on: a transaction is not to be held for long
        row = ScheduleRow(*values)
        todo = firing(row.plan, row.rhythm, row.next_fire_at or now, now)
        if todo is not None:
            found.append(DueSchedule(row, todo))
    return tuple(found)


def next_due(reading: Reading) -> int | None:
    """When the next schedule fires."""
    moment: int | None = reading.row("next_schedule")[0]
    return moment


def fire(transaction: Transaction, found: Sequence[DueSchedule], stored: Blobs) -> None:
    """Carry out what was found to be due. `stored`: payloads that lie beside the file."""
    for one in found:
        _fire(transaction, one.row, one.firing, stored)


def _fire(transaction: Transaction, row: ScheduleRow, todo: Firing, stored: Blobs) -> None:
    if todo.fault:
        transaction.execute("pause_schedule", (1, row.next_fire_at, row.id))
        transaction.execute("skip_fires", (0, todo.fault, row.id))
        transaction.touched.add(row.queue)
        return
    note = _obstacle(transaction, row) if todo.times else None
    advanced = transaction.row(
        "advance_schedule",
        {
            "id": row.id, "due": row.next_fire_at, "next": todo.next, "until": todo.until,
            "skipped": 0 if note is None else len(todo.times), "passed": todo.passed, "note": note,
        },
    )  # fmt: skip
    if advanced is None:
        return
    transaction.touched.add(row.queue)
    if todo.times and note is None:
        _enqueue_fired(transaction, row, todo, stored)


def _obstacle(transaction: Transaction, row: ScheduleRow) -> str | None:
    """Why it must not fire now, in words."""
    if row.plan.overlap == Overlap.ALLOW:
        return None
    live = transaction.row("live_job_of_schedule", (row.id,))
    return None if live is None else busy(live[0], live[1])


def _enqueue_fired(transaction: Transaction, row: ScheduleRow, todo: Firing, stored: Blobs) -> None:
    try:
        answers = _enqueue(transaction, row, len(todo.times), stored)
    except (QueueFull, PayloadTooLarge) as error:
        transaction.execute("skip_fires", (len(todo.times), str(error), row.id))
        return
    fresh = [(t, a) for t, a in zip(todo.times, answers, strict=True) if not a.conflict]
    if len(fresh) < len(answers):
        note = holds_key(next(a.id for a in answers if a.conflict))
        transaction.execute("skip_fires", (len(answers) - len(fresh), note, row.id))
    if fresh:
        times, kept = zip(*fresh, strict=True)
        _note_fires(transaction, row, times, kept, by_hand=False)


def _enqueue(
    transaction: Transaction, row: ScheduleRow, number: int, stored: Blobs
) -> list[Enqueued]:
    job = row.plan.job
    keyed = job.unique_key is not None
    call = enqueue.Call(row.queue, (job,) * number, secrets.token_bytes(8), None, keyed, stored)
    return enqueue.Enqueue(call)(transaction)


def _note_fires(
    transaction: Transaction, row: ScheduleRow, times: Sequence[int], jobs: Sequence[Enqueued],
    *, by_hand: bool,
) -> None:  # fmt: skip
    numbers = [int(job.id) for job in jobs]
    pairs = zip(times, numbers, strict=True)
    transaction.many("add_fire", [(row.id, at, int(by_hand), number) for at, number in pairs])
    transaction.many("mark_jobs_of_schedule", [(row.id, number) for number in numbers])
    transaction.execute("count_fires", (transaction.now, numbers[-1], len(numbers), row.id))
    transaction.execute("prune_fires", {"id": row.id, "keep": KEPT_FIRES})
