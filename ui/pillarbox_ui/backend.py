"""What the window may ask of a store: everything but taking jobs.

Owns `WindowBackend`, the seam without `Consumer`. The window never claims or settles a job.
"""

from __future__ import annotations

from typing import Protocol

from pillarbox_engine.protocols import Admin, Changes, Inspector, Producer


class WindowBackend(Producer, Inspector, Admin, Changes, Protocol):
    """The store behind the window. Every call may block: never call it on the main thread."""
