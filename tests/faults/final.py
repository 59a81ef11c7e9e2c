"""What is in the queue file in the end, as the checker compares it with the history."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pillarbox_engine.filters import Filter
from pillarbox_engine.model import Event, JobSummary
from pillarbox_engine.protocols import Backend
from pillarbox_engine.states import LIVE_STATES, EventKind, State

CHUNK = 500
TICK = "tick-"
"""How the names of jobs begin that a schedule fires, not a client."""
_KEY = re.compile(r'"k": ?"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Row:
    """A job as it is in the file. `key` is the name its producer gave it, in its payload."""

    id: str
    key: str
    state: State
    fence: int
    max_attempts: int = 5
    trashed_from: State | None = None
    events: tuple[tuple[EventKind, int], ...] = ()

    @property
    def was(self) -> State:
        """The state, looking into the trash."""
        return self.state if self.trashed_from is None else self.trashed_from

    def count(self, *kinds: EventKind) -> int:
        """How many entries of its history are of these kinds."""
        return sum(kind in kinds for kind, _ in self.events)


@dataclass(frozen=True, slots=True)
class Final:
    """The rows, the counters of all queues together, and what the file's own check found.

    `left`: jobs that were still to run when working on them was given up. `fired`: how many jobs
    there are for each time of each schedule. `program`: the keys in a program's own table, whose
    rows share their transaction with a job.
    """

    rows: dict[str, Row]
    removed: int = 0
    problems: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    fired: Mapping[tuple[str, str], int] = field(default_factory=dict)
    program: frozenset[str] = frozenset()


def look(backend: Backend, program: Sequence[str] = ()) -> Final:
    """Read everything there is, and count it once more."""
    rows = {row.id: row for row in _rows(backend)}
    counts = backend.counts()
    removed = counts.removed_done + counts.removed_dead + counts.removed_other
    return Final(
        rows, removed, backend.check() + tuple(_recount(backend, rows)),
        left=tuple(row.id for row in rows.values() if row.state in LIVE_STATES),
        fired=Counter(_firings(backend, rows)), program=frozenset(program),
    )  # fmt: skip


def _firings(backend: Backend, rows: dict[str, Row]) -> Iterator[tuple[str, str]]:
    """For each job a schedule fired: which, and for when."""
    for row in rows.values():
        if row.key.startswith(TICK):
            job = backend.job(row.id)
            if job.schedule is not None:
                yield job.schedule, str(job.fire_at)


def _rows(backend: Backend) -> Iterator[Row]:
    for where in (Filter(), Filter(states=frozenset({State.TRASHED}))):
        page = backend.jobs(where, limit=CHUNK)
        yield from _page(backend, page.rows)
        while page.cursor is not None:
            page = backend.jobs(where, limit=CHUNK, cursor=page.cursor)
            yield from _page(backend, page.rows)


def _page(backend: Backend, found: tuple[JobSummary, ...]) -> Iterator[Row]:
    histories = backend.histories([row.id for row in found])
    for row in found:
        yield Row(
            row.id, key_of(row.preview), row.state, row.fence, row.max_attempts, row.trashed_from,
            tuple(map(_event, histories[row.id])),
        )  # fmt: skip


def _event(event: Event) -> tuple[EventKind, int]:
    return event.kind, event.fence


def payload(key: str, size: int = 0) -> str:
    """A payload that names its job, and tells how long it is."""
    return json.dumps({"k": key, "n": size, "fill": "x" * size})


def key_of(preview: str) -> str:
    """The name a job's producer gave it, from the start of its payload."""
    found = _KEY.search(preview)
    return "" if found is None else found[1]


def handed(payload_json: str) -> str:
    """The name of a job as its worker gets it; another one where the payload is not whole."""
    given = json.loads(payload_json)
    key, size = str(given.get("k", "")), given.get("n")
    return key if size is None or len(given["fill"]) == size else f"{key}, but torn"


def _recount(backend: Backend, rows: dict[str, Row]) -> Iterator[str]:
    """The counters against the rows as anyone can list them."""
    counts, found = backend.counts(), Counter(row.state for row in rows.values())
    for state in State:
        if getattr(counts, state) != found[state]:
            yield f"{getattr(counts, state)} jobs count as {state}, {found[state]} are listed"
