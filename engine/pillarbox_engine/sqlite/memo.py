"""What this process last saw committed, so a transaction need not read it again.

Owns the head of the chain, queue rows and counters as the writer knows them. Head and queues are
good for as long as no other connection has committed, which SQLite's `data_version` tells
(https://www.sqlite.org/pragma.html#pragma_data_version); counters are caught up with by the links
that others added. After any roll-back all is forgotten and read anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pillarbox_engine.sqlite.queue_rows import QueueRow

COUNTERS = (
    "waiting", "scheduled", "ready", "leased", "done", "dead", "cancelled", "trashed",
    "retrying", "bytes", "enqueued_total", "claimed_total", "done_total", "failed_total",
    "dead_total", "cancelled_total", "lost_total", "released_total", "requeued_total",
    "replayed_total", "removed_done", "removed_dead", "removed_other", "trashed_done",
    "trashed_dead",
)  # fmt: skip
"""The columns of `counters`, in the order of the table."""

PLACES = {name: place for place, name in enumerate(COUNTERS)}
NOTHING = (0,) * len(COUNTERS)


def add(known: list[int], delta: dict[str, int]) -> None:
    """Add a commit's changes to a queue's counters."""
    for name, amount in delta.items():
        known[PLACES[name]] += amount


class Head(NamedTuple):
    """The newest link: its number, its hash, and the highest job id given up to it."""

    sequence: int
    hash: bytes
    last_job_id: int = 0


Changes = dict[int, dict[str, int]]
"""What a commit adds to the counters, by queue and counter."""


@dataclass(slots=True)
class Memo:
    """The writer's memory. `counters` are in the order of `COUNTERS`, as of link `counters_at`;
    `counted` is the link up to which the table of counters goes."""

    version: int | None = None
    head: Head | None = None
    counted: int | None = None
    queues: dict[str, QueueRow] = field(default_factory=dict)
    by_id: dict[int, QueueRow] | None = None
    counters: dict[int, list[int]] = field(default_factory=dict)
    counters_at: int = 0

    def is_current(self, version: int) -> bool:
        """Whether nobody else has committed since; if somebody has, only counters are kept."""
        if version == self.version:
            return True
        self._forget_rows()
        self.version = version
        return False

    def committed(self, head: Head, changes: Changes) -> None:
        """A commit of this process is durable: what it knows moves on with it."""
        self.head = head
        if self.counters and self.counters_at == head.sequence - 1:
            for queue_id, delta in changes.items():
                stored = self.counters.get(queue_id)
                if stored is not None:
                    add(stored, delta)
            self.counters_at = head.sequence

    def forget(self) -> None:
        """Read everything anew next time."""
        self._forget_rows()
        self.counters.clear()

    def _forget_rows(self) -> None:
        self.version = self.head = self.counted = self.by_id = None
        self.queues.clear()
