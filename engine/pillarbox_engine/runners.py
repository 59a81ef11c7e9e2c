"""Which runner a claimed job gets.

Owns `Runners`, those a pool has: its threads, with and without the means to end what runs in them,
processes that are kept for handlers isolated in them, and a fresh process for a job that was lost
before.
"""

from __future__ import annotations

from pillarbox_engine.bound import Bound
from pillarbox_engine.child import ChildRunner
from pillarbox_engine.leasing import Claimed
from pillarbox_engine.routing import InProcess, place_of
from pillarbox_engine.runner import HeedingRunner, Runner, ThreadRunner

KEPT_BESIDE = 8
"""Idle processes kept beyond those a pool's threads can use: its other handlers'."""


class Runners:
    """For a pool of `threads` threads, which is the most processes that run at once."""

    def __init__(self, threads: int) -> None:
        self._in_thread, self._heeding = ThreadRunner(), HeedingRunner()
        self._kept, self._afresh = ChildRunner(keep=threads + KEPT_BESIDE), ChildRunner()

    def runner(self, claimed: Claimed, bound: Bound) -> Runner:
        """What runs it."""
        if claimed.lost > 0 and place_of(bound.run) is not None:
            return self._afresh
        if isinstance(bound.run, InProcess):
            return self._kept
        return self._heeding if bound.heeds_stop else self._in_thread

    def is_lonely(self, claimed: Claimed, bound: Bound) -> bool:
        """Whether the job was lost before and no process can have it: it runs by itself."""
        return claimed.lost > 0 and place_of(bound.run) is None

    def close(self) -> None:
        """End the processes."""
        self._kept.close()
