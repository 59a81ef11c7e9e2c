"""What a row that was found says of a job, as a line of a job file.

Owns telling jobs and queues from all other rows, by their columns alone, and the envelope: what
`pillarbox enqueue` needs to store the job again. Attempts begin anew, because a job file cannot
say how many were used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pillarbox_engine.clock import from_us
from pillarbox_engine.errors import DamagedFile
from pillarbox_engine.names import check_queue_name
from pillarbox_engine.sqlite import blobs, schema
from pillarbox_engine.sqlite.migrate import newest
from pillarbox_engine.sqlite.salvage.cells import Value
from pillarbox_engine.states import State

DAMAGED = "damaged"
"""Where jobs go that are not what was stored."""

_CRC = re.compile(r"[0-9a-f]{8}")
_MODES = ("running", "paused", "draining")

Row = Mapping[str, Any]
"""A job's columns by name."""


@dataclass(frozen=True, slots=True)
class Found:
    """A job: `pile` is its state, or `DAMAGED`, and then `why`. `line` is its envelope."""

    id: int
    pile: str
    line: str
    why: str = ""


@cache
def _columns() -> dict[int, tuple[str, ...]]:
    """By how many there are: the columns of `jobs`, in every schema there was."""
    shapes = {}
    for number in range(1, newest() + 1):
        connection = schema.migrated(number)
        names = tuple(row[1] for row in connection.execute("PRAGMA table_info(jobs)"))
        connection.close()
        shapes[len(names)] = names
    return shapes


def job_row(row_id: int, values: list[Value]) -> Row | None:
    """The columns of a job, or None where the row is of another table."""
    names = _columns().get(len(values))
    if names is None:
        return None
    row = dict(zip(names, values, strict=True)) | {"id": row_id}
    texts = (row["payload"], row["payload_crc"], row["state"], row["type"])
    likely = all(isinstance(text, str) for text in texts) and isinstance(row["queue_id"], int)
    return row if likely and isinstance(row["payload_bytes"], int) else None


def queue_name(values: list[Value]) -> str | None:
    """The name in a row of `queues`, or None where it is of another table."""
    if len(values) != 5 or values[3] not in _MODES or not isinstance(values[4], int):
        return None
    name = values[1]
    return name if isinstance(name, str) and str(values[2]).startswith("{") else None


def found(row: Row, queues: Mapping[int, str], side: Path, uuid: str, *, whole: bool) -> Found:
    """The job in `row`; a damaged one keeps its payload as text."""
    queue = queues.get(row["queue_id"], f"salvaged-{row['queue_id']}")
    why = "" if whole else "its row is cut off"
    try:
        payload = blobs.whole(side, row["id"], _text(row["payload"]), row.get("blob"),
                              row["payload_crc"])  # fmt: skip
        json.loads(payload)
        rest = _options(row, queue, uuid)
        why = why or _odd(row)
    except (DamagedFile, ValueError, TypeError, OverflowError) as error:
        why = getattr(error, "reason", "") or str(error)
        payload, rest = _as_text(row["payload"]), {"queue": _safe_queue(queue)}
    told = json.dumps(rest, ensure_ascii=False)
    line = f'{{"payload":{payload},{told[1:]}'
    return Found(row["id"], DAMAGED if why else row["state"], line, why)


def _odd(row: Row) -> str:
    if row["state"] not in set(State):
        return "its state is none that exists"
    return "" if _CRC.fullmatch(row["payload_crc"]) else "its checksum is none"


def _text(text: str) -> str:
    """`text`, or `ValueError` where it has bytes that are no text."""
    return text.encode().decode()


def _as_text(text: str) -> str:
    raw = text.encode("utf-8", "surrogateescape")
    return json.dumps(raw.decode("utf-8", "replace"), ensure_ascii=False)


def _safe_queue(name: str) -> str:
    try:
        return check_queue_name(name)
    except ValueError:
        return "salvaged"


def _options(row: Row, queue: str, uuid: str) -> dict[str, Any]:
    """What an envelope can say of the job beside its payload."""
    said = {
        "queue": check_queue_name(queue),
        "type": _text(row["type"]),
        "priority": row["priority"],
        "idempotency_key": f"salvaged:{uuid}:{row['id']}",
        "max_attempts": row["max_attempts"],
        "backoff": None if row["backoff"] is None else json.loads(row["backoff"]),
        "timeout": _seconds(row["timeout_us"]),
        "retry_for": _seconds(row.get("retry_for_us")),
        "unique_key": row["unique_key"],
        "group": row.get("group_key"),
        "expires_at": None if row["expires_at"] is None else _moment(row["expires_at"]),
    }
    if row["state"] == State.SCHEDULED:
        said["run_at"] = _moment(row["run_at"])
    return {name: value for name, value in said.items() if value is not None}


def _seconds(span: int | None) -> float | None:
    return None if span is None else span / 1e6


def _moment(at: int) -> str:
    return from_us(at).isoformat()
