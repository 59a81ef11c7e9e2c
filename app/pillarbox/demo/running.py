"""The demo as a running thing: queues set up, workers running, sign-ups arriving.

Owns the start and the end of all of it, for the terminal and for the window alike.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from time import monotonic
from types import TracebackType
from typing import Any

from pillarbox.claims import through
from pillarbox.demo.handlers import HANDLERS
from pillarbox.demo.measures import Measures
from pillarbox.demo.producer import Producer
from pillarbox.demo.story import CONCURRENCY, CRM, SETTINGS, THUMBNAILS
from pillarbox_engine.engine import Engine
from pillarbox_engine.filters import Filter
from pillarbox_engine.leasing import Claimed
from pillarbox_engine.protocols import Backend
from pillarbox_engine.settings import RateLimit
from pillarbox_engine.states import State

_RUNNING = Filter(states=frozenset({State.LEASED}))
_RETRYING = Filter(retrying=True)


class Demo:
    """The story on an open queue file; in a `with` block it runs. `look` at it now and then."""

    def __init__(
        self, engine: Engine, measures: Measures, *, seed: int, seconds: float | None = None
    ) -> None:
        self.engine, self.measures, self.seed = engine, measures, seed
        self._workers = ExitStack()
        self._started_at = 0.0
        for name, settings in SETTINGS.items():
            engine.queue(name, defaults=settings)
        self.producer = Producer(engine, measures, seed=seed, seconds=seconds)

    def start(self) -> None:
        """Start the workers, then the sign-ups."""
        self._started_at = monotonic()
        for name, concurrency in CONCURRENCY.items():
            worker = self.engine.queue(name).worker(HANDLERS, concurrency=concurrency)
            self._workers.enter_context(worker)
        self.producer.start()

    def stop(self) -> None:
        """End the sign-ups, let running jobs finish, stop the workers."""
        self.producer.stop()
        self._workers.close()

    def __enter__(self) -> Demo:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def look(self) -> None:
        """Read from the file what can be seen now, for the measures."""
        running = self.engine.backend.jobs(_RUNNING, limit=100)
        for job in running.rows:
            if job.progress is not None:
                self.measures.progressed(job.id, job.attempt, job.progress)
        for job in self.engine.backend.jobs(_RETRYING, limit=1_000).rows:
            self.measures.retrying(job.id, job.attempt)
        self.measures.depth(THUMBNAILS, self.engine.queue(THUMBNAILS).counts().live)

    def is_drained(self) -> bool:
        """Whether nothing is left to run."""
        return self.engine.counts().live == 0

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return monotonic() - self._started_at

    def rate_limit(self) -> dict[str, Any]:
        """How the rate limit was kept so far, as measured."""
        limit = SETTINGS[CRM].rate_limit or RateLimit(0)
        return {"queue": CRM, **self.measures.rate_limit(limit)}

    def bound(self) -> dict[str, Any]:
        """How the bound was kept so far, as measured."""
        most = SETTINGS[THUMBNAILS].max_depth or 0
        return {"queue": THUMBNAILS, **self.measures.bound(THUMBNAILS, most)}

    def report(self) -> dict[str, Any]:
        """The closing report: the ledger, and everything that was measured."""
        queues = self.engine.queues()
        dead = sum(queue.counts.dead for queue in queues)
        return {
            "ledger": self.engine.counts().ledger(),
            "queues": {queue.name: queue.counts.ledger() for queue in queues},
            "seen": {**self.measures.seen(), "dead_letters": dead},
            "rate_limit": self.rate_limit(),
            "bound": self.bound(),
            "continued": self.producer.continues,
            "seconds": round(self.elapsed, 1),
            "seed": self.seed,
            "file": self.engine.backend.file_info().label,
        }


def watching(measures: Measures) -> Callable[[Backend], Backend]:
    """What puts `measures` between an engine and its backend: it is told of limited claims."""

    def note(claimed: Claimed) -> Claimed:
        if claimed.queue == CRM:
            measures.started(claimed.claimed_at)
        return claimed

    return through(note)
