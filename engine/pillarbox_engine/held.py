"""One claimed job in a pool's hands.

Owns `Held`: the claim, its handler, and how far it has come. A pool's lock guards `abandoned`.
"""

from __future__ import annotations

from pillarbox_engine.context import JobContext
from pillarbox_engine.leasing import Claimed
from pillarbox_engine.outcomes import Outcome
from pillarbox_engine.routing import Handler
from pillarbox_engine.runner import Runner


class Held:
    """A claim from the moment it is ours to the moment it is settled.

    `begun_us` is monotonic, `started_us` the wall clock's, and both are None while it was only
    claimed ahead. `abandoned`: nobody waits for its outcome any more, since the pool has settled it
    (a time-out, a halt).
    """

    __slots__ = (
        "abandoned", "begun_us", "claimed", "context", "extend_at_us", "handler", "lease",
        "outcome", "runner", "spent_us", "started_us", "timeout_us",
    )  # fmt: skip

    def __init__(
        self, claimed: Claimed, context: JobContext, handler: Handler, runner: Runner, now_us: int
    ) -> None:
        self.claimed, self.context, self.lease = claimed, context, claimed.lease
        self.handler, self.runner = handler, runner
        self.begun_us: int | None = None
        self.started_us: int | None = None
        self.spent_us = 0
        self.outcome: Outcome | None = None
        self.abandoned = False
        self.extend_at_us = now_us + int(claimed.lease_seconds * 333_333)
        self.timeout_us = int(claimed.timeout * 1_000_000)

    @property
    def lost(self) -> bool:
        """Whether the lease is known to be gone."""
        return self.context.lost

    def begin(self, now_us: int, started_us: int) -> None:
        """The handler starts: by the monotonic clock, and by the wall clock."""
        self.begun_us, self.started_us = now_us, started_us

    def finish(self, outcome: Outcome, now_us: int) -> None:
        """The handler is through."""
        self.outcome = outcome
        self.spent_us = 0 if self.begun_us is None else now_us - self.begun_us

    def extended(self, now_us: int) -> None:
        """The lease runs its full length from now; look after it at a third of that."""
        self.extend_at_us = now_us + int(self.claimed.lease_seconds * 333_333)

    def is_overdue(self, now_us: int) -> bool:
        """Whether its handler has run longer than it may."""
        running = self.begun_us is not None and self.outcome is None
        return running and self._deadline_us(now_us) <= now_us

    def wants_extension(self, now_us: int) -> bool:
        """Whether its lease should be extended now."""
        return self.extend_at_us <= now_us and self.outcome is None and not self.lost

    def look_at_us(self, now_us: int) -> int:
        """When one of the two may next be so."""
        deadline_us = self._deadline_us(now_us)
        return deadline_us if self.lost else min(self.extend_at_us, deadline_us)

    def _deadline_us(self, now_us: int) -> int:
        """When its time is up; for one not begun, the earliest moment that could be."""
        begun_us = now_us if self.begun_us is None else self.begun_us
        return begun_us + self.timeout_us
