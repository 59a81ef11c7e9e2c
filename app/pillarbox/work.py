"""What the command line and the window do alike when they run the jobs of a handlers file.

Owns which queues are served where none is named, and that events are told while workers run.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from pillarbox_engine.errors import NotFound
from pillarbox_engine.events import QUEUE, Sender

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine
    from pillarbox_engine.handlers import Handlers


def servable(engine: Engine) -> tuple[str, ...]:
    """All queues of a file but the one events go through; `NotFound` where there is none."""
    found = tuple(queue.name for queue in engine.queues() if queue.name != QUEUE)
    if not found:
        label = engine.backend.file_info().label
        raise NotFound(
            "There is nothing to work on", f"{label} has no queues yet", "Name the queues to serve"
        )
    return found


def telling(engine: Engine, handlers: Handlers) -> AbstractContextManager[Sender | None]:
    """Tell of what happens within the `with` block, if the file says how (None: it does not)."""
    if not handlers.events:
        return nullcontext()
    return Sender(engine, handlers.events, every=handlers.file.every)
