"""What this process last saw committed, so a transaction need not read it again.

Owns the head of the chain, queue rows and counters as the writer knows them. They are good for
as long as no other connection has committed, which SQLite's `data_version` tells
(https://www.sqlite.org/pragma.html#pragma_data_version); then, and after any roll-back, all is
forgotten and read anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pillarbox_engine.sqlite.chain import Head
    from pillarbox_engine.sqlite.queue_rows import QueueRow


@dataclass(slots=True)
class Memo:
    """The writer's memory. `counters` are in the order of `transaction.COUNTERS`."""

    version: int | None = None
    head: Head | None = None
    queues: dict[str, QueueRow] = field(default_factory=dict)
    counters: dict[int, list[int]] = field(default_factory=dict)

    def is_current(self, version: int) -> bool:
        """Whether nobody else has committed since; if somebody has, all is forgotten."""
        if version == self.version:
            return True
        self.forget()
        self.version = version
        return False

    def forget(self) -> None:
        """Read everything anew next time."""
        self.version = self.head = None
        self.queues.clear()
        self.counters.clear()
