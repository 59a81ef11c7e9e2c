"""Who wants to hear of changes in this process, and the thread that tells them.

Owns subscriptions. Hints are lossy on purpose: those that arrive while listeners are being told
are joined into one. Listeners run on one engine thread, but for prompt ones, which only note the
change: those are called by whoever made it, since waking a thread for each commit costs more than
the commit. What a listener raises is logged and goes no further.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from pillarbox_engine.protocols import Change

_LOG = logging.getLogger("pillarbox.changes")

Listener = Callable[[Change], None]


class Listeners:
    """The subscriptions of one backend. Its thread starts with the first."""

    def __init__(self) -> None:
        self._listeners: dict[int, Listener] = {}
        self._prompt: dict[int, Listener] = {}
        self._next = 0
        self._condition = threading.Condition()
        self._queues: set[str] = set()
        self._unknown = self._due = self._closed = False
        self._thread: threading.Thread | None = None

    def subscribe(self, listener: Listener, *, prompt: bool = False) -> Callable[[], None]:
        """Tell `listener` of changes until the answer is called.

        `prompt`: on the thread that made the change, so it may neither wait nor write.
        """
        with self._condition:
            self._next += 1
            number = self._next
            if prompt:
                self._prompt = {**self._prompt, number: listener}
            else:
                self._listeners[number] = listener
                self._start()
        return lambda: self._unsubscribe(number)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._deliver, name="pillarbox-changes", daemon=True
            )
            self._thread.start()

    def _unsubscribe(self, number: int) -> None:
        with self._condition:
            self._listeners.pop(number, None)
            self._prompt = {key: one for key, one in self._prompt.items() if key != number}

    def notify(self, change: Change) -> None:
        """Note a change and wake the telling thread."""
        for listener in self._prompt.values():
            _tell(listener, change)
        if not self._listeners:
            return
        with self._condition:
            if not self._listeners:
                return
            self._unknown = self._unknown or not change.queues
            self._queues |= change.queues
            self._due = True
            self._condition.notify()

    def _deliver(self) -> None:
        while (told := self._take()) is not None:
            change, listeners = told
            for listener in listeners:
                _tell(listener, change)

    def _take(self) -> tuple[Change, list[Listener]] | None:
        with self._condition:
            self._condition.wait_for(lambda: self._due or self._closed)
            if self._closed:
                return None
            change = Change() if self._unknown else Change(frozenset(self._queues))
            self._queues.clear()
            self._unknown = self._due = False
            return change, list(self._listeners.values())

    def close(self) -> None:
        """Stop telling."""
        with self._condition:
            self._closed = True
            self._condition.notify()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()


def _tell(listener: Listener, change: Change) -> None:
    try:
        listener(change)
    except Exception:
        _LOG.exception("a listener for changes failed")
