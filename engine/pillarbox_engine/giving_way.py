"""Giving way: what workers do before a job where something in their process goes first.

Owns `GivingWay`. Python runs one thread at a time, so workers that are busy make every call of a
repaint wait for its turn (measured: 3 times as long, beside four threads). A window therefore asks
them to stand back for the milliseconds it paints, and they do so between two jobs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

LOG = logging.getLogger("pillarbox")


def _at_once() -> None:
    """Nothing goes first."""


class GivingWay:
    """Shared by the pools of an engine."""

    __slots__ = ("_moment",)

    def __init__(self) -> None:
        self._moment: Callable[[], object] = _at_once

    def to(self, moment: Callable[[], object]) -> None:
        """From now on, call `moment` before each job: it returns when the job may begin."""
        self._moment = moment

    def __call__(self) -> None:
        """Called on a worker's thread before it begins a job. Never raises."""
        try:
            self._moment()
        except Exception:
            # A program's own function: its fault must not end a worker, and be told once.
            LOG.exception("What workers give way to failed; they go on without it")
            self._moment = _at_once
