"""Job file → queues: verdicts stored in chunks of one durable transaction each.

Owns `run`. Nothing is lost or doubled by stopping anywhere: each entry's idempotency key makes a
second run add only what the first one did not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from pillarbox_engine.clock import Clock, SystemClock
from pillarbox_engine.errors import EnvironmentFault, InputFault, PillarboxError, QueueFull
from pillarbox_engine.importing.reading import read
from pillarbox_engine.importing.records import (
    Accepted,
    Cancelled,
    ImportOptions,
    ImportProgress,
    ImportResult,
    ProgressListener,
    Rejected,
    never,
    unheard,
)
from pillarbox_engine.importing.sources import ByteSource, WatchedSource, size_of
from pillarbox_engine.model import Enqueued, NewJob, QueueSummary

BATCH = 500
"""How many jobs go into one transaction."""

HELD = 4 * 1024 * 1024
"""How many bytes of entries wait for their transactions at most, over all queues."""
_OVERHEAD = 500
"""About what an entry takes beside its own bytes."""

_AGAIN = "Run the import again when that is mended: nothing is added twice"


class ImportTarget(Protocol):
    """What an import needs of a backend."""

    def enqueue(self, queue: str, jobs: Sequence[NewJob]) -> list[Enqueued]: ...

    def queues(self) -> tuple[QueueSummary, ...]: ...


def limits_of(backend: ImportTarget) -> dict[str, int]:
    """The largest payload of each queue, in bytes: for `ImportOptions.limits`."""
    return {queue.name: queue.settings.max_payload for queue in backend.queues()}


def run(
    backend: ImportTarget,
    source: ByteSource,
    *,
    name: str,
    options: ImportOptions,
    progress: ProgressListener = unheard,
    cancelled: Cancelled = never,
    on_rejected: Callable[[Rejected], None] | None = None,
    batch: int = BATCH,
    clock: Clock | None = None,
) -> ImportResult:
    """Import `source`, `batch` jobs a transaction, and say what became of it.

    `on_rejected` is called for every entry refused, `progress` after every chunk; both on this
    thread, which should not be the main one. A full queue or a write that fails ends the import
    with what was stored so far, and `ImportResult.stopped` says why. Raises
    `InvalidJobFile` before anything is stored (a broken pipe excepted: see `read`).
    """
    if not options.limits:
        options = replace(options, limits=limits_of(backend))
    intake = _Intake(backend, source, progress, cancelled, on_rejected)
    return intake.run(name, options, batch, clock or SystemClock())


class _Cancel(Exception):
    """Unwinds a run that was cancelled."""


class _Stop(Exception):
    """Unwinds a run that cannot go on."""

    def __init__(self, why: PillarboxError) -> None:
        super().__init__(str(why))
        self.why = why


class _Intake:
    def __init__(
        self,
        backend: ImportTarget,
        source: ByteSource,
        progress: ProgressListener,
        cancelled: Cancelled,
        on_rejected: Callable[[Rejected], None] | None,
    ) -> None:
        self._backend = backend
        self._total = size_of(source)
        self._source = WatchedSource(source, self._after_read)
        self._progress, self._cancelled, self._on_rejected = progress, cancelled, on_rejected
        self._phase = "checking" if self._total is not None else "reading"
        self._accepted = self._conflicts = self._rejected = 0

    def run(self, name: str, options: ImportOptions, batch: int, clock: Clock) -> ImportResult:
        started = clock.monotonic_us()
        cancelled, stopped = False, None
        try:
            self._take_all(name, options, batch)
        except _Cancel:
            cancelled = True
        except _Stop as stop:
            stopped = self._why(stop.why)
        return ImportResult(
            accepted=self._accepted,
            conflicts=self._conflicts,
            rejected=self._rejected,
            cancelled=cancelled,
            stopped=stopped,
            seconds=(clock.monotonic_us() - started) / 1_000_000,
        )

    def _take_all(self, name: str, options: ImportOptions, batch: int) -> None:
        waiting: dict[str, list[Accepted]] = {}
        held = 0
        for verdict in read(self._source, name=name, options=options):
            self._phase = "reading"
            if isinstance(verdict, Rejected):
                self._reject(verdict)
                continue
            jobs = waiting.setdefault(verdict.queue, [])
            jobs.append(verdict)
            held += len(verdict.raw) + _OVERHEAD
            if held >= HELD:
                self._store_all(waiting)
                held = 0
            elif len(jobs) >= batch:
                self._store(waiting.pop(verdict.queue))
                held -= sum(len(job.raw) + _OVERHEAD for job in jobs)
        self._store_all(waiting)

    def _store_all(self, waiting: dict[str, list[Accepted]]) -> None:
        for jobs in waiting.values():
            self._store(jobs)
        waiting.clear()

    def _store(self, jobs: list[Accepted]) -> None:
        """Store jobs of one queue; where a chunk is refused, as much of it as can be."""
        if self._cancelled():
            raise _Cancel
        try:
            answers = self._backend.enqueue(jobs[0].queue, [entry.job for entry in jobs])
        except (QueueFull, InputFault) as error:
            self._store_singly(jobs, error)
        except EnvironmentFault as error:
            raise _Stop(error) from error
        else:
            conflicts = sum(answer.conflict for answer in answers)
            self._conflicts += conflicts
            self._accepted += len(answers) - conflicts
            self._report()

    def _store_singly(self, jobs: list[Accepted], error: PillarboxError) -> None:
        """Halve a chunk until only what is at fault is left."""
        if len(jobs) > 1:
            middle = len(jobs) // 2
            self._store(jobs[:middle])
            self._store(jobs[middle:])
        elif isinstance(error, QueueFull):
            raise _Stop(error) from error
        else:
            entry = jobs[0]
            reason = f"{error.title}: {error.reason}" if error.reason else error.title
            self._reject(Rejected(entry.line, "", reason, entry.raw, entry.item))

    def _reject(self, rejected: Rejected) -> None:
        self._rejected += 1
        if self._on_rejected is not None:
            self._on_rejected(rejected)

    def _after_read(self, done: int) -> None:
        if self._cancelled():
            raise _Cancel
        if self._phase == "checking":
            self._report()

    def _report(self) -> None:
        self._progress(
            ImportProgress(
                phase=self._phase,
                done_bytes=self._source.done,
                total_bytes=self._total,
                accepted=self._accepted,
                conflicts=self._conflicts,
                rejected=self._rejected,
            )
        )

    def _why(self, error: PillarboxError) -> str:
        what = f"{error.title}: {error.reason}" if error.reason else error.title
        return f"{what}. {self._accepted:,} jobs were stored before that. {_AGAIN}"
