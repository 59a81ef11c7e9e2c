"""Workers of a handlers file in the window's own process.

Owns `Workshop`: what was loaded, the workers on one open store, and their end. The window decides
when; it hands over only files whose text the person approved.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from pillarbox.work import telling
from pillarbox_engine.engine import Engine
from pillarbox_engine.events import QUEUE

if TYPE_CHECKING:
    from pillarbox_engine.handlers import Handlers, Inspected, Trial
    from pillarbox_engine.worker import Worker

CONCURRENCY = 4
"""Threads for the queues that the handlers file does not name."""
PATIENCE = 10.0
"""Seconds that running handlers have to finish when the workers are stopped."""


class Workshop:
    """For one engine. Its calls block; only one of them does anything at a time."""

    def __init__(self, store: object) -> None:
        self._engine = cast(Engine, store)
        self._lock = threading.Lock()
        self._handlers: Handlers | None = None
        self._ends = ExitStack()
        self._workers: list[Worker] = []
        self._served: frozenset[str] = frozenset()

    def start(self, file: Inspected) -> None:
        """Load all that `file` names and serve every queue; nothing where workers run already."""
        from pillarbox_engine.handlers import load

        with self._lock:
            if self._handlers is None:
                self._begin(load(file))

    def follow(self, queues: Sequence[str]) -> None:
        """Serve queues that came into being since."""
        with self._lock:
            self._serve(queues)

    def stop(self) -> None:
        """Let what runs finish, for ten seconds, and end; nothing where nothing runs."""
        with self._lock:
            workers, self._workers = self._workers, []
            for worker in workers:
                worker.finish()
            for worker in workers:
                worker.stop(PATIENCE)
            self._ends.close()
            self._handlers, self._served = None, frozenset()

    def run_once(
        self, file: Inspected, type: str, payload_json: str, stopped: Callable[[], bool]
    ) -> Trial:
        """Run one handler on a payload, touching no queue. `InvalidHandlers`, `InvalidPayload`."""
        from pillarbox_engine.handlers import ANY, load, run_once

        own = [one for one in file.bindings if one.type == type]
        chosen = own or [one for one in file.bindings if one.type == ANY]
        # The others' secrets and programs need not be there for this one to be tried.
        with load(replace(file, bindings=tuple(chosen), events=())) as handlers:
            (bound,) = handlers.mapping.values()
            return run_once(bound, type, payload_json, stopped)

    def _begin(self, handlers: Handlers) -> None:
        try:
            self._ends.callback(handlers.close)
            self._ends.enter_context(telling(self._engine, handlers))
            self._handlers = handlers
            self._serve([queue.name for queue in self._engine.queues()])
        except BaseException:
            self._handlers = None
            self._ends.close()
            raise

    def _serve(self, queues: Sequence[str]) -> None:
        """Start workers for those of `queues` that have none."""
        from pillarbox_engine.handlers import shares

        new = [name for name in queues if name != QUEUE and name not in self._served]
        if self._handlers is None or not new:
            return
        for share in shares(self._handlers, new, CONCURRENCY):
            worker = self._engine.worker(
                share.queues, share.handlers, concurrency=share.concurrency
            )
            self._workers.append(worker.start())
        self._served |= frozenset(new)
