"""Judges a run: do the history and what is in the file in the end agree?

Owns the invariants:

- I1: an enqueue that was acknowledged is there, or pruned by a logged rule.
- I2: nothing is there that nobody enqueued, and nothing twice.
- I3: one valid lease a job at a time, fences grow, nothing is settled under a stale fence.
- I4: only a run that ended is acked, and an acked completion never runs again unless requeued.
- I5: runs <= attempts + lost + snoozes + releases + requeues + replays, each known to the file.
- I6: counters = rows = fold of the chain (the file's own check, and a recount).
- I7: of a group one job at a time is leased; that they end in order is `grouped`'s to judge.
- I10: a call that raised, or was cut short, is whole or absent.

A call whose outcome was not told may have happened or not; everything else is held to its word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from pillarbox_engine.states import EventKind, State
from tests.faults.final import Final, Row
from tests.faults.history import NEVER, Call

MOST_LOST = 3
WIDEST = 400
ENDINGS = frozenset({
    EventKind.DONE, EventKind.FAILED, EventKind.TIMED_OUT, EventKind.REJECTED, EventKind.RELEASED,
    EventKind.SNOOZED, EventKind.LOST, EventKind.CANCELLED,
})  # fmt: skip
CHARGED = (EventKind.DONE, EventKind.FAILED, EventKind.TIMED_OUT, EventKind.REJECTED)
UNCHARGED = (EventKind.LOST, EventKind.SNOOZED, EventKind.RELEASED, EventKind.CANCELLED)
AFRESH = (EventKind.REQUEUED, EventKind.REPLAYED)


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken invariant, and the lines of the history that show it."""

    invariant: str
    what: str
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = [line if len(line) < WIDEST else line[:WIDEST] + "…" for line in self.lines[:8]]
        return "\n    ".join([f"{self.invariant}: {self.what}", *shown])


@dataclass(frozen=True, slots=True)
class Lease:
    """A claim as a client was told it. `over` is the earliest moment it may have ended."""

    fence: int
    claimed_us: int
    expires_us: int
    call: Call
    over: int


@dataclass(frozen=True, slots=True)
class Settled:
    """One settlement of a `settle` call."""

    fence: int
    kind: str
    accepted: bool
    call: Call


