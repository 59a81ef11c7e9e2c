"""Reading jobs for people: a row of a listing, one job whole, histories, groups of dead letters."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Any

from pillarbox_engine.clock import from_us, from_us_or_none, to_us
from pillarbox_engine.model import DeadGroup, Event, Failure, Job, JobSummary, LogLine
from pillarbox_engine.payload import preview
from pillarbox_engine.refusals import no_job
from pillarbox_engine.settings import backoff_from_builtins
from pillarbox_engine.sqlite import blobs
from pillarbox_engine.sqlite.flow_reading import policy_of
from pillarbox_engine.sqlite.job_rows import number_of
from pillarbox_engine.sqlite.queue_rows import parse_settings
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.statements import statement
from pillarbox_engine.states import DeadReason, EventKind, HeldBy, State

DAY_US = 86_400_000_000


def summary(row: Sequence[Any]) -> JobSummary:
    """A row of `summaries`."""
    return JobSummary(**_fields(row))


def short(reading: Reading, number: int) -> JobSummary | None:
    """One job as a listing has it, or None."""
    row = reading.row_of(f"{statement('summaries')} j.id = ?", (number,))
    return None if row is None else summary(row)


def _fields(row: Sequence[Any]) -> dict[str, Any]:
    expires, beat = row[15], row[16]
    return {
        "id": str(row[0]), "queue": row[1], "type": row[2], "state": State(row[3]),
        "priority": row[4], "attempt": row[5], "max_attempts": row[6], "lost": row[7],
        "fence": row[8], "enqueued_at": from_us(row[9]), "run_at": from_us(row[10]),
        "preview": preview(row[11].decode(errors="replace")), "payload_bytes": row[12],
        "started_at": from_us_or_none(row[13]), "ended_at": from_us_or_none(row[14]),
        "lease_expires_at": from_us_or_none(expires), "heartbeat_at": from_us_or_none(beat),
        "lease_seconds": None if expires is None or beat is None else (expires - beat) / 1e6,
        "worker": row[18], "progress": row[19],
        "reason": None if row[20] is None else DeadReason(row[20]), "error_type": row[21],
        "error_message": row[22], "fingerprint": row[23], "expires_at": from_us_or_none(row[24]),
        "trashed_from": None if row[25] is None else State(row[25]),
        "group": row[26], "held_by": None if row[27] is None else HeldBy(row[27]),
        "held_until": from_us_or_none(row[28]),
    }  # fmt: skip


def job(reading: Reading, job_id: str, side: Path) -> Job:
    """One job whole, or `NotFound`; `DamagedFile` where its payload is not what was stored."""
    number = number_of(job_id)
    row = reading.row_of(f"{statement('summaries')} j.id = ?", (number,))
    if row is None:
        raise no_job(job_id)
    stub, crc, blob, *rest = reading.row("whole_job", (number,))
    payload = blobs.whole(side, number, stub, blob, crc)
    backoff, timeout, result, text, unique, parent, left, policy, key, span = rest
    settings = parse_settings(text)
    schedule, fire_at = reading.row("fire_of_job", (number,)) or (None, None)
    return Job(
        **_fields(row), payload_json=payload, result_json=result, idempotency_key=key,
        unique_key=unique, schedule=schedule, fire_at=from_us_or_none(fire_at),
        parent_id=None if parent is None else str(parent), children_left=left,
        on_child_failure=policy_of(policy),
        backoff=settings.backoff if backoff is None else backoff_from_builtins(json.loads(backoff)),
        timeout=settings.timeout if timeout is None else timeout / 1e6,
        retry_for=settings.retry_for if span is None else span / 1e6,
        history=history(reading, number), log=_log(reading, number),
    )  # fmt: skip


def _log(reading: Reading, number: int) -> tuple[LogLine, ...]:
    rows = reading.rows("log_of_job", (number,))
    return tuple(LogLine(from_us(at), attempt, text) for at, attempt, text in rows)


def history(reading: Reading, number: int) -> tuple[Event, ...]:
    """A job's history, oldest first; a first success is read from the job's own row."""
    events = [_event(row) for row in reading.rows("events_of_job", (number,))]
    row = reading.row("last_attempt_of_job", (number,))
    if row is not None:
        events.insert(_place_of_success(events, row[0]), _success(row))
    return tuple(events)


def _success(row: Sequence[Any]) -> Event:
    ended, attempt, fence, started, worker = row
    return Event(
        at=from_us(ended), kind=EventKind.DONE, attempt=attempt, fence=fence,
        started_at=from_us_or_none(started), worker=worker,
    )  # fmt: skip


_AFTER_SUCCESS = (EventKind.PURGED, EventKind.RESTORED)


def _place_of_success(events: Sequence[Event], ended: int) -> int:
    """Before what an operator did since: only a trip to the trash leaves a job done."""
    place = len(events)
    while (
        place and events[place - 1].kind in _AFTER_SUCCESS and to_us(events[place - 1].at) >= ended
    ):
        place -= 1
    return place


def _event(row: Sequence[Any]) -> Event:
    at, kind, attempt, fence, started, worker, due, type_, message, print_, trace, detail = row[:12]
    failure = None
    if type_ is not None:
        failure = Failure(
            type=type_, message=message or "", fingerprint=print_ or "", traceback=trace or "",
            timed_out=kind == EventKind.TIMED_OUT,
        )  # fmt: skip
    return Event(
        at=from_us(at), kind=EventKind(kind), attempt=attempt, fence=fence,
        started_at=from_us_or_none(started), worker=worker, error=failure,
        next_run_at=from_us_or_none(due), detail=detail, payload_json=row[12],
    )  # fmt: skip


def dead_groups(reading: Reading, queue_id: int | None, now: int) -> tuple[DeadGroup, ...]:
    """Dead letters by fingerprint, the largest group first."""
    names = {row[0]: row[1] for row in reading.rows("all_queues")}
    rows = reading.rows("dead_groups", {"now": now, "queue_id": queue_id})
    return tuple(_group(reading, row, names, queue_id, now) for row in rows)


def _group(
    reading: Reading, row: Sequence[Any], names: dict[int, str], queue_id: int | None, now: int
) -> DeadGroup:
    print_, total, first, last, hour, day, week, types, queues, newest = row
    error_type, message, reason = reading.row("error_of_job", (newest,))
    return DeadGroup(
        fingerprint=print_, error_type=error_type or "", error_message=message or "",
        reason=DeadReason(reason), types=tuple(sorted(json.loads(types))),
        queues=tuple(sorted(names[number] for number in json.loads(queues))), count=total,
        first_at=from_us(first), last_at=from_us(last), last_hour=hour, last_day=day,
        last_week=week, trend=_trend(reading, print_, queue_id, now),
    )  # fmt: skip


def _trend(reading: Reading, print_: str, queue_id: int | None, now: int) -> tuple[int, ...]:
    values = {"now": now, "span": DAY_US, "fingerprint": print_, "queue_id": queue_id}
    spans = [0] * 24
    for place, number in reading.rows("dead_trend", values):
        spans[place] = number
    return tuple(spans)


def due_times(reading: Reading, queue_id: int | None, limit: int) -> tuple[datetime, ...]:
    """When scheduled jobs fall due, soonest first."""
    ids = [row[0] for row in reading.rows("all_queues")] if queue_id is None else [queue_id]
    each = [reading.rows("due_times", (number, limit)) for number in ids]
    return tuple(from_us(run_at) for (run_at,) in islice(merge(*each), limit))
