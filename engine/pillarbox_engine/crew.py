"""The threads that run handlers.

Owns `Crew`: a fixed number of threads on one hand-over queue, and the giving up of a thread whose
handler does not come back: it is written off and replaced, and leaves by itself when it can.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from pillarbox_engine.clock import Clock
from pillarbox_engine.fingerprint import failure_from
from pillarbox_engine.held import Held
from pillarbox_engine.leasing import LeaseRef
from pillarbox_engine.outcomes import Failed, Outcome
from pillarbox_engine.slots import Slots

LOG = logging.getLogger("pillarbox")
Mark = Callable[[int, LeaseRef | None], None]


class _Member:
    """One thread: its mark's slot, what it runs, and whether it was given up."""

    __slots__ = ("given_up", "held", "slot", "thread")

    def __init__(self, slot: int) -> None:
        self.slot = slot
        self.held: Held | None = None
        self.given_up = False
        self.thread: threading.Thread | None = None


class Crew:
    """`size` threads. `done` is called on them with each run that somebody still waits for."""

    def __init__(
        self, size: int, name: str, *, clock: Clock, slots: Slots, mark: Mark,
        done: Callable[[Held], None], returned: Callable[[], None],
        give_way: Callable[[], None],
    ) -> None:  # fmt: skip
        self.size, self._name = size, name
        self._clock, self._slots, self._mark = clock, slots, mark
        self._done, self._returned, self._give_way = done, returned, give_way
        self._queue: queue.SimpleQueue[Held | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._members: list[_Member] = []
        self._closed = False

    @property
    def stuck(self) -> int:
        """How many threads were given up and have not come back."""
        with self._lock:
            return sum(member.given_up for member in self._members)

    def start(self) -> None:
        """Start the threads."""
        for _ in range(self.size):
            self._add()

    def hand(self, held: Held) -> None:
        """Give a job to whichever thread is free first."""
        self._queue.put(held)

    def waiting(self) -> int:
        """How many jobs no thread has taken up yet."""
        return self._queue.qsize()

    def take_back(self) -> list[Held]:
        """The jobs no thread has taken up; they are the caller's again."""
        back: list[Held] = []
        while True:
            try:
                held = self._queue.get_nowait()
            except queue.Empty:
                return back
            if held is not None:
                back.append(held)

    def give_up(self, held: Held, *, replace: bool = True) -> bool:
        """Wait no longer for a run; False: it came back just now, its outcome counts.

        A run that can be ended is; else its thread is written off and replaced.
        """
        with self._lock:
            if held.outcome is not None or held.abandoned:
                return False
            held.abandoned = True
        if held.runner.end(held.context):
            return True
        if self._write_off(held) and replace:
            self._add()
        return True

    def close(self, timeout: float) -> None:
        """Let the threads end; those stuck in a handler are not waited for."""
        with self._lock:
            self._closed = True
            members = tuple(self._members)
        for _ in members:
            self._queue.put(None)
        for member in members:
            if not member.given_up and member.thread is not None:
                member.thread.join(timeout)

    def _add(self) -> None:
        member = _Member(self._slots.take())
        member.thread = threading.Thread(
            target=self._work, args=(member,), name=f"{self._name}-{member.slot}", daemon=True
        )
        with self._lock:
            self._members.append(member)
        member.thread.start()

    def _write_off(self, held: Held) -> bool:
        """Give up the thread that runs `held`; False if it has just gone on to other work."""
        with self._lock:
            for member in self._members:
                if member.held is held:
                    member.given_up = True
                    self._mark(member.slot, None)
                    return True
        return False

    # -- on the threads ---------------------------------------------------------------------

    def _work(self, member: _Member) -> None:
        while not member.given_up:
            held = self._queue.get()
            if held is None:
                break
            self._give_way()
            self._run(member, held)
        self._leave(member)

    def _run(self, member: _Member, held: Held) -> None:
        with self._lock:
            if held.abandoned:
                return
            member.held = held
        if not held.lost:
            outcome = self._outcome(member, held)
            if not self._is_awaited(member, held, outcome):
                return
        self._done(held)

    def _is_awaited(self, member: _Member, held: Held, outcome: Outcome) -> bool:
        """Note the end of a run; whether anybody waits for its outcome."""
        with self._lock:
            member.held = None
            held.finish(outcome, self._clock.monotonic_us())
            if not (member.given_up or self._closed):
                self._mark(member.slot, None)
            return not held.abandoned

    def _outcome(self, member: _Member, held: Held) -> Outcome:
        try:
            self._mark(member.slot, held.lease)
            held.begin(self._clock.monotonic_us(), self._clock.now_us())
            return held.runner.run(held.context, held.handler)
        except Exception as error:
            # A runner does not raise; should one do so, the job fails and the thread goes on.
            LOG.exception("Running job %s went wrong outside its handler", held.lease.job_id)
            return Failed(failure_from(error))

    def _leave(self, member: _Member) -> None:
        with self._lock:
            self._members.remove(member)
        self._slots.give(member.slot)
        if member.given_up:
            self._returned()
