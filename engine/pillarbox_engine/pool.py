"""The loop that claims jobs, hands them to threads and settles what they made of them.

Owns `Pool`: one dispatcher thread over a `Crew`. It makes few calls to the store, each for many
jobs: a claim fills the idle threads and a little more, a settle covers all that finished. It
extends leases at a third of their length and counts on no handler to come back.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pillarbox_engine.appetite import Appetite
from pillarbox_engine.backoff import Random
from pillarbox_engine.caring import RECHECK_US, Care
from pillarbox_engine.clock import Clock, to_us
from pillarbox_engine.context import JobContext
from pillarbox_engine.crew import Crew
from pillarbox_engine.errors import DiskFull, EngineClosed, PillarboxError
from pillarbox_engine.giving_way import GivingWay
from pillarbox_engine.held import Held
from pillarbox_engine.leasing import Claimed, ClaimRequest, Release
from pillarbox_engine.protocols import Backend, Change
from pillarbox_engine.reports import Reports
from pillarbox_engine.routing import Handlers, Routes
from pillarbox_engine.runners import Runners
from pillarbox_engine.serving import Serving
from pillarbox_engine.settler import Settler
from pillarbox_engine.settling import settlement
from pillarbox_engine.slots import Slots
from pillarbox_engine.standing import Offer
from pillarbox_engine.trouble import OnProblem, Trouble, all_stuck
from pillarbox_engine.vigil import Vigil

__all__ = ["Handlers", "OnProblem", "Pool", "PoolParts"]

LOG = logging.getLogger("pillarbox")
GATHER_US = 20_000
"""How long an outcome may wait for others to be settled with it."""
CLOSE_SECONDS = 5.0
FULL_US = 500_000
"""How soon a claim is tried again while the disk is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolParts:
    """What an engine lends its pools."""

    backend: Backend
    clock: Clock
    random: Random
    slots: Slots
    serving: Serving
    give_way: GivingWay