class Told:
    """The history, sorted by what it is about."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self.calls = calls

    def of(self, *ops: str) -> Iterator[Call]:
        """The calls of these kinds, in the order they began."""
        return (call for call in self.calls if call.op in ops)

    @cached_property
    def settled(self) -> dict[str, list[Settled]]:
        """By job, every settlement that may have happened."""
        found: dict[str, list[Settled]] = defaultdict(list)
        for call in self.of("settle"):
            accepted = call.data.get("accepted", [False] * len(call.data["leases"]))
            for (job_id, fence, kind), yes in zip(call.data["leases"], accepted, strict=True):
                if call.possible:
                    found[job_id].append(Settled(fence, kind, yes, call))
        return found

    @cached_property
    def touched(self) -> dict[str, list[Call]]:
        """By job, every operator's call that names it and may have happened."""
        found: dict[str, list[Call]] = defaultdict(list)
        for call in self.of("requeue", "replay", "release", "cancel", "purge", "restore", "erase"):
            for job_id in call.data["ids"]:
                if call.possible:
                    found[job_id].append(call)
        return found

    @cached_property
    def runs(self) -> dict[str, dict[int, Call]]:
        """By job and fence, where a handler began."""
        return self._fences("run")

    @cached_property
    def ran(self) -> dict[str, dict[int, Call]]:
        """By job and fence, where a handler ended."""
        return self._fences("ran")

    def _fences(self, op: str) -> dict[str, dict[int, Call]]:
        found: dict[str, dict[int, Call]] = defaultdict(dict)
        for call in self.of(op):
            for job_id, fence in call.data["jobs"]:
                found[job_id].setdefault(fence, call)
        return found

    @cached_property
    def gone(self) -> dict[str, int]:
        """By client, when it was killed or began to close."""
        found: dict[str, int] = {}
        for call in self.of("kill", "close"):
            victim = call.data.get("victim", call.client)
            moment = call.data.get("after", call.began)
            found[victim] = min(moment, found.get(victim, NEVER))
        return found

    @cached_property
    def extended(self) -> dict[tuple[str, int], list[tuple[int, Call]]]:
        """By lease, the ends it may have been given, sooner or later ones, and the calls."""
        found: dict[tuple[str, int], list[tuple[int, Call]]] = defaultdict(list)
        for call in self.of("extend"):
            kept = call.data.get("kept", [True] * len(call.data["leases"]))
            for (job_id, fence, until), yes in zip(call.data["leases"], kept, strict=True):
                if yes and call.possible:
                    found[job_id, fence].append((until, call))
        return found

    def expires_us(self, job_id: str, lease: Lease, other: Call) -> int:
        """The earliest end by time that a lease may have had when `other` took place."""
        end = lease.expires_us
        for until, call in self.extended.get((job_id, lease.fence), ()):
            if call.ended < other.began:
                end = until
            elif call.began < other.ended:
                end = min(end, until)
        return end

    @cached_property
    def leases(self) -> dict[str, list[Lease]]:
        """By job, every claim a client was told of, by fence."""
        found: dict[str, list[Lease]] = defaultdict(list)
        for call in self.of("claim"):
            for job in call.data.get("jobs", ()):
                found[job[0]].append(self._lease(call, job))
        return {job_id: sorted(some, key=lambda x: x.fence) for job_id, some in found.items()}

    @cached_property
    def groups(self) -> dict[tuple[str, str], list[str]]:
        """By queue and group, the jobs that came in as its."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for call in self.of("enqueue"):
            pairs = zip(call.data.get("ids", ()), call.data.get("groups", ()), strict=False)
            for job_id, group in pairs:
                if group is not None:
                    found[call.data["queue"], group].append(job_id)
        return found

    def _lease(self, call: Call, job: list[Any]) -> Lease:
        job_id, fence, _, claimed_us, expires_us = job
        over = [s.call.began for s in self.settled[job_id] if s.fence == fence]
        over += [
            touch.began for touch in self.touched[job_id]
            if touch.op in ("release", "cancel") and touch.ended >= call.began
        ]  # fmt: skip
        over.append(self.gone.get(call.client, NEVER))
        return Lease(fence, claimed_us, expires_us, call, min(over))


def check(calls: Sequence[Call], final: Final) -> list[Violation]:
    """Every broken invariant; empty: the run is as promised."""
    told = Told(calls)
    rules = (_kept, _nothing_else, _leases, _in_turn, _fenced, _completed, _bounded, _whole)
    found = [violation for rule in rules for violation in rule(told, final)]
    return found + [Violation("I6", problem) for problem in final.problems]


# -- I1 -------------------------------------------------------------------------------------


def _kept(told: Told, final: Final) -> Iterator[Violation]:
    absent = 0
    for call in told.of("enqueue"):
        if not call.ok:
            continue
        for job_id, key in zip(call.data["ids"], call.data["keys"], strict=True):
            row = final.rows.get(job_id)
            absent += row is None
            if row is None and not _may_be_gone(told, job_id):
                yield Violation("I1", f"job {job_id} ({key}) is gone", tuple(call.lines))
            elif row is not None and row.key != key:
                what = f"job {job_id} holds {row.key!r}, not {key!r}"
                yield Violation("I1", what, tuple(call.lines))
    if absent > final.removed:
        yield Violation("I1", f"{absent} jobs are gone, {final.removed} count as removed")


def _may_be_gone(told: Told, job_id: str) -> bool:
    """Whether it was erased, or done and so retention's."""
    erased = any(call.op == "erase" for call in told.touched[job_id])
    return erased or job_id in told.ran


# -- I2, I10 --------------------------------------------------------------------------------


def _nothing_else(told: Told, final: Final) -> Iterator[Violation]:
    keys = {key for call in told.of("enqueue") if call.possible for key in call.data["keys"]}
    seen: dict[str, str] = {}
    for row in final.rows.values():
        if row.key not in keys:
            yield Violation("I2", f"nobody enqueued job {row.id} ({row.key!r})")
        if row.key in seen:
            yield Violation("I2", f"jobs {seen[row.key]} and {row.id} are both {row.key!r}")
        seen[row.key] = row.id


def _whole(told: Told, final: Final) -> Iterator[Violation]:
    there = {row.key for row in final.rows.values()}
    there |= {job[2] for call in told.of("claim") for job in call.data.get("jobs", ())}
    there |= {key for call in told.of("erase") for key in call.data["keys"]}
    for call in told.of("enqueue"):
        if 0 < call.data.get("conflicts", 0) < len(call.data["keys"]):
            what = f"a repeated call found {call.data['conflicts']} of its jobs there"
            yield Violation("I10", what, tuple(call.lines))
        found = there.intersection(call.data["keys"])
        if not call.ok and found and len(found) < len(set(call.data["keys"])):
            what = f"{len(found)} of {len(call.data['keys'])} jobs of one call are there"
            yield Violation("I10", what, tuple(call.lines))


# -- I3 -------------------------------------------------------------------------------------


def _leases(told: Told, final: Final) -> Iterator[Violation]:
    for job_id, leases in told.leases.items():
        for one, other in pairwise(leases):
            lines = (*one.call.lines[-1:], *other.call.lines[-1:])
            if one.fence == other.fence:
                what = f"job {job_id} was claimed twice under fence {one.fence}"
                yield Violation("I3", what, lines)
            elif other.call.ended < one.call.began:
                what = f"job {job_id}: fence {other.fence} came before fence {one.fence}"
                yield Violation("I3", what, lines)
            elif one.over > other.call.ended and _holds(told, job_id, one, other):
                what = f"job {job_id} was claimed while fence {one.fence} was valid"
                yield Violation("I3", what, lines)
        row = final.rows.get(job_id)
        if row is not None and row.fence < leases[-1].fence:
            what = f"job {job_id} has fence {row.fence} after fence {leases[-1].fence} was told"
            yield Violation("I3", what, tuple(leases[-1].call.lines[-1:]))


