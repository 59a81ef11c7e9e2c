"""The in-memory backend: the whole seam behind one lock.

Owns `MemoryBackend`, which only opens the door: it takes the lock, refuses calls after `close`,
lets a module of this package do the work, and tells listeners which queues changed.
"""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from pillarbox_engine.alarms import Alarm
from pillarbox_engine.backups import Backup, Share, never, untold
from pillarbox_engine.clock import Clock, SystemClock, from_us, to_us
from pillarbox_engine.errors import Unsupported
from pillarbox_engine.file_info import FileInfo
from pillarbox_engine.filters import Filter, Page
from pillarbox_engine.flows import ChildJob, Flow, NewFlow
from pillarbox_engine.intents import OperationPlan
from pillarbox_engine.leasing import Claimed, ClaimRequest, LeaseRef, Report, Settlement
from pillarbox_engine.listeners import Listeners
from pillarbox_engine.memory import (
    admin,
    alarming,
    auditing,
    browsing,
    claiming,
    enqueueing,
    flow_storing,
    operating,
    sampling,
    scheduling,
    settling,
    sweeping,
)
from pillarbox_engine.memory.store import Store
from pillarbox_engine.model import (
    BulkResult,
    Counts,
    DeadGroup,
    Enqueued,
    Event,
    HistoryPoint,
    Job,
    JobSummary,
    NewJob,
    Operation,
    ProcessInfo,
    QueueSummary,
)
from pillarbox_engine.ordering import Order, Stop
from pillarbox_engine.original import Original
from pillarbox_engine.planning import NewSchedule, Schedule
from pillarbox_engine.plans import check_plan
from pillarbox_engine.protocols import Capability, Change, LeaseLostNote
from pillarbox_engine.refusals import closed
from pillarbox_engine.serving import typed
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.standing import Offer

_EVERYTHING = Filter()


