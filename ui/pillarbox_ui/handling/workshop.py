"""What the window needs of whoever runs handlers for it.

Owns the Protocols. Everything in them may block and is called on a thread of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pillarbox_engine.handlers import Inspected, Trial
    from pillarbox_ui.opening import OpenStore


class Workshop(Protocol):
    """Workers in the window's process, on its store."""

    def start(self, file: Inspected) -> None:
        """Load all that the file names and serve every queue. `InvalidHandlers`."""

    def follow(self, queues: Sequence[str]) -> None:
        """Serve queues that came into being since."""

    def stop(self) -> None:
        """Let what runs finish, for some seconds, and end; nothing where nothing runs."""

    def run_once(
        self, file: Inspected, type: str, payload_json: str, stopped: Callable[[], bool]
    ) -> Trial:
        """Run one handler on a payload, touching no queue. `InvalidHandlers`, `InvalidPayload`."""


MakeWorkshop = Callable[["OpenStore"], Workshop]
