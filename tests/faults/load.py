"""The mixed load of a fault run: everything a program, a worker and an operator can do.

Owns `Load`, which does one seeded step after another on one open file.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import apsw

from pillarbox_engine.backoff import Fixed
from pillarbox_engine.errors import QueueFull
from pillarbox_engine.filters import Filter
from pillarbox_engine.intents import OperationPlan
from pillarbox_engine.leasing import (
    Ack,
    Claimed,
    ClaimRequest,
    LeaseRef,
    Nack,
    Reject,
    Release,
    Settlement,
    Snooze,
)
from pillarbox_engine.model import Failure, JobSummary, NewJob
from pillarbox_engine.operation import OperationOptions
from pillarbox_engine.planning import NewSchedule
from pillarbox_engine.settings import QueueSettings, RateLimit
from pillarbox_engine.states import OnFull, Overlap, State, Verb
from tests.faults.final import TICK, key_of, payload
from tests.faults.history import Call
from tests.faults.recorded import Abandoned, Recorded

FAILURE = Failure(type="Flaky", message="as told", fingerprint="flaky")
QUEUES = ("load", "brief", "narrow", "heavy", "paced", "tight", "ticks")
SOON = Fixed(seconds=0.02)
SETTINGS = {
    "load": QueueSettings(max_attempts=3, backoff=SOON),
    "brief": QueueSettings(max_attempts=2, backoff=SOON, lease=0.15, keep_done=25),
    "narrow": QueueSettings(backoff=SOON, max_depth=60, on_full=OnFull.DROP_OLDEST, priority=400),
    "heavy": QueueSettings(backoff=SOON, claim_check=2_000),
    "paced": QueueSettings(backoff=SOON, rate_limit=RateLimit(15, per=0.1)),
    "tight": QueueSettings(backoff=SOON, max_in_flight=4, max_depth=30),
    "ticks": QueueSettings(backoff=SOON),
}
SHARES = {"load": 5, "brief": 3, "narrow": 3, "heavy": 2, "paced": 1, "tight": 2}
"""How often each queue is enqueued to; a schedule does it to `ticks`."""
EVERY_SECOND = NewSchedule(
    name="every second", queue="ticks", every=1.0, overlap=Overlap.ALLOW,
    job=NewJob(payload_json=payload(TICK + "every second")),
)  # fmt: skip
OUTCOMES = {"ack": 60, "nack": 14, "reject": 6, "snooze": 6, "release": 4, "late": 10}
GROUPS = (None, None, None, None, "a", "b", "c")
FINISHED = (State.DONE, State.DEAD, State.CANCELLED, State.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Mix:
    """How often each thing is done, relative to the others."""

    enqueue: int = 20
    enqueue_many: int = 8
    enqueue_unique: int = 5
    enqueue_joined: int = 5
    operate: int = 2
    work: int = 34
    late: int = 8
    maintain: int = 5
    revive: int = 6
    trash: int = 6
    take: int = 5
    extend: int = 4


def prepare(store: Recorded) -> None:
    """Make the queues and their schedule, and note the limits they are to be held to."""
    for name, settings in SETTINGS.items():
        store.backend.ensure_queue(name, settings)
        store.history.note("limits", queue=name, **_limits(settings))
    store.backend.put_schedule(EVERY_SECOND)


def _limits(settings: QueueSettings) -> dict[str, Any]:
    rate, rejects = settings.rate_limit, settings.on_full is OnFull.REJECT
    return {
        "rate": None if rate is None else [rate.max, rate.per], "in_flight": settings.max_in_flight,
        "depth": settings.max_depth if rejects else None, "priority": settings.priority,
    }  # fmt: skip


class Load:
    """One thread's share of the load. `name` makes its keys its own."""

    def __init__(
        self, store: Recorded, name: str, seed: str, slot: int = 0,
        program: apsw.Connection | None = None,
    ) -> None:  # fmt: skip
        self._store, self._name, self._slot = store, name, slot * 40
        self._program = program
        self._chance = random.Random(seed)
        self._made = 0
        self._late: list[LeaseRef] = []
        mix = Mix()
        self._steps = {name: getattr(mix, name) for name in mix.__slots__}

    def step(self) -> None:
        """Do one thing."""
        (name,) = self._chance.choices(list(self._steps), list(self._steps.values()))
        getattr(self, f"_do_{name}")()

    # -- a program's ------------------------------------------------------------------------

    def _do_enqueue(self) -> None:
        self._enqueue(1)

    def _do_enqueue_many(self) -> None:
        self._enqueue(self._chance.choice((2, 5, 20, 40)))

    def _enqueue(self, number: int) -> None:
        queue = self._queue()
        options: dict[str, Any] = {
            "delay": 0.02 if self._chance.random() < 0.15 else None,
            "priority": self._chance.choice((None, None, None, 100, 900)),
        }
        keyed = self._chance.random() < 0.5
        jobs = [
            replace(job, group=self._chance.choice(GROUPS),
                    idempotency_key=f"id-{key_of(job.payload_json)}" if keyed else None)
            for job in self._jobs(queue, number, **options)
        ]  # fmt: skip
        self._try(lambda: self._store.enqueue(queue, jobs))

    def _do_enqueue_unique(self) -> None:
        queue = self._chance.choice(("load", "tight"))
        jobs = self._jobs(queue, 1, unique_key=f"u{self._chance.randint(1, 6)}")
        self._try(lambda: self._store.enqueue(queue, jobs))

    def _do_enqueue_joined(self) -> None:
        """Together with a row of the program's own; sometimes it changes its mind."""
        connection, queue = self._program, self._queue()
        jobs = self._jobs(queue, self._chance.choice((1, 1, 3)))
        commit = self._chance.random() < 0.85
        if connection is not None:
            self._try(lambda: self._store.enqueue_joined(connection, queue, jobs, commit=commit))

    def _queue(self) -> str:
        return self._chance.choices(list(SHARES), list(SHARES.values()))[0]

    def _jobs(self, queue: str, number: int, **options: Any) -> list[NewJob]:
        keys = [f"{self._name}-{self._made + n}" for n in range(number)]
        self._made += number
        sizes = (0, 150, 9_000 if number == 1 else 300)
        size = self._chance.choice((100, 9_000, 20_000) if queue == "heavy" else sizes)
        return [NewJob(payload_json=payload(key, size), **options) for key in keys]

    def _try(self, call: Callable[[], object]) -> None:
        """A full queue says so, a program may change its mind: told as failures, both."""
        with suppress(QueueFull, Abandoned):
            call()

    # -- a worker's -------------------------------------------------------------------------

    def _do_work(self) -> None:
        queues = tuple(self._chance.sample(QUEUES, k=len(QUEUES)))
        request = ClaimRequest(
            queues=queues, limit=self._chance.randint(1, 8), ahead=self._chance.randint(0, 4)
        )
        claimed = self._store.claim(request)
        started = claimed[: request.limit]
        self._run(started)
        settlements = [s for job in claimed if (s := self._outcome(job, job in started))]
        if settlements:
            self._store.settle(settlements)

    def _run(self, jobs: Sequence[Claimed]) -> None:
        if not jobs:
            return
        for slot, job in enumerate(jobs):
            self._store.mark_started(self._slot + slot, job.lease)
        leases = [[job.lease.job_id, job.lease.fence] for job in jobs]
        self._store.history.note("run", jobs=leases)
        self._store.history.note("ran", jobs=leases)

    def _outcome(self, job: Claimed, started: bool) -> Settlement | None:
        if not started:
            return Release(lease=job.lease)
        (kind,) = self._chance.choices(list(OUTCOMES), list(OUTCOMES.values()))
        if kind == "late":
            self._late.append(job.lease)
            return None
        return _settlement(kind, job.lease, self._chance.choice((0.0, 0.01, 0.05)))

    def _do_late(self) -> None:
        """Ack what was kept back: some of it was taken away meanwhile."""
        late, self._late = self._late[:6], self._late[6:]
        if late:
            self._store.settle([Ack(lease=lease) for lease in late])

    def _do_extend(self) -> None:
        if self._late:
            self._store.extend(self._late[:3], self._chance.choice((None, 0.1, 60.0)))

    def _do_maintain(self) -> None:
        self._store.maintain()

    # -- an operator's ----------------------------------------------------------------------

    def _some(self, *states: State) -> list[JobSummary]:
        where = Filter(states=frozenset({self._chance.choice(states)}))
        rows = self._store.backend.jobs(where, limit=30).rows
        return self._chance.sample(rows, k=min(len(rows), self._chance.randint(1, 12)))

    def _bulk(self, verb: str, rows: Sequence[JobSummary]) -> None:
        if not rows:
            return
        keys = [key_of(row.preview) for row in rows]
        self._try(lambda: self._store.bulk(verb, [row.id for row in rows], keys))

    def _do_revive(self) -> None:
        if self._chance.random() < 0.6:
            self._bulk("replay", self._some(State.DEAD))
        else:
            self._bulk("requeue", self._some(*FINISHED))

    def _do_trash(self) -> None:
        verb = self._chance.choice(("purge", "purge", "restore", "restore", "erase"))
        states = (*FINISHED, State.READY) if verb == "purge" else (State.TRASHED,)
        self._bulk(verb, self._some(*states))

    def _do_operate(self) -> None:
        """An operation on all dead letters, which a crash finds half done."""
        verb = self._chance.choice((Verb.REPLAY, Verb.REPLAY, Verb.PURGE))
        rate = self._chance.choice((None, 300.0)) if verb is Verb.REPLAY else None
        plan = OperationPlan(
            verb=verb, where=Filter(states=frozenset({State.DEAD})),
            options=OperationOptions(rate=rate),
        )  # fmt: skip
        self._store.operate(plan, self._chance.randint(0, 2))

    def _do_take(self) -> None:
        """Take one leased job from its worker, or cancel it."""
        verb = self._chance.choice(("release", "release", "cancel"))
        self._bulk(verb, self._some(State.LEASED)[:1])


