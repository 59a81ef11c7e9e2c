"""Running jobs right here: in the calling thread, one at a time, in claim order.

Owns `Inline`. It goes through the same claim, context, outcome and settlement as a pool does, but
has no threads, so what it does is the same each time; and it can have the time a store waits for
pass at once. It cannot end a handler that runs too long.
"""

from __future__ import annotations

from collections.abc import Callable

from pillarbox_engine import arguments
from pillarbox_engine.clock import ManualClock, to_us
from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import InvalidOption, ProgrammingFault
from pillarbox_engine.leasing import Claimed, ClaimRequest
from pillarbox_engine.model import Job
from pillarbox_engine.reports import Reports
from pillarbox_engine.routing import Handlers, Routes
from pillarbox_engine.runner import ThreadRunner
from pillarbox_engine.settling import settlement

MOST = 10_000
"""Jobs after which it is thought that there will be no end."""
WORKER = "inline"


class Inline:
    """The handlers of some queues (None: all there are at each turn), to be run on request."""

    def __init__(
        self, engine: Engine, handlers: Handlers, queues: tuple[str, ...] | None = None
    ) -> None:
        self._engine, self._queues = arguments.kind("engine", engine, Engine), queues
        if queues is not None:
            arguments.queue_names("queues", queues)
        self._routes, self._runner = Routes(handlers), ThreadRunner()
        self._ran: list[str] = []

    def run_due(self) -> tuple[Job, ...]:
        """Run all that may run now, and what comes of it; the jobs in order, as they are after.

        A job that ran twice is in it twice. `ProgrammingFault` after 10,000 runs.
        """
        return self._told(self._drain)

    def run_until_idle(self, within: float) -> tuple[Job, ...]:
        """The same, and whenever nothing may run have the clock go to when something may.

        It goes no further than `within` seconds in all. `InvalidOption` where the engine's clock
        does not move when told to.
        """
        clock = self._engine.clock
        if not isinstance(clock, ManualClock):
            raise InvalidOption(
                "The engine's clock cannot be moved", f"it is a {type(clock).__name__}",
                "Use an engine of pillarbox.testing, or run_due",
            )  # fmt: skip
        until_us = clock.now_us() + round(arguments.seconds("within", within) * 1e6)
        return self._told(lambda: self._pass_time(clock, until_us))

    def _told(self, run: Callable[[], None]) -> tuple[Job, ...]:
        self._ran = []
        run()
        return tuple(self._engine.job(job_id) for job_id in self._ran)

    def _pass_time(self, clock: ManualClock, until_us: int) -> None:
        while True:
            self._drain()
            next_us = self._next_us(clock.now_us())
            if next_us is None or next_us > until_us:
                return
            clock.advance((next_us - clock.now_us()) / 1e6)

    def _next_us(self, now_us: int) -> int | None:
        """The next moment at which time alone may make a difference; None: there is none."""
        backend = self._engine.backend
        times = [backend.next_due((name,)) for name in self._names()]
        times += [plan.next_at for plan in backend.schedules()]
        return min((us for at in times if at and (us := to_us(at)) > now_us), default=None)

    def _names(self) -> tuple[str, ...]:
        if self._queues is not None:
            return self._queues
        return tuple(queue.name for queue in self._engine.queues())

    def _drain(self) -> None:
        self._engine.backend.maintain()
        while claimed := self._claim():
            if len(self._ran) >= MOST:
                raise ProgrammingFault(
                    "The queues do not become idle", f"{MOST:,} jobs have run by now",
                    "See whether a handler enqueues or snoozes for ever; run_due does less",
                )  # fmt: skip
            self._run(claimed)
            self._engine.backend.maintain()

    def _claim(self) -> Claimed | None:
        names = self._names()
        if not names:
            return None
        request = ClaimRequest(
            queues=names, limit=1, worker=WORKER, types=self._routes.types,
            without=self._routes.without,
        )  # fmt: skip
        return next(iter(self._engine.backend.claim(request)), None)

    def _run(self, claimed: Claimed) -> None:
        bound, backend = self._routes.bound(claimed.type), self._engine.backend
        assert bound is not None, "only types that are served were claimed"
        claimed = bound.applied_to(claimed)
        self._ran.append(claimed.lease.job_id)
        started_us, reports = self._engine.clock.now_us(), Reports(self._engine.clock, _unwatched)
        outcome = self._runner.run(self._context(claimed, reports), bound.run)
        backend.report(reports.take())
        backend.settle([settlement(claimed, outcome, started_us, self._engine.random)])

    def _context(self, claimed: Claimed, reports: Reports) -> JobContext:
        return JobContext.of(claimed, reports.tell, self._engine.backend.children)


def _unwatched() -> None:
    """Nobody need be told that a job said something: it is stored when the job has ended."""
