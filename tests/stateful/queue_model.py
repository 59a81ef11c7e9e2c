"""A queue as a plain dictionary: the rules once more, in the fewest words that hold them.

Owns `QueueModel`, which the state machine keeps beside a real backend. It shares no code with
either backend; it knows one queue, jobs without payloads, and time in whole seconds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from pillarbox_engine.states import LIVE_STATES, State

LEASE, MAX_ATTEMPTS, MAX_LOST = 30, 3, 2
GRACE = 15
"""Seconds after a jump forward in which no lease is held to have run out."""
ENDED = frozenset({State.DONE, State.DEAD, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Entry:
    """A job as the model knows it; `due` is its run time or the end of its lease."""

    state: State
    priority: int
    due: int
    attempt: int = 0
    lost: int = 0
    fence: int = 0
    was: State | None = None
    key: str | None = None


@dataclass(slots=True)
class QueueModel:
    """What should be true of the queue now: by the wall clock `now`, after `passed` seconds."""

    now: int = 0
    passed: int = 0
    graced_until: int = 0
    paused: bool = False
    jobs: dict[int, Entry] = field(default_factory=dict)
    totals: Counter[str] = field(default_factory=Counter)

    def enqueue(self, number: int, priority: int, delay: int, key: str | None = None) -> None:
        state = State.SCHEDULED if delay else State.READY
        self.jobs[number] = Entry(state, priority, self.now + delay, key=key)
        self.totals["enqueued"] += 1

    def holder(self, key: str | None) -> int | None:
        """The one live job of that unique key."""
        held = [n for n in self.in_state(*LIVE_STATES) if key and self.jobs[n].key == key]
        assert len(held) <= 1, held
        return held[0] if held else None

    def change(self, number: int, **changes: object) -> None:
        self.jobs[number] = replace(self.jobs[number], **changes)  # type: ignore[arg-type]

    def pass_time(self, seconds: int) -> None:
        self.now += seconds
        self.passed += seconds
        self.sweep()

    def jump(self, seconds: int) -> None:
        """The clock is put, no time passes: forward, leases get a grace to be extended in."""
        self.now += seconds
        if seconds > 0:
            self.graced_until = self.passed + GRACE
        self.sweep()

    def reopen(self) -> None:
        """Whoever closes gives back what it holds, uncharged."""
        for number in self.in_state(State.LEASED):
            self.give_back(number, State.READY, self.now, fence=1)
        self.graced_until = 0

    def sweep(self) -> None:
        """Leases that ran out are losses, and what is due is ready."""
        reap = self.passed >= self.graced_until
        for number, job in self.jobs.items():
            if job.state is State.LEASED and job.due <= self.now and reap:
                self.lose(number)
            elif job.state is State.SCHEDULED and job.due <= self.now:
                self.change(number, state=State.READY)

    def claim(self, limit: int) -> list[int]:
        """The numbers of the jobs a claim must give, in its order: none of a paused queue."""
        if self.paused:
            return []
        self.sweep()
        ready = [n for n, job in self.jobs.items() if job.state is State.READY]
        ready.sort(key=lambda n: (self.jobs[n].priority, n))
        given: list[int] = []
        for number in ready[:limit]:
            if self.jobs[number].lost and given:
                break
            given.append(number)
            if self.jobs[number].lost:
                break
        for number in given:
            self._lease(number)
        return given

    def _lease(self, number: int) -> None:
        job = self.jobs[number]
        self.change(
            number, state=State.LEASED, attempt=job.attempt + 1, fence=job.fence + 1,
            due=self.now + LEASE,
        )  # fmt: skip
        self.totals["claimed"] += 1

    def holds(self, number: int, fence: int) -> bool:
        job = self.jobs.get(number)
        return job is not None and job.state is State.LEASED and job.fence == fence

    def end(self, number: int, state: State) -> None:
        self.change(number, state=state)
        self.totals[str(state)] += 1

    def nack(self, number: int, delay: int) -> None:
        self.totals["failed"] += 1
        if self.jobs[number].attempt >= MAX_ATTEMPTS:
            self.end(number, State.DEAD)
        else:
            self.change(number, state=State.SCHEDULED, due=self.now + delay)

    def give_back(self, number: int, state: State, due: int, *, fence: int) -> None:
        job = self.jobs[number]
        self.change(number, state=state, attempt=job.attempt - 1, due=due, fence=job.fence + fence)

    def lose(self, number: int) -> None:
        self.give_back(number, State.READY, self.now, fence=1)
        self.change(number, lost=self.jobs[number].lost + 1)
        self.totals["lost"] += 1
        if self.jobs[number].lost >= MAX_LOST:
            self.end(number, State.DEAD)

    def revive(self, number: int) -> None:
        self.change(number, state=State.READY, attempt=0, lost=0, due=self.now)

    def trash(self, number: int) -> None:
        self.change(number, state=State.TRASHED, was=self.jobs[number].state)

    def restore(self, number: int) -> None:
        self.change(number, state=self.jobs[number].was, was=None)

    def in_state(self, *states: State) -> list[int]:
        return [number for number, job in self.jobs.items() if job.state in states]

    def count(self, state: State) -> int:
        return len(self.in_state(state))

    @property
    def live(self) -> int:
        return len(self.in_state(*LIVE_STATES))