def _settlement(kind: str, lease: LeaseRef, delay: float) -> Settlement:
    if kind == "ack":
        return Ack(lease=lease, result_json='{"ok":true}')
    if kind == "nack":
        return Nack(lease=lease, failure=FAILURE, delay=delay)
    if kind == "reject":
        return Reject(lease=lease, failure=FAILURE)
    return Snooze(lease=lease, delay=delay) if kind == "snooze" else Release(lease=lease)


def repeat(store: Recorded, calls: Sequence[Call]) -> None:
    """Repeat every enqueue with keys whose outcome was not told, as a careful program would."""
    for call in calls:
        if call.op == "enqueue" and call.what == "info" and call.data["idempotent"]:
            keys = call.data["keys"]
            jobs = [NewJob(payload_json=payload(k), idempotency_key=f"id-{k}") for k in keys]
            try:
                store.enqueue(call.data["queue"], jobs, keys)
            except QueueFull:
                # A full queue says so; nothing was added.
                continue


def drain(store: Recorded, seconds: float) -> None:
    """Work on all there is until nothing is left to run, or time is up."""
    until = time.monotonic() + seconds
    while store.backend.counts().live:
        if time.monotonic() > until:
            return
        store.maintain()
        claimed = store.claim(ClaimRequest(queues=QUEUES, limit=200))
        if not claimed:
            time.sleep(0.01)
            continue
        leases = [[job.lease.job_id, job.lease.fence] for job in claimed]
        store.history.note("run", jobs=leases)
        store.history.note("ran", jobs=leases)
        store.settle([Ack(lease=job.lease) for job in claimed])
