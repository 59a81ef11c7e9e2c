"""I5: no job runs more often than its attempts and what happened to it explain."""

from __future__ import annotations

from collections.abc import Iterator

from pillarbox_engine.states import EventKind, State
from tests.faults.final import Final, Row
from tests.faults.history import Call
from tests.faults.rules.certain import MOST_LOST
from tests.faults.told import Told, Violation

CHARGED = (EventKind.DONE, EventKind.FAILED, EventKind.TIMED_OUT, EventKind.REJECTED)
UNCHARGED = (EventKind.LOST, EventKind.SNOOZED, EventKind.RELEASED, EventKind.CANCELLED)
ENDINGS = frozenset(CHARGED + UNCHARGED)
AFRESH = (EventKind.REQUEUED, EventKind.REPLAYED)


def bounded(told: Told, final: Final) -> Iterator[Violation]:
    """I5: runs <= attempts + lost + snoozes + releases + requeues + replays, each known."""
    for row in final.rows.values():
        runs = told.runs.get(row.id, {})
        lines = tuple(call.lines[-1] for call in runs.values())
        allowed = row.max_attempts * (1 + row.count(*AFRESH)) + row.count(*UNCHARGED)
        if len(runs) > allowed:
            what = f"job {row.id} ran {len(runs)} times, {allowed} are explained"
            yield Violation("I5", what, lines)
        yield from _explained(row, runs)
        yield from _within_limits(row, lines)


def _explained(row: Row, runs: dict[int, Call]) -> Iterator[Violation]:
    """Every run must have ended in the file's history, or be under way."""
    known = {fence for kind, fence in row.events if kind in ENDINGS}
    if row.state is State.LEASED:
        known.add(row.fence)
    for fence, call in runs.items():
        if fence not in known:
            what = f"job {row.id} ran under fence {fence}, of which the file knows no end"
            yield Violation("I5", what, tuple(call.lines))


def _within_limits(row: Row, lines: tuple[str, ...]) -> Iterator[Violation]:
    charged = lost = 0
    for kind, _ in row.events:
        if kind in AFRESH:
            charged = lost = 0
        charged += kind in CHARGED
        lost += kind is EventKind.LOST
        if charged > row.max_attempts or lost > MOST_LOST:
            what = f"job {row.id}: {charged} attempts of {row.max_attempts}, lost {lost} times"
            yield Violation("I5", what, lines)
            return
