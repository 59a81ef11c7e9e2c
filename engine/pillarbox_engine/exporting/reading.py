"""The jobs of an export: oldest first, page by page, no longer list and no longer read than that.

Owns what an export means by "all": the jobs that match when their page is read, up to the newest
one there was at the beginning, so it ends although others go on enqueueing. A job that is deleted
or no longer matches by then is not among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pillarbox_engine.errors import DamagedFile
from pillarbox_engine.filters import Filter
from pillarbox_engine.model import JobSummary
from pillarbox_engine.ordering import NEWEST, Order
from pillarbox_engine.original import Original
from pillarbox_engine.protocols import Inspector

PAGE = 500
"""Jobs listed at a time."""
BYTES = 4 * 1024 * 1024
"""Bytes of payloads read at a time, unless one alone has more."""

_OLDEST = Order()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some of the jobs, whole. `share`: how much of the store lies behind them."""

    jobs: Sequence[Original]
    share: float
    damaged: Sequence[str] = ()


def batches(backend: Inspector, where: Filter, stop: Callable[[], bool]) -> Iterator[Batch]:
    """The jobs that match, oldest first, until `stop` answers true."""
    newest = backend.jobs(order=NEWEST, limit=1).rows
    if not newest:
        return
    last = _number(newest[0])
    first: int | None = None
    for rows in _pages(backend, where, stop):
        first = _number(rows[0]) if first is None else first
        there = [row for row in rows if _number(row) <= last]
        for chunk in _chunks(there):
            done = (_number(chunk[-1]) - first + 1) / max(1, last - first + 1)
            yield _whole(backend, [row.id for row in chunk], done)
            if stop():
                return
        if len(there) < len(rows):
            return


def _number(row: JobSummary) -> int:
    """Ids are numbers to the order by id, and grow."""
    return int(row.id)


def _pages(
    backend: Inspector, where: Filter, stop: Callable[[], bool]
) -> Iterator[Sequence[JobSummary]]:
    cursor: str | None = None
    while not stop():
        page = backend.jobs(where, order=_OLDEST, limit=PAGE, cursor=cursor, stop=stop)
        if page.rows:
            yield page.rows
        cursor = page.cursor
        if cursor is None:
            return


def _chunks(rows: Sequence[JobSummary]) -> Iterator[Sequence[JobSummary]]:
    """As many of `rows` at a time as have no more than `BYTES`."""
    chunk: list[JobSummary] = []
    size = 0
    for row in rows:
        if chunk and size + row.payload_bytes > BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += row.payload_bytes
    if chunk:
        yield chunk


def _whole(backend: Inspector, ids: Sequence[str], share: float) -> Batch:
    try:
        return Batch(backend.originals(ids), share)
    except DamagedFile:
        return _one_by_one(backend, ids, share)


def _one_by_one(backend: Inspector, ids: Sequence[str], share: float) -> Batch:
    found: list[Original] = []
    damaged: list[str] = []
    for job_id in ids:
        try:
            found += backend.originals([job_id])
        except DamagedFile:
            damaged.append(job_id)
    return Batch(found, share, damaged)
