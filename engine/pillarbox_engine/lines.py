"""How a group of jobs stands, and what may never be.

Owns `Line`, the figures a backend's check takes of each group, and the rule they obey: one of a
group in flight at most, and while none is, exactly its head may be claimed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pillarbox_engine.states import GroupRetry


class Line(NamedTuple):
    """A group's live jobs: how many are leased, freed and ready; the lowest id of those ready, of
    those freed, and of those that have run and are to run again later."""

    leased: int
    freed: int
    ready: int
    first_ready: int | None
    first_freed: int | None
    first_returning: int | None

    def faults(self, retry: GroupRetry) -> Iterator[str]:
        """What is wrong with it, in words."""
        if self.leased > 1:
            yield f"{self.leased} of its jobs are in flight at once"
        if self.freed > 1:
            yield f"{self.freed} of its jobs may be claimed at once"
        if self.leased and self.freed:
            yield f"job {self.first_freed} may be claimed while another one is in flight"
        elif self.freed and self.first_freed != self.first_ready:
            yield f"job {self.first_freed} may be claimed before job {self.first_ready}"
        elif self.freed and self._is_blocked(retry):
            yield f"job {self.first_freed} may be claimed before job {self.first_returning}"
        if self.ready and not (self.leased or self.freed or self._is_blocked(retry)):
            yield f"its head, job {self.first_ready}, is held by nothing, and yet never claimed"

    def _is_blocked(self, retry: GroupRetry) -> bool:
        """Whether the first of all is one that is to run again later, and is waited for."""
        first, blocks = self.first_returning, retry is GroupRetry.BLOCK
        return blocks and first is not None and first < (self.first_ready or first + 1)
