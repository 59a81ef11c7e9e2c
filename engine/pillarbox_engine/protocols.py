"""The seam: what a backend must do, as small Protocols, so another engine can take its place.

No SQL, path, connection or Qt type crosses it. `Producer`, `Consumer`, `Inspector`, `Admin` and
`Changes` are each useful alone; `Backend` joins them. The window gets all but `Consumer`.

Errors: any call may raise `EngineClosed`; any write may raise `Definite` or `Indeterminate`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable

from pillarbox_engine.alarms import Alarm
from pillarbox_engine.backups import Backup, Share
from pillarbox_engine.file_info import FileInfo
from pillarbox_engine.filters import Filter, Page
from pillarbox_engine.flows import ChildJob, Flow, NewFlow
from pillarbox_engine.intents import OperationPlan
from pillarbox_engine.leasing import Claimed, ClaimRequest, LeaseRef, Report, Settlement
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
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.standing import Offer

MAX_BULK = 1_000
"""How many ids a bulk verb takes in one call: one transaction each."""


class Change(NamedTuple):
    """A lossy hint that something changed. `queues` empty: it is not known which.

    `calm` are those of `queues` in which no job can have become claimable by it.
    """

    queues: frozenset[str] = frozenset()
    calm: frozenset[str] = frozenset()

    def may_feed(self, queues: Collection[str]) -> bool:
        """Whether a job of `queues` may have become claimable."""
        return not self.queues or any(
            name in self.queues and name not in self.calm for name in queues
        )


class Capability(StrEnum):
    """What some stores can do and others cannot."""

    ENQUEUE_WITHIN = "enqueue_within"
    BACKUP = "backup"


@runtime_checkable
class Producer(Protocol):
    """Stores jobs."""

    def enqueue(self, queue: str, jobs: Sequence[NewJob]) -> list[Enqueued]:
        """Store `jobs` durably, all or none, creating the queue at need.

        Payloads are checked JSON text. An idempotency key seen in the last 7 days adds nothing
        and answers the first id with `conflict=True`; so does a unique key that a job of the
        queue holds, which takes over what `Unique.replace` names. Raises `QueueFull`
        (never blocks: waiting is the caller's), `PayloadTooLarge`, `InvalidName`, `InvalidOption`.
        """

    def enqueue_flow(self, flow: NewFlow) -> Enqueued:
        """Store a parent with its children, and theirs, durably, all or none.

        Its keys are the parent's, and stand for the whole flow: where one of them stands for a
        job already, nothing is added and that one is answered, with `conflict=True` and its
        children. Raises what `enqueue` does.
        """

    def ensure_queue(self, queue: str, defaults: QueueSettings | None = None) -> None:
        """Create `queue` with `defaults` unless it exists."""


@runtime_checkable
class Consumer(Protocol):
    """Takes jobs under leases and settles them."""

    def claim(self, request: ClaimRequest) -> list[Claimed]:
        """Lease what may run now, best priority first, FIFO within one; [] if nothing may."""

    def settle(self, settlements: Sequence[Settlement]) -> list[LeaseLostNote | None]:
        """Settle each lease on its own; a stale fence changes nothing and answers a note."""

    def exchange(
        self, settlements: Sequence[Settlement], request: ClaimRequest
    ) -> tuple[list[LeaseLostNote | None], list[Claimed]]:
        """`settle`, then `claim`, all or none of it: one commit where there would be two."""

    def stand_by(self, offer: Offer) -> Callable[[], None]:
        """Lease jobs this process stores to `offer` as they are stored, where nothing else of
        their queue is ready; a store need not. Call the answer to stop: what was stored by then
        has been delivered when it returns."""

    def extend(self, leases: Sequence[LeaseRef], seconds: float | None = None) -> list[bool]:
        """Let the leases run `seconds` (None: the queue's) from now; False: it was lost."""

    def holds(self, leases: Sequence[LeaseRef]) -> list[bool]:
        """Whether each lease is still valid; by a read, so it may be asked often."""

    def report(self, reports: Sequence[Report]) -> list[bool]:
        """Store progress and log lines; False: the lease was lost, nothing stored."""

    def mark_started(self, slot: int, lease: LeaseRef | None) -> None:
        """Note, surviving a kill of this process, what worker `slot` runs (None: nothing)."""

    def next_due(self, queues: Sequence[str]) -> datetime | None:
        """When the next job of `queues` may become claimable by time alone; None: never."""

    def serve(
        self, queues: Sequence[str], threads: int, given_up: int = 0,
        types: Mapping[str, Sequence[str]] | None = None,
    ) -> None:  # fmt: skip
        """Tell what this process' workers serve now, for others to see.

        `types`: the only types they take from some of `queues`; any from those not in it.
        """


@dataclass(frozen=True, slots=True)
class LeaseLostNote:
    """Why a settlement was refused: what has become of the job, in words."""

    job_id: str
    reason: str


@runtime_checkable
class Inspector(Protocol):
    """Reads; never writes, never blocks a writer."""

    def queues(self) -> tuple[QueueSummary, ...]:
        """All queues by name."""

    def counts(self, queue: str | None = None) -> Counts:
        """One queue's counts, or all queues' together."""

    def jobs(
        self, where: Filter = Filter(), *, order: Order | None = None, limit: int = 100,
        cursor: str | None = None, stop: Stop | None = None,
    ) -> Page[JobSummary]:  # fmt: skip
        """Jobs that match, in `order`; None: newest first (in flight: the lease that ends first;
        what waits for its time: the next to be due). A cursor belongs to the order it came from.

        A long look is cut into short reads. `stop` is asked between them, on the caller's thread;
        once it answers true what was found until then is answered, marked `partial`: by number
        its cursor goes on from there, in another order it is not known what comes first.
        """

    def count(self, where: Filter, *, limit: int = 1_000_000, stop: Stop | None = None) -> int:
        """How many jobs match, counting no further than `limit`, nor than `stop` lets it."""

    def job(self, job_id: str) -> Job:
        """One job whole, or `NotFound`."""

    def originals(self, job_ids: Sequence[str]) -> tuple[Original, ...]:
        """Jobs as they could be enqueued anew, in the order of their numbers; one that is gone is
        left out. `DamagedFile` where the payload of one is not what was stored."""

    def backup(self, target: str, *, tell: Share = ..., stop: Stop = ...) -> Backup:
        """Copy the store, as one look sees it, to the new place `target`, while others work.

        The copy is a store of its own, which nobody has open: what is leased in this one is ready
        in it. `stop` is asked now and then. Raises `Unsupported` where a store cannot, and
        `EnvironmentFault`, leaving nothing behind, where the place will not do.
        """

    def flow(self, job_id: str) -> Flow:
        """A job's parent and children, or `NotFound`."""

    def children(self, job_id: str) -> tuple[ChildJob, ...]:
        """What a parent's handler is shown of its children, in order; () for any other job."""

    def histories(self, job_ids: Sequence[str]) -> dict[str, tuple[Event, ...]]:
        """The histories of several jobs, oldest entry first."""

    def dead_groups(self, queue: str | None = None) -> tuple[DeadGroup, ...]:
        """Dead letters by fingerprint, the largest group first."""

    def due_times(self, queue: str | None = None, *, limit: int = 5_000) -> tuple[datetime, ...]:
        """When scheduled jobs fall due, soonest first."""

    def history(
        self, queue: str | None, since: datetime, *, points: int = 600
    ) -> tuple[HistoryPoint, ...]:
        """Depths and totals from `since` to now, about `points` of them, oldest first."""

    def processes(self) -> tuple[ProcessInfo, ...]:
        """The processes registered on the store."""

    def operations(self, limit: int = 100) -> tuple[Operation, ...]:
        """The journal of operators' bulk verbs, newest first."""

    def schedules(self) -> tuple[Schedule, ...]:
        """All schedules by name."""

    def operation(self, operation_id: str) -> Operation:
        """One entry of the journal, or `NotFound`."""

    def ahead(self, job_id: str) -> JobSummary | None:
        """The job of its group that keeps a job from being claimed; None: there is none."""

    def alarms(self, limit: int = 100) -> tuple[Alarm, ...]:
        """The alarms of all queues: open ones first, then the newest."""

    def file_info(self) -> FileInfo:
        """The store itself."""


@runtime_checkable
class Admin(Protocol):
    """What an operator does. Bulk verbs take at most `MAX_BULK` ids: one transaction each.

    A job in a state where the verb is a `Conflict` is left alone and counted in `skipped`; so is,
    as "unique", one that would come back to a unique key which another job holds by now.
    """

    def configure(self, queue: str, settings: QueueSettings) -> None:
        """Set a queue's settings for every process, creating the queue at need."""

    def pause(self, queue: str, paused: bool = True) -> None:
        """Stop claims from `queue` (or start them again). `NotFound` if there is none."""

    def drain(self, queue: str) -> None:
        """Stop claims and let what is in flight finish: draining, then paused, until resumed."""

    def requeue(self, job_ids: Sequence[str]) -> BulkResult:
        """Make jobs ready now."""

    def replay(
        self,
        job_ids: Sequence[str],
        *,
        to: str | None = None,
        rate: float | None = None,
        start_at: datetime | None = None,
        operation: str | None = None,
    ) -> BulkResult:
        """Dead letters back to work, attempts reset; `rate`: jobs a second, from `start_at`."""

    def release(self, job_ids: Sequence[str]) -> BulkResult:
        """Take leased jobs from their workers: ready again, fence raised."""

    def cancel(self, job_ids: Sequence[str], reason: str = "") -> BulkResult:
        """End live jobs without running them; a leased one's fence is raised."""

    def purge(self, job_ids: Sequence[str], *, operation: str | None = None) -> BulkResult:
        """Move jobs to the trash; leased ones are skipped."""

    def restore(self, job_ids: Sequence[str]) -> BulkResult:
        """Take jobs back out of the trash, into the state they had."""

    def erase(self, job_ids: Sequence[str]) -> BulkResult:
        """Delete jobs in the trash for good."""

    def begin_operation(self, verb: str, what: str) -> str:
        """Open a journal entry that later bulk calls (`operation=`) add to; its id."""

    def put_schedule(self, plan: NewSchedule) -> Schedule:
        """Store a plan, creating its queue at need; or make it that of the schedule of its name.

        One that says what is stored already changes nothing. Where only its times stay the same,
        so does the next of them; other times never bring one back that was dealt with. Raises
        `InvalidName` and `InvalidOption` (no such cron line or zone, a start in the past, a
        schedule of that name in another queue).
        """

    def remove_schedule(self, name: str) -> None:
        """Forget a schedule; the jobs it fired stay. `NotFound` if there is none."""

    def pause_schedule(self, name: str, paused: bool = True) -> None:
        """Stop a schedule, or start it again: what fell in between is not made up for."""

    def run_schedule(self, name: str) -> Enqueued:
        """Enqueue a schedule's job now, whatever its overlap, besides its times; paused or not.

        `conflict`: another job held its unique key. Raises `NotFound`, `QueueFull`.
        """

    def start_operation(self, plan: OperationPlan) -> Operation:
        """Freeze the jobs a plan means, as one look finds them, and let it begin.

        Nothing is done to them yet: `advance_operation` and `maintain` do. Where none matches,
        nothing is written and the answer has no id. Raises `InvalidOption`, `InvalidName`,
        `InvalidPayload` (the patch), `NotFound` (the queue to replay to).
        """

    def advance_operation(self, operation_id: str) -> Operation:
        """Do a chunk of what may be done now, in one transaction; how it stands then.

        `next_at` is when it goes on, where it waits: for its rate, its canary, or room.
        """

    def cancel_operation(self, operation_id: str) -> Operation:
        """Stop an operation for good; what was done stays done. One that has ended is left."""

    def undo_operation(self, operation_id: str) -> Operation:
        """Begin the operation that takes another one back (which is cancelled if at work).

        Of a purge the jobs in the trash are restored, of a cancel those still cancelled are
        requeued, of a replay those not started since are cancelled. `Conflict` where none is.
        """


@runtime_checkable
class Changes(Protocol):
    """Tells that something changed, here or in another process."""

    def subscribe(
        self, listener: Callable[[Change], None], *, prompt: bool = False
    ) -> Callable[[], None]:
        """Call `listener` on an engine thread after changes; call the answer to stop.

        `prompt`: on the thread that made the change, at once. Such a listener only notes it: it
        may not wait, write or call the store.
        """


@runtime_checkable
class Backend(Producer, Consumer, Inspector, Admin, Changes, Protocol):
    """A whole store. `maintain` and `close` belong to whoever opened it."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this store can do beyond what every store can; the rest raises `Unsupported`."""

    def enqueue_within(
        self, queue: str, jobs: Sequence[NewJob], connection: object
    ) -> list[Enqueued]:
        """Store `jobs` within the transaction open on `connection`, which the store knows.

        They are durable, and others hear of them, when the caller commits; never if it rolls
        back. Raises as `Producer.enqueue` does, and then nothing of this call is in the
        transaction; `InvalidOption` or `ProgrammingFault` where it cannot be joined.
        """

    def maintain(self) -> float:
        """Do what is due by time alone, a chunk of it; seconds until more may be."""

    def check(self) -> tuple[str, ...]:
        """Every broken promise found in the store, in words; empty: it is whole."""

    def remarks(self) -> tuple[str, ...]:
        """What a check should tell though it breaks no promise, in words."""

    def close(self) -> None:
        """Release everything; later calls raise `EngineClosed`. Idempotent."""
