"""One queue, as a program holds it.

Owns `Queue`: thin verbs over the backend, the waiting that backends leave to their callers, and
the idempotency key every enqueue carries.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

from pillarbox_engine import arguments, names
from pillarbox_engine.admission import AUTO, check_key, check_known, check_times
from pillarbox_engine.alike import Alike
from pillarbox_engine.backoff import Backoff
from pillarbox_engine.children import Child, flow_of
from pillarbox_engine.clock import seconds_to_us, to_us
from pillarbox_engine.differences import notices
from pillarbox_engine.errors import NotFound, QueueFull, StorageFault
from pillarbox_engine.filters import Filter
from pillarbox_engine.isolation import Isolation
from pillarbox_engine.leasing import ClaimRequest
from pillarbox_engine.model import Counts, Enqueued, JobSummary, JsonValue, NewJob, QueueSummary
from pillarbox_engine.payload import encode, encode_all
from pillarbox_engine.planning import DAY, NewSchedule, Schedule
from pillarbox_engine.plans import missed_named, overlap_named
from pillarbox_engine.queue_verbs import OperatorVerbs
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import Missed, OnChildFailure, OnFull, Overlap, State
from pillarbox_engine.uniqueness import Unique

if TYPE_CHECKING:
    from pillarbox_engine.delivery import Delivery
    from pillarbox_engine.engine import Engine
    from pillarbox_engine.pool import Handlers, OnProblem
    from pillarbox_engine.worker import Worker

T = TypeVar("T")

_TYPE_ALONE = frozenset({"type"})
CLAIMER = "claim"
"""The worker's name on leases taken with `Queue.claim`."""


class JobOptions(TypedDict, total=False):
    """What can be said about a job besides its payload; what is left out is the queue's.

    Durations are seconds, times aware datetimes to come, `priority` 0 to 1000 with the lower first.
    `retry_for`: how long after its first start the job may be tried again. While a job of the queue
    holds `unique_key`, an enqueue of the same key adds nothing and answers that job with
    `conflict=True`; `unique` says for how long it does, and what it takes over. Of the queue's jobs
    with the same `group` one at a time is in flight, first in, first out.
    """

    type: str
    priority: int | None
    run_at: datetime | None
    delay: float | None
    max_attempts: int | None
    backoff: Backoff | None
    retry_for: float | None
    timeout: float | None
    expires_at: datetime | None
    idempotency_key: str | None
    unique_key: str | None
    unique: Unique | None
    group: str | None


@lru_cache(maxsize=1_024)
def _of_type(type: str) -> NewJob:
    """The form of a job that has a type and nothing else."""
    return NewJob(payload_json="", type=names.check_type(type))


