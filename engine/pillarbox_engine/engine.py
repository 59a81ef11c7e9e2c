"""What a program holds: one engine over one backend.

Owns `Engine`: queues, jobs, change hints, and the orderly end. It knows which process opened it,
since neither the store's locks nor the threads survive a fork.
"""

from __future__ import annotations

import logging
import os
import random as _random
import threading
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType

from pillarbox_engine import arguments, names
from pillarbox_engine.alarms import Alarm
from pillarbox_engine.backoff import Random
from pillarbox_engine.backups import Backup, Share, never, untold
from pillarbox_engine.child import refuse_while_importing
from pillarbox_engine.clock import Clock, SystemClock, from_us, seconds_to_us
from pillarbox_engine.delivery import Delivery
from pillarbox_engine.errors import EnvironmentFault, ProgrammingFault
from pillarbox_engine.filters import Filter
from pillarbox_engine.flows import Flow
from pillarbox_engine.giving_way import GivingWay
from pillarbox_engine.handle import OperationHandle
from pillarbox_engine.hints import Hints
from pillarbox_engine.isolation import Isolation, isolated, isolation_named
from pillarbox_engine.leasing import Claimed, LeaseRef, Release
from pillarbox_engine.maintenance import Maintenance
from pillarbox_engine.model import Counts, Enqueued, Job, JobSummary, QueueSummary
from pillarbox_engine.ordering import Order, Stop, parse_order
from pillarbox_engine.planning import Schedule
from pillarbox_engine.pool import Handlers, OnProblem, PoolParts
from pillarbox_engine.protocols import Backend, Change
from pillarbox_engine.query import given
from pillarbox_engine.queues import Queue
from pillarbox_engine.refusals import closed
from pillarbox_engine.serving import Serving
from pillarbox_engine.settings import QueueSettings, check_number
from pillarbox_engine.settings import check as check_settings
from pillarbox_engine.slots import Slots
from pillarbox_engine.why import look, why
from pillarbox_engine.worker import Worker

LOG = logging.getLogger("pillarbox")


