"""Jobs as they could be enqueued anew, read from their rows and from beside the file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pillarbox_engine.clock import from_us, from_us_or_none
from pillarbox_engine.model import NewJob
from pillarbox_engine.original import Original
from pillarbox_engine.settings import backoff_from_builtins
from pillarbox_engine.sqlite import blobs
from pillarbox_engine.sqlite.job_rows import number_of
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.states import State


def read(reading: Reading, job_ids: Sequence[str], side: Path) -> tuple[Original, ...]:
    """The jobs with these ids, by number. Raises `DamagedFile`."""
    numbers = json.dumps([number_of(job_id) for job_id in job_ids])
    return tuple(_original(row, side) for row in reading.each("originals", (numbers,)))


def _original(row: Sequence[Any], side: Path) -> Original:
    number, queue, state, kind, priority, run_at, expires, most, span, timeout, backoff = row[:11]
    unique, group, stub, crc, blob = row[11:]
    job = NewJob(
        payload_json=blobs.whole(side, number, stub, blob, crc), type=kind, priority=priority,
        run_at=from_us(run_at) if state == State.SCHEDULED else None,
        expires_at=from_us_or_none(expires), max_attempts=most,
        retry_for=None if span is None else span / 1e6,
        timeout=None if timeout is None else timeout / 1e6,
        backoff=None if backoff is None else backoff_from_builtins(json.loads(backoff)),
        unique_key=unique, group=group,
    )  # fmt: skip
    return Original(str(number), queue, job)
