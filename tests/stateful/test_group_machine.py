"""Random lives of a queue of groups, on every backend, judged by a rule of a few lines.

Every verb there is meets grouped jobs in any state. After each step what may be claimed must be
just the head of each group, as `_expected` works it out from what the backend lists; and each
claim is checked against it. Which group's turn it is, is the contract suite's to say.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pillarbox_engine.clock import ManualClock, from_us
from pillarbox_engine.errors import QueueFull
from pillarbox_engine.filters import Filter
from pillarbox_engine.flows import NewFlow
from pillarbox_engine.leasing import (
    Ack,
    CancelLease,
    Claimed,
    ClaimRequest,
    LeaseRef,
    Lost,
    Nack,
    Reject,
    Release,
    Settlement,
    Snooze,
)
from pillarbox_engine.model import Failure, JobSummary, NewJob
from pillarbox_engine.settings import QueueSettings, RateLimit
from pillarbox_engine.states import GroupRetry, HeldBy, OnFull, State, Verb
from pillarbox_engine.uniqueness import Unique
from tests.contract.workshop import open_store

QUEUES = ("one", "two")
FAILURE = Failure(type="ValueError", message="broken", fingerprint="f")
TERMS = Unique(replace=frozenset({"run_at", "priority", "payload"}))
BASE = QueueSettings(lease=30.0, max_attempts=2, max_lost=2, keep_done=3, max_depth=12)
CHANGES = (
    {"group_retry": GroupRetry.YIELD},
    {"group_retry": GroupRetry.BLOCK},
    {"group_rate_limit": RateLimit(2, per=20.0)},
    {"group_rate_limit": None},
    {"ageing": 5.0},
    {"ageing": None},
)
groups = st.sampled_from(["a", "a", "b", None])
queues = st.sampled_from(QUEUES)
places = st.integers(0, 50)
delays = st.sampled_from([0.0, 5.0, 40.0])
kinds = st.sampled_from(["ack", "ack", "nack", "reject", "release", "snooze", "cancel", "lose"])
BULK = (Verb.REQUEUE, Verb.REPLAY, Verb.RELEASE, Verb.CANCEL, Verb.PURGE, Verb.RESTORE, Verb.ERASE)


class GroupMachine(RuleBasedStateMachine):
    """Does anything to a backend, and looks at who may be claimed."""

    kind = ""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.clock = ManualClock()
        path = Path(self._folder.name) / "jobs.pillarbox"
        self.backend = open_store(self.kind, path, self.clock)
        self.settings = dict.fromkeys(QUEUES, BASE)
        for queue in QUEUES:
            self.backend.configure(queue, BASE)
        self.leases: list[LeaseRef] = []
        self.starts: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.put_off: set[str] = set()
        """Jobs that had their turn and are to run again later: what blocks a group."""

    def teardown(self) -> None:
        try:
            assert self.backend.check() == ()
        finally:
            self.backend.close()
            self._folder.cleanup()

    def _rows(self) -> list[JobSummary]:
        return sorted(self.backend.jobs(Filter(), limit=1_000).rows, key=lambda row: int(row.id))

    # What comes in

    @rule(queue=queues, members=st.lists(groups, min_size=1, max_size=4), delay=delays,
          priority=st.integers(0, 2), full=st.booleans())  # fmt: skip
    def enqueue(
        self, queue: str, members: list[str | None], delay: float, priority: int, full: bool
    ) -> None:
        if full:
            self._configure(queue, on_full=OnFull.DROP_OLDEST)
        expires = None if delay else from_us(self.clock.now_us()) + timedelta(seconds=25)
        jobs = [
            NewJob(payload_json="1", group=group, delay=delay, priority=priority,
                   expires_at=expires if full else None)
            for group in members
        ]  # fmt: skip
        try:
            self.backend.enqueue(queue, jobs)
        except QueueFull:
            return

    @rule(queue=queues, group=groups, delay=delays, key=st.sampled_from(["k", "l"]))
    def enqueue_unique(self, queue: str, group: str | None, delay: float, key: str) -> None:
        job = NewJob(payload_json="1", group=group, delay=delay, unique_key=key, unique=TERMS)
        try:
            (answer,) = self.backend.enqueue(queue, [job])
        except QueueFull:
            return
        if answer.replaced:
            self.put_off.discard(answer.id)

    @rule(queue=queues, parent=groups, child=groups)
    def enqueue_flow(self, queue: str, parent: str | None, child: str | None) -> None:
        kept = NewFlow(queue=queue, job=NewJob(payload_json="1", group=child))
        try:
            self.backend.enqueue_flow(
                NewFlow(queue=queue, job=NewJob(payload_json="1", group=parent), children=(kept,))
            )
        except QueueFull:
            return

    def _configure(self, queue: str, **changes: object) -> None:
        self.settings[queue] = self.settings[queue].changed(**changes)
        self.backend.configure(queue, self.settings[queue])

    @rule(queue=queues, change=st.sampled_from(CHANGES))
    def configure(self, queue: str, change: dict[str, object]) -> None:
        self._configure(queue, **change)
        if self._limit(queue) is None:
            self.starts = defaultdict(list, {k: v for k, v in self.starts.items() if k[0] != queue})

    # What workers do

    @rule(queue=queues, limit=st.integers(1, 3))
    def claim_some(self, queue: str, limit: int) -> None:
        self._claim(queue, limit)

    @rule(queue=queues)
    def claim_all(self, queue: str) -> None:
        self.backend.maintain()
        expected = self._expected(queue)
        lost = {row.id for row in self._rows() if row.lost}
        claimed = set(self._claim(queue, 1_000))
        assert claimed <= expected
        assert claimed == expected or lost & expected

    def _claim(self, queue: str, limit: int) -> list[str]:
        claimed = self.backend.claim(ClaimRequest(queues=(queue,), limit=limit))
        self.leases += [job.lease for job in claimed]
        for job in claimed:
            self._started(queue, job)
        return [job.lease.job_id for job in claimed]

    def _started(self, queue: str, job: Claimed) -> None:
        """Once it is set, no window of a group's limit holds more starts than it allows."""
        group, limit = self.backend.job(job.lease.job_id).group, self._limit(queue)
        if group is None or limit is None:
            return
        starts, now = self.starts[queue, group], self.clock.now_us()
        starts.append(now)
        assert sum(1 for at in starts if at > now - limit.per * 1e6) <= limit.max

    def _limit(self, queue: str) -> RateLimit | None:
        return self.settings[queue].group_rate_limit

    @precondition(lambda self: self.leases)
    @rule(place=places, kind=kinds, delay=delays)
    def settle(self, place: int, kind: str, delay: float) -> None:
        lease = self.leases[-6:][place % len(self.leases[-6:])]
        (note,) = self.backend.settle([_settlement(kind, lease, delay)])
        if note is None and kind in ("nack", "snooze"):
            self.put_off.add(lease.job_id)

    @precondition(lambda self: self.leases)
    @rule()
    def ack_many(self) -> None:
        self.backend.settle([Ack(lease=lease) for lease in self.leases[-20:]])

    @rule(seconds=st.sampled_from([1, 6, 31]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.backend.maintain()

    # What an operator does

    @precondition(lambda self: self._rows())
    @rule(verb=st.sampled_from(BULK), place=places, number=st.integers(1, 5))
    def bulk(self, verb: Verb, place: int, number: int) -> None:
        rows = self._rows()
        start = place % len(rows)
        chosen = [row.id for row in rows[start : start + number]]
        try:
            getattr(self.backend, verb)(chosen)
        except QueueFull:
            return
        if verb in (Verb.REQUEUE, Verb.REPLAY):
            self.put_off.difference_update(chosen)

    @precondition(lambda self: self._rows())
    @rule(place=places, to=st.sampled_from([None, *QUEUES]), rate=st.sampled_from([None, 0.1]))
    def replay(self, place: int, to: str | None, rate: float | None) -> None:
        dead = [row.id for row in self._rows() if row.state is State.DEAD][place % 3 :]
        try:
            self.backend.replay(dead, to=to, rate=rate)
        except QueueFull:
            return
        self.put_off.difference_update(dead)

    # Who may be claimed

    def _expected(self, queue: str) -> set[str]:
        """The heads of the queue's groups, and its ready jobs without a group."""
        rows = [row for row in self._rows() if row.queue == queue]
        free = {row.id for row in rows if row.group is None and row.state is State.READY}
        for group in {row.group for row in rows if row.group is not None}:
            members = [row for row in rows if row.group == group]
            head = self._head(queue, members)
            if head is not None and head.held_by is not HeldBy.LIMIT:
                free.add(head.id)
        return free

    def _head(self, queue: str, members: list[JobSummary]) -> JobSummary | None:
        if any(row.state is State.LEASED for row in members):
            return None
        blocks = self.settings[queue].group_retry is GroupRetry.BLOCK
        waited_for = {State.READY, State.SCHEDULED} if blocks else {State.READY}
        line = [
            row for row in members
            if row.state is State.READY or (row.state in waited_for and row.id in self.put_off)
        ]  # fmt: skip
        return line[0] if line and line[0].state is State.READY else None

    @invariant()
    def who_is_held_is_held_for_a_reason(self) -> None:
        """Of a group's ready jobs all but the head are held by it, and the head only by a limit."""
        rows = self._rows()
        for queue, group in {(row.queue, row.group) for row in rows if row.group is not None}:
            members = [row for row in rows if (row.queue, row.group) == (queue, group)]
            assert sum(1 for row in members if row.state is State.LEASED) <= 1
            ready = [row for row in members if row.state is State.READY]
            freed = [row for row in ready if row.held_by is not HeldBy.GROUP]
            assert len(freed) <= 1
            assert not freed or freed[0] is ready[0]
            assert all(row.held_by is not HeldBy.LIMIT or self._limit(queue) for row in freed)

    @invariant()
    def nothing_else_is_held(self) -> None:
        for row in self._rows():
            assert row.held_by is None or (row.group is not None and row.state is State.READY)

    @invariant()
    def the_store_finds_itself_whole(self) -> None:
        """Among it: no group's head is held by nothing."""
        assert self.backend.check() == ()


def _settlement(kind: str, lease: LeaseRef, delay: float) -> Settlement:
    match kind:
        case "nack":
            return Nack(lease=lease, failure=FAILURE, delay=delay)
        case "reject":
            return Reject(lease=lease, failure=FAILURE)
        case "release":
            return Release(lease=lease)
        case "snooze":
            return Snooze(lease=lease, delay=delay)
        case "cancel":
            return CancelLease(lease=lease, reason="")
        case "lose":
            return Lost(lease=lease)
    return Ack(lease=lease)


class MemoryGroups(GroupMachine):
    kind = "memory"


class SqliteGroups(GroupMachine):
    kind = "sqlite"


_LIMITS = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

TestMemoryGroups = MemoryGroups.TestCase
TestMemoryGroups.settings = _LIMITS
TestSqliteGroups = SqliteGroups.TestCase
TestSqliteGroups.settings = _LIMITS
