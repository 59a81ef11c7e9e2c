"""An operator's verb over everything a filter matches.

Owns the running of a bulk verb: the matching ids are frozen first, then worked through in chunks
of `MAX_BULK`, each one transaction, with progress told and a cancel heeded between chunks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from pillarbox_engine.clock import Clock, SystemClock, from_us
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.filters import Filter
from pillarbox_engine.lifecycle import states_for
from pillarbox_engine.model import BulkResult
from pillarbox_engine.protocols import MAX_BULK, Admin, Inspector
from pillarbox_engine.states import State, Verb

Progress = Callable[[int, int], None]
"""Told (jobs worked through, jobs in all), first with 0."""


class Store(Inspector, Admin, Protocol):
    """What a bulk verb needs of a backend; the window's has it too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOptions:
    """What some verbs take besides the jobs. `rate`: jobs a second; `reason`: for a cancel."""

    to: str | None = None
    rate: float | None = None
    reason: str = ""


def run(
    backend: Store,
    verb: Verb,
    where: Filter,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    what: str = "",
    clock: Clock | None = None,
    to: str | None = None,
    rate: float | None = None,
    reason: str = "",
) -> BulkResult:
    """Do `verb` (requeue, replay, release, cancel, purge, restore, erase) to what matches.

    `what` describes the selection in the journal. Cancelled part-way, the result counts what was
    done until then. Raises `InvalidOption` for a verb that is no operator's.
    """
    options = BulkOptions(to=to, rate=rate, reason=reason)
    ids = frozen(backend, verb, where)
    step = _step(backend, verb, options, _start(clock))
    operation = _journalled(backend, verb, what, len(ids))
    total = BulkResult(operation=operation, changed=0)
    for done in range(0, len(ids), MAX_BULK):
        if progress is not None:
            progress(done, len(ids))
        if cancelled is not None and cancelled():
            return total
        total = _sum(total, step(ids[done : done + MAX_BULK], done, operation))
    if progress is not None:
        progress(len(ids), len(ids))
    return total


def count(backend: Inspector, verb: Verb, where: Filter) -> int:
    """How many jobs `run` would take in hand: the dry run."""
    return backend.count(applicable(verb, where))


def applicable(verb: Verb, where: Filter) -> Filter:
    """`where` held to the states the verb is about, where it names none itself.

    Purge looks at leased jobs too, so that it can say how many it skipped.
    """
    if where.states or where.ids:
        return where
    states = states_for(verb)
    return replace(where, states=states | {State.LEASED} if verb is Verb.PURGE else states)


def frozen(backend: Inspector, verb: Verb, where: Filter) -> tuple[str, ...]:
    """The ids that match now; jobs that come to match later are not touched."""
    if where == Filter(ids=where.ids) and where.ids:
        return tuple(dict.fromkeys(where.ids))
    matching = applicable(verb, where)
    page = backend.jobs(matching, limit=MAX_BULK)
    ids = dict.fromkeys(row.id for row in page.rows)
    while page.cursor is not None:
        page = backend.jobs(matching, limit=MAX_BULK, cursor=page.cursor)
        ids.update(dict.fromkeys(row.id for row in page.rows))
    return tuple(ids)


Step = Callable[[Sequence[str], int, str | None], BulkResult]


def _step(backend: Admin, verb: Verb, options: BulkOptions, start: datetime) -> Step:
    """How one chunk is done: (ids, jobs before it, operation) → result."""

    def replay(ids: Sequence[str], before: int, operation: str | None) -> BulkResult:
        rate = options.rate
        at = None if rate is None else start + timedelta(seconds=before / rate)
        return backend.replay(ids, to=options.to, rate=rate, start_at=at, operation=operation)

    steps: dict[Verb, Step] = {
        Verb.REPLAY: replay,
        Verb.PURGE: lambda ids, before, operation: backend.purge(ids, operation=operation),
        Verb.REQUEUE: lambda ids, before, operation: backend.requeue(ids),
        Verb.RELEASE: lambda ids, before, operation: backend.release(ids),
        Verb.CANCEL: lambda ids, before, operation: backend.cancel(ids, options.reason),
        Verb.RESTORE: lambda ids, before, operation: backend.restore(ids),
        Verb.ERASE: lambda ids, before, operation: backend.erase(ids),
    }
    if verb not in steps:
        raise InvalidOption(f"{verb} is not an operator's verb", "only a worker or the engine does")
    return steps[verb]


def _journalled(backend: Admin, verb: Verb, what: str, jobs: int) -> str | None:
    """A journal entry for the chunks to share; a single chunk's call writes its own."""
    if jobs == 0 or verb not in {Verb.REPLAY, Verb.PURGE}:
        return None
    return backend.begin_operation(str(verb), what or f"{jobs} jobs")


def _start(clock: Clock | None) -> datetime:
    return from_us((clock or SystemClock()).now_us())


def _sum(total: BulkResult, part: BulkResult) -> BulkResult:
    skipped = Counter(total.skipped)
    skipped.update(part.skipped)
    return BulkResult(
        operation=total.operation or part.operation,
        changed=total.changed + part.changed,
        skipped=dict(skipped),
    )
