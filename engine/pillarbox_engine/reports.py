"""What running handlers told and nobody has stored yet.

Owns `Reports`: progress and log lines gathered per lease, so that a busy handler costs one store
call in 250 ms and not one per line.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from pillarbox_engine.clock import Clock, from_us
from pillarbox_engine.leasing import LeaseRef, Report

FLUSH_US = 250_000
MAX_LINES = 500
"""Lines kept of one job between two flushes; what a faster handler writes is counted only."""


@dataclass(slots=True)
class _Gathered:
    progress: float | None = None
    lines: list[tuple[datetime, str]] = field(default_factory=list)
    left_out: int = 0


class Reports:
    """Gathers from any thread; `take` hands over. `on_first` is called as gathering begins."""

    def __init__(self, clock: Clock, on_first: Callable[[], None]) -> None:
        self._clock, self._on_first = clock, on_first
        self._lock = threading.Lock()
        self._gathered: dict[LeaseRef, _Gathered] = {}
        self.due_us: int | None = None

    def tell(self, lease: LeaseRef, percent: float | None, line: str | None) -> None:
        """Gather a percentage or a line: a `Tell`."""
        with self._lock:
            self._gather(self._gathered.setdefault(lease, _Gathered()), percent, line)
            first = self.due_us is None
            if first:
                self.due_us = self._clock.monotonic_us() + FLUSH_US
        if first:
            self._on_first()

    def take(self, leases: Collection[LeaseRef] | None = None) -> list[Report]:
        """What was gathered, of `leases` only or of all; it is forgotten here."""
        with self._lock:
            if not self._gathered:
                return []
            chosen = list(self._gathered) if leases is None else leases
            taken = [(lease, self._gathered.pop(lease, None)) for lease in chosen]
            if not self._gathered:
                self.due_us = None
        return [self._report(lease, part) for lease, part in taken if part is not None]

    def _gather(self, part: _Gathered, percent: float | None, line: str | None) -> None:
        if percent is not None:
            part.progress = percent
        if line is None:
            return
        if len(part.lines) < MAX_LINES:
            part.lines.append((from_us(self._clock.now_us()), line))
        else:
            part.left_out += 1

    def _report(self, lease: LeaseRef, part: _Gathered) -> Report:
        if part.left_out:
            note = f"… {part.left_out} more lines came faster than they are kept"
            part.lines.append((from_us(self._clock.now_us()), note))
        return Report(lease=lease, progress=part.progress, lines=tuple(part.lines))
