"""The `job` a handler gets.

Owns `JobContext`: what the job is, and what a handler may tell while it runs. It knows nothing of
pools or pipes; whoever runs the handler gives it a `Tell`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

from pillarbox_engine.delivery import lease_lost
from pillarbox_engine.flows import ChildJob, Children, by_id
from pillarbox_engine.leasing import Claimed, LeaseRef
from pillarbox_engine.model import JsonValue
from pillarbox_engine.settings import check_number

MAX_LINE = 4 * 1024
"""Characters kept of one log line."""

_UNREAD = object()
_MAKING = threading.Lock()
"""Held for as long as it takes to make an event."""

ReadChildren = Callable[[str], tuple[ChildJob, ...]]
"""What the children of the job with that id ended with."""

Tell = Callable[[LeaseRef, float | None, str | None], None]
"""Takes (lease, percent or None, log line or None)."""


def childless(job_id: str) -> tuple[ChildJob, ...]:
    """What there is to read where nothing is known of flows."""
    return ()


class JobContext:
    """A running job, as its handler sees it.

    `cancelled` is set when the handler should stop: its time is up, its lease is lost, it was
    cancelled or released by an operator (told within some 100 ms), or the worker is stopping.
    `attempt` counts from 1; `fence` is the number of this claim; `enqueued_us` is when the job was
    enqueued, in microseconds since 1970-01-01 UTC, or 0 where that is not known.
    """

    __slots__ = (
        "_cancelled", "_children", "_payload", "_payload_json", "_read_children", "_stop_asked",
        "_tell", "attempt", "enqueued_us", "fence", "id", "lease", "lost", "max_attempts", "queue",
        "type",
    )  # fmt: skip

    def __init__(
        self, lease: LeaseRef, queue: str, type: str, payload_json: str,
        attempt: int, max_attempts: int, tell: Tell, read_children: ReadChildren = childless,
    ) -> None:  # fmt: skip
        self.lease, self.id, self.fence = lease, lease.job_id, lease.fence
        self.queue, self.type = queue, type
        self.attempt, self.max_attempts = attempt, max_attempts
        self.enqueued_us = 0
        self._cancelled: threading.Event | None = None
        self._stop_asked = self.lost = False
        self._payload_json, self._tell = payload_json, tell
        self._payload: JsonValue = _UNREAD
        self._read_children = read_children
        self._children: Children | None = None

    @classmethod
    def of(
        cls, claimed: Claimed, tell: Tell, read_children: ReadChildren = childless
    ) -> JobContext:
        """The context for a claim."""
        # One is made for every job that runs, so the fields are taken by their place.
        context = cls(*claimed[:6], tell, read_children)
        context.enqueued_us = claimed.enqueued_us
        return context

    @property
    def cancelled(self) -> threading.Event:
        """Set when the handler should stop; made when it is first asked for, which few do."""
        with _MAKING:
            if self._cancelled is None:
                self._cancelled = threading.Event()
        if self._stop_asked:
            self._cancelled.set()
        return self._cancelled

    @property
    def stop_asked(self) -> bool:
        """Whether the handler was asked to stop."""
        return self._stop_asked

    def stop(self) -> None:
        """Ask the handler to stop."""
        # In this order: a handler that asks for the event just now sees one or the other.
        self._stop_asked = True
        if self._cancelled is not None:
            self._cancelled.set()

    @property
    def payload(self) -> JsonValue:
        """The payload as a Python value, the same one each time."""
        if self._payload is _UNREAD:
            self._payload = json.loads(self._payload_json)
        return self._payload

    @property
    def payload_json(self) -> str:
        """The payload as JSON text."""
        return self._payload_json

    @property
    def children(self) -> Children:
        """What the job's children ended with, by their ids, in order; {} where it has none.

        Read from the store when first asked for; under the policy `ignore` only those done.
        """
        if self._children is None:
            self._children = by_id(self._read_children(self.id))
        return self._children

    def progress(self, percent: float) -> None:
        """Say how far it is, 0 to 100; others see it within 250 ms. `LeaseLost`: stop."""
        self._check_lease()
        check_number("progress", percent, 0, 100)
        self._tell(self.lease, float(percent), None)

    def log(self, text: str) -> None:
        """Keep a line with the job; others see it within 250 ms. `LeaseLost`: stop."""
        self._check_lease()
        line = str(text)
        self._tell(self.lease, None, line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…")

    def lose(self) -> None:
        """The lease is gone: tell the handler, by `cancelled` and at its next call."""
        self.lost = True
        self.stop()

    def _check_lease(self) -> None:
        if self.lost:
            raise lease_lost(self.id, "its lease has ended")
