"""What a whole process serves: the sum over its workers, told to the backend.

Owns `Serving`, kept by the engine; each worker says what it serves and how many of its threads
it had to give up.
"""

from __future__ import annotations

import threading

from pillarbox_engine.protocols import Consumer


class Serving:
    """Adds up the workers of one process."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self._lock = threading.Lock()
        self._parts: dict[object, tuple[tuple[str, ...], int, int]] = {}

    def say(self, key: object, queues: tuple[str, ...], threads: int, given_up: int = 0) -> None:
        """Worker `key` serves `queues` with `threads` threads, `given_up` more being stuck."""
        with self._lock:
            self._parts[key] = (queues, threads, given_up)
            self._tell()

    def leave(self, key: object) -> None:
        """Worker `key` serves nothing any more."""
        with self._lock:
            if self._parts.pop(key, None) is not None:
                self._tell()

    def _tell(self) -> None:
        parts = self._parts.values()
        names = dict.fromkeys(name for queues, _, _ in parts for name in queues)
        threads = sum(count for _, count, _ in parts)
        self._consumer.serve(tuple(names), threads, sum(stuck for _, _, stuck in parts))