def _in_turn(told: Told, final: Final) -> Iterator[Violation]:
    for (queue, group), ids in told.groups.items():
        leases = [(lease, job_id) for job_id in ids for lease in told.leases.get(job_id, ())]
        leases.sort(key=lambda pair: (pair[0].claimed_us, pair[0].call.ended))
        for (one, first), (other, second) in pairwise(leases):
            if first != second and one.over > other.call.ended and _holds(told, first, one, other):
                what = f"jobs {first} and {second} of {queue}'s group {group} were leased at once"
                lines = (*one.call.lines[-1:], *other.call.lines[-1:])
                yield Violation("I7", what, lines)


def _holds(told: Told, job_id: str, one: Lease, other: Lease) -> bool:
    """Whether time had certainly not ended `one` when `other` was claimed."""
    return told.expires_us(job_id, one, other.call) > other.claimed_us


def _fenced(told: Told, final: Final) -> Iterator[Violation]:
    for job_id, some in told.settled.items():
        accepted = [one for one in some if one.accepted]
        for one in accepted:
            yield from _stale(told, job_id, one)
        yield from _twice(job_id, accepted)


def _stale(told: Told, job_id: str, one: Settled) -> Iterator[Violation]:
    """A settlement taken although its fence was certainly not the newest any more."""
    for lease in told.leases.get(job_id, ()):
        if lease.fence > one.fence and lease.call.ended < one.call.began:
            what = f"job {job_id}: {one.kind} under fence {one.fence} after {lease.fence}"
            yield Violation("I3", what, (*lease.call.lines[-1:], *one.call.lines))
            return
        if lease.fence == one.fence:
            yield from _after_release(told, job_id, one, lease)


def _after_release(told: Told, job_id: str, one: Settled, lease: Lease) -> Iterator[Violation]:
    for touch in told.touched[job_id]:
        took = touch.op in ("release", "cancel") and touch.ok and touch.data["changed"] == 1
        alone = len(touch.data["ids"]) == 1
        if took and alone and lease.call.ended < touch.began and touch.ended < one.call.began:
            what = f"job {job_id}: {one.kind} was taken after an operator's {touch.op}"
            yield Violation("I3", what, (*touch.lines, *one.call.lines))


def _twice(job_id: str, accepted: Sequence[Settled]) -> Iterator[Violation]:
    """Settled twice under one fence, but for an ack that was repeated."""
    by_fence: dict[int, list[Settled]] = defaultdict(list)
    for one in accepted:
        by_fence[one.fence].append(one)
    for fence, some in by_fence.items():
        if len(some) > 1 and any(one.kind != "ack" for one in some):
            kinds = ", ".join(one.kind for one in some)
            what = f"job {job_id} was settled twice under fence {fence}: {kinds}"
            yield Violation("I3", what, tuple(line for one in some for line in one.call.lines))


# -- I4 -------------------------------------------------------------------------------------


def _completed(told: Told, final: Final) -> Iterator[Violation]:
    for job_id, some in told.settled.items():
        for one in some:
            if one.kind == "ack":
                yield from _after_its_run(told, job_id, one)
            if one.kind == "ack" and one.accepted:
                yield from _for_good(told, final.rows.get(job_id), job_id, one)
    for row in final.rows.values():
        for kind, fence in row.events:
            if kind is EventKind.DONE and fence not in told.ran.get(row.id, {}):
                yield Violation("I4", f"job {row.id} is done under fence {fence}: no run ended")


def _after_its_run(told: Told, job_id: str, one: Settled) -> Iterator[Violation]:
    ran = told.ran.get(job_id, {}).get(one.fence)
    if ran is None or ran.began > one.call.began:
        lines = (*one.call.lines[:1], *(ran.lines if ran else ()))
        yield Violation("I4", f"job {job_id} was acked before its handler ended", lines)


def _for_good(told: Told, row: Row | None, job_id: str, one: Settled) -> Iterator[Violation]:
    again = [
        call for call in told.touched[job_id]
        if call.op == "requeue" and call.ended >= one.call.began
    ]  # fmt: skip
    for lease in told.leases.get(job_id, ()):
        asked = any(call.began < lease.call.ended for call in again)
        if lease.fence > one.fence and not asked:
            what = f"job {job_id} was acked under fence {one.fence} and claimed again"
            yield Violation("I4", what, (*one.call.lines, *lease.call.lines[-1:]))
    if row is not None and not again and row.was is not State.DONE:
        what = f"job {job_id} was acked and is {row.was}"
        yield Violation("I4", what, tuple(one.call.lines))


# -- I5 -------------------------------------------------------------------------------------


def _bounded(told: Told, final: Final) -> Iterator[Violation]:
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
