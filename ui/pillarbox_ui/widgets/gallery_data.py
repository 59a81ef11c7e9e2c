"""Invented records for the gallery: queues, jobs, histories. Nothing here is shown to a user."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta

from pillarbox_engine.model import Event, Failure, HistoryPoint, JobSummary
from pillarbox_engine.states import EventKind, State

TYPES = ("resize", "send_receipt", "sync_crm", "process-registration")
PAYLOAD = (
    '{"to":"ana@example.com","order":48213,"locale":"en_GB",'
    '"items":[{"sku":"A-1","qty":2},{"sku":"B-9","qty":1}],"gift":false,"note":null}'
)


def history(now: datetime, seconds: int = 600, seed: int = 3) -> tuple[HistoryPoint, ...]:
    """A point a second of a queue that fills up."""
    dice = random.Random(seed)
    ready, dead, retrying, leased, totals = 900.0, 190.0, 60.0, 16.0, [0, 0, 0, 0]
    points = []
    for second in range(seconds + 1):
        wave = math.sin(second / 55) * 2.2
        ready = max(0.0, ready + dice.gauss(1.0 + wave, 16))
        retrying = max(0.0, retrying + dice.gauss(0.1, 3))
        dead = max(0.0, dead + dice.gauss(0.05, 3))
        leased = min(40.0, max(8.0, leased + dice.gauss(0, 1.5)))
        totals = [t + n for t, n in zip(totals, _growth(dice, wave), strict=True)]
        at = now - timedelta(seconds=seconds - second)
        depths = (int(ready), 120, int(retrying), int(leased), int(dead))
        points.append(_point(at, depths, totals))
    return tuple(points)


def _growth(dice: random.Random, wave: float) -> tuple[int, int, int, int]:
    return (
        max(0, round(dice.gauss(42 + 6 * wave, 4))),
        max(0, round(dice.gauss(40, 3))),
        max(0, round(dice.gauss(4, 1.4))),
        0,
    )


def _point(at: datetime, depths: tuple[int, ...], totals: list[int]) -> HistoryPoint:
    ready, scheduled, retrying, leased, dead = depths
    return HistoryPoint(
        at=at,
        ready=ready,
        scheduled=scheduled,
        retrying=retrying,
        leased=leased,
        dead=dead,
        enqueued_total=totals[0],
        done_total=totals[1],
        failed_total=totals[2],
        dead_total=totals[3],
    )


def job(number: int, now: datetime, state: State, attempt: int, **changes: object) -> JobSummary:
    """A job summary with the fields the parts look at."""
    fields: dict[str, object] = {
        "id": str(10_480 + number),
        "queue": "email",
        "type": TYPES[number % 4],
        "state": state,
        "priority": 500,
        "attempt": attempt,
        "max_attempts": 5,
        "lost": 0,
        "fence": attempt,
        "enqueued_at": now - timedelta(seconds=300),
        "run_at": now + timedelta(seconds=20),
        "preview": PAYLOAD,
        "payload_bytes": len(PAYLOAD),
    }
    return JobSummary(**(fields | changes))  # type: ignore[arg-type]


def lives(
    now: datetime, count: int = 18, seed: int = 5
) -> tuple[tuple[JobSummary, tuple[Event, ...]], ...]:
    """Jobs that failed, timed out or lost their lease, with what they went through."""
    dice = random.Random(seed)
    return tuple(_life(number, now, dice) for number in range(count))


def _life(number: int, now: datetime, dice: random.Random) -> tuple[JobSummary, tuple[Event, ...]]:
    attempts = dice.randint(1, 4)
    delay = 5.0
    at = now - timedelta(seconds=dice.uniform(20, 260))
    first, events = at, []
    for attempt in range(1, attempts + 1):
        event = _attempt(at, attempt, dice)
        if event.at > now - timedelta(seconds=2):
            break
        events.append(event)
        at = event.at + timedelta(seconds=delay * dice.uniform(0.8, 1.2))
        delay *= 2.4
    if number % 6 == 4:
        started = now - timedelta(seconds=dice.uniform(3, 11))
        changes: dict[str, object] = {"started_at": started, "enqueued_at": first}
        return job(number, now, State.LEASED, len(events) + 1, **changes), tuple(events)
    due = max(at, now + timedelta(seconds=dice.uniform(1, 90)))
    changes = {"run_at": due, "enqueued_at": first - timedelta(seconds=dice.uniform(0, 9))}
    return job(number, now, State.SCHEDULED, len(events), **changes), tuple(events)


def _attempt(at: datetime, attempt: int, dice: random.Random) -> Event:
    kind = dice.choices(
        (EventKind.FAILED, EventKind.TIMED_OUT, EventKind.LOST, EventKind.SNOOZED), (7, 2, 1, 1)
    )[0]
    length = 12.0 if kind is EventKind.TIMED_OUT else dice.uniform(0.4, 7.0)
    error = Failure(type="TimeoutError", message="billing did not answer within 2 s")
    ended = at + timedelta(seconds=length)
    return Event(at=ended, kind=kind, attempt=attempt, started_at=at, worker="1", error=error)


def due_times(now: datetime, count: int = 140, seed: int = 8) -> tuple[datetime, ...]:
    """When coming retries fall due: a few all along, and a storm 70 s from now."""
    dice = random.Random(seed)
    spread = [dice.uniform(0, 170) for _ in range(count // 2)]
    storm = [dice.gauss(72, 5) for _ in range(count // 2)]
    return tuple(now + timedelta(seconds=max(0.0, ahead)) for ahead in spread + storm)
