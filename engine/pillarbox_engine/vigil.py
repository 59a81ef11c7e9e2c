"""Noticing soon that a running job was cancelled or released by somebody else.

Owns `Vigil`: after a hint that something changed it asks the store, by one read for all that runs
and at most every `EVERY_US`, whether the leases still hold. Extending them would tell as well, but
only at a third of their length. A hint does not say which job it is about, and most are about none
of ours; jobs over before they are asked about cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pillarbox_engine.held import Held
from pillarbox_engine.leasing import LeaseRef

EVERY_US = 100_000
"""How long the store is left alone between two questions."""


class Vigil:
    """`hint` may be called from any thread; the rest is the dispatcher's."""

    def __init__(
        self, holds: Callable[[Sequence[LeaseRef]], list[bool]], lose: Callable[[LeaseRef], None]
    ) -> None:
        self._holds, self._lose = holds, lose
        self._hinted = False
        self._asked_us = -EVERY_US

    def hint(self) -> None:
        """Something changed: what runs may have lost its lease."""
        self._hinted = True

    @property
    def due_us(self) -> int | None:
        """When it is time to ask; None: not before the next hint."""
        return self._asked_us + EVERY_US if self._hinted else None

    def look(self, now_us: int, held: Iterable[Held]) -> None:
        """Ask, if it is time, and tell of each lease that is gone."""
        if not self._hinted or now_us < self._asked_us + EVERY_US:
            return
        self._hinted, self._asked_us = False, now_us
        running = [one.lease for one in tuple(held) if _is_running(one)]
        if running:
            answers = self._holds(running)
            for lease, kept in zip(running, answers, strict=True):
                if not kept:
                    self._lose(lease)


def _is_running(held: Held) -> bool:
    return held.begun_us is not None and held.outcome is None and not held.lost
