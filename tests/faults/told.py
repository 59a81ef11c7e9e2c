"""The history of a run, sorted by what it is about, and what certainly follows from it.

Owns `Told` and the records it is made of. Where a call's outcome or moment is not certain, the
records are the cautious side of it: a lease ends at the earliest moment it may have ended, a job
lives no longer than it certainly did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.faults.history import NEVER, Call

WIDEST = 400
GRACE_NS = 15_000_000_000
"""How long at least a lease lasts that was just renewed, whatever the wall clock does."""
OPERATORS = ("requeue", "replay", "release", "cancel", "purge", "restore", "erase")
FINAL = frozenset({"ack", "reject", "cancellease"})


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
    queue: str = ""

    @property
    def length_ns(self) -> int:
        """How long it lasts unless it is renewed or ended."""
        return (self.expires_us - self.claimed_us) * 1_000


@dataclass(frozen=True, slots=True)
class Settled:
    """One settlement of a `settle` call."""

    fence: int
    kind: str
    accepted: bool
    call: Call


@dataclass(frozen=True, slots=True)
class Stored:
    """A job as its producer stored it and was told so.

    `over`: the earliest moment from which it may have been ended or moved by anyone.
    """

    id: str
    queue: str
    call: Call
    over: int
    priority: int | None = None
    group: str | None = None
    unique: str | None = None
    delayed: bool = False

    def lives_through(self, call: Call) -> bool:
        """Whether it was certainly there, not ended, all the time that `call` took."""
        return self.call.ended < call.began and call.ended < self.over


class Told:
    """The history, sorted by what it is about."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self.calls = calls

    def of(self, *ops: str) -> Iterator[Call]:
        """The calls of these kinds, in the order they began."""
        return (call for call in self.calls if call.op in ops)

    @cached_property
    def jumped(self) -> bool:
        """Whether the wall clock was set: then only monotonic time tells how long a lease lasts."""
        return any(True for _ in self.of("jump"))

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
        for call in self.of(*OPERATORS):
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
    def extended(self) -> dict[tuple[str, int], list[tuple[int, int, Call]]]:
        """By lease: the end it may have been given, its length (ns) from then, and the call."""
        found: dict[tuple[str, int], list[tuple[int, int, Call]]] = defaultdict(list)
        for call in self.of("extend"):
            kept = call.data.get("kept", [True] * len(call.data["leases"]))
            lengths = call.data.get("lengths", [0] * len(kept))
            for (job_id, fence, until), length, yes in zip(
                call.data["leases"], lengths, kept, strict=True
            ):
                if yes and call.possible:
                    found[job_id, fence].append((until, round(length * 1e9), call))
        return found

    def holds(self, job_id: str, one: Lease, other: Call, claimed_us: int) -> bool:
        """Whether time had certainly not ended `one` when `other` claimed, at `claimed_us`."""
        if not self.jumped and self._expires_us(job_id, one, other) > claimed_us:
            return True
        return self._lasts_ns(job_id, one, other) > other.ended

    def _expires_us(self, job_id: str, lease: Lease, other: Call) -> int:
        """The earliest end by the wall clock that a lease may have had when `other` came."""
        end = lease.expires_us
        for until, _, call in self.extended.get((job_id, lease.fence), ()):
            if call.ended < other.began:
                end = until
            elif call.began < other.ended:
                end = min(end, until)
        return end

    def _lasts_ns(self, job_id: str, lease: Lease, other: Call) -> int:
        """The earliest end by monotonic time; what is handed over was leased before it is told."""
        if lease.call.data.get("handed") or lease.call.ended > other.began:
            return 0
        end = lease.call.began + min(lease.length_ns, GRACE_NS)
        for _, length, call in self.extended.get((job_id, lease.fence), ()):
            lasts = call.began + min(length, GRACE_NS)
            if call.ended < other.began:
                end = lasts
            elif call.began < other.ended:
                end = min(end, lasts)
        return end

    @cached_property
    def leases(self) -> dict[str, list[Lease]]:
        """By job, every claim a client was told of, by fence."""
        found: dict[str, list[Lease]] = defaultdict(list)
        for call in self.of("claim"):
            for job in call.data.get("jobs", ()):
                found[job[0]].append(self._lease(call, job))
        return {job_id: sorted(some, key=lambda x: x.fence) for job_id, some in found.items()}

    def _lease(self, call: Call, job: list[Any]) -> Lease:
        job_id, fence, _, claimed_us, expires_us, *queue = job
        over = [s.call.began for s in self.settled[job_id] if s.fence == fence]
        over += [
            touch.began for touch in self.touched[job_id]
            if touch.op in ("release", "cancel") and touch.ended >= call.began
        ]  # fmt: skip
        over.append(self.gone.get(call.client, NEVER))
        return Lease(fence, claimed_us, expires_us, call, min(over), *queue)

    @cached_property
    def stored(self) -> dict[str, Stored]:
        """By id, every job that an acknowledged call brought in."""
        found: dict[str, Stored] = {}
        for call in self.of("enqueue"):
            for place, job_id in enumerate(call.data["ids"] if call.ok else ()):
                if not _at(call, "repeats", place) and job_id not in found:
                    found[job_id] = self._stored(call, place, job_id)
        return found

    def _stored(self, call: Call, place: int, job_id: str) -> Stored:
        return Stored(
            job_id, call.data.get("queue", ""), call, self._over(job_id),
            priority=_at(call, "priorities", place), group=_at(call, "groups", place),
            unique=_at(call, "uniques", place), delayed=bool(call.data.get("delay")),
        )  # fmt: skip

    def _over(self, job_id: str) -> int:
        """A job that failed and was claimed again was not ended by that, unless it was moved."""
        moved = min((touch.began for touch in self.touched.get(job_id, ())), default=NEVER)
        leases = self.leases.get(job_id, ())
        newest = max((one.fence for one in leases if one.call.began < moved), default=0)
        ends = [
            one.call.began for one in self.settled.get(job_id, ())
            if one.kind in FINAL or (one.kind == "nack" and one.fence >= newest)
        ]  # fmt: skip
        return min(moved, *ends, NEVER)

    @cached_property
    def limits(self) -> dict[str, dict[str, Any]]:
        """By queue, what was set for it, as the clients noted it."""
        return {call.data["queue"]: call.data for call in self.of("limits")}


def _at(call: Call, name: str, place: int) -> Any:
    """The entry of one job in a list a call may have."""
    return call.data[name][place] if name in call.data else None
