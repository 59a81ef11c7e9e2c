"""Looking after what a pool holds: leases extended in time, and runs that take too long ended.

Owns `Care` and the held jobs themselves. Leases are extended at a third of their length, whether
or not their handler ever comes back.
"""

from __future__ import annotations

import logging

from pillarbox_engine.backoff import Random
from pillarbox_engine.crew import Crew
from pillarbox_engine.held import Held
from pillarbox_engine.leasing import LeaseRef
from pillarbox_engine.protocols import Consumer
from pillarbox_engine.settler import Settler
from pillarbox_engine.settling import settlement, timed_out

LOG = logging.getLogger("pillarbox")
RECHECK_US = 5_000_000
"""How long a pool with nothing to do trusts that it would have been told."""


class Care:
    """The jobs a pool holds. Another thread may add some; all else is the dispatcher's."""

    def __init__(self, consumer: Consumer, crew: Crew, random: Random) -> None:
        self._consumer, self._crew, self._random = consumer, crew, random
        self.held: dict[LeaseRef, Held] = {}
        self.look_at_us = 0

    def add(self, held: Held, now_us: int) -> bool:
        """Hold a job; whether it wants to be looked after sooner than all others."""
        self.held[held.lease] = held
        look_at_us = held.look_at_us(now_us)
        sooner = look_at_us < self.look_at_us
        if sooner:
            self.look_at_us = look_at_us
        return sooner

    def look(self, now_us: int, settler: Settler) -> None:
        """End what has run too long and extend leases; note when to look again."""
        for held in tuple(self.held.values()):
            if held.is_overdue(now_us):
                self._time_out(held, settler)
        self._extend([h for h in tuple(self.held.values()) if h.wants_extension(now_us)], now_us)
        unfinished = [held for held in tuple(self.held.values()) if held.outcome is None]
        times = (held.look_at_us(now_us) for held in unfinished)
        self.look_at_us = min(times, default=now_us + RECHECK_US)

    def lose(self, lease: LeaseRef) -> None:
        """The lease is gone: ask its handler to stop."""
        LOG.warning("Job %s: LeaseLost: its lease has ended while it ran", lease.job_id)
        held = self.held.get(lease)
        if held is not None:
            held.context.lose()
            held.runner.cancel(held.context)

    def _extend(self, due: list[Held], now_us: int) -> None:
        if not due:
            return
        answers = self._consumer.extend([held.lease for held in due])
        for held, kept in zip(due, answers, strict=True):
            if kept:
                held.extended(now_us)
            else:
                self.lose(held.lease)

    def _time_out(self, held: Held, settler: Settler) -> None:
        held.runner.cancel(held.context)
        if not self._crew.give_up(held):
            return
        LOG.warning("Job %s ran longer than %g s", held.lease.job_id, held.claimed.timeout)
        del self.held[held.lease]
        held.context.lose()
        outcome = timed_out(held.claimed)
        settler.add(settlement(held.claimed, outcome, held.started_us, self._random))