class Pool:
    """`concurrency` threads over `queues`. Start it once, finish it once."""

    def __init__(
        self, parts: PoolParts, queues: tuple[str, ...], routes: Routes, concurrency: int,
        *, name: str, on_problem: OnProblem | None = None,
    ) -> None:  # fmt: skip
        self._backend, self._clock, self._random = parts.backend, parts.clock, parts.random
        self._queues, self._routes = queues, routes
        self._serving, self._give_way = parts.serving, parts.give_way
        self._name, self._lessee = name, f"{os.getpid()}/{name}"
        self._wake, self._urgent = threading.Event(), threading.Event()
        self._crew = Crew(
            concurrency, name, clock=parts.clock, slots=parts.slots, give_way=self._give_way,
            mark=parts.backend.mark_started, done=self._done, returned=self._wake.set,
        )  # fmt: skip
        self._reports = Reports(parts.clock, self._wake.set)
        self._appetite, self._trouble = Appetite(concurrency), Trouble(on_problem, parts.random)
        self._care = Care(parts.backend, self._crew, parts.random)
        self._settler = Settler(
            parts.backend, self._reports, lost=self._care.lose, refused=self._trouble.tell
        )
        self._vigil = Vigil(parts.backend.holds, self._care.lose)
        self._offer = Offer(
            frozenset(queues), routes.types, self._lessee, self._receive, without=routes.without
        )
        self._runners = Runners(concurrency)
        self._finished: deque[Held] = deque()
        self._gathering = False
        self._gathered_since_us: int | None = None
        self._alone: Held | None = None
        self._hinted = True
        self._told_stuck: int | None = None
        self._finishing = self._cancelling = self._halting = self._halted = False
        self._thread = threading.Thread(target=self._loop, name=f"{name}-dispatch", daemon=True)

    # -- for other threads ------------------------------------------------------------------

    @property
    def stuck(self) -> int:
        """Threads given up that have not come back."""
        return self._crew.stuck

    @property
    def quiet(self) -> bool:
        """Whether nothing is held and nothing waits to be settled."""
        held = self._care.held or self._finished or self._offer.taken
        return not held and self._settler.empty

    @property
    def ended(self) -> bool:
        """Whether it was started and has come to its end."""
        return self._thread.ident is not None and not self._thread.is_alive()

    def start(self) -> None:
        """Start the threads and begin to claim."""
        self._crew.start()
        self._thread.start()

    def finish(self) -> None:
        """Claim no more, give back what was claimed ahead, let what runs run to its end."""
        self._finishing = True
        self._hurry()

    def cancel_running(self) -> None:
        """Ask the running handlers to stop."""
        self._cancelling = True
        self._hurry()

    def halt(self) -> None:
        """Wait for nothing any more: release what runs, and end."""
        self._finishing = self._halting = True
        self._hurry()

    def join(self, timeout: float | None) -> bool:
        """Wait for the end; False: it did not come within `timeout` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _hurry(self) -> None:
        self._urgent.set()
        self._wake.set()

    def _done(self, held: Held) -> None:
        """A thread is through with a job. The dispatcher is woken once per batch, or if needed."""
        self._finished.append(held)
        if not self._gathering or self._crew.waiting() == 0:
            self._gathering = True
            self._wake.set()

    def _on_change(self, change: Change) -> None:
        if change.may_feed(self._queues):
            self._hinted = True
            self._vigil.hint()
            self._wake.set()

    # -- the dispatcher ---------------------------------------------------------------------

    def _loop(self) -> None:
        unsubscribe = self._backend.subscribe(self._on_change, prompt=True)
        stand_down = self._backend.stand_by(self._offer)
        try:
            while not self._is_over():
                self._wake.clear()
                self._turn_and_wait()
        finally:
            self._offer.set_room(0)
            unsubscribe()
            self._leave(stand_down)

    def _is_over(self) -> bool:
        return self._halted or (self._finishing and self.quiet)

    def _turn_and_wait(self) -> None:
        halting = self._halting
        pause = self._guarded_turn()
        self._halted = self._halted or halting
        if pause > 0 and not self._is_over():
            self._wake.wait(pause)

    def _guarded_turn(self) -> float:
        try:
            pause = self._turn()
        except EngineClosed:
            self._halted = True
            return 0.0
        except Exception as error:
            # The loop must outlive whatever a store does: it says so, waits longer each time and
            # goes on; leases that lapse meanwhile are claimed again by whoever can.
            if not isinstance(error, PillarboxError):
                LOG.exception("The worker's loop failed")
            self._urgent.clear()
            self._urgent.wait(0.0 if self._halting else self._trouble.wait_after(error))
            return 0.0
        self._trouble.over()
        return pause

    def _turn(self) -> float:
        """Do all that is due; seconds until more may be."""
        now_us = self._clock.monotonic_us()
        if self._finishing:
            self._give_back()
        self._flush_reports(now_us)
        if now_us >= self._care.look_at_us:
            self._care.look(now_us, self._settler)
        self._vigil.look(now_us, self._care.held.values())
        self._say_what_is_served()
        request = self._request(now_us)
        claimed = self._settle(now_us, request)
        if request is not None:
            self._claim(request, claimed, now_us)
        self._stand(now_us)
        return self._pause()

    def _pause(self) -> float:
        now_us = self._clock.monotonic_us()
        until = [self._care.look_at_us, now_us + RECHECK_US]
        until += [at for at in (self._reports.due_us, self._vigil.due_us) if at is not None]
        if self._gathered_since_us is not None:
            until.append(self._gathered_since_us + GATHER_US)
        free, ahead = self._room()
        if free or ahead:
            until.append(self._appetite.dry_until_us(free))
        return max(0.0, (min(until) - now_us) / 1e6)

    def _say_what_is_served(self) -> None:
        stuck = self._crew.stuck
        if stuck == self._told_stuck:
            return
        self._serving.say(self, self._queues, self._crew.size, stuck, self._routes.types)
        self._told_stuck = stuck
        if stuck >= self._crew.size:
            self._trouble.tell(all_stuck(self._name, stuck))

    # -- claiming ---------------------------------------------------------------------------

    def _may_claim(self) -> bool:
        blocked = self._finishing or self._alone is not None
        return not blocked and (self._told_stuck or 0) < self._crew.size

    def _outstanding(self) -> int:
        return len(self._care.held) + self._offer.taken - len(self._finished)

    def _room(self) -> tuple[int, int]:
        """How many jobs could start now, and how many more soon."""
        return self._appetite.room(self._outstanding()) if self._may_claim() else (0, 0)

    def _request(self, now_us: int) -> ClaimRequest | None:
        """What to ask the store for; None: it is not worth asking."""
        self._start_alone(now_us)
        free, ahead = self._room()
        if not (free or ahead):
            return None
        if self._hinted:
            self._hinted = False
            self._appetite.was_fed()
        if now_us < self._appetite.dry_until_us(free):
            return None
        self._offer.set_room(0)
        free, ahead = self._room()
        return ClaimRequest(
            queues=self._queues, limit=free, ahead=ahead, worker=self._lessee,
            types=self._routes.types, without=self._routes.without,
        )  # fmt: skip

    def _claim(self, request: ClaimRequest, claimed: list[Claimed] | None, now_us: int) -> None:
        """Take in what came with the settlements (None: nothing was asked), or what comes now."""
        try:
            claimed = self._backend.claim(request) if claimed is None else claimed
            claimed = claimed or self._ask_again(request, now_us)
        except DiskFull as full:
            # No error to wait after: what runs is to be settled as ever.
            self._trouble.tell_once(full)
            self._appetite.went_hungry(request.limit, now_us + FULL_US)
            return
        self._trouble.over_with()
        if claimed:
            self._appetite.was_fed()
        for one in claimed:
            self._take(one, now_us)

    def _ask_again(self, request: ClaimRequest, now_us: int) -> list[Claimed]:
        """Nothing came: note until when, and ask once more. A job that became claimable between
        the first claim and the look at the times would be in neither answer."""
        until_us = self._until_due_us(now_us)
        claimed = self._backend.claim(request) if request.limit else []
        if not claimed:
            self._appetite.went_hungry(request.limit, until_us)
        return claimed

    def _stand(self, now_us: int) -> None:
        """Let the store lease new jobs to idle threads while there is nothing to claim."""
        free, _ = self._room()
        dry = not self._hinted and now_us < self._appetite.dry_until_us(free)
        self._offer.set_room(free if dry else 0)

    def _receive(self, claimed: Sequence[Claimed]) -> None:
        """Jobs that were stored for this pool; called by the thread that stored them."""
        now_us = self._clock.monotonic_us()
        for one in claimed:
            self._take(one, now_us)

    def _until_due_us(self, now_us: int) -> int:
        due = self._backend.next_due(self._queues)
        if due is None:
            return now_us + RECHECK_US
        wait_us = to_us(due) - self._clock.now_us()
        return now_us + min(RECHECK_US, max(1_000, wait_us))

    def _take(self, claimed: Claimed, now_us: int) -> None:
        bound = self._routes.bound(claimed.type)
        if bound is None:
            self._settler.add(Release(lease=claimed.lease))
            return
        runner = self._runners.runner(claimed, bound)
        claimed = bound.applied_to(claimed)
        context = JobContext.of(claimed, self._reports.tell, self._backend.children)
        held = Held(claimed, context, bound.run, runner, now_us)
        if self._care.add(held, now_us):
            self._wake.set()
        if self._runners.is_lonely(claimed, bound):
            self._alone = held
        else:
            self._crew.hand(held)

    def _start_alone(self, now_us: int) -> None:
        """A job that was lost before and cannot have a process runs with nothing beside it."""
        held = self._alone
        if held is None:
            return
        if held.lease not in self._care.held:
            self._alone = None
        elif held.begun_us is None and self._outstanding() == 1 and self._crew.waiting() == 0:
            held.begun_us = now_us
            self._crew.hand(held)

    # -- settling ---------------------------------------------------------------------------

    def _settle(self, now_us: int, request: ClaimRequest | None) -> list[Claimed] | None:
        """Tell what became of jobs, where that is worth it; what came of asking along with it."""
        if self._finished and self._gathered_since_us is None:
            self._gathered_since_us = now_us
        if self._settler.empty and not self._is_worth_settling(now_us):
            return None
        self._gathering, self._gathered_since_us = False, None
        while self._finished:
            self._collect(self._finished.popleft())
        return self._settler.store(request)

    def _is_worth_settling(self, now_us: int) -> bool:
        since = self._gathered_since_us
        if since is None:
            return False
        hungry = any(self._appetite.room(self._outstanding()))
        return self._finishing or hungry or now_us - since >= GATHER_US

    def _collect(self, held: Held) -> None:
        self._care.held.pop(held.lease, None)
        if held.outcome is None or held.lost:
            LOG.warning("Job %s: its lease was lost, its outcome is void", held.lease.job_id)
            self._reports.take((held.lease,))
            return
        self._appetite.saw(held.spent_us)
        self._settler.add(settlement(held.claimed, held.outcome, held.started_us, self._random))

    def _flush_reports(self, now_us: int) -> None:
        due_us = self._reports.due_us
        if due_us is not None and now_us >= due_us:
            self._settler.flush_reports()

    # -- the end ----------------------------------------------------------------------------

    def _give_back(self) -> None:
        """Release what was claimed ahead; on request, cancel or release what runs."""
        for held in self._crew.take_back():
            self._release(held)
        if self._alone is not None and self._alone.begun_us is None:
            self._release(self._alone)
            self._alone = None
        running = [held for held in tuple(self._care.held.values()) if held.outcome is None]
        for held in running:
            if self._cancelling and not held.context.stop_asked:
                held.runner.cancel(held.context)
            if self._halting and self._crew.give_up(held, replace=False):
                self._release(held)
                held.context.lose()

    def _release(self, held: Held) -> None:
        self._care.held.pop(held.lease, None)
        if not held.lost:
            self._settler.add(Release(lease=held.lease, started_us=held.started_us))

    def _leave(self, stand_down: Callable[[], None]) -> None:
        self._crew.close(0.0 if self._halting else CLOSE_SECONDS)
        self._runners.close()
        try:
            stand_down()
            self._serving.leave(self)
        except PillarboxError as error:
            LOG.info("The store was not told that a worker ended: %s", error)
