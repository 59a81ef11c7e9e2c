"""A worker, as a program holds it.

Owns `Worker`: the handle over a pool, with the waiting (`join_idle`) and the orderly end.
"""

from __future__ import annotations

import itertools
from types import TracebackType

from pillarbox_engine import arguments
from pillarbox_engine.clock import seconds_to_us, to_us
from pillarbox_engine.errors import InvalidOption, NotFound, ProgrammingFault
from pillarbox_engine.hints import Hints
from pillarbox_engine.pool import Pool, PoolParts
from pillarbox_engine.routing import Handlers, Routes
from pillarbox_engine.settings import check_number
from pillarbox_engine.trouble import OnProblem

MAX_CONCURRENCY = 1_000
CANCEL_GRACE = 1.0
"""Seconds a handler has to heed `job.cancelled` before its lease is released."""
HALT_SECONDS = 5.0
_numbers = itertools.count(1)


class Worker:
    """Threads that run the jobs of some queues. Use it with `with`, or start and stop it."""

    def __init__(
        self, parts: PoolParts, hints: Hints, queues: tuple[str, ...], handlers: Handlers,
        concurrency: int, *, on_problem: OnProblem | None = None,
    ) -> None:  # fmt: skip
        check_number("concurrency", concurrency, 1, MAX_CONCURRENCY, whole=True)
        if on_problem is not None:
            arguments.function("on_problem", on_problem)
        if not queues:
            raise InvalidOption("A worker needs a queue", "none was named", "Name at least one")
        self._backend, self._clock = parts.backend, parts.clock
        self._hints, self.queues = hints, queues
        self.name = f"worker-{next(_numbers)}"
        self._pool = Pool(
            parts, queues, Routes(handlers), concurrency, name=self.name, on_problem=on_problem
        )
        self._started = False

    @property
    def given_up(self) -> int:
        """How many threads are stuck in handlers past their time-out."""
        return self._pool.stuck

    @property
    def ended(self) -> bool:
        """Whether it ran and has stopped."""
        return self._pool.ended

    def start(self) -> Worker:
        """Begin to claim; the worker itself, for chaining. Only once."""
        if self._started:
            raise ProgrammingFault(
                "This worker was started before", "its threads run only once", "Make a new one"
            )
        self._hints.check_open()
        self._started = True
        self._pool.start()
        return self

    def finish(self) -> None:
        """Claim no more, without waiting for what runs."""
        self._pool.finish()

    def drain(self, timeout: float | None = None) -> bool:
        """Claim no more and wait for what runs; whether all has ended within `timeout` s."""
        arguments.patience("timeout", timeout)
        self._pool.finish()
        return not self._started or self._pool.join(timeout)

    def stop(self, timeout: float = 10.0) -> None:
        """End: what runs has `timeout` seconds, then is cancelled, and a little later released.

        What was claimed ahead is released at once. No attempt is charged for what is released.
        """
        if self.drain(arguments.seconds("timeout", timeout)):
            return
        self._pool.cancel_running()
        if not self._pool.join(CANCEL_GRACE):
            self._pool.halt()
            self._pool.join(HALT_SECONDS)

    def join_idle(self, timeout: float | None = None) -> bool:
        """Wait until nothing of the queues is ready or in flight; False: not within `timeout` s.

        Jobs that are scheduled for later, retries too, are not waited for. Raises `EngineClosed`.
        """
        arguments.patience("timeout", timeout)
        limit = None if timeout is None else self._clock.monotonic_us() + seconds_to_us(timeout)
        while True:
            mark = self._hints.mark(*self.queues)
            if self._is_idle():
                return True
            left = float("inf") if limit is None else (limit - self._clock.monotonic_us()) / 1e6
            if left <= 0:
                return False
            self._hints.wait(mark, left, *self.queues)

    def __enter__(self) -> Worker:
        return self if self._started else self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _is_idle(self) -> bool:
        at_rest = self._pool.quiet or self._pool.ended
        return at_rest and not self._has_due() and not any(map(self._busy, self.queues))

    def _busy(self, queue: str) -> bool:
        try:
            counts = self._backend.counts(queue)
        except NotFound:
            return False
        return bool(counts.ready or counts.leased)

    def _has_due(self) -> bool:
        due = self._backend.next_due(self.queues)
        return due is not None and to_us(due) <= self._clock.now_us()