class Engine:
    """An open store. Safe to share between threads, not between processes.

    It owns `backend` and closes it. `maintain`: whether this process takes its turn at the
    maintenance of the store; a short-lived producer need not.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        clock: Clock | None = None,
        random: Random = _random.random,
        maintain: bool = True,
    ) -> None:
        refuse_while_importing()
        self._backend, self._pid = backend, os.getpid()
        self.clock: Clock = clock or SystemClock()
        self.random = random
        self.hints = Hints(backend)
        self._lock = threading.Lock()
        self._closing = False
        self._closed = threading.Event()
        self._slots, self._serving = Slots(), Serving(backend)
        self._giving_way = GivingWay()
        self._deliveries: dict[LeaseRef, int] = {}
        self._workers: list[Worker] = []
        self._maintenance = Maintenance(backend) if maintain else None
        if self._maintenance is not None:
            self._maintenance.start()

    @property
    def backend(self) -> Backend:
        """The seam below, for what has no shorthand here. `EngineClosed`, `ProgrammingFault`."""
        self._check_open()
        return self._backend

    def _check_open(self) -> None:
        self._check_process()
        if self._closing:
            raise closed()

    def queue(self, name: str, defaults: QueueSettings | None = None) -> Queue:
        """The queue `name`; it comes into being with its first job, or now with `defaults`.

        `defaults` are the settings it is created with; an existing queue keeps its own, and
        `Queue.notices` and a warning in the log tell where they differ.
        """
        names.check_queue_name(name)
        backend = self.backend
        if defaults is not None:
            check_settings(arguments.kind("defaults", defaults, QueueSettings))
            backend.ensure_queue(name, defaults)
        queue = Queue(self, name, defaults)
        for notice in queue.notices if defaults is not None else ():
            LOG.warning(notice)
        return queue

    def queues(self) -> tuple[QueueSummary, ...]:
        """All queues by name."""
        return self.backend.queues()

    def job(self, job_id: str) -> Job:
        """One job whole, with its history; `NotFound`, `InvalidOption` if the id is not text."""
        return self.backend.job(arguments.kind("A job's id", job_id, str))

    def flow(self, job_id: str) -> Flow:
        """A job's parent and children; `NotFound`, `InvalidOption` if the id is not text."""
        return self.backend.flow(arguments.kind("A job's id", job_id, str))

    def why(self, job_id: str) -> str:
        """Why a job is not running, or how it ended: one sentence, times in UTC. `NotFound`."""
        job = self.job(job_id)
        return why(job, look(self.backend, job, from_us(self.clock.now_us())))

    def jobs(
        self, where: Filter | str = Filter(), *, order: str | None = None
    ) -> Iterator[JobSummary]:
        """The jobs that match, page by page behind the scenes.

        `where` may be a query; `order` is a key of docs/queries.md, such as `-priority`. Raises
        `InvalidOption`, `QueryError`.
        """
        chosen = None if order is None else parse_order(arguments.kind("order", order, str))
        return self._pages(self.backend, given(where), chosen)

    def _pages(self, backend: Backend, where: Filter, order: Order | None) -> Iterator[JobSummary]:
        page = backend.jobs(where, order=order)
        yield from page.rows
        while page.cursor is not None:
            page = self.backend.jobs(where, order=order, cursor=page.cursor)
            yield from page.rows

    def counts(self) -> Counts:
        """The counts of all queues together."""
        return self.backend.counts()

    def backup(
        self, path: str | os.PathLike[str], *, tell: Share = untold, stop: Stop = never
    ) -> Backup:
        """Copy the queue file to the new file `path` while others work, as it is at one moment.

        The copy is a file of its own, private (0600), with its payloads in `PATH.d/`; what is
        leased is ready in it. It appears when it is whole, and never in another's place. `tell` is
        told how much is done, from 0 to 1; `stop` asked whether to leave it. Raises
        `EnvironmentFault`, `FileUnusable`, `Unsupported` (a store in memory), `InvalidOption`.
        """
        place = arguments.place("path", path)
        arguments.function("tell", tell)
        arguments.function("stop", stop)
        return self.backend.backup(place, tell=tell, stop=stop)

    def schedules(self) -> tuple[Schedule, ...]:
        """All schedules by name; `next_times(n)` of each tells when it will fire."""
        return self.backend.schedules()

    def pause_schedule(self, name: str) -> None:
        """Stop a schedule until `resume_schedule`; `NotFound`."""
        self.backend.pause_schedule(name)

    def resume_schedule(self, name: str) -> None:
        """Start a schedule again at its next time; what fell in between is not made up for."""
        self.backend.pause_schedule(name, False)

    def run_schedule(self, name: str) -> Enqueued:
        """Enqueue a schedule's job now, besides its times; `NotFound`, `QueueFull`."""
        return self.backend.run_schedule(name)

    def remove_schedule(self, name: str) -> None:
        """Forget a schedule; the jobs it fired stay. `NotFound`."""
        self.backend.remove_schedule(name)

    def operation(self, operation_id: str) -> OperationHandle:
        """An operation by its id, or `NotFound`; `InvalidOption` if the id is not text."""
        arguments.kind("operation_id", operation_id, str)
        return OperationHandle(self, self.backend.operation(operation_id))

    def operations(self, limit: int = 100) -> tuple[OperationHandle, ...]:
        """The newest operations: what was done to many jobs, and what is being done."""
        check_number("limit", limit, 1, 10_000, whole=True)
        return tuple(OperationHandle(self, one) for one in self.backend.operations(limit))

    def cancel_operation(self, operation_id: str) -> OperationHandle:
        """Stop an operation for good; what was done stays done. `NotFound`."""
        return self.operation(operation_id).cancel()

    def alarms(self) -> tuple[Alarm, ...]:
        """The newest alarms of all queues, those that are open first; see `Alarm`.

        A queue whose alarm is raised or cleared is told of to subscribers like any change.
        """
        return self.backend.alarms()

    def subscribe(self, on_change: Callable[[Change], None]) -> Callable[[], None]:
        """Call `on_change` on an engine thread after changes, here or in another process.

        A lossy hint: ask again for the truth. Call the answer to stop.
        """
        arguments.function("on_change", on_change)
        return self.backend.subscribe(on_change)

    def give_way(self, moment: Callable[[], object]) -> None:
        """Have the workers here call `moment` before each job, on their threads: it returns when
        the job may begin. For programs in which something goes first, such as a window's painting;
        what it takes delays jobs, so it should wait for milliseconds at most.
        """
        arguments.function("moment", moment)
        self._check_open()
        self._giving_way.to(moment)

    def worker(
        self,
        queues: Sequence[str],
        handlers: Handlers,
        *,
        concurrency: int = 4,
        isolation: str = Isolation.THREAD,
        on_problem: OnProblem | None = None,
    ) -> Worker:
        """A worker over several queues, not started yet: see `Queue.worker`."""
        arguments.queue_names("queues", queues)
        handlers = isolated(handlers, isolation_named(isolation))
        parts = PoolParts(
            backend=self.backend, clock=self.clock, random=self.random,
            slots=self._slots, serving=self._serving, give_way=self._giving_way,
        )  # fmt: skip
        worker = Worker(
            parts, self.hints, tuple(queues), handlers, concurrency, on_problem=on_problem
        )
        with self._lock:
            self._workers = [one for one in self._workers if not one.ended] + [worker]
        return worker

    def deliver(self, claimed: Claimed) -> Delivery:
        """A claim as a `Delivery` this engine answers for: released should it be closed."""
        arguments.kind("claimed", claimed, Claimed)
        backend, slot = self.backend, self._slots.take()
        backend.mark_started(slot, claimed.lease)
        with self._lock:
            self._deliveries[claimed.lease] = slot
        return Delivery(lambda: self.backend, claimed, self.random, self._settled)

    def close(self, drain: float = 10.0) -> None:
        """End it: workers get `drain` seconds to finish, then are cancelled and released.

        Whoever waits in a call gets `EngineClosed`. Calling it again does nothing.
        """
        self._check_process()
        arguments.seconds("drain", drain)
        with self._lock:
            first, self._closing = not self._closing, True
        if not first:
            self._closed.wait(drain)
            return
        try:
            self._stop_work(drain)
        finally:
            self._backend.close()
            self._closed.set()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _stop_work(self, drain: float) -> None:
        self.hints.close()
        deadline = self.clock.monotonic_us() + seconds_to_us(drain)
        with self._lock:
            workers = tuple(self._workers)
        for worker in workers:
            worker.finish()
        for worker in workers:
            worker.stop(max(0.0, (deadline - self.clock.monotonic_us()) / 1e6))
        if self._maintenance is not None:
            self._maintenance.stop()
        self._release_deliveries()

    def _release_deliveries(self) -> None:
        with self._lock:
            leases = tuple(self._deliveries)
        try:
            if leases:
                self._backend.settle([Release(lease=lease) for lease in leases])
        except EnvironmentFault as error:
            LOG.warning("Leases could not be given back and will run out: %s", error)

    def _settled(self, delivery: Delivery) -> None:
        with self._lock:
            slot = self._deliveries.pop(delivery.claimed.lease, None)
        if slot is not None:
            self._backend.mark_started(slot, None)
            self._slots.give(slot)

    def _check_process(self) -> None:
        if os.getpid() != self._pid:
            raise ProgrammingFault(
                "This engine belongs to another process",
                f"it was opened by process {self._pid} and this is a fork of it",
                "Open an engine of its own in each process",
            )
