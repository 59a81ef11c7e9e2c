"""Ctrl-C and SIGTERM as a request to come to an end, heeded where it is safe.

Owns the signal handlers while a long command runs: the first signal asks, the second one raises
`KeyboardInterrupt` where the command stands.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """An event that is set by the first SIGINT or SIGTERM; the handlers before are put back.

    Outside of the main thread no handler can be set, and the event simply stays unset.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {number: signal.signal(number, _Ask(asked)) for number in SIGNALS}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Ask:
    """A signal handler that sets an event, and interrupts when it is already set."""

    def __init__(self, asked: threading.Event) -> None:
        self._asked = asked

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._asked.is_set():
            raise KeyboardInterrupt
        self._asked.set()
