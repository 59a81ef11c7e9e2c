"""Ctrl-C and SIGTERM as a request to come to an end, heeded where it is safe.

Owns the signal handlers while a long command runs: the first signal asks, the second one raises
`KeyboardInterrupt` where the command stands.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible(told: str = "") -> Iterator[threading.Event]:
    """An event that is set by the first SIGINT or SIGTERM, when `told` is said on stderr.

    The handlers before are put back at the end. Outside of the main thread no handler can be
    set, and the event simply stays unset.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    ask = _Ask(asked, told)
    before = {number: signal.signal(number, ask) for number in SIGNALS}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Ask:
    """A signal handler that sets an event, and interrupts when it is already set."""

    def __init__(self, asked: threading.Event, told: str) -> None:
        self._asked, self._told = asked, told

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._asked.is_set():
            raise KeyboardInterrupt
        self._asked.set()
        if self._told:
            # Not through sys.stderr: the signal may have come while that was being written to.
            os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, f"{self._told}\n".encode())
