"""Idle workers that take a job as it is stored, so that it need not be claimed first.

Owns `Offer`: how many threads of a pool are idle, for a store to lease new jobs to in the very
commit that stores them. A store need not make use of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from pillarbox_engine.leasing import Claimed

Take = Callable[[Sequence[Claimed]], None]
"""Gets the leased jobs, on the thread that stored them: it may neither wait nor write."""


class Offer:
    """`room` idle threads that run jobs of `queues`; of `types` only where those are given, else of
    all but those in `without`.

    The pool says how much room there is; the store takes of it, and delivers when the jobs are
    durable or gives back when they are not.
    """

    __slots__ = ("_lock", "_room", "_taken", "queues", "take", "types", "without", "worker")

    def __init__(
        self, queues: frozenset[str], types: frozenset[str] | None, worker: str, take: Take,
        *, without: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.queues, self.types, self.without = queues, types, without
        self.worker, self.take = worker, take
        self._lock = threading.Lock()
        self._room = self._taken = 0

    @property
    def taken(self) -> int:
        """How many jobs are on their way to this pool."""
        return self._taken

    def set_room(self, room: int) -> None:
        """So many threads are idle now, beside those whose job is on its way."""
        with self._lock:
            self._room = room

    def takes(self, queue: str, type: str) -> bool:
        """Whether it runs such jobs, and has room at all."""
        return self._room > 0 and queue in self.queues and (
            type not in self.without if self.types is None else type in self.types
        )  # fmt: skip

    def reserve(self, jobs: int) -> bool:
        """Take room for `jobs` jobs; False where there is not so much."""
        with self._lock:
            if self._room < jobs:
                return False
            self._room -= jobs
            self._taken += jobs
            return True

    def deliver(self, claimed: Sequence[Claimed]) -> None:
        """The jobs are durable, under leases."""
        self.take(claimed)
        with self._lock:
            self._taken -= len(claimed)

    def give_back(self, jobs: int) -> None:
        """The jobs were not stored after all."""
        with self._lock:
            self._room += jobs
            self._taken -= jobs
