"""What a whole process serves: the sum over its workers, told to the backend.

Owns `Serving`, kept by the engine; each worker says what it serves and how many of its threads
it had to give up.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pillarbox_engine.protocols import Consumer


@dataclass(frozen=True, slots=True)
class _Part:
    """What one worker serves; `types` None: jobs of any type."""

    queues: tuple[str, ...]
    types: frozenset[str] | None
    threads: int
    given_up: int


class Serving:
    """Adds up the workers of one process."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self._lock = threading.Lock()
        self._parts: dict[object, _Part] = {}

    def say(
        self, key: object, queues: tuple[str, ...], threads: int, given_up: int = 0,
        types: frozenset[str] | None = None,
    ) -> None:  # fmt: skip
        """Worker `key` serves `queues` with `threads` threads, `given_up` more being stuck.

        `types`: the only types of jobs it takes; None: any.
        """
        with self._lock:
            self._parts[key] = _Part(queues, types, threads, given_up)
            self._tell()

    def leave(self, key: object) -> None:
        """Worker `key` serves nothing any more."""
        with self._lock:
            if self._parts.pop(key, None) is not None:
                self._tell()

    def _tell(self) -> None:
        parts = tuple(self._parts.values())
        names = tuple(dict.fromkeys(name for part in parts for name in part.queues))
        threads, stuck = sum(p.threads for p in parts), sum(p.given_up for p in parts)
        self._consumer.serve(names, threads, stuck, limited(names, parts))


def typed(types: Mapping[str, Iterable[str]] | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The same as `ProcessInfo.types` has it."""
    return tuple((queue, tuple(only)) for queue, only in sorted((types or {}).items()))


def limited(queues: Iterable[str], parts: Iterable[_Part]) -> dict[str, tuple[str, ...]]:
    """The only types that are served, of the queues that nobody serves whole."""
    found: dict[str, tuple[str, ...]] = {}
    for name in queues:
        taken = [part.types for part in parts if name in part.queues]
        known = [types for types in taken if types is not None]
        if len(known) == len(taken):
            found[name] = tuple(sorted(frozenset().union(*known)))
    return found