class MemoryBackend:
    """A `protocols.Backend` that forgets everything when the process ends."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._store = Store(clock or SystemClock())
        self._lock = threading.RLock()
        self._listeners = Listeners()
        self._closed = False
        self._uuid = str(uuid.uuid4())
        self._opened_us = self._store.now

    @contextmanager
    def _open(self) -> Iterator[Store]:
        with self._lock:
            if self._closed:
                raise closed()
            yield self._store
            touched, self._store.touched = self._store.touched, set()
        if touched:
            self._listeners.notify(Change(frozenset(touched)))

    # Producer

    def enqueue(self, queue: str, jobs: Sequence[NewJob]) -> list[Enqueued]:
        with self._open() as store:
            return enqueueing.enqueue(store, queue, jobs)

    def enqueue_flow(self, flow: NewFlow) -> Enqueued:
        with self._open() as store:
            return flow_storing.enqueue_flow(store, flow)

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset()

    def enqueue_within(
        self, queue: str, jobs: Sequence[NewJob], connection: object
    ) -> list[Enqueued]:
        raise Unsupported(
            "This store cannot enqueue within a transaction",
            "it lives in memory and has no transactions of yours to join",
            "Open a queue file",
        )

    def ensure_queue(self, queue: str, defaults: QueueSettings | None = None) -> None:
        with self._open() as store:
            store.find_or_add(queue, defaults)

    # Consumer

    def claim(self, request: ClaimRequest) -> list[Claimed]:
        with self._open() as store:
            return claiming.claim(store, request)

    def settle(self, settlements: Sequence[Settlement]) -> list[LeaseLostNote | None]:
        with self._open() as store:
            return [settling.settle(store, settlement) for settlement in settlements]

    def exchange(
        self, settlements: Sequence[Settlement], request: ClaimRequest
    ) -> tuple[list[LeaseLostNote | None], list[Claimed]]:
        return self.settle(settlements), self.claim(request)

    def stand_by(self, offer: Offer) -> Callable[[], None]:
        """It stores no job under a lease: every one is claimed."""
        return lambda: None

    def extend(self, leases: Sequence[LeaseRef], seconds: float | None = None) -> list[bool]:
        with self._open() as store:
            return [settling.extend(store, lease, seconds) for lease in leases]

    def holds(self, leases: Sequence[LeaseRef]) -> list[bool]:
        with self._open() as store:
            return [settling.held(store, lease) is not None for lease in leases]

    def report(self, reports: Sequence[Report]) -> list[bool]:
        with self._open() as store:
            return [settling.report(store, entry) for entry in reports]

    def mark_started(self, slot: int, lease: LeaseRef | None) -> None:
        with self._open() as store:
            if lease is None:
                store.started.pop(slot, None)
            else:
                store.started[slot] = (lease.job_id, lease.fence)

    def next_due(self, queues: Sequence[str]) -> datetime | None:
        with self._open() as store:
            return claiming.next_due(store, queues)

    def serve(
        self, queues: Sequence[str], threads: int, given_up: int = 0,
        types: Mapping[str, Sequence[str]] | None = None,
    ) -> None:  # fmt: skip
        with self._open() as store:
            store.serving = (tuple(queues), threads, given_up)
            store.served_types = typed(types)
            store.touched.update(name for name in queues if name in store.queues)

    # Inspector

    def queues(self) -> tuple[QueueSummary, ...]:
        with self._open() as store:
            return sampling.summaries(store)

    def counts(self, queue: str | None = None) -> Counts:
        with self._open() as store:
            return store.counts(queue)

    def jobs(
        self, where: Filter = _EVERYTHING, *, order: Order | None = None, limit: int = 100,
        cursor: str | None = None, stop: Stop | None = None,
    ) -> Page[JobSummary]:  # fmt: skip
        with self._open() as store:
            return browsing.jobs(store, where, order, limit, cursor)

    def count(self, where: Filter, *, limit: int = 1_000_000, stop: Stop | None = None) -> int:
        with self._open() as store:
            return browsing.count(store, where, limit)

    def job(self, job_id: str) -> Job:
        with self._open() as store:
            return browsing.job(store, job_id)

    def flow(self, job_id: str) -> Flow:
        with self._open() as store:
            return flow_storing.flow_of(store, browsing.found(store, job_id))

    def children(self, job_id: str) -> tuple[ChildJob, ...]:
        with self._open() as store:
            return flow_storing.children_of(store, browsing.found(store, job_id))

    def originals(self, job_ids: Sequence[str]) -> tuple[Original, ...]:
        with self._open() as store:
            return browsing.originals(store, job_ids)

    def backup(self, target: str, *, tell: Share = untold, stop: Stop = never) -> Backup:
        raise Unsupported(
            "This store cannot be copied", "it lives in memory", "Export its jobs instead"
        )

    def histories(self, job_ids: Sequence[str]) -> dict[str, tuple[Event, ...]]:
        with self._open() as store:
            return browsing.histories(store, job_ids)

    def dead_groups(self, queue: str | None = None) -> tuple[DeadGroup, ...]:
        with self._open() as store:
            return browsing.dead_groups(store, queue)

    def due_times(self, queue: str | None = None, *, limit: int = 5_000) -> tuple[datetime, ...]:
        with self._open() as store:
            return browsing.due_times(store, queue, limit)

    def history(
        self, queue: str | None, since: datetime, *, points: int = 600
    ) -> tuple[HistoryPoint, ...]:
        with self._open() as store:
            return sampling.history(store, queue, since, points)

    def processes(self) -> tuple[ProcessInfo, ...]:
        with self._open() as store:
            (serving, threads, given_up), types = store.serving, store.served_types
            leased = store.counts(None).leased
        own = ProcessInfo(
            id="1", pid=os.getpid(), host=socket.gethostname(), kind="memory",
            registered_at=from_us(self._opened_us), alive=True, own=True, threads=threads,
            leased=leased, given_up=given_up, serving=serving, types=types,
            maintainer=True,
        )  # fmt: skip
        return (own,)

    def operations(self, limit: int = 100) -> tuple[Operation, ...]:
        with self._open() as store:
            return operating.operations(store, limit)

    def operation(self, operation_id: str) -> Operation:
        with self._open() as store:
            return operating.operation(store, operation_id)

    def schedules(self) -> tuple[Schedule, ...]:
        with self._open() as store:
            return scheduling.all_schedules(store)

    def ahead(self, job_id: str) -> JobSummary | None:
        with self._open() as store:
            return browsing.ahead(store, job_id)

    def alarms(self, limit: int = 100) -> tuple[Alarm, ...]:
        with self._open() as store:
            return alarming.alarms(store, limit)

    def file_info(self) -> FileInfo:
        with self._open() as store:
            size = sum(row.payload_bytes for row in store.rows.values())
            return FileInfo(
                label="memory", uuid=self._uuid, size=size, wal_size=0, read_only=False,
                sequence=store.sequence,
            )  # fmt: skip

    # Admin

    def configure(self, queue: str, settings: QueueSettings) -> None:
        with self._open() as store:
            admin.configure(store, queue, settings)

    def pause(self, queue: str, paused: bool = True) -> None:
        with self._open() as store:
            admin.set_mode(store, queue, "paused" if paused else "running")

    def drain(self, queue: str) -> None:
        with self._open() as store:
            admin.set_mode(store, queue, "draining")

    def requeue(self, job_ids: Sequence[str]) -> BulkResult:
        with self._open() as store:
            return admin.requeue(store, job_ids)

    def replay(
        self, job_ids: Sequence[str], *, to: str | None = None, rate: float | None = None,
        start_at: datetime | None = None, operation: str | None = None,
    ) -> BulkResult:  # fmt: skip
        start_us = None if start_at is None else to_us(start_at)
        with self._open() as store:
            return admin.replay(
                store, job_ids, to=to, rate=rate, start_us=start_us, operation=operation
            )

    def release(self, job_ids: Sequence[str]) -> BulkResult:
        with self._open() as store:
            return admin.release(store, job_ids)

    def cancel(self, job_ids: Sequence[str], reason: str = "") -> BulkResult:
        with self._open() as store:
            return admin.cancel(store, job_ids, reason)

    def purge(self, job_ids: Sequence[str], *, operation: str | None = None) -> BulkResult:
        with self._open() as store:
            return admin.purge(store, job_ids, operation)

    def restore(self, job_ids: Sequence[str]) -> BulkResult:
        with self._open() as store:
            return admin.restore(store, job_ids)

    def erase(self, job_ids: Sequence[str]) -> BulkResult:
        with self._open() as store:
            return admin.erase_all(store, job_ids)

    def begin_operation(self, verb: str, what: str) -> str:
        with self._open() as store:
            return admin.begin_operation(store, verb, what)

    def put_schedule(self, plan: NewSchedule) -> Schedule:
        checked = check_plan(plan)
        with self._open() as store:
            return scheduling.put(store, checked)

    def remove_schedule(self, name: str) -> None:
        with self._open() as store:
            scheduling.remove(store, name)

    def pause_schedule(self, name: str, paused: bool = True) -> None:
        with self._open() as store:
            scheduling.pause(store, name, paused)

    def run_schedule(self, name: str) -> Enqueued:
        with self._open() as store:
            return scheduling.run(store, name)

    def start_operation(self, plan: OperationPlan) -> Operation:
        with self._open() as store:
            return operating.start(store, plan)

    def advance_operation(self, operation_id: str) -> Operation:
        with self._open() as store:
            return operating.advance(store, operation_id)

    def cancel_operation(self, operation_id: str) -> Operation:
        with self._open() as store:
            return operating.cancel(store, operation_id)

    def undo_operation(self, operation_id: str) -> Operation:
        with self._open() as store:
            return operating.undo(store, operation_id)

    # Changes, and the whole

    def subscribe(
        self, listener: Callable[[Change], None], *, prompt: bool = False
    ) -> Callable[[], None]:
        with self._open():
            return self._listeners.subscribe(listener, prompt=prompt)

    def maintain(self) -> float:
        with self._open() as store:
            sweeping.sweep(store, list(store.queues.values()))
            scheduling.fire_due(store)
            sweeping.prune(store)
            operating.maintain(store)
            alarming.watch(store)
            sampling.sample(store)
            return min(sweeping.rest(store), max(sweeping.SHORTEST_REST, operating.rest(store)))

    def check(self) -> tuple[str, ...]:
        with self._open() as store:
            return auditing.audit(store)

    def remarks(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        with self._lock:
            self._closed = True
        self._listeners.close()
