"""Jobs to inspect, made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pillarbox_engine.backoff import Exponential
from pillarbox_engine.model import Event, Failure, Job
from pillarbox_engine.states import EventKind, State
from pillarbox_engine.why import Surroundings

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
AROUND = Surroundings(now=NOW)


def a_job(payload_json: str = '{"to":"ana"}', **parts: Any) -> Job:
    """A ready job, with `parts` in place of the usual."""
    usual: dict[str, Any] = {
        "id": "7", "queue": "email", "type": "send", "state": State.READY, "priority": 500,
        "attempt": 0, "max_attempts": 5, "lost": 0, "fence": 0, "enqueued_at": NOW,
        "run_at": NOW, "preview": "", "payload_bytes": len(payload_json),
        "backoff": Exponential(), "timeout": 900.0,
    }  # fmt: skip
    return Job(payload_json=payload_json, **{**usual, **parts})


def failed(attempt: int, message: str = "after 2 s", traceback: str = "") -> Event:
    """An attempt that failed `attempt` minutes after noon, having run for 3 s."""
    ended = NOW + timedelta(minutes=attempt)
    return Event(
        at=ended, kind=EventKind.FAILED, attempt=attempt, worker="4711/2",
        started_at=ended - timedelta(seconds=3), next_run_at=ended + timedelta(seconds=12),
        error=Failure(type="shop.Timeout", message=message, traceback=traceback),
    )  # fmt: skip
