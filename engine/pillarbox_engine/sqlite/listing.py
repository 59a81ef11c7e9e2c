"""Pages of jobs, and counts: by an index where there is one, else by looking through the file.

Owns both ways. A walk follows an index of each queue from the cursor on and reads no more than it
shows. A look goes through ids in spans, each a read of its own that takes some 20 ms, so that no
read transaction stands in the way of a checkpoint; between two of them it can be stopped. In an
order without an index all that match are looked at, and the first of them kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any

from pillarbox_engine.filters import Filter, Page
from pillarbox_engine.model import JobSummary
from pillarbox_engine.ordering import Order, Place, SortKey, Stop, cursor_of, natural, place_of
from pillarbox_engine.sqlite import counting, spans
from pillarbox_engine.sqlite.browse import summary
from pillarbox_engine.sqlite.memo import COUNTERS
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.spans import Span
from pillarbox_engine.sqlite.statements import statement
from pillarbox_engine.sqlite.where import Where, translate
from pillarbox_engine.states import State

Read = Callable[[], AbstractContextManager[Reading]]

_WALKED = {
    SortKey.LEASE: ("j.lease_expires_at", (State.LEASED,)),
    SortKey.DUE: ("j.run_at", (State.SCHEDULED,)),
    SortKey.ENDED: ("j.ended_at", (State.DONE, State.DEAD)),
}
"""Columns with an index, and the states whose index it is."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is asked for, with the moment it is asked at (µs), and the store's monotonic clock."""

    wanted: Filter
    now: int
    tick: Callable[[], int]
    order: Order | None = None
    limit: int = 100
    cursor: str | None = None
    stop: Stop | None = None

    @property
    def sorted(self) -> Order:
        """The order that was asked for, or that the listing has by itself."""
        return self.order or natural(self.wanted)

    @property
    def stopped(self) -> bool:
        """Whether it is to be left where it is."""
        return self.stop is not None and self.stop()


def page(read: Read, look: Look) -> Page[JobSummary]:
    """A page of the jobs that match."""
    after = None if look.cursor is None else place_of(look.cursor)
    column = _indexed(look)
    if column is not None:
        return _walk(read, look, column, after)
    if look.sorted.key is SortKey.ID:
        return _through(read, look, after)
    return _best(read, look, after)


def _indexed(look: Look) -> str | None:
    """The column a walk goes along; None where the jobs have to be looked through."""
    wanted, key = look.wanted, look.sorted.key
    plain = Filter(queues=wanted.queues, states=wanted.states, retrying=wanted.retrying)
    if wanted != plain:
        return None
    if key is SortKey.ID:
        return None if wanted.states or wanted.retrying else "j.id"
    column, states = _WALKED.get(key, ("", ()))
    if key is SortKey.DUE and wanted.retrying:
        return column
    return column if len(wanted.states) == 1 and wanted.states <= set(states) else None


def _walk(read: Read, look: Look, column: str, after: Place | None) -> Page[JobSummary]:
    down = look.sorted.descending
    with read() as reading:
        cursors = [reading.connection.execute(*_along(look, column, after, queue))
                   for queue in _queues(reading, look)]  # fmt: skip
        try:
            places = merge(*cursors, reverse=down)
            found = [(key, number) for key, number in islice(places, look.limit + 1)]
        finally:
            for cursor in cursors:
                cursor.close()
        rows = _rows(reading, found[: look.limit])
    more = len(found) > look.limit
    return Page(rows, cursor_of(found[look.limit - 1]) if more else None)


def _queues(reading: Reading, look: Look) -> list[int | None]:
    """The queues whose index is followed, or [None] where one index holds all."""
    names, key = look.wanted.queues, look.sorted.key
    if key is SortKey.LEASE or (key is SortKey.ID and not names):
        return [None]
    return [row[0] for row in reading.rows("all_queues") if not names or row[1] in names]


def _along(
    look: Look, column: str, after: Place | None, queue: int | None
) -> tuple[str, dict[str, Any]]:
    where = translate(look.wanted, look.now)
    if queue is not None:
        where.parts.append(statement("where_one_queue").format(where.bind(queue)))
    if after is not None:
        where.parts.append(_beyond(where, column, after, look.sorted.descending))
    return _places(where, column, look), where.values


