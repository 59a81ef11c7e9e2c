"""Random lives of a queue, on every backend, step by step against a plain dictionary."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.filters import Filter
from pillarbox_engine.leasing import (
    Ack,
    ClaimRequest,
    LeaseRef,
    Nack,
    Reject,
    Release,
    Settlement,
    Snooze,
)
from pillarbox_engine.lifecycle import transition
from pillarbox_engine.model import BulkResult, Failure, NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import LIVE_STATES, State, Verb
from tests.contract.workshop import open_store
from tests.stateful.queue_model import LEASE, MAX_ATTEMPTS, MAX_LOST, QueueModel

QUEUE = "machine"
FAILURE = Failure(type="ValueError", message="broken", fingerprint="f")
SETTINGS = QueueSettings(
    lease=float(LEASE), max_attempts=MAX_ATTEMPTS, max_lost=MAX_LOST, keep_done_for=1e9
)
places = st.integers(min_value=0, max_value=50)
delays = st.sampled_from([1, 5, 40])


class QueueMachine(RuleBasedStateMachine):
    """Does the same to a backend and to the model, and compares them after every step."""

    kind = ""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.clock = ManualClock()
        self._path = Path(self._folder.name) / "jobs.pillarbox"
        self.backend = open_store(self.kind, self._path, self.clock)
        self.backend.configure(QUEUE, SETTINGS)
        self.model = QueueModel()
        self.leases: list[LeaseRef] = []
        self.fences: dict[int, int] = {}

    def teardown(self) -> None:
        try:
            assert self.backend.check() == ()
        finally:
            self.backend.close()
            self._folder.cleanup()

    @initialize(priorities=st.lists(st.integers(0, 3), min_size=3, max_size=8))
    def begin(self, priorities: list[int]) -> None:
        """Something to live through: many an example draws few enqueues, or no claim."""
        self.enqueue(priorities, 0)
        self.claim(2)

    # What producers and workers do

    @rule(
        priorities=st.lists(st.integers(0, 3), min_size=1, max_size=4),
        delay=st.sampled_from([0, 0, 10]),
    )
    def enqueue(self, priorities: list[int], delay: int) -> None:
        jobs = [NewJob(payload_json="1", priority=p, delay=float(delay)) for p in priorities]
        for priority, enqueued in zip(priorities, self.backend.enqueue(QUEUE, jobs), strict=True):
            self.model.enqueue(int(enqueued.id), priority, delay)

    @rule(key=st.sampled_from(["a", "b"]), delay=st.sampled_from([0, 10]))
    def enqueue_unique(self, key: str, delay: int) -> None:
        job = NewJob(payload_json="1", priority=1, delay=float(delay), unique_key=key)
        (answer,) = self.backend.enqueue(QUEUE, [job])
        holder = self.model.holder(key)
        assert answer.conflict == (holder is not None)
        if holder is None:
            self.model.enqueue(int(answer.id), 1, delay, key)
        else:
            assert int(answer.id) == holder

    @rule(limit=st.integers(1, 4))
    def claim(self, limit: int) -> None:
        claimed = self.backend.claim(ClaimRequest(queues=(QUEUE,), limit=limit))
        assert [int(job.lease.job_id) for job in claimed] == self.model.claim(limit)
        for job in claimed:
            entry = self.model.jobs[int(job.lease.job_id)]
            assert (job.attempt, job.lost, job.lease.fence) == (
                entry.attempt, entry.lost, entry.fence,
            )  # fmt: skip
        self.leases += [job.lease for job in claimed]

    def _lease(self, place: int) -> LeaseRef:
        """Any lease there ever was: most are stale, and must change nothing."""
        recent = self.leases[-6:]
        return recent[place % len(recent)]

    def _settle(self, settlement: Settlement) -> bool:
        lease = settlement.lease
        held = self.model.holds(int(lease.job_id), lease.fence)
        (note,) = self.backend.settle([settlement])
        entry = self.model.jobs.get(int(lease.job_id))
        repeated = isinstance(settlement, Ack) and entry is not None and (
            entry.state is State.DONE and entry.fence == lease.fence
        )  # fmt: skip
        assert (note is None) == (held or repeated)
        return held

    @precondition(lambda self: self.leases)
    @rule(place=places)
    def ack(self, place: int) -> None:
        lease = self._lease(place)
        if self._settle(Ack(lease=lease)):
            self.model.end(int(lease.job_id), State.DONE)

    @precondition(lambda self: self.leases)
    @rule(place=places, delay=delays)
    def nack(self, place: int, delay: int) -> None:
        lease = self._lease(place)
        if self._settle(Nack(lease=lease, failure=FAILURE, delay=float(delay))):
            self.model.nack(int(lease.job_id), delay)

    @precondition(lambda self: self.leases)
    @rule(place=places)
    def reject(self, place: int) -> None:
        lease = self._lease(place)
        if self._settle(Reject(lease=lease, failure=FAILURE)):
            self.model.totals["failed"] += 1
            self.model.end(int(lease.job_id), State.DEAD)

    @precondition(lambda self: self.leases)
    @rule(place=places)
    def release(self, place: int) -> None:
        lease = self._lease(place)
        if self._settle(Release(lease=lease)):
            self.model.give_back(int(lease.job_id), State.READY, self.model.now, fence=1)

    @precondition(lambda self: self.leases)
    @rule(place=places, delay=delays)
    def snooze(self, place: int, delay: int) -> None:
        lease = self._lease(place)
        if self._settle(Snooze(lease=lease, delay=float(delay))):
            due = self.model.now + delay
            self.model.give_back(int(lease.job_id), State.SCHEDULED, due, fence=0)

    @precondition(lambda self: self.leases)
    @rule(place=places)
    def extend(self, place: int) -> None:
        lease = self._lease(place)
        held = self.model.holds(int(lease.job_id), lease.fence)
        assert self.backend.extend([lease]) == [held]
        if held:
            self.model.change(int(lease.job_id), due=self.model.now + LEASE)

    @rule(seconds=st.sampled_from([1, 4, 12, 35]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.backend.maintain()
        self.model.pass_time(seconds)

    @rule(seconds=st.sampled_from([-86_400, -3_600, -20, 20, 3_600, 86_400]))
    def clock_is_put(self, seconds: int) -> None:
        self.clock.step(seconds)
        self.backend.maintain()
        self.model.jump(seconds)

    @precondition(lambda self: self.model.in_state(State.LEASED))
    @rule(seconds=st.sampled_from([LEASE - 1, LEASE + 1, 86_400]))
    def clock_is_put_under_a_lease(self, seconds: int) -> None:
        self.clock_is_put(seconds)

    # What an operator does

    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:
        self.backend.pause(QUEUE, paused)
        self.model.paused = paused

    def _applies(self, verb: Verb, numbers: list[int]) -> list[int]:
        """The jobs `verb` applies to; of those that want a unique key back, the first may."""
        fit, taken = [], {job.key for job in self.model.jobs.values() if job.state in LIVE_STATES}
        for number in numbers:
            job = self.model.jobs[number]
            cell = transition(verb, job.state)
            comes_alive = cell is not None and job.state not in LIVE_STATES and (
                cell.to or job.was
            ) in LIVE_STATES  # fmt: skip
            if cell is None or (comes_alive and job.key is not None and job.key in taken):
                continue
            fit.append(number)
            if comes_alive:
                taken.add(job.key)
        return fit

    def _bulk(self, verb: Verb, place: int) -> list[int]:
        """Do `verb` to up to three jobs, whatever their states; those it applied to."""
        numbers = sorted(self.model.jobs)
        start = place % len(numbers)
        chosen = numbers[start : start + 3]
        applies = self._applies(verb, chosen)
        result: BulkResult = getattr(self.backend, verb)([str(n) for n in chosen])
        assert result.changed == len(applies)
        assert sum(result.skipped.values()) == len(chosen) - len(applies)
        return applies

    @precondition(lambda self: self.model.jobs)
    @rule(place=places)
    def requeue(self, place: int) -> None:
        before = dict(self.model.jobs)
        for number in self._bulk(Verb.REQUEUE, place):
            if before[number].state is State.SCHEDULED:
                self.model.change(number, state=State.READY)
            elif before[number].state is not State.READY:
                self.model.revive(number)

    @precondition(lambda self: self.model.jobs)
    @rule(place=places)
    def replay(self, place: int) -> None:
        for number in self._bulk(Verb.REPLAY, place):
            self.model.revive(number)

    @precondition(lambda self: self.model.in_state(State.LEASED))
    @rule(place=places)
    def operator_release(self, place: int) -> None:
        for number in self._bulk(Verb.RELEASE, place):
            self.model.give_back(number, State.READY, self.model.now, fence=1)

    @precondition(lambda self: self.model.jobs)
    @rule(place=places)
    def cancel(self, place: int) -> None:
        before = dict(self.model.jobs)
        for number in self._bulk(Verb.CANCEL, place):
            leased = before[number].state is State.LEASED
            self.model.change(number, fence=before[number].fence + leased)
            self.model.end(number, State.CANCELLED)

    @precondition(lambda self: self.model.jobs)
    @rule(place=places)
    def purge(self, place: int) -> None:
        for number in self._bulk(Verb.PURGE, place):
            self.model.trash(number)

    @precondition(lambda self: self.model.in_state(State.TRASHED))
    @rule(place=places)
    def restore(self, place: int) -> None:
        for number in self._bulk(Verb.RESTORE, place):
            self.model.restore(number)

    # What must hold after every step

    @invariant()
    def jobs_agree(self) -> None:
        rows = self.backend.jobs(Filter(), limit=1_000).rows
        assert {
            int(row.id): (row.state, row.attempt, row.lost, row.fence, row.trashed_from)
            for row in rows
        } == {
            number: (job.state, job.attempt, job.lost, job.fence, job.was)
            for number, job in self.model.jobs.items()
        }

    @invariant()
    def counts_agree_with_the_jobs(self) -> None:
        counts = self.backend.counts(QUEUE)
        for state in State:
            assert getattr(counts, state) == self.model.count(state), state
        scheduled = self.model.in_state(State.SCHEDULED)
        assert counts.retrying == sum(1 for n in scheduled if self.model.jobs[n].attempt)
        assert counts.bytes == self.model.live

    @invariant()
    def totals_agree(self) -> None:
        counts = self.backend.counts(QUEUE)
        for name in ("enqueued", "claimed", "done", "failed", "dead", "cancelled", "lost"):
            assert getattr(counts, f"{name}_total") == self.model.totals[name], name

    @invariant()
    def the_ledger_balances(self) -> None:
        ledger: dict[str, Any] = self.backend.counts(QUEUE).ledger()
        assert ledger.pop("enqueued") == sum(ledger.values())

    @invariant()
    def fences_only_grow(self) -> None:
        for number, job in self.model.jobs.items():
            assert job.fence >= self.fences.get(number, 0)
            self.fences[number] = job.fence


class MemoryMachine(QueueMachine):
    kind = "memory"


class SqliteMachine(QueueMachine):
    kind = "sqlite"

    @rule()
    def reopen(self) -> None:
        """Close the file in the middle of it all, and go on where it was left."""
        assert self.backend.check() == ()
        self.backend.close()
        self.backend = open_store(self.kind, self._path, self.clock)
        self.model.reopen()


_LIMITS = settings(
    max_examples=50,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

TestMemoryMachine = MemoryMachine.TestCase
TestMemoryMachine.settings = _LIMITS
TestSqliteMachine = SqliteMachine.TestCase
TestSqliteMachine.settings = _LIMITS
