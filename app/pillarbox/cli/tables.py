"""Jobs and queues as tables and as JSON, the same wherever the command line shows them.

Owns the columns of the text form and the keys of the JSON form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

import msgspec
from rich.table import Table
from rich.text import Text

from pillarbox.cli.output import one_line
from pillarbox_engine.flows import Flow
from pillarbox_engine.model import Event, Job, JobSummary, Operation, QueueSummary
from pillarbox_engine.settings import settings_to_builtins


def queue_json(queue: QueueSummary) -> dict[str, Any]:
    """A queue as a JSON object: its fields, counts and settings."""
    plain = {e.name: getattr(queue, e.name) for e in fields(queue)}
    return plain | {"settings": settings_to_builtins(queue.settings)}


def job_json(job: JobSummary) -> dict[str, Any]:
    """A job as a JSON object; payload and result are JSON values, not text."""
    plain = {e.name: getattr(job, e.name) for e in fields(job) if not e.name.endswith("_json")}
    if isinstance(job, Job):
        plain["payload"] = msgspec.Raw(job.payload_json.encode("utf-8"))
        plain["result"] = msgspec.Raw((job.result_json or "null").encode("utf-8"))
    return plain


def flow_json(flow: Flow) -> dict[str, Any]:
    """A job's parent and children as members of its JSON object."""
    return {
        "parent": None if flow.parent is None else asdict(flow.parent),
        "children": [asdict(child) for child in flow.children],
    }


def queues_table(queues: Iterable[QueueSummary], now: datetime) -> Table:
    """A row per queue."""
    table = plain_table(
        "queue", "state", "ready>", "scheduled>", "retrying>", "in flight>", "done>", "dead>",
        "oldest>", "in/s>", "out/s>",
    )  # fmt: skip
    for queue in queues:
        table.add_row(*queue_cells(queue, now))
    return table


def queue_cells(queue: QueueSummary, now: datetime) -> list[Text]:
    """The cells of one queue's row."""
    counts = queue.counts
    state = "draining" if queue.draining else "paused" if queue.paused else "running"
    waiting = counts.scheduled - counts.retrying
    figures = (counts.ready, waiting, counts.retrying, counts.leased, counts.done, counts.dead)
    cells = [queue.name, state, *(f"{figure:,}" for figure in figures)]
    oldest = "–" if queue.oldest_ready_at is None else age(queue.oldest_ready_at, now)
    cells += [oldest, f"{queue.in_rate:.1f}", f"{queue.out_rate:.1f}"]
    return [Text(one_line(cell)) for cell in cells]


def jobs_table(jobs: Iterable[JobSummary], now: datetime) -> Table:
    """A row per job."""
    table = plain_table(
        "id", "state", "type", "queue", "attempt>", "run at", "age>", "payload, error"
    )
    for job in jobs:
        state = "retrying" if job.retrying else str(job.state)
        told = job.error_message if job.error_type else job.preview
        detail = f"{job.error_type}: {told}" if job.error_type else job.preview
        table.add_row(
            *(Text(one_line(cell)) for cell in (job.id, state, job.type, job.queue)),
            Text(f"{job.attempt}/{job.max_attempts}"),
            Text(moment(job.run_at)),
            Text(age(job.enqueued_at, now)),
            Text(one_line(detail, 60)),
        )
    return table


def operations_table(operations: Iterable[Operation], now: datetime) -> Table:
    """A row per operation."""
    table = plain_table(
        "id", "did", "state", "done>", "changed>", "skipped>", "failed>", "age>", "to what",
    )  # fmt: skip
    for one in operations:
        of = f"{one.done:,}/{one.total:,}" if one.total else "–"
        figures = (of, f"{one.changed:,}", f"{one.skipped:,}", f"{one.failed:,}")
        state = "undone" if one.undone else str(one.state)
        said = f"{one.what} · {one.said}" if one.said else one.what
        cells = (one.id, one.verb, state, *figures, age(one.at, now), said)
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    return table


def event_line(event: Event) -> str:
    """One entry of a job's history, in words."""
    words = [moment(event.at), str(event.kind).replace("_", " ")]
    if event.started_at is not None:
        words.append(f"attempt {event.attempt} after {(event.at - event.started_at)}")
    if event.worker:
        words.append(f"by {event.worker}")
    if event.error is not None:
        words.append(f"· {event.error.type}: {one_line(event.error.message, 200)}")
    if event.next_run_at is not None:
        words.append(f"· again at {moment(event.next_run_at)}")
    if event.detail:
        words.append(f"· {one_line(event.detail, 200)}")
    if event.payload_json is not None:
        words.append(f"· it was {one_line(event.payload_json, 200)}")
    return "  ".join(words)


def moment(at: datetime) -> str:
    """A time as it is in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def age(since: datetime, now: datetime) -> str:
    """How long ago `since` was, in one unit: 12 s, 5 min, 3 h, 9 d."""
    return duration((now - since).total_seconds())


def duration(seconds: float) -> str:
    """A length of time in one unit, rounded down."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


def plain_table(*columns: str) -> Table:
    """A table without lines; a column whose name ends in ">" stands to the right."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for name in columns:
        right = name.endswith(">")
        table.add_column(name.rstrip(">"), justify="right" if right else "left", no_wrap=True)
    return table
