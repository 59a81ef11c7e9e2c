"""What the engine's tests share: engines over the in-memory store, and waiting by events."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from pillarbox_engine.backoff import Fixed
from pillarbox_engine.clock import SystemClock
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import Definite
from pillarbox_engine.leasing import Claimed, ClaimRequest, LeaseRef, Settlement
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.protocols import Change, LeaseLostNote
from pillarbox_engine.settings import QueueSettings

PATIENCE = 20.0
"""Seconds after which a wait that should have ended is a failure."""

NOW = Fixed(seconds=0.0, jitter=0.0)


class WatchedBackend(MemoryBackend):
    """A store that counts its calls and fails, or gives no hints, on request."""

    def __init__(self) -> None:
        super().__init__(clock=SystemClock())
        self.failing: dict[str, int] = {}
        self.silent = False
        self.settled: list[list[Settlement]] = []
        self.requests: list[ClaimRequest] = []
        self.extended: list[LeaseRef] = []
        self.was_extended = threading.Event()
        self.marks: list[tuple[int, LeaseRef | None]] = []

    def _maybe_fail(self, call: str) -> None:
        if self.failing.get(call, 0) > 0:
            self.failing[call] -= 1
            raise Definite(f"{call} failed", "the test said so", "")

    def subscribe(
        self, listener: Callable[[Change], None], *, prompt: bool = False
    ) -> Callable[[], None]:
        if self.silent:
            return lambda: None
        return super().subscribe(listener, prompt=prompt)

    def claim(self, request: ClaimRequest) -> list[Claimed]:
        self._maybe_fail("claim")
        self.requests.append(request)
        return super().claim(request)

    def settle(self, settlements: Sequence[Settlement]) -> list[LeaseLostNote | None]:
        self._maybe_fail("settle")
        notes = super().settle(settlements)
        self.settled.append(list(settlements))
        return notes

    def extend(self, leases: Sequence[LeaseRef], seconds: float | None = None) -> list[bool]:
        answers = super().extend(leases, seconds)
        self.extended += leases
        self.was_extended.set()
        return answers

    def mark_started(self, slot: int, lease: LeaseRef | None) -> None:
        self.marks.append((slot, lease))
        super().mark_started(slot, lease)


def settings(**changes: object) -> QueueSettings:
    """Settings whose retries come at once, with `changes`."""
    return QueueSettings(backoff=NOW).changed(**changes)


def until(
    engine: Engine, queue: str, condition: Callable[[], bool], *, patience: float = PATIENCE
) -> None:
    """Wait, by change hints, until `condition` holds."""
    end = time.monotonic() + patience
    while True:
        mark = engine.hints.mark(queue)
        if condition():
            return
        left = end - time.monotonic()
        assert left > 0, "what was waited for did not come"
        engine.hints.wait(mark, min(left, 0.5), queue)


def wait(event: threading.Event) -> None:
    """Wait for `event`, and fail if it does not come."""
    assert event.wait(PATIENCE), "what was waited for did not come"
