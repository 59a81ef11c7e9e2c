"""A client whose wall clock jumps: two stores on one file, their workers, and schedules.

Owns that run. All of it is in one process and by an injected clock, which jumps by an hour or a
day either way, near the change of summer time and near the end of 32-bit time. A worker renews a
lease before a third of it is over, as the pool does; a few stop doing so and ack too late.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pillarbox_engine.backoff import Fixed
from pillarbox_engine.clock import ManualClock, from_us
from pillarbox_engine.leasing import Ack, ClaimRequest, LeaseRef, Nack
from pillarbox_engine.model import NewJob
from pillarbox_engine.planning import NewSchedule
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import open_backend
from pillarbox_engine.states import Missed, Overlap
from tests.faults.final import TICK, payload
from tests.faults.history import History
from tests.faults.load import FAILURE
from tests.faults.recorded import Recorded

QUEUE, TICKS = "clocked", "ticks"
STARTS = (
    datetime(2026, 3, 29, 0, 50, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 50, tzinfo=UTC),
    datetime(2038, 1, 19, 3, 10, tzinfo=UTC),
)
"""Ten minutes before summer time begins, before it ends, and before 2³¹ seconds are over."""
JUMPS = (3_600.0, -3_600.0, 86_400.0, -86_400.0, 1.5, -1.5)
RENEWED_AFTER = 8.0
STEPS = 250
SCHEDULES = (
    NewSchedule(name="each minute", queue=TICKS, every=60.0, overlap=Overlap.ALLOW,
                missed=Missed.ALL, missed_window=600.0,
                job=NewJob(payload_json=payload(TICK + "each minute"))),
    NewSchedule(name="at night", queue=TICKS, cron="*/20 2,3 * * *", zone="Europe/Berlin",
                overlap=Overlap.ALLOW, job=NewJob(payload_json=payload(TICK + "at night"))),
)  # fmt: skip


@dataclass(slots=True)
class Worker:
    """One store's side: what it holds, and when each lease was renewed (monotonic seconds)."""

    store: Recorded
    held: dict[LeaseRef, float] = field(default_factory=dict)
    forgotten: list[LeaseRef] = field(default_factory=list)


class Clocked:
    """The run, one seeded step after another."""

    def __init__(self, path: Path, told: Path, seed: str) -> None:
        self._path, self._chance, self._made = path, random.Random(seed), 0
        self._clock = ManualClock(self._chance.choice(STARTS))
        now: Callable[[], int] = lambda: self._clock.monotonic_us() * 1_000  # noqa: E731
        self._histories = [
            History(told, name, synced=False, now_ns=now) for name in ("clock-a", "clock-b")
        ]
        self._workers = [Worker(self._open(history)) for history in self._histories]

    def _open(self, history: History) -> Recorded:
        backend = open_backend(self._path, clock=self._clock, kind="worker")
        return Recorded(backend, history, self._clock)

    def run(self) -> None:
        """All of it."""
        backend = self._workers[0].store.backend
        backend.ensure_queue(QUEUE, QueueSettings(backoff=Fixed(seconds=0.5), max_attempts=20))
        for schedule in SCHEDULES:
            backend.put_schedule(schedule)
        for _ in range(STEPS):
            self._step(self._chance.choice(self._workers))
            self._pass_time(self._chance.uniform(0.2, 3.0))
        self._drain()
        for worker in self._workers:
            worker.store.close()

    def _pass_time(self, seconds: float) -> None:
        self._clock.advance(seconds)
        now = self._clock.monotonic_us() / 1e6
        for worker in self._workers:
            due = [lease for lease, at in worker.held.items() if now - at > RENEWED_AFTER]
            for lease, kept in zip(due, worker.store.extend(due) if due else (), strict=True):
                if kept:
                    worker.held[lease] = now
                else:
                    del worker.held[lease]

    def _step(self, worker: Worker) -> None:
        names = ("jump", "open_anew", "enqueue", "claim", "settle", "forget", "late", "maintain")
        (name,) = self._chance.choices(names, (4, 2, 20, 24, 20, 2, 4, 24))
        getattr(self, f"_{name}")(worker)

    def _jump(self, worker: Worker) -> None:
        """Sometimes a store is opened that saw nothing of it."""
        seconds = self._chance.choice(JUMPS)
        self._histories[0].note("jump", seconds=seconds, to=str(from_us(self._clock.now_us())))
        self._clock.step(seconds)
        if self._chance.random() < 0.5:
            self._open_anew(worker)

    def _open_anew(self, worker: Worker) -> None:
        """Close, which gives its leases back, and open: a store that saw no jump."""
        worker.store.close()
        worker.held.clear()
        worker.store = self._open(worker.store.history)

    def _enqueue(self, worker: Worker) -> None:
        self._made += 1
        worker.store.enqueue(QUEUE, [NewJob(payload_json=payload(f"clocked-{self._made}"))])

    def _claim(self, worker: Worker) -> None:
        for job in worker.store.claim(ClaimRequest(queues=(QUEUE, TICKS), limit=2)):
            worker.held[job.lease] = self._clock.monotonic_us() / 1e6
            worker.store.history.note("run", jobs=[[*job.lease]])

    def _settle(self, worker: Worker) -> None:
        for lease in list(worker.held)[: self._chance.randint(1, 3)]:
            del worker.held[lease]
            self._end(worker, lease)

    def _end(self, worker: Worker, lease: LeaseRef) -> None:
        worker.store.history.note("ran", jobs=[[*lease]])
        done = self._chance.random() < 0.8
        nack = Nack(lease=lease, failure=FAILURE, delay=0.5)
        worker.store.settle([Ack(lease=lease) if done else nack])

    def _forget(self, worker: Worker) -> None:
        """Its worker hangs: nobody renews it."""
        for lease in list(worker.held)[:1]:
            del worker.held[lease]
            worker.forgotten.append(lease)

    def _late(self, worker: Worker) -> None:
        for lease in worker.forgotten[:1]:
            worker.forgotten.remove(lease)
            self._end(worker, lease)

    def _maintain(self, worker: Worker) -> None:
        worker.store.backend.maintain()

    def _drain(self) -> None:
        """No jumps any more, and all the time that is needed."""
        backend = self._workers[0].store.backend
        for schedule in SCHEDULES:
            backend.pause_schedule(schedule.name)
        for _ in range(500):
            if not backend.counts().live:
                return
            for worker in self._workers:
                self._claim(worker)
                self._settle(worker)
                self._maintain(worker)
            idle = not any(worker.held for worker in self._workers)
            self._pass_time(3_600.0 if idle else 1.0)