class Queue(OperatorVerbs):
    """A named queue of an engine. Cheap to make, safe to share between threads."""

    def __init__(self, engine: Engine, name: str, wanted: QueueSettings | None = None) -> None:
        self._engine, self.name, self._wanted = engine, name, wanted

    def __repr__(self) -> str:
        return f"<Queue {self.name!r}>"

    # -- settings ---------------------------------------------------------------------------

    @property
    def settings(self) -> QueueSettings:
        """The settings in force; the defaults where the queue is not there yet."""
        summary = self._summary()
        return QueueSettings() if summary is None else summary.settings

    @property
    def notices(self) -> tuple[str, ...]:
        """Where the settings in force differ from what this handle was made with or configured.

        The store's are the truth for every process: another one may have set them before, or
        since. Empty where this handle asked for nothing. `Engine.subscribe` tells when to look.
        """
        return () if self._wanted is None else notices(self.name, self._wanted, self.settings)

    def configure(self, **changes: Any) -> QueueSettings:
        """Change some settings, for every process; the settings now in force."""
        settings = self.settings.changed(**changes)
        self._engine.backend.configure(self.name, settings)
        self._wanted = settings
        return settings

    # -- putting in -------------------------------------------------------------------------

    def enqueue(
        self,
        payload: JsonValue,
        *,
        block: float | None = None,
        connection: object | None = None,
        **options: Unpack[JobOptions],
    ) -> Enqueued:
        """Store one job durably: when this returns it survives a crash.

        `payload` is any JSON value. `block`: seconds to wait while the queue is full; None does as
        the queue's `on_full` says. `connection`: an `apsw.Connection` of yours to the queue file
        with a transaction open; the job is stored, durably, when you commit it, and not at all if
        you roll it back. A full queue is then never waited for.

        Raises `QueueFull`, `InvalidPayload`, `PayloadTooLarge`, `InvalidOption`, and `Definite` or
        `Indeterminate`, whose `idempotency_key` makes it safe to repeat the call; with a
        `connection` also `ProgrammingFault`, where it cannot be joined, and `Unsupported`.
        """
        if block is not None or connection is not None:
            arguments.waiting(block, connection)
        jobs = self._one(payload, options)
        return self._store(jobs, options.get("idempotency_key"), block, connection)[0]

    def enqueue_many(
        self,
        payloads: Iterable[JsonValue],
        *,
        block: float | None = None,
        connection: object | None = None,
        **options: Unpack[JobOptions],
    ) -> list[Enqueued]:
        """Store a job for each of `payloads`, all or none, with the same options.

        With an idempotency key job number n carries `key:n`; repeating the call with the same key
        and payloads adds only what is missing. `block` and `connection` as for `enqueue`.
        """
        key = options.get("idempotency_key")
        arguments.waiting(block, connection)
        arguments.payloads(payloads)
        jobs: Sequence[NewJob]
        if key is None:
            jobs = Alike(self._job(None, options), encode_all(payloads))
        elif check_key(key).startswith(AUTO):
            jobs = [self._job(payload, options) for payload in payloads]
        else:
            jobs = [
                self._job(payload, {**options, "idempotency_key": f"{key}:{number}"})
                for number, payload in enumerate(payloads)
            ]
        return self._store(jobs, key, block, connection) if jobs else []

    def schedule(
        self, name: str, payload: JsonValue = None, *,
        cron: str | None = None, every: float | None = None, zone: str = "UTC",
        start_at: datetime | None = None, overlap: Overlap | str = Overlap.SKIP,
        missed: Missed | str = Missed.LATEST, missed_window: float = DAY,
        **options: Unpack[JobOptions],
    ) -> Schedule:  # fmt: skip
        """Enqueue `payload` at each time of `cron` in `zone`, or every `every` seconds.

        `overlap` "skip": not while a job it fired is live. `missed`: of the times at which nobody
        was there, fire "none", the "latest", or "all" of the last `missed_window` seconds. Saying
        the same again changes nothing, so a program can do it each time it starts. Raises
        `InvalidName`, `InvalidOption`, `InvalidPayload`.
        """
        plan = NewSchedule(
            name=name, queue=self.name, job=self._job(payload, options), cron=cron, every=every,
            zone=zone, start_at=start_at, overlap=overlap_named(overlap),
            missed=missed_named(missed), missed_window=missed_window,
        )  # fmt: skip
        return self._engine.backend.put_schedule(plan)

    def enqueue_flow(
        self,
        payload: JsonValue,
        children: Iterable[Child],
        *,
        on_child_failure: OnChildFailure | str = OnChildFailure.FAIL,
        block: float | None = None,
        **options: Unpack[JobOptions],
    ) -> Enqueued:
        """Store a parent with its children, in whichever queues, in one transaction.

        The parent waits until all have ended; its handler reads what they returned from
        `job.children`. `on_child_failure`: "fail" makes it a dead letter when one ends other than
        done, "continue" has it run and see that, "ignore" the same without that child. `block`:
        seconds to wait while a queue is full. The rest is as with `enqueue`; the answer names the
        children's ids too.
        """
        arguments.patience("block", block)
        key = options.get("idempotency_key")
        root = Child(payload, children=children, on_child_failure=on_child_failure, **options)
        flow = flow_of(root, self.name, partial(self._job, key=key))
        queues = {member.queue for member in flow.each()}
        return self._told(lambda: self._engine.backend.enqueue_flow(flow), key, block, queues)

    def _one(self, payload: JsonValue, options: JobOptions) -> Sequence[NewJob]:
        """The one job of an enqueue; most have a type and nothing else, and need no second look."""
        type = options.get("type", "default")
        if options.keys() <= _TYPE_ALONE and isinstance(type, str):
            return Alike(_of_type(type), (encode(payload),))
        return [self._job(payload, options)]

    def _job(self, payload: JsonValue, options: JobOptions, key: str | None = None) -> NewJob:
        """A new job; `key` is that of the whole call, where it is not the job's own."""
        check_known(options, JobOptions.__annotations__)
        names.check_type(options.get("type", "default"))
        check_times({"idempotency_key": key, **options}, self._engine.clock.now_us())
        return NewJob(payload_json=encode(payload), **options)

    def _store(
        self, jobs: Sequence[NewJob], key: str | None, block: float | None, connection: object
    ) -> list[Enqueued]:
        backend = self._engine.backend
        if connection is None:
            store = partial(backend.enqueue, self.name, jobs)
            return self._told(store, key, block, (self.name,))
        # Never waiting for room: no worker could make any while the transaction is open.
        store = partial(backend.enqueue_within, self.name, jobs, connection)
        return self._told(store, key, 0.0, (self.name,))

    def _told(
        self, store: Callable[[], T], key: str | None, block: float | None, queues: Collection[str]
    ) -> T:
        """What `store` answers; its fault carries the key that makes it safe to repeat."""
        try:
            return self._store_or_wait(store, block, queues)
        except StorageFault as fault:
            fault.idempotency_key = key or fault.idempotency_key
            raise

    def _store_or_wait(
        self, store: Callable[[], T], block: float | None, queues: Collection[str]
    ) -> T:
        try:
            return store()
        except QueueFull:
            patience = self._patience(block)
            if patience <= 0:
                raise
            deadline = self._now() + seconds_to_us(patience)
        return self._store_when_room(store, deadline, queues)

    def _store_when_room(self, store: Callable[[], T], deadline: int, queues: Collection[str]) -> T:
        while True:
            mark = self._engine.hints.mark(*queues)
            try:
                return store()
            except QueueFull:
                left = (deadline - self._now()) / 1e6
                if left <= 0:
                    raise
            self._engine.hints.wait(mark, left, *queues)

    def _patience(self, block: float | None) -> float:
        if block is not None:
            return block
        settings = self.settings
        return settings.block_timeout if settings.on_full is OnFull.BLOCK else 0.0

    # -- taking out -------------------------------------------------------------------------

    def worker(
        self, handlers: Handlers, *, concurrency: int = 4, isolation: str = Isolation.THREAD,
        on_problem: OnProblem | None = None,
    ) -> Worker:  # fmt: skip
        """A worker for this queue, started by `with` or `.start()`.

        `handlers`: a callable for every type, or {type: callable} ("*": any other type; None in
        place of a callable leaves jobs of that type to other workers). `concurrency`: threads.
        With `isolation="process"` each runs its jobs in a process of its own, kept for the next
        job: for handlers that compute, may crash or must be ended at their time-out. They are
        functions that can be imported by name. `on_problem` is called, on the worker's thread,
        with each error the worker lives through.
        """
        return self._engine.worker(
            (self.name,), handlers, concurrency=concurrency, isolation=isolation,
            on_problem=on_problem,
        )  # fmt: skip

    def claim(self, wait: float = 0.0) -> Delivery | None:
        """Take one job under a lease, waiting up to `wait` seconds for one; None: none came."""
        arguments.seconds("wait", wait)
        claimed = self._claim_one()
        return claimed if claimed is not None or wait <= 0 else self._claim_waiting(wait)

    def _claim_waiting(self, wait: float) -> Delivery | None:
        deadline = self._now() + seconds_to_us(wait)
        while True:
            mark = self._engine.hints.mark(self.name)
            # Looked up before the claim: what falls due in between is then in one of the two.
            until_due = self._until_due()
            claimed = self._claim_one()
            left = (deadline - self._now()) / 1e6
            if claimed is not None or left <= 0:
                return claimed
            self._engine.hints.wait(mark, min(left, until_due), self.name)

    def _claim_one(self) -> Delivery | None:
        request = ClaimRequest(queues=(self.name,), limit=1, worker=CLAIMER)
        claimed = self._engine.backend.claim(request)
        return self._engine.deliver(claimed[0]) if claimed else None

    def _until_due(self) -> float:
        due = self._engine.backend.next_due((self.name,))
        if due is None:
            return float("inf")
        return max(0.0, (to_us(due) - self._engine.clock.now_us()) / 1e6)

    # -- looking ----------------------------------------------------------------------------

    def counts(self) -> Counts:
        """How many jobs are in each state, and the cumulative totals; a new queue has none."""
        try:
            return self._engine.backend.counts(self.name)
        except NotFound:
            return Counts()

    def jobs(
        self, state: State | str | None = None, *, where: Filter | str | None = None
    ) -> Iterator[JobSummary]:
        """The queue's jobs, of one state or that match, page by page behind the scenes."""
        return self._engine.jobs(self._where(state, where))

    # -- what an operator does --------------------------------------------------------------

    def pause(self) -> None:
        """Stop claims, in every process, until `resume`."""
        self._engine.backend.pause(self.name)

    def resume(self) -> None:
        """Start claims again, after `pause` or `drain`."""
        self._engine.backend.pause(self.name, False)

    def drain(self) -> None:
        """Let what is in flight finish and start nothing more, until `resume`."""
        self._engine.backend.drain(self.name)

    # -- small parts ------------------------------------------------------------------------

    def _summary(self) -> QueueSummary | None:
        return next((s for s in self._engine.backend.queues() if s.name == self.name), None)

    def _now(self) -> int:
        return self._engine.clock.monotonic_us()