def _beyond(where: Where, column: str, after: Place, down: bool) -> str:
    name = "where_before" if down else "where_after"
    return statement(name).format(column, where.bind(after[0]), where.bind(after[1]))


def _places(where: Where, column: str, look: Look) -> str:
    """The statement that answers where jobs stand, in order, one more than are shown."""
    way = "DESC" if look.sorted.descending else "ASC"
    limit = where.bind(look.limit + 1)
    text = statement("places").replace("{where}", where.text).replace("{key}", column)
    return text.replace("{way}", way).replace("{limit}", limit)


def _rows(reading: Reading, places: Sequence[Place]) -> tuple[JobSummary, ...]:
    """The jobs that stand there, in that order."""
    where = Where()
    where.add("where_id", json.dumps([number for _, number in places]))
    found = reading.select(f"{statement('summaries')} {where.text}", where.values)
    by_number = {row[0]: summary(row) for row in found}
    return tuple(by_number[number] for _, number in places if number in by_number)


def _through(read: Read, look: Look, after: Place | None) -> Page[JobSummary]:
    """By number: span by span until the page is full."""
    rows: list[JobSummary] = []
    for span in _spans(read, look, None if after is None else after[1]):
        with read() as reading:
            where = _within(look, span)
            text = _places(where, "j.id", look)
            found = reading.select(text, where.values)
            rows += _rows(reading, found)
        if len(rows) > look.limit:
            return Page(tuple(rows[: look.limit]), _at(int(rows[look.limit - 1].id)))
        if look.stopped:
            return Page(tuple(rows), _at(span.edge(look.sorted.descending)), partial=True)
    return Page(tuple(rows))


def _at(number: int) -> str:
    return cursor_of((number, number))


def _best(read: Read, look: Look, after: Place | None) -> Page[JobSummary]:
    """In an order without an index: the first of all that match."""
    key, down = statement(f"order_{look.sorted.key}"), look.sorted.descending
    best: list[Place] = []
    partial = False
    for span in _spans(read, look, None):
        with read() as reading:
            where = _within(look, span)
            if after is not None:
                where.parts.append(_beyond(where, key, after, down))
            found = reading.select(_places(where, key, look), where.values)
        best = sorted([*best, *map(tuple, found)], reverse=down)[: look.limit + 1]
        if look.stopped:
            partial = True
            break
    with read() as reading:
        rows = _rows(reading, best[: look.limit])
    more = len(best) > look.limit and not partial
    return Page(rows, cursor_of(best[look.limit - 1]) if more else None, partial=partial)


def _within(look: Look, span: Span) -> Where:
    where = translate(look.wanted, look.now)
    span.add(where)
    return where


def _spans(read: Read, look: Look, after: int | None) -> Iterator[Span]:
    with read() as reading:
        few = spans.few(reading, look.wanted)
        ends = spans.ends(reading)
    if few is not None:
        return spans.lists(few, after, down=look.sorted.descending)
    return spans.ranges(ends, after, down=look.sorted.descending, tick=look.tick)


def count(read: Read, look: Look) -> int:
    """How many jobs match, no further than its limit; as far as it came where it was stopped."""
    wanted = look.wanted
    plain = Filter(states=wanted.states, queues=wanted.queues)
    if wanted == plain:
        with read() as reading:
            return min(look.limit, _counted(reading, wanted))
    total = 0
    for span in _spans(read, look, None):
        with read() as reading:
            where = _within(look, span)
            text = statement("counting").replace("{where}", where.text)
            total += reading.select(text, {**where.values, "limit": look.limit - total})[0][0]
        if total >= look.limit or look.stopped:
            break
    return total


def _counted(reading: Reading, wanted: Filter) -> int:
    """From the counters, which are kept with every change."""
    names = {row[0]: row[1] for row in reading.rows("all_queues")}
    states = wanted.states or frozenset(State)
    places = [at for at, name in enumerate(COUNTERS) if name in states]
    return sum(
        sum(row[at] for at in places)
        for queue, row in counting.of_all(reading).items()
        if not wanted.queues or names.get(queue) in wanted.queues
    )
