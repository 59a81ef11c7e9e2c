"""From the store to the window: one reader thread, immutable snapshots, one queued signal.

Owns `Bridge` and its thread. The store's change hints only set a flag; the thread reads at most
ten times a second, about once a second while something runs or is to run later, and never while
the window is hidden. A burst leaves one snapshot: the latest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal, Slot

from pillarbox_engine.clock import Clock, SystemClock
from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.protocols import Change
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.interest import Interest
from pillarbox_ui.reading import SnapshotReader
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.unexpected import as_problem

MIN_GAP = 0.1
"""Seconds between two reads: at most ten snapshots a second."""

BUSY_TICK = 1.0
IDLE_TICK = 5.0
_FIRST_RETRY = 0.5
_LAST_RETRY = 8.0


class Bridge(QObject):
    """Reads what the window's interest names and hands it over on the main thread.

    Signals: `snapshot_ready(Snapshot)`; `problem(PillarboxError)` when a read failed (the last
    snapshot stays, and reading is tried again with growing pauses) or the store cannot be written;
    `recovered()` after that. `first` is done before the window is told.
    """

    snapshot_ready = Signal(object)
    problem = Signal(object)
    recovered = Signal()
    _arrived = Signal()

    def __init__(
        self,
        first: Callable[[], object] = bool,
        *,
        clock: Clock | None = None,
        min_gap: float = MIN_GAP,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._first = first
        self._clock = clock or SystemClock()
        self._gap = min_gap
        self._wake = threading.Condition()
        self._interest = Interest()
        self._dirty = self._fresh = self._visible = self._live = True
        self._closed = self._announced = self._in_trouble = False
        self._hurry, self._anew = True, False
        self._pause, self._told = 0.0, ""
        self._changed_us = 0
        self._stale_for: float | None = None
        self._news: Snapshot | PillarboxError | None = None
        self.latest: Snapshot | None = None
        self._arrived.connect(self._drain, Qt.ConnectionType.QueuedConnection)
        self._thread: threading.Thread | None = None

    def start(self, backend: WindowBackend) -> None:
        """Begin to read `backend`."""
        self._reader = SnapshotReader(backend, self._clock)
        self._thread = threading.Thread(target=self._run, args=(backend,), name="pillarbox-reader")
        self._thread.start()

    def set_interest(self, interest: Interest) -> None:
        """Read this from now on; read it at once if it is new."""
        with self._wake:
            if interest != self._interest:
                self._interest, self._fresh, self._dirty = interest, True, True
                self._wake.notify_all()

    @property
    def interest(self) -> Interest:
        """What is read now."""
        with self._wake:
            return self._interest

    def refresh(self) -> None:
        """Read everything anew, now, even when not live."""
        with self._wake:
            self._fresh = self._dirty = self._hurry = self._anew = True
            self._wake.notify_all()

    def set_live(self, live: bool) -> None:
        """Follow changes, or show the last picture until Refresh."""
        with self._wake:
            self._live = live
            self._wake.notify_all()

    def set_visible(self, visible: bool) -> None:
        """Stop reading while nobody can see it."""
        with self._wake:
            self._visible = visible
            self._wake.notify_all()

    def close(self) -> None:
        """Read no more, and tell no more. What is being read may still be: see `wait`."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()

    def wait(self) -> None:
        """After `close`: return when the thread has ended. Not on the main thread of a window:
        a read of a busy file takes its time."""
        if self._thread is not None:
            self._thread.join()

    def _hint(self, change: Change) -> None:
        with self._wake:
            self._dirty = True
            self._changed_us = self._clock.monotonic_us()
            self._wake.notify_all()

    def _run(self, backend: WindowBackend) -> None:
        unsubscribe = backend.subscribe(self._hint)
        try:
            self._follow()
        finally:
            unsubscribe()

    def _follow(self) -> None:
        while (interest := self._next()) is not None:
            stop = partial(self._overtaken, interest)
            try:
                news: Snapshot | PillarboxError | None = self._reader.read(
                    interest, self._changed_us, stop
                )
            # The end of a thread: whatever it was must reach the person and the log.
            except Exception as error:
                news = as_problem(error, "Reading the queue file")
            if news is not None:
                self._publish(news)

    def _overtaken(self, interest: Interest) -> bool:
        """Whether nobody waits for what is being read any more."""
        with self._wake:
            return self._closed or self._interest != interest

    def _next(self) -> Interest | None:
        """Wait until there is something to read; None when the bridge was closed."""
        with self._wake:
            self._wake.wait_for(lambda: self._closed or self._hurry, self._pause or self._gap)
            self._wake.wait_for(self._wanted, self._tick())
            self._wake.wait_for(lambda: self._closed or self._shown())
            self._dirty = self._fresh = self._hurry = False
            if self._anew:
                self._reader.forget()
                self._anew = False
            return None if self._closed else self._interest

    def _wanted(self) -> bool:
        return self._closed or (self._shown() and self._dirty)

    def _shown(self) -> bool:
        return self._visible and (self._live or self._fresh)

    def _tick(self) -> float:
        """Seconds after which to look although nobody hinted: leases and waits run by time, and
        what was kept from before the last change is read as soon as it may be."""
        if self._stale_for is not None:
            return self._stale_for
        latest = self.latest
        if latest is None or latest.file.trouble is not None:
            return BUSY_TICK
        runs = latest.totals.leased or latest.totals.scheduled  # what is ready only grows older
        return BUSY_TICK if runs else IDLE_TICK

    def _publish(self, news: Snapshot | PillarboxError) -> None:
        with self._wake:
            failed = isinstance(news, PillarboxError)
            self._stale_for = None if failed else self._reader.stale_for()
            self._pause = min(max(self._pause * 2, _FIRST_RETRY), _LAST_RETRY) if failed else 0.0
            self._dirty = self._dirty or failed
            self._news = news
            first, self._announced = not self._announced, True
        if first:
            self._arrived.emit()

    @Slot()
    def _drain(self) -> None:
        with self._wake:
            news, self._announced = self._news, False
        if self._closed or news is None:
            return
        self._first()
        if isinstance(news, PillarboxError):
            self._tell(news)
        else:
            self._show(news)

    def _show(self, snapshot: Snapshot) -> None:
        self.latest = snapshot
        self._tell_of_writing(snapshot.file.trouble)
        self.snapshot_ready.emit(snapshot)

    def _tell_of_writing(self, trouble: PillarboxError | None) -> None:
        """It can be read; it may be that it cannot be written."""
        if trouble is not None and str(trouble) != self._told:
            self.problem.emit(trouble)
        elif trouble is None and self._in_trouble:
            self.recovered.emit()
        self._in_trouble = trouble is not None
        self._told = str(trouble or "")

    def _tell(self, error: PillarboxError) -> None:
        self._in_trouble, self._told = True, ""
        self.problem.emit(error)
        if self.latest is not None:
            self.latest = replace(self.latest, problem=error)
            self.snapshot_ready.emit(self.latest)
