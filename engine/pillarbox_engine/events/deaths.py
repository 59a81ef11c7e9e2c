"""Dead letters that have not been told, together.

Owns `DeathsToTell`: the cumulative totals of the queues as they were last told, which the last
event itself carries. So the events form a chain, each beginning where the one before ended; its key
names that place, and of several processes that notice the same deaths one adds the event.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pillarbox_engine.clock import from_us, seconds_to_us
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import NotFound
from pillarbox_engine.events.occasions import EVERY, QUEUE, Occasion
from pillarbox_engine.filters import Filter
from pillarbox_engine.model import JobSummary
from pillarbox_engine.states import State

NAMED = 20
"""Dead letters an event names; of the others it says how many."""
_LOOKED_AT = 200

Totals = Mapping[str, int]


class DeathsToTell:
    """Looks at the dead letters of `engine` from now on, or from where the last event ended."""

    def __init__(self, engine: Engine, every: float = EVERY) -> None:
        self._engine, self._queue, self._every_us = (
            engine,
            engine.queue(QUEUE),
            seconds_to_us(every),
        )
        self._since = from_us(engine.clock.now_us())
        self._told: Totals = self._last_told() or self._totals()
        self._seen = -1
        self._next_us = 0

    def look(self, *, last: bool = False) -> float:
        """Store what is new; seconds until it must look again though nothing changed.

        `last`: there will be no other look, so nothing is kept for later.
        """
        died = self._engine.counts().dead_total
        if died == self._seen:
            return float("inf")
        left = self._next_us - self._engine.clock.monotonic_us()
        if left > 0 and not last:
            return left / 1e6
        self._adopt(self._last_told())
        self._tell(self._totals())
        self._seen = died
        return float("inf")

    def _tell(self, totals: Totals) -> None:
        """One event for all that died since the last; another process may have been first."""
        new = {name: total - self._told.get(name, 0) for name, total in totals.items()}
        new = {name: number for name, number in new.items() if number > 0}
        if not new:
            return
        key = f"dead:{sum(self._told.values())}"
        said = {**self._said(new), "through": dict(totals)}
        enqueued = self._queue.enqueue(said, type=Occasion.DEAD, idempotency_key=key)
        self._adopt(self._through(enqueued.id) if enqueued.conflict else totals)
        self._since = from_us(self._engine.clock.now_us())
        self._next_us = self._engine.clock.monotonic_us() + self._every_us

    def _adopt(self, totals: Totals | None) -> None:
        """Those have been told, by whomever: totals only grow."""
        for name, total in (totals or {}).items():
            self._told = {**self._told, name: max(total, self._told.get(name, 0))}

    def _totals(self) -> dict[str, int]:
        queues = self._engine.queues()
        return {one.name: one.counts.dead_total for one in queues if one.name != QUEUE}

    def _last_told(self) -> Totals | None:
        newest = Filter(queues=(QUEUE,), types=(Occasion.DEAD,))
        page = self._engine.backend.jobs(newest, limit=1)
        return self._through(page.rows[0].id) if page.rows else None

    def _through(self, job_id: str) -> Totals | None:
        """What an event told up to; None where it is there no more, or was put there by hand."""
        try:
            payload = self._engine.job(job_id).payload
        except NotFound:
            return None
        found = payload.get("through") if isinstance(payload, dict) else None
        if not isinstance(found, dict) or not all(type(one) is int for one in found.values()):
            return None
        return found

    def _said(self, new: Totals) -> dict[str, Any]:
        named = self._newest(tuple(new))
        number = sum(new.values())
        where = ", ".join(f"{name} {count:,}" for name, count in list(new.items())[:NAMED])
        return {
            "event": "dead", "at": from_us(self._engine.clock.now_us()).isoformat(),
            "number": number, "queues": dict(new),
            "jobs": [_named(job) for job in named], "more": max(0, number - len(named)),
            "text": f"{number:,} dead letter{'s' if number > 1 else ''}: {where}",
        }  # fmt: skip

    def _newest(self, queues: tuple[str, ...]) -> list[JobSummary]:
        """Some that died since the last event; those with the newest ids are looked through."""
        dead = Filter(states=frozenset({State.DEAD}), queues=queues)
        rows = self._engine.backend.jobs(dead, limit=_LOOKED_AT).rows
        fresh = [job for job in rows if job.ended_at is not None and job.ended_at >= self._since]
        return sorted(fresh, key=_ended, reverse=True)[:NAMED]


def _ended(job: JobSummary) -> datetime:
    return job.ended_at or job.enqueued_at


def _named(job: JobSummary) -> dict[str, Any]:
    error = None if job.error_type is None else f"{job.error_type}: {job.error_message}"
    return {
        "id": job.id, "queue": job.queue, "type": job.type, "reason": job.reason,
        "error": error, "attempts": job.attempt,
    }  # fmt: skip
