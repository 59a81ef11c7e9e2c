"""How many jobs a pool asks for, and when asking is not worth it.

Owns `Appetite`: the room in a pool, idle threads first and then what will start soon, and the
memory that the last claim came back empty.
"""

from __future__ import annotations

from pillarbox_engine.pace import Pace


class Appetite:
    """For a pool of `threads` threads. Seen by one thread only; times are monotonic."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._pace = Pace()
        self._dry_until_us = 0
        self._dry_ahead_only = False

    def saw(self, spent_us: int) -> None:
        """A handler took `spent_us`."""
        self._pace.saw(spent_us)

    def room(self, outstanding: int) -> tuple[int, int]:
        """With `outstanding` jobs in hand: how many could start now, how many more soon.

        (0, 0): not worth a call; a few jobs ahead are fetched only when half of them are used up.
        """
        free = max(0, self._threads - outstanding)
        wanted = self._pace.ahead(self._threads)
        spare = wanted - max(0, outstanding - self._threads)
        if free == 0 and spare < max(1, wanted // 2):
            return 0, 0
        return free, max(0, spare)

    def was_fed(self) -> None:
        """There may be more: a claim brought something, or a hint came."""
        self._dry_until_us = 0

    def went_hungry(self, free: int, until_us: int) -> None:
        """A claim for `free` idle threads brought nothing; nothing is expected before `until_us`.

        That nothing came ahead (`free` is 0) says little about a claim for idle threads: a
        rate-limited queue gives only to those.
        """
        self._dry_until_us, self._dry_ahead_only = until_us, free == 0

    def dry_until_us(self, free: int) -> int:
        """Until when a claim for `free` idle threads is not worth it; 0: it is."""
        return 0 if free and self._dry_ahead_only else self._dry_until_us
