"""The window goes first: while it paints or shows what was read, workers here stand back.

Owns `Precedence`. Beside busy workers each call of a repaint waits for its turn at the interpreter.
The event loop's own `awake` and `aboutToBlock` do not tell when it works: on GLib both come
outside of the handling. So the few places where the main thread works for milliseconds say so.
"""

from __future__ import annotations

import threading
from types import TracebackType

PATIENCE = 0.03
"""Seconds a worker stands back at most, so that a window that is always busy does not stop it."""


class Precedence:
    """`with precedence:` on the main thread, as deep as one likes; `wait` on the workers'."""

    def __init__(self) -> None:
        self._free = threading.Event()
        self._free.set()
        self._depth = 0

    def __enter__(self) -> None:
        self._depth += 1
        self._free.clear()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._depth -= 1
        if not self._depth:
            self._free.set()

    def wait(self) -> None:
        """Return once the window is through, after `PATIENCE` seconds at the latest."""
        self._free.wait(PATIENCE)
