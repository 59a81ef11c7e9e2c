"""The durable backend: the seam's verbs over one SQLite file.

Hands each verb to the module that owns its rule, inside one durable transaction. Reading is in
`inspecting`, the parts of the open file in `open_file`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import apsw

from pillarbox_engine.clock import Clock, from_us_or_none, to_us
from pillarbox_engine.errors import StorageFault
from pillarbox_engine.flows import NewFlow
from pillarbox_engine.intents import OperationPlan
from pillarbox_engine.jumps import Jumps
from pillarbox_engine.leasing import Claimed, ClaimRequest, LeaseRef, Report, Settlement
from pillarbox_engine.model import BulkResult, Enqueued, NewJob, Operation
from pillarbox_engine.planning import NewSchedule, Schedule
from pillarbox_engine.plans import check_plan
from pillarbox_engine.protocols import Capability, Change, LeaseLostNote
from pillarbox_engine.refusals import closed
from pillarbox_engine.settings import LEASES, REPLAY_RATES, QueueSettings, check, check_number
from pillarbox_engine.sqlite import (
    admin,
    checking,
    claim,
    claim_check,
    enqueue,
    files,
    heads,
    litter,
    operating,
    overview,
    payloads,
    queue_rows,
    registry,
    retention,
    scheduling,
    settle,
    upkeep,
)
from pillarbox_engine.sqlite.claim import Unread
from pillarbox_engine.sqlite.enqueue import Call
from pillarbox_engine.sqlite.enqueue_flow import FlowCall, enqueue_flow, new_flow_call
from pillarbox_engine.sqlite.files import Place
from pillarbox_engine.sqlite.inspecting import InspectorSide
from pillarbox_engine.sqlite.job_rows import number_of
from pillarbox_engine.sqlite.joined import Joined
from pillarbox_engine.sqlite.open_file import OpenFile
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.standing import Offer

REAP_EVERY_US = 50_000
"""How long a claim trusts that no lease has run out: the maintainer looks too."""


class SqliteBackend(InspectorSide):
    """A `protocols.Backend` in one file. Safe to share between threads, not across a fork."""

    def __init__(
        self, place: Place, clock: Clock, connect: Callable[[Path], apsw.Connection],
        notices: tuple[str, ...],
    ) -> None:  # fmt: skip
        super().__init__(OpenFile(place, clock, connect), notices)
        self._jumps = Jumps(clock)
        self._nonces = enqueue.Nonces()
        self._joined = Joined(place, self._file.uuid, clock, self._file.committed_elsewhere)
        self._litter = litter.Litter(place.side, clock)
        self._last_id = self._reap_at_us = 0

    def start(self, kind: str) -> None:
        """Begin to take part: register, watch, recover what dead processes held."""
        recovered = self._file.start(kind)
        if self._leases_ran_out():
            self._jumps.came_late()
        count = recovered.lost + recovered.released
        if count:
            self._notices += (f"{count} lease{'s were' if count > 1 else ' was'} recovered",)

    # Producer

    def enqueue(self, queue: str, jobs: Sequence[NewJob]) -> list[Enqueued]:
        """Store jobs durably, all or none."""
        call = enqueue.new_call(queue, jobs, self._nonces)
        try:
            answers = claim_check.run(call, self._file.side, self._now(), self._store)
        except StorageFault as fault:
            given = jobs[0].idempotency_key if jobs else None
            fault.idempotency_key = given or enqueue.made_key(self._last_id, call.nonce)
            raise
        if answers:
            self._last_id = max(self._last_id, int(answers[-1].id))
        return answers

    @property
    def capabilities(self) -> frozenset[Capability]:
        """All there is."""
        return frozenset(Capability)

    def enqueue_within(
        self, queue: str, jobs: Sequence[NewJob], connection: object
    ) -> list[Enqueued]:
        """Store jobs within the transaction open on `connection`, an `apsw.Connection`."""
        self._file.joinable()
        call, found = enqueue.new_call(queue, jobs, self._nonces), self._joined.require(connection)
        return claim_check.run(
            call, self._file.side, self._now(), lambda c: self._joined.enqueue(found, c)
        )

    def _store(self, call: Call) -> list[Enqueued]:
        return self._file.grow(enqueue.Enqueue(call))

    def enqueue_flow(self, flow: NewFlow) -> Enqueued:
        """Store a parent and its children durably, all or none."""
        call = new_flow_call(flow, self._nonces)

        def store(call: Call) -> Enqueued:
            return self._file.grow(lambda t: enqueue_flow(t, FlowCall(flow, call)))

        try:
            answer = claim_check.run(call, self._file.side, self._now(), store)
        except StorageFault as fault:
            key = flow.job.idempotency_key
            fault.idempotency_key = key or enqueue.made_key(self._last_id, call.nonce)
            raise
        self._last_id = max(self._last_id, int(answer.id))
        return answer

    def ensure_queue(self, queue: str, defaults: QueueSettings | None = None) -> None:
        """Create a queue unless it exists."""
        self._file.write(lambda t: queue_rows.find_or_add(t, queue, defaults))

    # Consumer

    def claim(self, request: ClaimRequest) -> list[Claimed]:
        """Lease what may run now."""
        unread = Unread()
        self._file.room.require()
        if not self._is_worth_claiming(request):
            return []
        taken = self._file.write(lambda t: self._lease(t, request, unread))
        return self._fetched(request, taken, unread) if unread else taken

    def _lease(
        self, transaction: Transaction, request: ClaimRequest, unread: Unread
    ) -> list[Claimed]:
        if self._file.left:
            raise closed()
        return claim.claim(transaction, request, self._file.process_id or 0, unread)

    def _fetched(
        self, request: ClaimRequest, taken: list[Claimed], unread: Unread
    ) -> list[Claimed]:
        """The claims with the payloads their rows do not hold; damaged ones end as dead letters,
        and where that leaves none, others are claimed."""
        whole, damaged = payloads.fetch(taken, unread, self._file.side)
        if damaged:
            self.settle(damaged)
        return whole or (self.claim(request) if damaged else [])

    def _is_worth_claiming(self, request: ClaimRequest) -> bool:
        """Return what ran out by now, and say whether a claim may bring something."""
        self._reap()
        if not request.chooses:
            return True
        with self._file.read() as reading:
            return claim.may_bring(reading, request, self._now())

    def _reap(self) -> None:
        now_us = self._file.clock.monotonic_us()
        if now_us < self._reap_at_us or not self._jumps.settled():
            return
        self._reap_at_us = now_us + REAP_EVERY_US
        if self._leases_ran_out():
            self._file.write(upkeep.reap_leases)

    def _leases_ran_out(self) -> bool:
        with self._file.read() as reading:
            return bool(reading.rows("expired_leases", (self._now(), 1)))

    def settle(self, settlements: Sequence[Settlement]) -> list[LeaseLostNote | None]:
        """Settle each lease on its own."""
        return self._file.write(lambda t: settle.settle(t, settlements))

    def exchange(
        self, settlements: Sequence[Settlement], request: ClaimRequest
    ) -> tuple[list[LeaseLostNote | None], list[Claimed]]:
        """Settle, then claim, in one commit."""
        unread = Unread()
        if self._file.room.full or not self._is_worth_claiming(request):
            return self.settle(settlements) if settlements else [], []
        notes, taken = self._file.write(
            lambda t: (settle.settle(t, settlements), self._lease(t, request, unread))
        )
        return notes, self._fetched(request, taken, unread) if unread else taken

    def stand_by(self, offer: Offer) -> Callable[[], None]:
        """Lease jobs to `offer` as they are stored."""
        self._file.offers.add(offer)
        return lambda: self._stand_down(offer)

    def _stand_down(self, offer: Offer) -> None:
        self._file.offers.drop(offer)
        # Whatever is being committed now still counts with it; this comes after that.
        self._file.write(lambda t: None)

    def extend(self, leases: Sequence[LeaseRef], seconds: float | None = None) -> list[bool]:
        """Let leases run on from now."""
        if seconds is not None:
            check_number("seconds", seconds, *LEASES)
        return self._file.write(lambda t: settle.extend(t, leases, seconds))

    def holds(self, leases: Sequence[LeaseRef]) -> list[bool]:
        """Whether each lease is still valid."""
        with self._file.read() as reading:
            return settle.holds(reading, leases)

    def report(self, reports: Sequence[Report]) -> list[bool]:
        """Store progress and log lines."""
        return self._file.write(lambda t: settle.report(t, reports))

    def mark_started(self, slot: int, lease: LeaseRef | None) -> None:
        """Note what a worker thread runs, surviving a kill of this process."""
        number, fence = (0, 0) if lease is None else (number_of(lease.job_id), lease.fence)
        self._file.mark(slot, number, fence)

    def next_due(self, queues: Sequence[str]) -> datetime | None:
        """When a job may become claimable by time alone."""
        with self._file.read() as reading:
            rows = [queue for queue in overview.all_queues(reading) if queue.name in set(queues)]
            return from_us_or_none(overview.next_due(reading, rows, self._now()))

    def serve(
        self, queues: Sequence[str], threads: int, given_up: int = 0,
        types: Mapping[str, Sequence[str]] | None = None,
    ) -> None:  # fmt: skip
        """Tell what this process' workers serve."""
        own = self._file.process_id or 0
        self._file.write(lambda t: registry.serve(t, own, queues, threads, given_up, types))

    # Admin

    def configure(self, queue: str, settings: QueueSettings) -> None:
        """Set a queue's settings for every process."""
        check(settings)
        self._file.write(lambda t: admin.configure(t, queue, settings))

    def pause(self, queue: str, paused: bool = True) -> None:
        """Stop claims, or start them again."""
        self._file.write(lambda t: admin.set_mode(t, queue, "paused" if paused else "running"))

    def drain(self, queue: str) -> None:
        """Stop claims and say so until what is in flight has finished."""
        self._file.write(lambda t: admin.set_mode(t, queue, "draining"))

    def requeue(self, job_ids: Sequence[str]) -> BulkResult:
        """Make jobs ready now."""
        return self._file.write(lambda t: admin.requeue(t, job_ids))

    def replay(
        self, job_ids: Sequence[str], *, to: str | None = None, rate: float | None = None,
        start_at: datetime | None = None, operation: str | None = None,
    ) -> BulkResult:  # fmt: skip
        """Dead letters back to work."""
        if rate is not None:
            check_number("rate", rate, *REPLAY_RATES)
        start = None if start_at is None else to_us(start_at)
        return self._file.write(
            lambda t: admin.replay(
                t, job_ids, to=to, rate=rate, start_us=start, operation=operation
            )
        )

    def release(self, job_ids: Sequence[str]) -> BulkResult:
        """Take leased jobs from their workers."""
        return self._file.write(lambda t: admin.release(t, job_ids))

    def cancel(self, job_ids: Sequence[str], reason: str = "") -> BulkResult:
        """End live jobs without running them."""
        return self._file.write(lambda t: admin.cancel(t, job_ids, reason))

    def purge(self, job_ids: Sequence[str], *, operation: str | None = None) -> BulkResult:
        """Move jobs to the trash."""
        return self._file.write(lambda t: admin.purge(t, job_ids, operation))

    def restore(self, job_ids: Sequence[str]) -> BulkResult:
        """Take jobs out of the trash."""
        return self._file.write(lambda t: admin.restore(t, job_ids))

    def erase(self, job_ids: Sequence[str]) -> BulkResult:
        """Delete jobs in the trash for good."""
        return self._file.write(lambda t: admin.erase(t, job_ids))

    def begin_operation(self, verb: str, what: str) -> str:
        """Open a journal entry."""
        return self._file.write(lambda t: admin.begin_operation(t, verb, what))

    def put_schedule(self, plan: NewSchedule) -> Schedule:
        """Store a schedule, or change it."""
        checked = check_plan(plan)
        return self._file.write(lambda t: scheduling.put(t, checked))

    def remove_schedule(self, name: str) -> None:
        """Forget a schedule."""
        self._file.write(lambda t: scheduling.remove(t, name))

    def pause_schedule(self, name: str, paused: bool = True) -> None:
        """Stop a schedule, or start it again."""
        self._file.write(lambda t: scheduling.pause(t, name, paused))

    def run_schedule(self, name: str) -> Enqueued:
        """Enqueue a schedule's job now."""
        side = self._file.side
        return claim_check.store_first(
            side, self._now(),
            lambda stored: self._file.grow(lambda t: scheduling.run(t, name, stored)),
        )  # fmt: skip

    def start_operation(self, plan: OperationPlan) -> Operation:
        """Freeze the jobs of a plan and let it begin."""
        return operating.start(self._file, plan, self._now())

    def advance_operation(self, operation_id: str) -> Operation:
        """Do a chunk of what may be done now."""
        return self._file.write(lambda t: operating.advance(t, operation_id))

    def cancel_operation(self, operation_id: str) -> Operation:
        """Stop an operation for good."""
        return self._file.write(lambda t: operating.cancel(t, operation_id))

    def undo_operation(self, operation_id: str) -> Operation:
        """Begin the operation that takes another one back."""
        own = self._file.process_id
        return self._file.write(lambda t: operating.undo(t, operation_id, own))

    # Changes and upkeep

    def subscribe(
        self, listener: Callable[[Change], None], *, prompt: bool = False
    ) -> Callable[[], None]:
        """Tell `listener` of changes, here or in another process."""
        return self._file.listeners.subscribe(listener, prompt=prompt)

    def maintain(self) -> float:
        """Do what is due; seconds until more may be."""
        own = self._file.process_id
        if own is None:
            return upkeep.TICK
        with files.refused(self._file.place.path):
            return self._maintain(own)

    def _maintain(self, own: int) -> float:
        self._file.tend()
        reap, now = self._jumps.settled(), self._now()
        with self._file.read() as reading:
            due = upkeep.look(reading, own, now, reap=reap)
            wait = upkeep.pause(reading, now)
            rubbish = self._litter.look(reading)
        if rubbish:
            self._file.write(lambda t: litter.collect(t, rubbish))
        ours = bool(due) and self._sweep(own, due, reap=reap)
        return retention.BREATH if ours and due.more else wait

    def _sweep(self, own: int, due: upkeep.Due, *, reap: bool) -> bool:
        """Whether the sweep was ours to do."""
        side = self._file.side
        done = claim_check.store_first(
            side, self._now(),
            lambda stored: self._file.write(
                lambda t: upkeep.sweep(t, side, own, due, reap=reap, stored=stored)
            ),
        )  # fmt: skip
        if done is None:
            return False
        if due.dead:
            self._file.tidy()
        for operation in due.operations:
            self.advance_operation(operation)
        return True

    def check(self) -> tuple[str, ...]:
        """Every broken promise found in the file."""
        side = self._file.side
        expected = heads.highest(side, self._file.uuid) if side.is_dir() else None
        with self._file.read() as reading:
            return checking.check(reading, expected, self._file.place)

    def remarks(self) -> tuple[str, ...]:
        """What lies beside the file to no use."""
        with self._file.read() as reading:
            left = litter.left_over(reading, self._file.side, self._now())
        return litter.told(left)

    def close(self) -> None:
        """Leave the register and release everything."""
        self._file.close()
